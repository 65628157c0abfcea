"""The calendar as an Atom feed (RFC 4287): what is new, and what has changed."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language

from events import times
from events.models import Event
from ssoe_portal.common.mail import absolute
from ssoe_portal.common.structured_data import PORTAL


def atom(events: Iterable[Event], *, title: str, page: str, address: str) -> bytes:
    """Return the feed of some events as `for_cards` reads them; `page` is the list for people,
    `address` the feed's own."""
    feed = Atom1Feed(
        title=title,
        link=page,
        description="",
        language=get_language(),
        feed_url=address,
        author_name=PORTAL,
    )
    for event in events:
        text = event.text
        venues = [venue.text.name for venue in event.venues.all()]
        facts = [times.when(event.starts_at, event.ends_at), text.date_note, *venues]
        feed.add_item(
            title=text.title,
            link=absolute(event.get_absolute_url()),
            description="\n".join(line for line in [*facts, text.summary] if line),
            unique_id=_id(event),
            pubdate=event.published_at,
            updateddate=event.modified_at,
        )
    return feed.writeString("utf-8").encode()


def _id(event: Event) -> str:
    """The same in every language and whatever the event is called (RFC 4151)."""
    host = urlsplit(settings.PUBLIC_URL).hostname
    return f"tag:{host},{event.created_at:%Y-%m-%d}:event-{event.pk}"
