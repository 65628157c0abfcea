"""Events that repeat: which days, their copies, and what is changed on all following dates."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone

from events.models import Event, EventSeries, ProgrammeItem, Venue, VenueStop
from events.models.series import Rhythm
from events.moving import move_along, shifting
from ssoe_portal.common.moderation import Moderated, Status
from ssoe_portal.common.public_holidays import public_holiday
from ssoe_portal.common.slugs import reserve_slug
from ssoe_portal.common.translation import Translatable

#: Moves a moment from one date to another, by the clock.
type Shift = Callable[[datetime], datetime]

#: Dates of a series, the first one included.
MOST = 60
WEEKS = {Rhythm.WEEKLY: timedelta(weeks=1), Rhythm.FORTNIGHTLY: timedelta(weeks=2)}
#: Further dates on the page of one.
SHOWN = 12
#: What belongs to one date alone, though people enter it.
OWN = {"outcome"}
#: What is copied though no form asks for it.
BESIDES = {"latitude", "longitude", "position", "series"}


class TooManyDates(ValueError):
    """A series has at most `MOST` dates."""


@dataclass(frozen=True)
class Day:
    """A day on which an event could take place again."""

    date: date
    holiday: str
    is_taken: bool


def days_after(first: date, rhythm: str, until: date) -> list[date]:
    """Return the days after the first one on which something takes place in this rhythm. Monthly
    is the first, second, third or fourth such weekday of each month, as the first one is, else the
    last. Raises TooManyDates."""
    days = []
    for number in range(1, MOST + 1):
        if rhythm == Rhythm.MONTHLY:
            day = _monthly(first, number)
        else:
            day = first + WEEKS[Rhythm(rhythm)] * number
        if day > until:
            return days
        days.append(day)
    raise TooManyDates


def _monthly(first: date, number: int) -> date:
    """Return the day so many months later that is the same weekday of its month."""
    months = first.year * 12 + first.month - 1 + number
    beginning = date(months // 12, months % 12 + 1, 1)
    of_weekday = beginning + timedelta(days=(first.weekday() - beginning.weekday()) % 7)
    day = of_weekday + timedelta(weeks=(first.day - 1) // 7)
    return day if day.month == beginning.month else day - timedelta(weeks=1)


def offered(event: Event, rhythm: str, until: date) -> list[Day]:
    """Return the days of a rhythm, with what speaks against each. Raises TooManyDates."""
    first = timezone.localdate(event.starts_at)
    taken = set()
    if event.series_id:
        taken = {timezone.localdate(each.starts_at) for each in dates_of(event)}
    return [Day(day, public_holiday(day), day in taken) for day in days_after(first, rhythm, until)]


def dates_of(event: Event) -> models.QuerySet[Event]:
    """All dates of an event's series, by time; without a series itself."""
    same = Event.objects.filter(series=event.series_id) if event.series_id else None
    rows = Event.objects.filter(pk=event.pk) if same is None else same
    return rows.order_by("starts_at", "pk")


def following(event: Event, after: datetime | None = None) -> models.QuerySet[Event]:
    """The dates of its series after this one that are still to come and not called off; `after`
    is when this one began, if it has just been moved."""
    if not event.series_id:
        return Event.objects.none()
    later = dates_of(event).exclude(pk=event.pk).exclude(status=Status.ARCHIVED)
    return later.filter(starts_at__gt=after or event.starts_at, ends_at__gt=timezone.now())


def shown_beside(event: Event) -> models.QuerySet[Event]:
    """The next public dates of its series, as its page lists them."""
    others = dates_of(event).exclude(pk=event.pk).only("slug", "starts_at", "ends_at")
    return others.published().filter(ends_at__gt=timezone.now())[:SHOWN]


# --- Copies --------------------------------------------------------------------------------------


@transaction.atomic
def repeat(
    event: Event, days: Collection[date], *, rhythm: str, until: date, with_programme: bool = False
) -> list[Event]:
    """Make a date of an event on each of these days, at the same time by the clock, with its texts
    in every language, facts, questions and venues, if wished with its programme as a draft. Public
    as the event itself is; nobody is registered for it yet.

    A day on which the series has a date already is left out: sent twice it is done once. Raises
    TooManyDates.
    """
    event = Event.objects.locked().get(pk=event.pk)
    if event.series is None:
        event.series = EventSeries.objects.create(rhythm=rhythm, until=until)
        event.save(update_fields=["series"])
    else:
        EventSeries.objects.filter(pk=event.series_id).update(rhythm=rhythm, until=until)
    there = {timezone.localdate(each.starts_at) for each in dates_of(event)}
    wanted = sorted(set(days) - there)
    if len(there) + len(wanted) > MOST:
        raise TooManyDates
    return [_on(event, day, with_programme) for day in wanted]


def _on(event: Event, day: date, with_programme: bool) -> Event:
    start = timezone.localtime(event.starts_at)
    shifted = shifting(
        event.starts_at,
        timezone.make_aware(datetime.combine(day, start.time().replace(tzinfo=None))),
    )
    made = _copied(event, shifted)
    made.slug = reserve_slug("event", f"{event.title[:45]} {day:%d-%m-%Y}")
    made.save()
    _copy_texts(event, made)
    made.languages.set(event.languages.all())
    for question in event.questions.all():
        of_made = _copied(question, shifted, event=made)
        of_made.save()
        _copy_texts(question, of_made)
    venues = {}
    for venue in event.venues.all():
        venues[venue.pk] = _copied(venue, shifted, event=made)
        venues[venue.pk].save()
        _copy_texts(venue, venues[venue.pk])
        for stop in venue.stops.all():
            _copied(stop, shifted, venue=venues[venue.pk]).save()
    if with_programme:
        _copy_programme(event, made, venues, shifted)
    if event.is_published:
        made.publish()
    made.refresh_from_db()
    return made


def _copy_programme(event: Event, made: Event, venues: dict[int, Venue], shifted: Shift) -> None:
    """Copy sessions and whoever speaks in them, as a draft that nobody has released."""
    speakers = {}
    for speaker in event.speakers.all():
        speakers[speaker.pk] = _copied(speaker, shifted, event=made)
        speakers[speaker.pk].save()
        _copy_texts(speaker, speakers[speaker.pk])
    for item in ProgrammeItem.objects.filter(event=event):
        of_made = _copied(item, shifted, event=made, venue=venues.get(item.venue_id or 0))
        of_made.save()
        _copy_texts(item, of_made)
        of_made.languages.set(item.languages.all())
        for appearance in item.appearances.all():
            of_made.appearances.create(speaker=speakers[appearance.speaker_id])


def _copied(row: models.Model, shifted: Shift, **changes: models.Model | None) -> Any:
    """Return a copy that is not stored yet: what people enter, with its times moved."""
    values = {}
    for field in row._meta.concrete_fields:
        is_entered = field.editable or field.name in BESIDES
        if is_entered and not (field.primary_key or field.generated or field.name in OWN):
            values[field.attname] = _moved(field, getattr(row, field.attname), shifted)
    made = type(row)(**values)
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def _moved(field: models.Field, value: Any, shifted: Shift) -> Any:
    if value is None:
        return None
    if isinstance(field, models.DateTimeField):
        return shifted(value)
    if isinstance(field, models.DateField):
        noon = timezone.make_aware(datetime.combine(value, datetime.min.time().replace(hour=12)))
        return timezone.localdate(shifted(noon))
    return value


def _copy_texts(original: Translatable, made: Translatable) -> None:
    for row in original.translations.all():
        was_outdated = row.base_revision < original.revision
        row.pk, row._state.adding = None, True
        row.original = made
        row.base_revision = made.revision - was_outdated
        for name in OWN & set(made.TRANSLATED_FIELDS):
            setattr(row, name, "")
        row.save()


# --- This and all following ----------------------------------------------------------------------


@transaction.atomic
def change_following(
    event: Event, names: Collection[str], *, before: datetime, moves_along: bool, english: bool
) -> list[Event]:
    """Change on all following dates what was changed on this one: the fields `names`, and with
    `english` the texts in English. A time keeps its distance to the start of its date; the start
    moves as far as this one's did, which began at `before`.

    Raises ValidationError where a date has more people than places would be left.
    """
    rows = list(following(event, before).locked())
    fields: list[Any] = [event._meta.get_field(name) for name in names]
    for each in rows:
        began = each.starts_at
        if "starts_at" in names:
            each.starts_at = shifting(before, event.starts_at)(began)
        shifted = shifting(event.starts_at, each.starts_at)
        for field in fields:
            if field.name != "starts_at" and not field.many_to_many:
                value = _moved(field, getattr(event, field.attname), shifted)
                setattr(each, field.attname, value)
        _check(each)
        each.save()
        for field in fields:
            if field.many_to_many:
                getattr(each, field.name).set(getattr(event, field.name).all())
        if moves_along and each.starts_at != began:
            move_along(each, began)
        if english:
            _take_english(event, each)
    return rows


@transaction.atomic
def change_venue_of_following(
    event: Event, venue: Venue, names: Collection[str], *, called: str, english: bool
) -> None:
    """Change the venue that was `called` so on all following dates as it was changed on this one:
    the fields `names`, and with `english` its texts in English. A new one is added to each. Where
    a date has no such venue, or a new one already, nothing is changed.

    Raises ValidationError where a date has another venue of the new name."""
    for each in following(event).locked():
        shifted = shifting(event.starts_at, each.starts_at)
        there = each.venues.filter(name=called or venue.name).first()
        if bool(called) != bool(there):
            continue
        other = there or _copied(venue, shifted, event=each)
        for name in names:
            field: Any = Venue._meta.get_field(name)
            value = _moved(field, getattr(venue, field.attname), shifted)
            setattr(other, field.attname, value)
        other.latitude, other.longitude = venue.latitude, venue.longitude
        other.validate_constraints()
        other.save()
        if english:
            _take_english(venue, other)


@transaction.atomic
def change_stop_of_following(
    event: Event, stop: VenueStop, names: Collection[str], *, was: datetime | None
) -> None:
    """Change the stop of a pop-up that began at `was` so on all following dates as it was changed
    on this one: the fields `names`. A new one (`was` is None) is added to each. Where a date has no
    such pop-up or stop, nothing is changed.

    Raises ValidationError where the pop-up is somewhere else at that time."""
    for each, venue, shifted in _same_places(event, stop.venue):
        if was is None:
            other = _copied(stop, shifted, venue=venue)
        else:
            other = venue.stops.filter(starts_at=shifted(was)).first()
        if other is None:
            continue
        for name in names:
            field: Any = VenueStop._meta.get_field(name)
            setattr(other, field.attname, _moved(field, getattr(stop, field.attname), shifted))
        other.latitude, other.longitude = stop.latitude, stop.longitude
        with _named(each):
            other.validate_constraints()
        other.save()


@transaction.atomic
def remove_stop_of_following(event: Event, stop: VenueStop) -> None:
    """Remove the stop that begins at the same time of all following dates."""
    for _each, venue, shifted in _same_places(event, stop.venue):
        venue.stops.filter(starts_at=shifted(stop.starts_at)).delete()


@transaction.atomic
def remove_venue_of_following(event: Event, venue: Venue) -> None:
    """Remove the venue of that name of all following dates.

    Raises ValidationError where something takes place there."""
    for each, other, _shifted in _same_places(event, venue):
        with _named(each):
            if other.stays_because:
                raise ValidationError(other.stays_because)
        other.delete()


def _same_places(event: Event, venue: Venue) -> Iterator[tuple[Event, Venue, Shift]]:
    """The following dates that have a venue of that name, with it and how times move there."""
    for each in following(event).locked():
        other = each.venues.filter(name=venue.name).first()
        if other is not None:
            yield each, other, shifting(event.starts_at, each.starts_at)


def _check(event: Event) -> None:
    with _named(event):
        event.clean_fields()
        event.validate_constraints()


@contextmanager
def _named(event: Event) -> Iterator[None]:
    """Say of which date something is not possible."""
    try:
        yield
    except ValidationError as error:
        day = timezone.localtime(event.starts_at)
        raise ValidationError([f"{day:%d.%m.%Y}: {words}" for words in error.messages]) from error


def _take_english(original: Translatable, other: Translatable) -> None:
    """Give another date the English texts of this one; what belongs to one date alone stays."""
    own = dict.fromkeys(OWN & set(original.TRANSLATED_FIELDS), "")
    before = other.translations.filter(language="en").first()
    if before is not None:
        own = {name: getattr(before, name) for name in own}
        before.delete()
    other.refresh_from_db(fields=["revision"])
    for row in original.translations.filter(language="en"):
        row.pk, row._state.adding = None, True
        row.original, row.base_revision = other, other.revision
        for name, text in own.items():
            setattr(row, name, text)
        row.save()


def drafts(event: Event) -> models.QuerySet[Event]:
    """Dates of its series that nobody has published yet."""
    return dates_of(event).filter(status=Moderated.Status.DRAFT)
