"""The way of a list through the pages, step by step, with the worker's own function."""

import pytest
from django.urls import reverse

from actors.models import (
    ListImport,
    TargetGroup,
)
from tests.actors.importing.world import (
    upload,
)
from tests.world import (
    make_area,
    make_category,
    make_organisation,
    make_user,
)


@pytest.fixture
def reviewer(client):
    user = make_user("reviewer")
    client.force_login(user)
    make_area("buch", labels={"de": "Buch", "en": "Buch"})
    make_area("karow", labels={"de": "Karow", "en": "Karow"})
    for key, label in (("children", "Kinder"), ("women", "Frauen")):
        TargetGroup.objects.create(key=key, labels={"de": label, "en": key.title()})
    return user


@pytest.fixture
def read(client, reviewer, deliver_jobs):
    """Upload a list and let the worker check it."""

    def read_one(content: bytes, kind: str = "organisation", name: str = "liste.csv") -> ListImport:
        answer = upload(client, content, kind, name)
        assert answer.status_code == 200, answer.text
        deliver_jobs()
        return ListImport.objects.latest("pk")

    return read_one


@pytest.fixture
def enter(client, deliver_jobs):
    def enter_one(of: ListImport, new_as: str = "submitted") -> ListImport:
        client.post(reverse("actors:import-write", args=[of.pk]), {"new_as": new_as})
        deliver_jobs()
        of.refresh_from_db()
        return of

    return enter_one


@pytest.fixture
def take_back(client, deliver_jobs):
    def take_one(of: ListImport) -> ListImport:
        client.post(reverse("actors:import-undo", args=[of.pk]))
        deliver_jobs()
        of.refresh_from_db()
        return of

    return take_one


@pytest.fixture
def decide(client):
    """Say what becomes of all rows that are perhaps there already."""

    def decide_all(of: ListImport, decision: str) -> None:
        client.post(reverse("actors:import-decide", args=[of.pk]), {"all": decision})

    return decide_all


@pytest.fixture
def home(reviewer):
    """Whose offers lists are about."""
    make_category("advice")
    return make_organisation("Beispiel Träger", area=make_area("buch"))
