"""Two people change the same profile at the same moment."""

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from actors import services
from actors.models import Contact, Partnership, Picture
from ssoe_portal.common import pictures
from tests.world import make_image, make_organisation, make_picture

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*actions) -> list[str]:
    """Run each in a thread and a connection of its own; return what came of each."""
    start = threading.Barrier(len(actions))
    outcomes: list[str] = []

    def run(action) -> None:
        try:
            start.wait(timeout=10)
            action()
            outcomes.append("done")
        except ValidationError:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[action]) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return sorted(outcomes)


class TestKeepRow:
    def test_of_two_for_the_last_place_one_gets_it(self):
        organisation = make_organisation()
        for _number in range(Picture.MOST - 1):
            make_picture(organisation)
        prepared = [pictures.prepare(make_image(), Picture.PURPOSE) for _ in range(3)]
        outcomes = at_once(
            *(
                lambda p=p: services.keep_row(
                    row=Picture(organisation=organisation, alt="Da."), prepared=p
                )
                for p in prepared
            )
        )
        assert outcomes == ["done", "refused", "refused"]
        assert organisation.pictures.count() == Picture.MOST

    def test_the_same_contact_sent_twice_at_once_is_one(self):
        organisation = make_organisation()
        outcomes = at_once(
            *(
                lambda: services.keep_row(
                    row=Contact(organisation=organisation, name="Samira", phone="030 123456")
                )
                for _ in range(3)
            )
        )
        assert outcomes == ["done", "refused", "refused"]

    def test_a_picture_removed_and_uploaded_again_at_once_keeps_its_files(self):
        organisation = make_organisation()
        prepared = pictures.prepare(make_image(), Picture.PURPOSE)
        for _round in range(8):
            row = Picture(organisation=organisation, alt="Da.")
            services.keep_row(row=row, prepared=prepared)
            again = Picture(organisation=organisation, alt="Wieder da.")
            at_once(
                lambda row=row: services.remove_row(row=row),
                lambda again=again: services.keep_row(row=again, prepared=prepared),
            )
            left = organisation.pictures.first()
            path = pictures.path_of(again.folder, prepared.digest, again.PURPOSE.boxes[0])
            assert path.exists() == (left is not None)
            if left is not None:
                services.remove_row(row=left)
            assert not path.exists()


class TestNamePartner:
    def test_two_who_name_each_other_at_once_are_partners_once(self):
        for _round in range(5):
            one, other = make_organisation(), make_organisation()
            outcomes = at_once(
                lambda one=one, other=other: services.name_partner(organisation=one, partner=other),
                lambda one=one, other=other: services.name_partner(organisation=other, partner=one),
            )
            assert outcomes == ["done", "done"]
            assert Partnership.objects.of(one).of(other).get().confirmed_at is not None
