"""What sign-in may do here: people are made by administrators, not by whoever finds the page."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in with a password: nobody signs themselves up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whether strangers may make an account."""
        return False


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Single sign-on: it recognises people by their verified address and makes no accounts."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Whether somebody the identity provider knows, and we do not, may make an account."""
        return False
