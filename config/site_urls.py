"""The addresses of the site itself: sign-in, the admin and what describes the API."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView

# The admin's own form would go round the second factor and the login limits.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.site_header = admin.site.site_title = "Tenet"

# A person follows a link to the docs, so somebody who is not signed in is asked to, where an API answers 401.
api_docs = login_required(SpectacularSwaggerSplitView.as_view(url_name="api-schema"))

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    # Addresses are changed in the profile, which the journal sees; allauth's own page goes round it.
    path("account/email/", RedirectView.as_view(pattern_name="accounts:profile"), name="account_email_page"),
    path("account/", include("allauth.urls")),
    path("api/schema/", SpectacularJSONAPIView.as_view(), name="api-schema"),
    path("api/docs/", api_docs, name="api-docs"),
]
