"""Two entries about one organisation become one.

One stays; everything that refers to the other comes to it. Each relation to `Organisation` has a
rule here, which the apps above register for their own models (`surveys/merging.py`,
`events/merging.py`); a relation without a rule stops the merge before it begins, and a test. The
other entry stays in the archive, knows where it went (`merged_into`), and its address leads there.

What a rule cannot move, because the entry that stays has its own already and both must be kept,
stays with the archived entry.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from actors import emails
from actors.models import (
    Branch,
    Claim,
    Contact,
    DuplicatePair,
    ImportRow,
    Initiative,
    Invitation,
    Listing,
    Logo,
    Membership,
    NetworkMembership,
    Offer,
    Organisation,
    OrganisationException,
    OrganisationSearch,
    OrganisationTime,
    OrganisationTranslation,
    Partnership,
    Picture,
)
from actors.models.membership import Role
from ssoe_portal.common.moderation import TransitionNotAllowed

Mover = Callable[[Organisation, Organisation], None]


@dataclass(frozen=True)
class Rule:
    """What becomes of a relation: `move(gone, stays)` brings it over; `obstacles(gone, stays)` says
    in words what has to be settled first, `left_behind(gone, stays)` what will not come over. Lower
    `order` comes earlier."""

    move: Mover
    obstacles: Callable[[Organisation, Organisation], list[str]] = lambda gone, stays: []
    left_behind: Callable[[Organisation, Organisation], list[str]] = lambda gone, stays: []
    order: int = 0


_rules: dict[tuple[type[models.Model], str], Rule] = {}


def register(model: type[models.Model], name: str, rule: Rule) -> None:
    """State what merging does to a foreign key that refers to organisations."""
    _rules[model, name] = rule


def relations() -> list[tuple[type[models.Model], str]]:
    """Return every foreign key to organisations, in whatever app: (model, name). Histories record
    what was, and what is theirs is not moved; rows of many-to-many fields of the organisation's own
    are merged with its fields."""
    own = {field.remote_field.through for field in Organisation._meta.many_to_many}
    return [
        (relation.related_model, relation.field.name)
        for relation in Organisation._meta.get_fields(include_hidden=True)
        if isinstance(relation, models.ManyToOneRel)
        and relation.related_model not in own
        and not hasattr(relation.related_model, "pgh_tracked_model")
    ]


def rules() -> list[Rule]:
    """Return the rules in their order; raises ImproperlyConfigured for a relation without one."""
    missing = [
        f"{model._meta.label}.{name}" for model, name in relations() if (model, name) not in _rules
    ]
    if missing:
        raise ImproperlyConfigured(f"No rule for merging: {', '.join(missing)}")
    return sorted((_rules[key] for key in relations()), key=lambda rule: rule.order)


@dataclass(frozen=True)
class Moves:
    """Bring all of it over: only for what nothing forbids to be there twice."""

    model: type[models.Model]
    name: str

    def __call__(self, gone: Organisation, stays: Organisation) -> None:
        self.model._base_manager.filter(**{self.name: gone}).update(**{self.name: stays})


def moves(model: type[models.Model], name: str = "organisation") -> Moves:
    """A rule for what nothing forbids to be there twice."""
    return Moves(model, name)


def _move_memberships(gone: Organisation, stays: Organisation) -> None:
    """Whoever is in both teams is in one, as owner if in any."""
    there = {row.user_id: row for row in stays.memberships.all()}
    for row in gone.memberships.all():
        twin = there.get(row.user_id)
        if twin is None:
            Membership.objects.filter(pk=row.pk).update(organisation=stays)
            continue
        if row.role == Role.OWNER and twin.role != Role.OWNER:
            twin.change_role(Role.OWNER)
        row.delete()


def joint_team(gone: Organisation, stays: Organisation) -> list[Membership]:
    """Return who will look after the joint entry, as `_move_memberships` makes it."""
    people: dict[int, Membership] = {}
    for side in (stays, gone):
        for row in side.memberships.select_related("user").order_by("pk"):
            if row.user_id not in people or row.is_owner:
                people[row.user_id] = row
    return list(people.values())


def _move_invitations(gone: Organisation, stays: Organisation) -> None:
    """Of two open ones to one address the stronger stays; both links lead into one team."""
    there = {row.address: row for row in stays.invitations.open().annotate(address=Lower("email"))}
    for row in gone.invitations.annotate(address=Lower("email")):
        twin = there.get(row.address) if row.accepted_at is None else None
        if twin is None:
            Invitation.objects.filter(pk=row.pk).update(organisation=stays)
        elif row.role == Role.OWNER and twin.role != Role.OWNER:
            twin.delete()
            Invitation.objects.filter(pk=row.pk).update(organisation=stays)
        else:
            row.delete()


def _move_claims(gone: Organisation, stays: Organisation) -> None:
    asked = stays.claims.values("user")
    gone.claims.filter(user__in=asked).delete()
    Claim.objects.filter(organisation=gone).update(organisation=stays)


def _move_contacts(gone: Organisation, stays: Organisation) -> None:
    """The same person with the same task is one: what is missing is filled with the other's, and
    who asked in either not to stand on a public page stands on none."""
    there = {(row.name, row.role): row for row in stays.contacts.all()}
    for row in gone.contacts.all():
        twin = there.get((row.name, row.role))
        if twin is None:
            Contact.objects.filter(pk=row.pk).update(organisation=stays)
            continue
        row.delete()
        Contact.objects.filter(pk=twin.pk).update(
            phone=twin.phone or row.phone,
            email=twin.email or row.email,
            audience=twin.audience if row.is_public else row.audience,
            # Staff who merge do not vouch for it: what counts is who last did.
            updated_at=max(twin.updated_at, row.updated_at),
        )


def _left_contacts(gone: Organisation, stays: Organisation) -> list[str]:
    there = {(row.name, row.role): row for row in stays.contacts.all()}
    words = _("Telephone or e-mail of %(person)s of “%(gone)s” (“%(stays)s” has others).")
    return [
        words % {"person": row.name, "gone": gone.name, "stays": stays.name}
        for row in gone.contacts.order_by("name", "role", "pk")
        if (twin := there.get((row.name, row.role))) and _differ(row, twin, "phone", "email")
    ]


def _differ(row: models.Model, twin: models.Model, *names: str) -> bool:
    """Whether both say something, and not the same, in one of these columns."""
    return any(
        getattr(row, name) and getattr(twin, name) not in {"", getattr(row, name)} for name in names
    )


def _move_networks(gone: Organisation, stays: Organisation) -> None:
    """In a network of both: what the one that stays left empty is filled with the other's."""
    there = {row.network_id: row for row in stays.network_memberships.all()}
    for row in gone.network_memberships.all():
        twin = there.get(row.network_id)
        if twin is None:
            NetworkMembership.objects.filter(pk=row.pk).update(organisation=stays)
            continue
        twin.role = twin.role or row.role
        twin.commitment = twin.commitment or row.commitment
        twin.save()
        row.delete()


def _left_networks(gone: Organisation, stays: Organisation) -> list[str]:
    there = {row.network_id: row for row in stays.network_memberships.all()}
    words = _("What “%(gone)s” is and does in “%(network)s” (“%(stays)s” says so itself).")
    return [
        words % {"network": row.network.name, "gone": gone.name, "stays": stays.name}
        for row in gone.network_memberships.select_related("network").order_by("network", "pk")
        if (twin := there.get(row.network_id)) and _differ(row, twin, "role", "commitment")
    ]


def _move_offers(gone: Organisation, stays: Organisation) -> None:
    """Offers at the other entry's address keep it as their own where it is another one: nobody is
    to go to a wrong door."""
    if (gone.street, gone.postcode) != (stays.street, stays.postcode):
        Offer.objects.filter(
            organisation=gone, street="", postcode="", area_id=gone.area_id, area__isnull=False
        ).update(street=gone.street, postcode=gone.postcode)
    Offer.objects.filter(organisation=gone).update(organisation=stays)


def _forget_pairs(gone: Organisation, stays: Organisation) -> None:
    """Nobody asks about the archived entry any more; the one that stays is compared anew. Whom
    staff told from one of the two is another than what they become."""
    for pair in DuplicatePair.objects.filter(
        Q(first=gone) | Q(second=gone), differ_since__isnull=False
    ):
        other = pair.second_id if pair.first_id == gone.pk else pair.first_id
        if other != stays.pk:
            first, second = sorted((stays.pk, other))
            DuplicatePair.objects.update_or_create(
                first_id=first,
                second_id=second,
                defaults={"differ_since": pair.differ_since, "decided_by": pair.decided_by},
                create_defaults={
                    "likeness": pair.likeness,
                    "reasons": pair.reasons,
                    "differ_since": pair.differ_since,
                    "decided_by": pair.decided_by,
                },
            )
    DuplicatePair.objects.filter(Q(first=gone) | Q(second=gone)).delete()
    Organisation.objects.filter(pk=stays.pk).update(compared="")


def _move_missing(model: type[models.Model], same: str) -> Mover:
    """A rule for rows of which there is one of each: what is not there yet comes over."""

    def move(gone: Organisation, stays: Organisation) -> None:
        there = model._base_manager.filter(organisation=stays).values(same)
        rows = model._base_manager.filter(organisation=gone).exclude(**{f"{same}__in": there})
        rows.update(organisation=stays)

    return move


def _left_branches(gone: Organisation, stays: Organisation) -> list[str]:
    place = ("street", "postcode", "area")
    there = {name: rest for name, *rest in stays.branches.values_list("name", *place)}
    rows = gone.branches.order_by("name", "pk").values_list("name", *place)
    return [
        _("“%(branch)s” of “%(gone)s” (“%(stays)s” has an address of that name).")
        % {"branch": name, "gone": gone.name, "stays": stays.name}
        for name, *rest in rows
        if there.get(name, rest) != rest
    ]


def _new_pictures(gone: Organisation, stays: Organisation) -> tuple[models.QuerySet, int]:
    """The other entry's pictures that are not there yet, and for how many there is room."""
    rows = gone.pictures.exclude(digest__in=stays.pictures.values("digest")).order_by("pk")
    return rows, max(Picture.MOST - stays.pictures.count(), 0)


def _move_pictures(gone: Organisation, stays: Organisation) -> None:
    """As many as there is room for; the others stay with the archived entry."""
    rows, room = _new_pictures(gone, stays)
    Picture.hand_over(rows[:room], stays.pk)


def _left_pictures(gone: Organisation, stays: Organisation) -> list[str]:
    rows, room = _new_pictures(gone, stays)
    left = rows.count() - room
    words = ngettext(
        "%(number)s picture of “%(gone)s” (an entry has room for %(most)s).",
        "%(number)s pictures of “%(gone)s” (an entry has room for %(most)s).",
        max(left, 1),
    )
    return [words % {"number": left, "gone": gone.name, "most": Picture.MOST}] if left > 0 else []


def _move_logo(gone: Organisation, stays: Organisation) -> None:
    if not Logo.objects.filter(organisation=stays).exists():
        Logo.hand_over(Logo.objects.filter(organisation=gone), stays.pk)


def _left_logo(gone: Organisation, stays: Organisation) -> list[str]:
    digests = set(Logo.objects.filter(organisation__in=[gone, stays]).values_list("digest"))
    if len(digests) < 2:  # one of them has none, or both have the same
        return []
    words = _("The logo of “%(gone)s” (“%(stays)s” has its own).")
    return [words % {"gone": gone.name, "stays": stays.name}]


def _move_partnerships(gone: Organisation, stays: Organisation) -> None:
    """Partners of either are partners of the one that stays; of what both have, its own stays, and
    confirmed is what one of the two was."""
    there = {_partner_of(stays, row): row for row in Partnership.objects.of(stays)}
    for row in Partnership.objects.of(gone):
        other = _partner_of(gone, row)
        if other == stays.pk:
            row.delete()
        elif other in there:
            twin = there[other]
            if row.confirmed_at and not twin.confirmed_at:
                Partnership.objects.filter(pk=twin.pk).update(confirmed_at=row.confirmed_at)
            row.delete()
        else:
            side = "organisation" if row.organisation_id == gone.pk else "partner"
            Partnership.objects.filter(pk=row.pk).update(**{side: stays})


def _partner_of(side: Organisation, row: Partnership) -> int | str:
    """Return the other side's number, or the name of somebody outside the portal."""
    if row.partner_id is None:
        return row.name.lower()
    return row.organisation_id if row.partner_id == side.pk else row.partner_id


def _move_hours(gone: Organisation, stays: Organisation) -> None:
    """Opening hours are one whole: they come where there are none."""
    if stays.times.exists() or stays.exceptions.exists():
        return
    gone.times.update(organisation=stays)
    gone.exceptions.update(organisation=stays)
    for side in (gone, stays):
        Organisation.objects.get(pk=side.pk).summarise_hours()


def _left_hours(gone: Organisation, stays: Organisation) -> list[str]:
    theirs, own = (
        {*side.times.values_list(*OrganisationTime.COLUMNS)}
        | {*side.exceptions.values_list(*OrganisationException.COLUMNS)}
        for side in (gone, stays)
    )
    if not own or theirs <= own:
        return []
    words = _("The opening hours of “%(gone)s” (“%(stays)s” has its own).")
    return [words % {"gone": gone.name, "stays": stays.name}]


def _nothing(gone: Organisation, stays: Organisation) -> None:
    """Moved with something else."""


# Who invited somebody loses their invitations with their membership: so those come over first.
register(Invitation, "organisation", Rule(_move_invitations, order=-1))
register(Membership, "organisation", Rule(_move_memberships))
register(Claim, "organisation", Rule(_move_claims))
register(Offer, "organisation", Rule(_move_offers))
register(Listing, "organisation", Rule(moves(Listing)))
register(Initiative, "organisation", Rule(moves(Initiative)))
register(NetworkMembership, "organisation", Rule(_move_networks, left_behind=_left_networks))
register(Contact, "organisation", Rule(_move_contacts, left_behind=_left_contacts))
register(Branch, "organisation", Rule(_move_missing(Branch, "name"), left_behind=_left_branches))
register(Picture, "organisation", Rule(_move_pictures, left_behind=_left_pictures))
register(Logo, "organisation", Rule(_move_logo, left_behind=_left_logo))
register(Partnership, "organisation", Rule(_move_partnerships))
register(Partnership, "partner", Rule(_nothing))
register(OrganisationTime, "organisation", Rule(_move_hours, left_behind=_left_hours))
register(OrganisationException, "organisation", Rule(_nothing))
register(DuplicatePair, "first", Rule(_forget_pairs))
register(DuplicatePair, "second", Rule(_nothing))
#: Texts are chosen field by field (`_merge_texts`), translations with them.
register(OrganisationTranslation, "original", Rule(_nothing))
# Rows of the search are written by the database.
register(OrganisationSearch, "organisation", Rule(_nothing))
# Rows of lists record what was; taking a list back leaves alone what was merged since.
register(ImportRow, "organisation", Rule(_nothing))
register(Organisation, "merged_into", Rule(moves(Organisation, "merged_into")))


# --- What each has -------------------------------------------------------------------------------

#: Columns that are chosen together: one makes no sense without the others.
TOGETHER = (("street", "postcode", "area", "latitude", "longitude"), ("legal_form", "is_nonprofit"))
#: What belongs to an entry itself, whichever texts are chosen.
KEPT = {*Organisation.LIFE, "id", "slug", "created_at", "revision", "times_summary"}


@dataclass(frozen=True)
class Choice:
    """Columns that come from one entry or the other; `key` names them in forms."""

    names: tuple[str, ...]

    @property
    def key(self) -> str:
        return self.names[0]

    def of(self, organisation: Organisation) -> tuple:
        return tuple(getattr(organisation, self._column(name)) for name in self.names)

    def copy(self, source: Organisation, target: Organisation) -> None:
        for name in self.names:
            setattr(target, self._column(name), getattr(source, self._column(name)))

    def is_empty(self, organisation: Organisation) -> bool:
        return all(value in ("", None) for value in self.of(organisation))

    @staticmethod
    def _column(name: str) -> str:
        return Organisation._meta.get_field(name).attname


def choices() -> list[Choice]:
    """Return everything that can be chosen, in the order of the model's fields."""
    grouped = {name: group for group in TOGETHER for name in group}
    found: dict[tuple[str, ...], Choice] = {}
    for field in Organisation._meta.concrete_fields:
        if field.name in KEPT or field.generated:
            continue
        names = grouped.get(field.name, (field.name,))
        found[names] = Choice(names)
    return list(found.values())


def differing(one: Organisation, other: Organisation) -> list[Choice]:
    """Return those in which two entries do not have the same."""
    return [choice for choice in choices() if choice.of(one) != choice.of(other)]


def obstacles(*, gone: Organisation, stays: Organisation) -> list[str]:
    """Return in words what has to be settled before these two can become one."""
    return [words for rule in rules() for words in rule.obstacles(gone, stays)]


def left_behind(*, gone: Organisation, stays: Organisation) -> list[str]:
    """Return in words what stays with the archived entry, since the other has its own."""
    return [words for rule in rules() for words in rule.left_behind(gone, stays)]


# --- The merge -----------------------------------------------------------------------------------


#: The public one has to stay, or its readers would be led to nothing.
NOT_PUBLIC = gettext_lazy("Only the other entry is public. Please let that one stay.")


@transaction.atomic
def merge(
    *, gone: Organisation, stays: Organisation, from_gone: Iterable[str] = ()
) -> Organisation:
    """Make one entry of two and tell its people; return the one that stays.

    `from_gone` names the choices (`Choice.key`) that are taken from the other entry; all else is as
    it is. Raises TransitionNotAllowed when one of them was merged meanwhile, ValidationError with
    the obstacles there are.
    """
    gone, stays = _locked(gone.pk, stays.pk)
    if gone.merged_into_id or stays.merged_into_id or gone.pk == stays.pk:
        raise TransitionNotAllowed(f"organisations {gone.pk}, {stays.pk}")
    if gone.is_published and not stays.is_published:
        raise ValidationError(NOT_PUBLIC, code="not-public")
    if found := obstacles(gone=gone, stays=stays):
        raise ValidationError(found, code="obstacles")
    area_before = stays.area_id
    wanted = set(from_gone)
    taken = [choice for choice in differing(gone, stays) if choice.key in wanted]
    _merge_texts(gone, stays, taken)
    if any(choice.key == "street" for choice in taken):
        Offer.objects.move_along({stays.pk: area_before})
    for rule in rules():
        rule.move(gone, stays)
    gone.merge_into(stays)
    emails.merged(gone=gone, stays=stays)
    return stays


def _locked(*keys: int) -> Sequence[Organisation]:
    """Hold both rows until the end, in one order whichever is which: who merges them the other way
    round at this moment waits, then sees that it is done. Nor can anything new refer to them."""
    rows = Organisation.objects.select_for_update(of=("self",)).order_by("pk").in_bulk(keys)
    return [rows[key] for key in keys]


def _merge_texts(gone: Organisation, stays: Organisation, taken: list[Choice]) -> None:
    for choice in taken:
        choice.copy(gone, stays)
    stays.save()
    for field in Organisation._meta.many_to_many:
        getattr(stays, field.name).add(*getattr(gone, field.name).all())
    _merge_translations(gone, stays, {choice.key for choice in taken})


def _merge_translations(gone: Organisation, stays: Organisation, taken: set[str]) -> None:
    """A text's translations come with it; where it has none, the other text's stays, outdated. So
    does one whose German text had moved on."""
    rows = {
        side.pk: {row.language: row for row in side.translations.all()} for side in (gone, stays)
    }
    before = {side.pk: side.revision for side in (gone, stays)}
    stays.refresh_from_db(fields=["revision"])
    for language in sorted({*rows[gone.pk], *rows[stays.pk]}):
        target = rows[stays.pk].get(language)
        wanted = {
            name: rows[(gone if name in taken else stays).pk].get(language)
            for name in Organisation.TRANSLATED_FIELDS
        }
        found = [row for row in wanted.values() if row]
        if not found or not taken & set(wanted):
            continue
        if target is None:
            target = OrganisationTranslation(original=stays, language=language)
        is_current = len(found) == len(wanted) and all(
            row.base_revision >= before[row.original_id] for row in found
        )
        for name, row in wanted.items():
            setattr(target, name, getattr(row or target, name) or getattr(found[0], name))
        target.origin = found[0].origin
        target.base_revision = stays.revision if is_current else max(0, stays.revision - 1)
        target.save()
