"""People with an account. Visitors need none for anything."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields) -> "User":
        """Create an account; the address is stored in lower case."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields) -> "User":
        return self.create_user(email, password, is_superuser=True, **fields)

    def event_managers(self) -> "models.QuerySet[User]":
        """Those who run events; where nobody does, the administrators."""
        people = self.filter(is_active=True).order_by("pk")
        managers = people.filter(is_event_manager=True)
        return managers if managers.exists() else people.filter(is_superuser=True)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """An account, known by its e-mail address.

    Roles are two flags and Django's superuser. A role counts only with a second factor: until one
    is set up, the account is an ordinary one (`may_review`, `may_manage_events`, `may_administer`).
    """

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(
        _("name"), max_length=120, blank=True, help_text=_("How colleagues know you.")
    )
    language = models.CharField(_("language of mails"), max_length=10, default="de")
    is_reviewer = models.BooleanField(
        _("task force"), default=False, help_text=_("Moderates entries, runs surveys.")
    )
    is_event_manager = models.BooleanField(
        _("event manager"), default=False, help_text=_("Runs events, stalls and registrations.")
    )
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ["email", "pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="common_user_email_unique",
                violation_error_message=_("There is already an account with this address."),
            )
        ]

    def __str__(self) -> str:
        return self.email

    def get_full_name(self) -> str:
        return self.name or self.email

    get_short_name = get_full_name

    @property
    def has_role(self) -> bool:
        """Whether this account was given any staff role, second factor or not."""
        return self.is_active and (self.is_reviewer or self.is_event_manager or self.is_superuser)

    @cached_property
    def has_second_factor(self) -> bool:
        """Whether a second factor is set up; sign-in then always asks for it (django-allauth)."""
        from allauth.mfa.utils import is_mfa_enabled

        return is_mfa_enabled(self)

    @property
    def may_review(self) -> bool:
        """Moderate, run surveys, see results: the task force."""
        return self.has_role and (self.is_reviewer or self.is_superuser) and self.has_second_factor

    @property
    def may_manage_events(self) -> bool:
        return (
            self.has_role
            and (self.is_event_manager or self.is_superuser)
            and self.has_second_factor
        )

    @property
    def may_administer(self) -> bool:
        return self.has_role and self.is_superuser and self.has_second_factor

    @property
    def works_at_desk(self) -> bool:
        return self.may_review or self.may_manage_events

    @property
    def is_staff(self) -> bool:
        """Django admin's question; the admin site asks `may_administer`."""
        return self.is_active and self.is_superuser
