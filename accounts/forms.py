from django import forms

from accounts.models import User


class ProfileForm(forms.ModelForm):
    """What others see of oneself."""

    class Meta:
        model = User
        fields = ("name", "email", "title")
        help_texts = {"name": "As it appears beside decisions and in documents."}


class PersonForm(forms.ModelForm):
    """A new account."""

    class Meta:
        model = User
        fields = ("username", "name", "email", "title", "site_role")
        help_texts = {
            "username": "Letters, digits and @ . + - _ only. It cannot be changed later.",
            "site_role": "Most people need none: what they may do is decided in each project.",
        }


class SiteRoleForm(forms.Form):
    """The site role of an account, how long it holds, and whether the account is open."""

    site_role = forms.ChoiceField(choices=User.SiteRole.choices, required=False, label="Site role")
    until = forms.DateTimeField(
        required=False,
        label="Ends",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        help_text="Leave empty for a role without an end.",
    )
    is_active = forms.BooleanField(required=False, label="The account is open")
