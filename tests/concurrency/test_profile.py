"""Two people change the same profile at the same moment."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from actors import copying, services
from actors.models import Contact, Offer, Partnership, Picture
from actors.models.contact import ContactQuerySet
from actors.models.entry import EntryQuerySet
from actors.models.organisation import OrganisationQuerySet
from actors.models.partnership import PartnershipQuerySet
from ssoe_portal.common import pictures
from tests.concurrency.racing import Meeting, both_meet, raised_at_once
from tests.world import make_contact, make_image, make_offer, make_organisation, make_picture

pytestmark = pytest.mark.django_db(transaction=True)


def outcomes_at_once(*actions) -> list[str]:
    """Run each in a thread of its own; return in words what came of them, sorted."""
    words = {None: "done", ValidationError: "refused", IntegrityError: "broken"}
    return sorted(words[kind] for kind in raised_at_once(*actions))


@pytest.fixture
def unlocked(monkeypatch) -> None:
    """Take the lock away, to show what it is for."""
    monkeypatch.setattr(OrganisationQuerySet, "locked", lambda self: self)


@pytest.fixture
def meeting(monkeypatch) -> Meeting:
    return Meeting(monkeypatch)


class TestTheLastPlaceForAPicture:
    @pytest.fixture
    def upload_two(self, monkeypatch):
        organisation = make_organisation()
        for _number in range(Picture.MOST - 1):
            make_picture(organisation)
        # Both have counted before either keeps its own.
        both_meet(monkeypatch, Picture, "validate_constraints")

        def upload():
            prepared = pictures.prepare(make_image(), Picture.PURPOSE)
            row = Picture(organisation=organisation, alt="Da.")
            return lambda: services.keep_row(row=row, prepared=prepared)

        return lambda: (outcomes_at_once(upload(), upload()), organisation.pictures.count())

    def test_goes_to_one_of_two(self, upload_two):
        assert upload_two() == (["done", "refused"], Picture.MOST)

    def test_without_the_lock_goes_to_both(self, upload_two, unlocked):
        assert upload_two() == (["done", "done"], Picture.MOST + 1)


class TestTheSameContactSentTwice:
    @pytest.fixture
    def send_two(self, monkeypatch):
        organisation = make_organisation()
        # Both have looked whether it is there before either keeps it.
        both_meet(monkeypatch, Contact, "save")

        def send() -> None:
            row = Contact(organisation=organisation, name="Samira", phone="030 123456")
            services.keep_row(row=row)

        return lambda: outcomes_at_once(send, send)

    def test_is_kept_once_and_told(self, send_two):
        assert send_two() == ["done", "refused"]

    def test_without_the_lock_only_the_database_objects(self, send_two, unlocked):
        assert send_two() == ["broken", "done"]


class TestRemovedWhileItIsChanged:
    """A row that somebody removes while a colleague's form is on its way does not come back."""

    @pytest.fixture
    def contact(self):
        return make_contact()

    def change(self, contact) -> None:
        row = Contact.objects.get(pk=contact.pk)
        row.phone = "030 999"
        services.keep_row(row=row)

    def remove(self, contact):
        row = Contact.objects.get(pk=contact.pk)
        return lambda: services.remove_row(row=row)

    def remove_before_it_is_kept(self, contact, meeting) -> bool:
        meeting.before(Contact, "save")
        meanwhile = meeting.meanwhile(self.remove(contact))
        assert raised_at_once(lambda: self.change(contact), meanwhile) == [None, None]
        return Contact.objects.exists()

    def test_after_the_change(self, contact, meeting):
        assert not self.remove_before_it_is_kept(contact, meeting)

    def test_without_the_lock_comes_back(self, contact, meeting, unlocked, monkeypatch):
        monkeypatch.setattr(ContactQuerySet, "select_for_update", lambda rows, **options: rows)
        assert self.remove_before_it_is_kept(contact, meeting)

    def test_before_the_change(self, contact, meeting):
        meeting.before(Contact, "delete")
        raised = raised_at_once(
            self.remove(contact), meeting.meanwhile(lambda: self.change(contact))
        )
        assert raised == [None, ValidationError]
        assert not Contact.objects.exists()


class TestAPictureRemovedAndUploadedAgain:
    def has_its_files(self, meeting) -> bool:
        """Upload the same picture while the files of the removed one are about to go."""
        organisation = make_organisation()
        prepared = pictures.prepare(make_image(), Picture.PURPOSE)
        row = Picture(organisation=organisation, alt="Da.")
        services.keep_row(row=row, prepared=prepared)
        again = Picture(organisation=organisation, alt="Wieder da.")
        meeting.before(pictures, "erase")
        raised = raised_at_once(
            lambda: services.remove_row(row=row),
            meeting.meanwhile(lambda: services.keep_row(row=again, prepared=prepared)),
        )
        assert raised == [None, None]
        assert organisation.pictures.get() == again
        return pictures.path_of(again.folder, prepared.digest, again.boxes[0]).exists()

    def test_keeps_its_files(self, meeting):
        assert self.has_its_files(meeting)

    def test_without_the_lock_loses_them(self, meeting, unlocked):
        assert not self.has_its_files(meeting)


class TestNamingPartners:
    @pytest.fixture
    def both_have_looked(self, monkeypatch) -> None:
        """Both have seen that nothing stands there yet before either writes it down."""
        both_meet(monkeypatch, PartnershipQuerySet, "bulk_create")

    def name_each_other(self) -> list[str]:
        one, other = make_organisation(), make_organisation()
        return outcomes_at_once(
            lambda: services.name_partner(organisation=one, partner=other),
            lambda: services.name_partner(organisation=other, partner=one),
        )

    def test_who_name_each_other_are_partners_once(self, both_have_looked):
        assert self.name_each_other() == ["done", "done"]
        assert Partnership.objects.get().confirmed_at is not None

    def test_who_do_not_give_way_break_the_rule(self, both_have_looked, monkeypatch):
        """What giving way is for: both have found nothing and write their own row."""
        create = PartnershipQuerySet.bulk_create
        monkeypatch.setattr(
            PartnershipQuerySet, "bulk_create", lambda rows, new, **options: create(rows, new)
        )
        assert self.name_each_other() == ["broken", "done"]

    def name_two(self, monkeypatch) -> tuple[list[str], int]:
        monkeypatch.setattr(Partnership, "MOST", 1)
        organisation = make_organisation()
        names = ("Chor am Park", "Kirche am Platz")
        outcomes = outcomes_at_once(
            *(
                lambda name=name: services.name_partner(
                    organisation=organisation, partner=None, name=name
                )
                for name in names
            )
        )
        return outcomes, organisation.partnerships.count()

    def test_for_the_last_place_is_done_by_one(self, both_have_looked, monkeypatch):
        assert self.name_two(monkeypatch) == (["done", "refused"], 1)

    def test_without_the_lock_is_done_by_both(self, both_have_looked, monkeypatch, unlocked):
        assert self.name_two(monkeypatch) == (["done", "done"], 2)


class TestCopyingAnOfferTwice:
    @pytest.fixture
    def copies(self, monkeypatch):
        offer = make_offer()
        both_meet(monkeypatch, EntryQuerySet, "entered_like", after=True)

        def copies() -> int:
            copy = lambda: copying.copy_offer(offer=Offer.objects.get(pk=offer.pk))  # noqa: E731
            assert raised_at_once(copy, copy) == [None, None]
            return Offer.objects.exclude(pk=offer.pk).count()

        return copies

    def test_makes_one(self, copies):
        assert copies() == 1

    def test_without_the_lock_makes_two(self, copies, unlocked):
        """What the lock is for: both find no copy before either has made one."""
        assert copies() == 2
