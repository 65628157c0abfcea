"""The desk's front page leads each member of staff to what they can open, and to all of it."""

import re

import pytest
from django.urls import reverse

from actors import desk
from actors.models import Claim
from ssoe_portal.desk import waiting_for
from tests.world import make_offer, make_organisation, make_user

pytestmark = pytest.mark.django_db

STAFF = ["reviewer", "event_manager", "admin"]


@pytest.mark.parametrize("role", STAFF)
def test_every_link_opens_for_whoever_sees_it(role, client):
    client.force_login(make_user(role))
    main = re.search(r"<main.*</main>", client.get(reverse("desk:front")).text, re.S)[0]
    links = set(re.findall(r'href="([^"#]+)', main))
    assert links
    assert {link: client.get(link).status_code for link in links} == dict.fromkeys(links, 200)


@pytest.mark.parametrize("role", STAFF)
def test_building_blocks_are_shown_to_all_who_can_open_them(role, client):
    client.force_login(make_user(role))
    link = f'href="{reverse("desk:styleguide")}"'
    assert link in client.get(reverse("desk:front")).text


@pytest.mark.parametrize(("role", "leads"), [("reviewer", True), ("event_manager", False)])
def test_the_directory_is_a_table_for_whoever_reads_all_of_it(role, leads, client):
    make_organisation()
    client.force_login(make_user(role))
    page = client.get(reverse("desk:front")).text
    for name in ("organisation-csv", "organisation-xlsx", "offer-csv", "offer-xlsx"):
        assert (f'href="{reverse(f"actors:{name}")}"' in page) == leads


@pytest.mark.parametrize(("number", "words"), [(1, "Eintrag zu prüfen"), (2, "Einträge zu prüfen")])
def test_counts_in_words_that_fit_the_number(number, words):
    home = make_organisation()
    for _number in range(number):
        make_offer(home, status="submitted")
    assert desk.queues()[0].heading == words


def test_people_who_wait_come_first_and_empty_queues_last():
    organisation = make_organisation(description="")
    Claim.objects.create(organisation=organisation, user=make_user(), name="A", position="B")
    queues = waiting_for(make_user("admin"))
    assert [queue.url for queue in queues if queue.count] == [
        reverse("actors:claims"),
        reverse("actors:incomplete"),
    ]
    assert not any(queue.count for queue in queues[2:])
    # Of the empty ones, too, those where people would wait come first.
    urgent = [queue.is_urgent for queue in queues[2:]]
    assert urgent == sorted(urgent, reverse=True)


@pytest.mark.parametrize("name", ["claims", "moderation-queue", "stale", "duplicates"])
def test_every_list_of_the_directory_leads_to_requests_for_entries(name, client):
    client.force_login(make_user("reviewer"))
    assert (
        f'class="chip" href="{reverse("actors:claims")}"'
        in client.get(reverse(f"actors:{name}")).text
    )
