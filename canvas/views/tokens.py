from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import services as accounts
from accounts.models import ApiToken
from canvas.access import get_project
from canvas.forms.projects import TokenForm
from canvas.views.requests import signed_in


@never_cache
@require_http_methods(["GET", "POST"])
def token_list(request: HttpRequest, slug: str) -> HttpResponse:
    """One's own tokens for this project; a new one is shown once."""
    user = signed_in(request)
    project = get_project(user, slug)
    form = TokenForm(request.POST if request.method == "POST" else None)
    secret = ""
    if request.method == "POST" and form.is_valid():
        lifetime = timedelta(days=form.cleaned_data["days"])
        _, secret = accounts.create_token(
            user, project_id=project.pk, name=form.cleaned_data["name"], lifetime=lifetime, chain=project.chain
        )
        form = TokenForm()
    listed = ApiToken.objects.filter(user=user, project_id=project.pk, revoked_at__isnull=True)
    context = {"project": project, "form": form, "tokens": listed, "secret": secret}
    return render(request, "canvas/token_list.html", context, status=422 if form.errors else 200)


@require_POST
def token_revoke(request: HttpRequest, slug: str, token_id: int) -> HttpResponse:
    """End one of one's own tokens at once."""
    user = signed_in(request)
    project = get_project(user, slug)
    token = get_object_or_404(ApiToken, pk=token_id, user=user, project_id=project.pk)
    accounts.revoke_token(token, by=user, chain=project.chain)
    messages.success(request, f"The token {token.name} is revoked.")
    return redirect("canvas:token-list", slug)
