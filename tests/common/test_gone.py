"""What counts as removed by somebody else while a form was on its way, and what as our mistake."""

from collections.abc import Callable

import pytest
from django.db import connection, transaction

from actors.models import Organisation
from ssoe_portal.common.gone import has_gone
from tests.world import make_branch, make_organisation

pytestmark = pytest.mark.django_db


def held(organisation: Organisation) -> None:
    Organisation.objects.locked().get(pk=organisation.pk)


def read_again(organisation: Organisation) -> None:
    organisation.refresh_from_db(fields=["status"])


def saved(organisation: Organisation) -> None:
    organisation.save(update_fields=["name"])


def referred_to(organisation: Organisation) -> None:
    make_branch(organisation)
    check_references()


def looked_up(organisation: Organisation) -> None:
    Organisation.objects.get(pk=organisation.pk)


def check_references() -> None:
    """Have the database check what it checks when a transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class TestHasGone:
    @pytest.mark.parametrize(
        ("use", "is_gone"),
        [(held, True), (read_again, True), (saved, True), (referred_to, True), (looked_up, False)],
    )
    def test_tells_what_was_there_from_what_never_was(
        self, use: Callable[[Organisation], None], is_gone
    ):
        organisation = make_organisation()
        Organisation.objects.filter(pk=organisation.pk).delete()
        check_references()
        with pytest.raises(Exception) as error, transaction.atomic():
            use(organisation)
        assert has_gone(error.value) is is_gone

    def test_is_not_said_of_what_others_still_need(self):
        organisation = make_organisation()
        make_branch(organisation)
        check_references()
        with (
            pytest.raises(Exception) as error,
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("DELETE FROM actors_organisation WHERE id = %s", [organisation.pk])
            check_references()
        assert not has_gone(error.value)
