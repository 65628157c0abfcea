"""What every kind of entry in the directory has in common: who may see it, who may change it."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Self

from django.db.models import BooleanField, Exists, ExpressionWrapper, Model, OuterRef, Q
from django.utils import timezone

from actors.models.membership import Membership
from ssoe_portal.common.confirmation import ConfirmedQuerySet
from ssoe_portal.common.history import latest_state_of
from ssoe_portal.common.hours import HoursQuerySet
from ssoe_portal.common.moderation import Status

#: How long the same form sent again is taken for the browser's way back.
SENT_TWICE_WITHIN = timedelta(hours=1)
#: How long owners are left alone after they were asked to complete something.
ASKED_AGAIN_AFTER = timedelta(days=30)


class EntryQuerySet(ConfirmedQuerySet):
    #: What leads from an entry to its organisation.
    OWNER = "organisation"
    #: What an entry's page reads along: relations to one, vocabularies.
    ALONG: tuple[str, ...] = ("organisation",)
    TERMS: tuple[str, ...] = ()
    #: What everyone may read.
    PUBLIC = Q(status=Status.PUBLISHED)
    #: Where something is missing that readers need: what the entry's own `gaps` tells, as a query.
    GAPS: Q | None = None

    def published(self) -> Self:
        return self.filter(self.PUBLIC)

    def visible_to(self, user) -> Self:
        """Published ones; members also see their own; the task force sees all
        but drafts of others, administrators all."""
        if not user.is_authenticated:
            return self.published()
        if user.may_administer:
            return self
        others = ~Q(status=Status.DRAFT) if user.may_review else self.PUBLIC
        return self.filter(self._own(user) | others)

    def editable_by(self, user) -> Self:
        """Those of one's own organisations; for admins all."""
        if not user.is_authenticated:
            return self.none()
        if user.may_administer:
            return self
        return self.filter(self._own(user))

    def incomplete(self) -> Self:
        """Public, though something is missing that readers need (`gaps`)."""
        return self.published().filter(self.GAPS) if self.GAPS else self.none()

    def reachable(self) -> Self:
        """Those about which somebody can be asked: owners, else the organisation's own address."""
        return self.filter(self._reaches_somebody())

    def unreachable(self) -> Self:
        """Those about which nobody can be asked."""
        return self.exclude(self._reaches_somebody())

    def with_reach(self) -> Self:
        """Annotate `reaches_somebody`: whether there is anybody to ask."""
        same = self.model._base_manager.filter(pk=OuterRef("pk"))
        return self.annotate(reaches_somebody=Exists(same.filter(self._reaches_somebody())))

    def with_asking(self, now: datetime) -> Self:
        """Annotate, along with `reaches_somebody`, `may_be_asked`: whether there is anybody who was
        not asked to complete it a short while ago."""
        rested = Q(nudged_at__isnull=True) | Q(nudged_at__lte=now - ASKED_AGAIN_AFTER)
        return self.with_reach().annotate(
            may_be_asked=ExpressionWrapper(
                Q(reaches_somebody=True) & rested, output_field=BooleanField()
            )
        )

    def stale(self, now: datetime) -> Self:
        """What staff should look after themselves: faded, or due and nobody is there to ask."""
        due = self.due_for_confirmation(now)
        return due.filter(
            Q(pk__in=self.faded(now).order_by().values("pk")) | ~self._reaches_somebody()
        )

    def for_review(self) -> Self:
        """With what the desk shows of an entry: its texts in every language, and `latest_state`
        and `is_changed` (by its owner, since staff last looked) of the same moment as these."""
        changed = self.model._default_manager.recently_changed()
        along = self.with_hours() if isinstance(self, HoursQuerySet) else self
        return (
            along.select_related(*self.ALONG)
            .prefetch_related("translations")
            .annotate(
                latest_state=latest_state_of(self.model),
                is_changed=Exists(changed.filter(pk=OuterRef("pk"))),
            )
        )

    def entered_like(
        self,
        item: Model,
        names: Iterable[str],
        *,
        terms: Mapping[str, Iterable[Model]],
        english: Mapping[str, str],
        and_also: Callable[[Any], bool] = lambda entry: True,
    ) -> Model | None:
        """Return the latest entry made a short while ago with the very answers of one that is not
        stored yet: its columns `names`, the `terms` chosen and the `english` texts, `and_also` what
        stands in rows of its own; None where any of them differs."""
        columns = [self.model._meta.get_field(name).attname for name in names]
        alike = self.filter(
            created_at__gte=timezone.now() - SENT_TWICE_WITHIN,
            **{column: getattr(item, column) for column in columns},
        )
        entries = alike.exclude(status=Status.ARCHIVED).order_by("-pk")
        for entry in entries.prefetch_related("translations", *terms):
            row = next((row for row in entry.translations.all() if row.language == "en"), None)
            if (
                all(set(getattr(entry, name).all()) == set(terms[name]) for name in terms)
                and all(getattr(row, name, "") == text for name, text in english.items())
                and and_also(entry)
            ):
                return entry
        return None

    def _reaches_somebody(self) -> Q:
        to = "" if self.OWNER == "pk" else f"{self.OWNER}__"
        owners = Membership.objects.reachable_owners().filter(organisation=OuterRef(self.OWNER))
        # Nothing else is in the way of NULL: an entry that nobody carries reaches nobody.
        return Q(Exists(owners)) | Q(**{f"{to}email__gt": ""})

    def _own(self, user) -> Q:
        return Q(**{f"{self.OWNER}__in": user.memberships.values("organisation")})
