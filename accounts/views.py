import secrets

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import services
from accounts.forms import PersonForm, ProfileForm, SiteRoleForm
from accounts.models import User

PEOPLE_PER_PAGE = 50


def administrator(request: HttpRequest) -> User:
    """The signed-in administrator; refuses everybody else."""
    if not isinstance(request.user, User) or not request.user.is_administrator:
        raise PermissionDenied("Only administrators look after accounts.")
    return request.user


@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """One's own name, address and title, and the way to password and second factor."""
    user = get_object_or_404(User, pk=request.user.pk)
    form = ProfileForm(request.POST if request.method == "POST" else None, instance=user)
    if request.method == "POST" and form.is_valid():
        services.change_profile(
            User.objects.get(pk=user.pk),
            name=form.cleaned_data["name"],
            email=form.cleaned_data["email"],
            title=form.cleaned_data["title"],
        )
        messages.success(request, "Your profile is saved.")
        return redirect("accounts:profile")
    tokens = user.api_tokens.filter(revoked_at__isnull=True)
    return render(request, "accounts/profile.html", {"form": form, "tokens": tokens})


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Every account of the installation."""
    administrator(request)
    page = Paginator(User.objects.order_by("name", "username"), PEOPLE_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/people_list.html", {"page": page})


@never_cache
@require_http_methods(["GET", "POST"])
def person_create(request: HttpRequest) -> HttpResponse:
    """Make an account; its first password is shown once."""
    by = administrator(request)
    form = PersonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        password = secrets.token_urlsafe(15)
        try:
            user = services.create_user(**form.cleaned_data, password=password, by=by)
        except services.UsernameTaken as reason:
            form.add_error("username", str(reason))
        except ValidationError as reason:
            form.add_error(None, reason)
        else:
            return render(request, "accounts/person_created.html", {"person": user, "password": password})
    return render(request, "accounts/person_form.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def person_edit(request: HttpRequest, person_id: int) -> HttpResponse:
    """Give or take a site role, or close an account."""
    by = administrator(request)
    person = get_object_or_404(User, pk=person_id)
    initial = {"site_role": person.site_role, "until": person.site_role_until, "is_active": person.is_active}
    form = SiteRoleForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_site_role(person, **form.cleaned_data, by=by)
        except services.LastAdministrator as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, f"The account of {person} is changed.")
            return redirect("accounts:people")
    return render(
        request, "accounts/person_edit.html", {"form": form, "person": person}, status=422 if form.errors else 200
    )
