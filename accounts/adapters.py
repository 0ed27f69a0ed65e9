"""How sign-in behaves here: accounts are made by administrators, never by signing up."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in with a password; nobody signs up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """No: an administrator makes accounts."""
        return False


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Sign-in through an identity provider; it finds people by their verified address and makes no accounts."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """No: an administrator makes accounts."""
        return False
