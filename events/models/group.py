from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Count, Q, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actors.models import Organisation
from ssoe_portal.common.users import User


class GroupRegistrationQuerySet(models.QuerySet):
    def editable_by(self, user) -> Self:
        """Of one's own organisations; event managers look after all."""
        if not user.is_authenticated:
            return self.none()
        if user.may_manage_events:
            return self
        return self.filter(organisation__in=Organisation.objects.may_act_for(user))

    def with_contact(self) -> Self:
        """Those whose contact is there still: mails go to nobody else (see `addressees`)."""
        return self.filter(contact__is_active=True)

    def without_contact(self) -> Self:
        """Those of whom mails go to the owners of their organisation."""
        return self.exclude(contact__is_active=True)

    def with_numbers(self) -> Self:
        """With the `parties` that are not cancelled, the `people` in them, the parties that are
        `confirmed` and `waiting`, and how many there are with those cancelled, `ever`."""
        active = ~Q(registrations__state="cancelled")
        return self.annotate(
            parties=Count("registrations", filter=active),
            people=Sum("registrations__size", filter=active, default=0),
            confirmed=Count("registrations", filter=Q(registrations__state="confirmed")),
            waiting=Count("registrations", filter=Q(registrations__state="waiting")),
            ever=Count("registrations"),
        )


class GroupRegistration(models.Model):
    """An organisation or an accommodation registers many families at once. Each is a party of its
    own, with code and place; nobody of them needs an e-mail address: mails go to the contact."""

    event = models.ForeignKey(
        "events.Event", verbose_name=_("event"), related_name="groups", on_delete=models.CASCADE
    )
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation"),
        related_name="event_groups",
        on_delete=models.CASCADE,
    )
    contact = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("contact"),
        related_name="+",
        null=True,
        on_delete=models.SET_NULL,
    )
    created_at = models.DateTimeField(_("registered"), default=timezone.now, editable=False)

    objects = GroupRegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("group registration")
        verbose_name_plural = _("group registrations")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "organisation"],
                name="events_groupregistration_once",
                violation_error_message=_("Your organisation has registered a group already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.event}"

    def get_absolute_url(self) -> str:
        return reverse("events:group", args=[self.pk])

    @property
    def addressees(self) -> list[User]:
        """Whom mails go to: the contact, or the organisation's owners where there is none any
        more."""
        if self.contact is not None and self.contact.is_active:
            return [self.contact]
        return list(self.organisation.owners)
