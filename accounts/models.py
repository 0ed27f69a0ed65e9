from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone


class User(AbstractUser):
    """Somebody who signs in; what they may do in a project is a membership, not a field here."""

    class SiteRole(models.TextChoices):
        """A role over the whole installation."""

        NONE = "", "Member"
        AUDITOR = "auditor", "Auditor"
        ADMINISTRATOR = "administrator", "Administrator"

    first_name = None  # type: ignore[assignment]  # one name field: people's names do not split in two
    last_name = None  # type: ignore[assignment]  # as above
    name = models.CharField("full name", max_length=150, blank=True)
    email = models.EmailField("email address", blank=True)
    title = models.CharField("job title", max_length=150, blank=True)
    site_role = models.CharField(max_length=20, choices=SiteRole, blank=True, default=SiteRole.NONE)
    site_role_until = models.DateTimeField(
        null=True, blank=True, help_text="When the site role ends by itself; empty for no end."
    )

    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]

    def __str__(self) -> str:
        return self.get_full_name()

    def get_full_name(self) -> str:
        """The name people read; the username where none was given."""
        return self.name or self.username

    def get_short_name(self) -> str:
        """The first word of the name."""
        return self.get_full_name().split(" ")[0]

    @property
    def initials(self) -> str:
        """Up to two letters for the avatar."""
        words = self.get_full_name().split()
        return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()

    @property
    def active_site_role(self) -> str:
        """The site role that holds now; empty once its time is over."""
        if self.site_role_until and self.site_role_until <= timezone.now():
            return ""
        return self.site_role

    @property
    def is_staff(self) -> bool:  # type: ignore[override]  # Django's admin asks this; here a site role answers
        """Whether the read-only admin pages open."""
        return self.is_administrator or self.is_auditor

    @property
    def is_administrator(self) -> bool:
        """Whether this person administers the installation."""
        return self.is_active and self.active_site_role == self.SiteRole.ADMINISTRATOR

    @property
    def is_auditor(self) -> bool:
        """Whether this person may read everything and change nothing."""
        return self.is_active and self.active_site_role == self.SiteRole.AUDITOR


class ApiToken(models.Model):
    """A bearer token: shown once, stored as a digest, limited to one project, and ended by a date."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="api_tokens")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=16, help_text="The first characters, to recognise a token by.")
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the token, in hex.")
    project_id = models.PositiveBigIntegerField(
        help_text="The one project this token opens; a plain id, because this room knows no projects."
    )
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def is_expired(self) -> bool:
        """Whether the token's time is over."""
        return self.expires_at <= timezone.now()

    @property
    def is_usable(self) -> bool:
        """Whether the token still opens the door."""
        return self.revoked_at is None and not self.is_expired and self.user.is_active
