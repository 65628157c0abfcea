"""Whoever counts on an offer hears that it no longer takes place, however it went."""

from datetime import time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from actors import archiving, confirmation, joining, merging
from actors.links import JOIN_CONFIRM, JOIN_WITHDRAW, STILL_RIGHT, still_right_value
from actors.models import JoinRequest, Offer, OfferTime, Organisation
from actors.tasks import settle_all
from ssoe_portal.common.confirmation import months_before
from ssoe_portal.common.history import latest_state
from ssoe_portal.common.mail import OutgoingMail
from ssoe_portal.common.moderation import Status, TransitionNotAllowed
from tests.world import make_join_request, make_member, make_offer, make_organisation, make_user

pytestmark = pytest.mark.django_db

CONCERNED = ("accepted", "offered", "waiting", "open")
SUBJECT = "Findet nicht mehr statt: Nähkurs"


def url(name: str, *args) -> str:
    return reverse(f"actors:{name}", args=args)


@pytest.fixture
def offer():
    organisation = make_organisation("Beispiel Haus", email="haus@example.org")
    make_member(organisation, email="owner@example.org")
    return make_offer(organisation, title="Nähkurs", places=2)


@pytest.fixture
def people(offer):
    """One in each state, by state; each has an address of that name."""
    states = (*CONCERNED, "declined", "withdrawn", "expired", "unconfirmed")
    return {
        state: make_join_request(offer, state=state, email=f"{state}@example.org")
        for state in states
    }


def states(people) -> dict[str, str]:
    return {was: JoinRequest.objects.get(pk=request.pk).state for was, request in people.items()}


def told() -> list[str]:
    """The addresses that got the mail, one entry for each mail."""
    mails = OutgoingMail.objects.filter(subject=SUBJECT)
    return sorted(address for mail in mails for address in mail.recipients)


def by_the_owner(client, offer):
    client.force_login(offer.organisation.owners.get())
    client.post(url("offer-archive", offer.slug))


def with_the_organisation(client, offer):
    client.force_login(offer.organisation.owners.get())
    client.post(url("organisation-archive", offer.organisation.slug))


def by_staff_at_the_desk(client, offer):
    Offer.objects.update(confirmed_at=None, published_at=months_before(timezone.now(), 14))
    client.force_login(make_user("reviewer"))
    data = {"action": "archive", "entry": f"offer:{offer.pk}:{latest_state(offer)}"}
    client.post(url("stale"), data | {"reason": "Niemand ist da."})


def in_django_admin(client, offer):
    client.force_login(make_user("admin"))
    sent = {"action": "archive", "_selected_action": [offer.pk], "confirmed": "yes"}
    client.post(reverse("admin:actors_offer_changelist"), sent | {"reason": "Niemand ist da."})


def on_the_yearly_page(client, offer):
    token = STILL_RIGHT.token(still_right_value(offer.organisation_id, "owner@example.org"))
    client.post(url("still-right", token), {"answer": "each", f"offer-{offer.pk}": "archive"})


def by_nobodys_answer(client, offer):
    now = timezone.now()
    for model in (Organisation, Offer):
        model.objects.update(published_at=months_before(now, 12))
    # In days, since one month after 31 January is not yet thirteen after the one of a year ago.
    for days in (0, 35, 105, 105):
        confirmation.run(now + timedelta(days=days))


WAYS = [
    by_the_owner,
    with_the_organisation,
    by_staff_at_the_desk,
    in_django_admin,
    on_the_yearly_page,
    by_nobodys_answer,
]


class TestArchiving:
    @pytest.mark.parametrize("way", WAYS)
    def test_tells_everybody_once_and_ends_their_sign_up(self, client, offer, people, way):
        way(client, offer)
        assert not Offer.objects.published().exists()
        unconcerned = {state: state for state in people if state not in CONCERNED}
        assert states(people) == dict.fromkeys(CONCERNED, "called-off") | unconcerned
        assert told() == sorted(f"{state}@example.org" for state in CONCERNED)
        settle_all(0)
        assert len(told()) == 4

    def test_asks_first_and_says_whom_it_concerns(self, client, offer, people):
        client.force_login(offer.organisation.owners.get())
        for page in (
            client.get(url("offer-archive", offer.slug)),
            client.get(url("organisation-archive", offer.organisation.slug)),
        ):
            for words in (
                "4 Personen rechnen damit",
                "1 Person hat einen Platz",
                "1 Person ist gerade ein Platz angeboten",
                "1 Person steht auf der Warteliste",
                "1 Person wartet auf Ihre Antwort",
                "dass es nicht mehr stattfindet",
            ):
                assert words in page.text
        done = client.post(url("offer-archive", offer.slug), follow=True)
        assert "Wir haben 4 Personen geschrieben" in done.text

    def test_says_nothing_where_nobody_signed_up(self, client, offer):
        client.force_login(offer.organisation.owners.get())
        assert "rechnen" not in client.get(url("offer-archive", offer.slug)).text
        done = client.post(url("offer-archive", offer.slug), follow=True)
        assert "geschrieben" not in done.text

    def test_tells_in_their_language_whom_to_ask(self, offer, mailbox, deliver_jobs):
        make_join_request(offer, state="accepted", email="a@example.org", language="en")
        archiving.archive(offer)
        deliver_jobs()
        mail = mailbox.latest("a@example.org")
        assert mail.subject == "No longer takes place: Nähkurs"
        for version in (mail.text, mail.html):
            assert "Is something unclear?" in version and "haus@example.org" in version

    def test_is_told_on_their_own_page(self, client, offer, people):
        address = url("join-withdraw", JOIN_WITHDRAW.token(people["accepted"].pk))
        assert "Zugesagt" in client.get(address).text
        archiving.archive(offer)
        page = client.get(address).text
        assert "Findet nicht mehr statt" in page and "bietet das hier nicht mehr an" in page
        assert "Zugesagt" not in page and "Der Platz gehört Ihnen" not in page
        assert offer.get_absolute_url() not in page  # nothing is there any more
        # Nothing is left to cancel or to take.
        client.post(address)
        client.post(address, {"go": "take"})
        assert states(people)["accepted"] == "called-off"

    def test_brought_back_it_begins_anew(self, client, offer, people):
        archiving.archive(offer)
        offer.publish()
        settle_all(0)
        assert not offer.join_requests.active().exists()
        address = url("join-withdraw", JOIN_WITHDRAW.token(people["accepted"].pk))
        assert url("offer-join", offer.slug) in client.get(address).text
        again = make_join_request(offer, state="unconfirmed", email="accepted@example.org")
        joining.confirm(request=again)
        assert again.state == "open"

    def test_leaves_those_who_came_to_what_is_over(self, offer, people):
        yesterday = timezone.localdate() - timedelta(days=1)
        offer.set_hours(
            [
                OfferTime(
                    weekday=yesterday.weekday(),
                    opens=time(10),
                    closes=time(11),
                    valid_until=yesterday,
                )
            ]
        )
        archiving.archive(offer)
        assert states(people)["accepted"] == "accepted"
        assert states(people)["open"] == "called-off"

    def test_is_all_or_nothing(self, offer, people, monkeypatch):
        def fail(request):
            raise OSError("no space left")

        monkeypatch.setattr("actors.emails.join_called_off", fail)
        with pytest.raises(OSError, match="space"):
            archiving.archive(offer)
        offer.refresh_from_db()
        assert offer.status == Status.PUBLISHED and states(people)["accepted"] == "accepted"

    def test_gives_no_place_to_who_confirms_too_late(self, client, offer, people):
        address = url("join-confirm", JOIN_CONFIRM.token(people["unconfirmed"].pk))
        archiving.archive(offer)
        with pytest.raises(TransitionNotAllowed):
            joining.confirm(request=people["unconfirmed"])
        assert client.post(address).status_code == 410

    def test_merged_entries_keep_their_people(self, offer, people):
        merging.merge(gone=offer.organisation, stays=make_organisation())
        assert states(people)["accepted"] == "accepted" and told() == []
