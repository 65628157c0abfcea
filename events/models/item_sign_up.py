from typing import Self

import pgtrigger
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from ssoe_portal.common.translation import texts_along


class ItemSignUpQuerySet(models.QuerySet):
    def in_order(self) -> Self:
        """By the name of the party."""
        return self.order_by("registration__name", "pk")

    def beyond(self, size: int) -> Self:
        """Those for more people than a party will have, with how many places are `going` back."""
        return self.filter(people__gt=size).annotate(going=F("people") - size)

    def taking_place(self) -> Self:
        """Without those for what was cancelled."""
        return self.filter(item__released__is_cancelled=False)

    def with_items(self) -> Self:
        """With titles and hours of what they are for, as the day goes."""
        from events.models.programme import ProgrammeItem

        return (
            self.select_related("item__released")
            .prefetch_related(*texts_along("item", ProgrammeItem))
            .order_by("item__released__starts_at", "pk")
        )

    def people(self) -> int:
        """How many people these are together."""
        return self.aggregate(people=Sum("people", default=0))["people"]


def of_item(rows: models.QuerySet, column: str) -> Coalesce:
    """How many people of these are signed up for the programme item in a column."""
    these = rows.filter(item=OuterRef(column)).order_by().values("item")
    return Coalesce(Subquery(these.annotate(number=Sum("people")).values("number")), 0)


class ItemSignUp(models.Model):
    """So many people of a party take part in one programme item that has a number of places.

    Only parties whose places are confirmed are signed up. What `events/signing_up.py` sees to under
    the event's lock, triggers see to once more; a party that shrinks or is cancelled takes its
    sign-ups along (`Registration`). Not in the history, as registrations are not.
    """

    registration = models.ForeignKey(
        "events.Registration",
        verbose_name=_("registration"),
        related_name="sign_ups",
        on_delete=models.CASCADE,
    )
    item = models.ForeignKey(
        "events.ProgrammeItem",
        verbose_name=_("programme item"),
        related_name="sign_ups",
        on_delete=models.CASCADE,
    )
    people = models.PositiveSmallIntegerField(_("people"))

    objects = ItemSignUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("sign-up for a programme item")
        verbose_name_plural = _("sign-ups for programme items")
        ordering = ["item", "registration"]
        constraints = [
            models.UniqueConstraint(fields=["registration", "item"], name="events_itemsignup_once"),
            models.CheckConstraint(condition=Q(people__gte=1), name="events_itemsignup_people"),
        ]
        triggers = [
            # The item's row is held, so that its places do not become fewer meanwhile.
            pgtrigger.Trigger(
                name="within_places_and_party",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                declare=[("wanted", "RECORD"), ("party", "RECORD")],
                func="""
                    SELECT event_id, places INTO wanted FROM events_programmeitem
                    WHERE id = NEW.item_id FOR NO KEY UPDATE;
                    SELECT event_id, state, size INTO party FROM events_registration
                    WHERE id = NEW.registration_id;
                    IF wanted.event_id IS DISTINCT FROM party.event_id
                        OR party.state <> 'confirmed' OR NEW.people > party.size
                    THEN
                        RAISE EXCEPTION 'Only people of a party with places at the event sign up.'
                        USING ERRCODE = 'check_violation';
                    END IF;
                    IF (TG_OP = 'INSERT' OR NEW.people > OLD.people) AND wanted.places < (
                        SELECT coalesce(sum(people), 0) + NEW.people FROM events_itemsignup
                        WHERE item_id = NEW.item_id AND registration_id <> NEW.registration_id
                    ) THEN
                        RAISE EXCEPTION 'More people than this item has places.'
                        USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.registration}: {self.item}, {self.people}"


#: Of a party that shrinks no more people are signed up than it has; of one that gave its places
#: back, nobody is.
takes_sign_ups_along = pgtrigger.Trigger(
    name="takes_sign_ups_along",
    when=pgtrigger.After,
    operation=pgtrigger.UpdateOf("size", "state"),
    condition=pgtrigger.Condition("NEW.size < OLD.size OR NEW.state <> 'confirmed'"),
    func="""
        IF NEW.state <> 'confirmed' THEN
            DELETE FROM events_itemsignup WHERE registration_id = NEW.id;
        ELSE
            UPDATE events_itemsignup SET people = NEW.size
            WHERE registration_id = NEW.id AND people > NEW.size;
        END IF;
        RETURN NULL;
    """,
)

#: The last line behind `ProgrammeItem.clean_fields`.
keeps_places_signed_up_for = pgtrigger.Trigger(
    name="keep_places_taken",
    when=pgtrigger.Before,
    operation=pgtrigger.UpdateOf("places"),
    condition=pgtrigger.Condition("NEW.places IS DISTINCT FROM OLD.places"),
    func="""
        IF NEW.places < (
            SELECT coalesce(sum(people), 0) FROM events_itemsignup WHERE item_id = NEW.id
        ) THEN
            RAISE EXCEPTION 'More places than that are taken.'
            USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """,
)
