from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actors.phone import dial, validate_phone
from ssoe_portal.common.history import tracked


class Audience(models.TextChoices):
    """Who may read a contact."""

    PUBLIC = "public", _("Everyone")
    STAFF = "staff", _("Only the task force and your team")


class ContactQuerySet(models.QuerySet):
    def public(self) -> Self:
        """What everyone may read where the organisation is public."""
        return self.filter(audience=Audience.PUBLIC)

    def for_staff(self) -> Self:
        """What never stands on a page that everyone may read."""
        return self.filter(audience=Audience.STAFF)

    def untouched_since(self, moment: datetime) -> Self:
        """Those that nobody in the organisation has vouched for since: neither the contact nor the
        entry was changed, handed in or confirmed."""
        return self.annotate(
            vouched_for=Greatest(
                "updated_at",
                "organisation__confirmed_at",
                "organisation__changed_at",
                "organisation__submitted_at",
            )
        ).filter(vouched_for__lte=moment)


@tracked()
class Contact(models.Model):
    """A person of an organisation whom one may ask for; personal data (`actors/privacy.py`)."""

    #: Of one organisation. Held by `services.keep_row`, under a lock.
    MOST = 12
    Audience = Audience

    organisation = models.ForeignKey(
        "actors.Organisation",
        verbose_name=_("organisation"),
        related_name="contacts",
        on_delete=models.CASCADE,
    )
    name = models.CharField(_("name"), max_length=120)
    role = models.CharField(_("task"), max_length=120, blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True, validators=[validate_phone])
    email = models.EmailField(_("e-mail address"), blank=True)
    audience = models.CharField(
        _("who may read it"), max_length=6, choices=Audience, default=Audience.PUBLIC
    )
    updated_at = models.DateTimeField(_("last changed"), default=timezone.now, editable=False)

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact person")
        verbose_name_plural = _("contact persons")
        ordering = ["organisation", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(phone="", email=""),
                name="actors_contact_reachable",
                violation_error_message=_("Please give a telephone number or an e-mail address."),
            ),
            models.UniqueConstraint(
                fields=["organisation", "name", "role"],
                name="actors_contact_unique",
                violation_error_message=_("This person is already there with this task."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:
        self.updated_at = timezone.now()
        super().save(*args, **kwargs)

    @property
    def is_public(self) -> bool:
        return self.audience == Audience.PUBLIC

    @property
    def phone_uri(self) -> str:
        return dial(self.phone)
