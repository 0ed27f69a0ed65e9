"""Which address leads where: each room's own table, sign-in, the admin and the API."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView

from config.api import UnknownAddress
from config.health import healthz

# The admin's own form would go round the second factor and the login limits.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.site_header = admin.site.site_title = "Tenet"

# A person follows a link to the docs, so somebody who is not signed in is asked to, where an API answers 401.
api_docs = login_required(SpectacularSwaggerSplitView.as_view(url_name="api-schema"))

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("admin/", admin.site.urls),
    # Addresses are changed in the profile, which the journal sees; allauth's own page goes round it.
    path("account/email/", RedirectView.as_view(pattern_name="accounts:profile"), name="account_email_page"),
    path("account/", include("allauth.urls")),
    path("api/schema/", SpectacularJSONAPIView.as_view(), name="api-schema"),
    path("api/docs/", api_docs, name="api-docs"),
    path("api/v1/", include("canvas.api_urls")),
    path("api/v1/", include("data.api_urls")),
    path("api/v1/", include("registry.api_urls")),
    path("api/v1/", include("evaluation.api_urls")),
    path("api/v1/", include("standing.api_urls")),
    path("api/v1/", include("docsgen.api_urls")),
    path("api/v1/<path:rest>", UnknownAddress.as_view(), name="api-unknown"),
    path("", include("registry.mlflow_api.urls")),
    path("", include("canvas.urls")),
    path("", include("accounts.urls")),
    path("", include("jobs.urls")),
    path("", include("data.urls")),
    path("", include("registry.urls")),
    path("", include("evaluation.urls")),
    path("", include("standing.urls")),
    path("", include("docsgen.urls")),
]
