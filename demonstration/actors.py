"""Organisations, networks and initiatives of the reports; invented examples with their offers."""

from datetime import time, timedelta

from django.utils import timezone

from actors import confirmation, duplicates
from actors.models import (
    Category,
    Field,
    Initiative,
    LegalForm,
    Listing,
    ListingTranslation,
    Membership,
    Network,
    NetworkMembership,
    Offer,
    OfferException,
    OfferTime,
    OfferTranslation,
    Organisation,
    OrganisationException,
    OrganisationTime,
    OrganisationTranslation,
    SpokenLanguage,
    TargetGroup,
    Topic,
)
from demonstration import actors_examples as examples
from demonstration import actors_facts as facts
from demonstration import actors_neighbours as neighbours
from demonstration import actors_offers as offers
from demonstration import actors_profiles as profiles
from demonstration.accounts import person
from ssoe_portal.common.confirmation import months_before
from ssoe_portal.common.geography import Area
from ssoe_portal.common.slugs import GERMAN, ReservedSlug


def load() -> None:
    for row in facts.ORGANISATIONS:
        # Nobody there has handed it in or confirmed it: it is published as the task force does.
        if new := _organisation(row):
            new.publish()
    for row in facts.NETWORKS:
        _network(row)
    for row in facts.INITIATIVES:
        _initiative(row)
    entered = []
    for row in [*examples.ORGANISATIONS, *neighbours.ORGANISATIONS]:
        status, reason = row.get("status", "published"), row.get("reason", "")
        if new := _organisation(row):
            profiles.load(row["name"], new)
            _set_status(new, status, reason)
            entered.append((row["name"], new))
    for name, new in entered:
        profiles.load_partners(name, new)
    for email, name, role in examples.MEMBERS:
        Membership.objects.get_or_create(
            user=person(email), organisation=organisation(name), defaults={"role": role}
        )
    for row in [*offers.OFFERS, *neighbours.OFFERS]:
        _offer(row)
    for row in offers.LISTINGS:
        _listing(row)
    for name, months in examples.AGED:
        _age(name, months)
    confirmation.fade(timezone.now())
    duplicates.find()


def _age(name: str, months: int) -> None:
    """Let an entry have been published and confirmed so many months ago; once."""
    days = ("published_at", "confirmed_at", "submitted_at", "reviewed_at", "created_at")
    fresh = Organisation.objects.filter(
        name=name, published_at__gt=timezone.now() - timedelta(days=1), asked_at=None
    )
    for item in fresh:
        before = {day: months_before(at, months) for day in days if (at := getattr(item, day))}
        Organisation.objects.filter(pk=item.pk).update(**before)


def organisation(name: str) -> Organisation:
    """Return an organisation of the demonstration by its name."""
    return Organisation.objects.get(name=name)


def created_before(namespace: str, text: str) -> bool:
    """Whether something of this name was created once, even if it is gone or renamed by now."""
    from django.utils.text import slugify

    slug = slugify(text.translate(GERMAN))[:60].strip("-")
    return ReservedSlug.objects.filter(namespace=namespace, slug=slug).exists()


def _set_status(item, status: str, reason: str = "") -> None:
    """Lead an invented entry to a status as its owners and the task force would."""
    if status == "published":
        item.submit(by_owner=True)
        item.publish()
    elif status in {"submitted", "returned"}:
        item.submit(by_owner=True)
        if status == "returned":
            item.return_to_owner(reason)
    elif status == "entered":  # by the administration: nobody there has confirmed it
        item.publish()


def _organisation(row: dict) -> Organisation | None:
    """Return a draft of this organisation; nothing where it was there before."""
    if created_before("organisation", row["name"]):
        return None
    row = {name: value for name, value in row.items() if name not in {"status", "reason"}}
    english = row.pop("english", None)
    terms = {
        "fields": Field.objects.filter(key__in=row.pop("fields", ())),
        "target_groups": TargetGroup.objects.filter(key__in=row.pop("target_groups", ())),
        "languages": SpokenLanguage.objects.filter(key__in=row.pop("languages", ())),
    }
    legal_form, area = row.pop("legal_form", ""), row.pop("area", "")
    times = row.pop("times", ())
    new = Organisation(
        legal_form=LegalForm.objects.get(key=legal_form) if legal_form else None,
        area=Area.objects.get(key=area) if area else None,
        **row,
    )
    if new.postcode and new.latitude is None:
        new.locate()
    new.full_clean(exclude=["slug"])
    new.save()
    for name, values in terms.items():
        getattr(new, name).set(values)
    if times:
        new.set_hours(*hours(OrganisationTime, OrganisationException, times))
    if english:
        OrganisationTranslation.objects.create(
            original=new,
            language="en",
            summary=english[0],
            description=english[1] if len(english) > 1 else "",
            base_revision=new.revision,
        )
    return new


def _network(row: dict) -> None:
    if created_before("network", row["name"]):
        return
    network = Network.objects.create(name=row["name"], description=row["description"])
    network.translations.create(language="en", base_revision=1, **row["english"])
    for name, role, commitment in row["members"]:
        NetworkMembership.objects.create(
            network=network, organisation=organisation(name), role=role, commitment=commitment
        )


def hours(time_model, exception_model, times, exceptions=()) -> tuple[list, list]:
    """Return rows for `set_hours`: times as (weekday, from, to[, rhythm]), exceptions as (days from
    today, how many days, note): closed."""
    today = timezone.localdate()
    return (
        [
            time_model(
                weekday=weekday,
                opens=time.fromisoformat(opens),
                closes=time.fromisoformat(closes),
                rhythm=rhythm[0] if rhythm else "weekly",
            )
            for weekday, opens, closes, *rhythm in times
        ],
        [
            exception_model(
                first_day=today + timedelta(days=ahead),
                last_day=today + timedelta(days=ahead + length - 1),
                note=note,
            )
            for ahead, length, note in exceptions
        ],
    )


def _initiative(row: dict) -> None:
    if created_before("initiative", row["name"]):
        return
    new = Initiative.objects.create(
        name=row["name"],
        summary=row["summary"],
        description=row["description"],
        area=Area.objects.get(key=row["area"]),
    )
    new.translations.create(language="en", name=row["name"], base_revision=1, **row["english"])
    new.publish()


def _offer(row: dict) -> None:
    if created_before("offer", row["title"]):
        return
    row = dict(row)
    english = row.pop("english", None)
    languages = SpokenLanguage.objects.filter(key__in=row.pop("languages", ()))
    groups = TargetGroup.objects.filter(key__in=row.pop("target_groups", ()))
    status, reason = row.pop("status", "published"), row.pop("reason", "")
    area = row.pop("area", "")
    times, exceptions = row.pop("times", ()), row.pop("exceptions", ())
    new = Offer(
        organisation=organisation(row.pop("organisation")),
        category=Category.objects.get(key=row.pop("category")),
        area=Area.objects.get(key=area) if area else None,
        **row,
    )
    if new.latitude is None and (new.postcode or new.area):
        new.locate()
    new.full_clean(exclude=["slug"])
    new.save()
    new.languages.set(languages)
    new.target_groups.set(groups)
    new.set_hours(*hours(OfferTime, OfferException, times, exceptions))
    if english:
        OfferTranslation.objects.create(
            original=new, language="en", base_revision=new.revision, **english
        )
    _set_status(new, status, reason)


def _listing(row: dict) -> None:
    if created_before("listing", row["title"]):
        return
    row = dict(row)
    english = row.pop("english", None)
    status, reason = row.pop("status", "published"), row.pop("reason", "")
    topic = row.pop("topic", "")
    new = Listing(
        organisation=organisation(row.pop("organisation")),
        topic=Topic.objects.get(key=topic) if topic else None,
        **row,
    )
    new.full_clean(exclude=["slug"])
    new.save()
    if english:
        ListingTranslation.objects.create(
            original=new, language="en", base_revision=new.revision, **english
        )
    _set_status(new, status, reason)
