"""Which address leads where: each room's own table, sign-in, the admin and the API."""

import sys

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView

from config.health import healthz

# The admin's own form would go round the second factor and the login limits.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.site_header = admin.site.site_title = "Tenet"

# A person follows a link to the docs, so somebody who is not signed in is asked to, where an API answers 401.
api_docs = login_required(SpectacularSwaggerSplitView.as_view(url_name="api-schema"))


def rooms(prefix: str, module: str, names: list[str]) -> list[URLPattern | URLResolver]:
    found: list[URLPattern | URLResolver] = []
    for n in names:
        try:
            found.append(path(prefix, include(f"{n}.{module}")))
        except ImportError as e:
            print("urls: leaving out", n, module, e, file=sys.stderr)
    return found


ROOMS = ["canvas", "accounts", "jobs", "data", "registry", "evaluation", "docsgen"]

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("admin/", admin.site.urls),
    path("account/", include("allauth.urls")),
    path("api/schema/", SpectacularJSONAPIView.as_view(), name="api-schema"),
    path("api/docs/", api_docs, name="api-docs"),
    *rooms("api/v1/", "api_urls", ROOMS),
    *rooms("", "urls", ROOMS),
]
