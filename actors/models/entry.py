"""What every kind of entry in the directory has in common: who may see it, who may change it."""

from typing import Self

from django.db.models import Exists, OuterRef, Q

from ssoe_portal.common.history import latest_state_of
from ssoe_portal.common.moderation import ModeratedQuerySet, Status


class EntryQuerySet(ModeratedQuerySet):
    #: What leads from an entry to its organisation.
    OWNER = "organisation"
    #: What an entry's page reads along: relations to one, vocabularies.
    ALONG: tuple[str, ...] = ("organisation",)
    TERMS: tuple[str, ...] = ()
    #: What everyone may read.
    PUBLIC = Q(status=Status.PUBLISHED)

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

    def for_review(self) -> Self:
        """With what the desk shows of an entry: its texts in every language, and `latest_state`
        and `is_changed` (by its owner, since staff last looked) of the same moment as these."""
        changed = self.model._default_manager.recently_changed()
        return (
            self.select_related(*self.ALONG)
            .prefetch_related("translations")
            .annotate(
                latest_state=latest_state_of(self.model),
                is_changed=Exists(changed.filter(pk=OuterRef("pk"))),
            )
        )

    def _own(self, user) -> Q:
        return Q(**{f"{self.OWNER}__in": user.memberships.values("organisation")})
