"""A reviewer at the editor of questionnaires, in English."""

import pytest
from django.utils.translation import override

from surveys.models import Questionnaire
from tests.surveys.world import load_file, small_questionnaire
from tests.world import make_user


@pytest.fixture(autouse=True)
def in_english():
    with override("en"):
        yield


@pytest.fixture(autouse=True)
def staff(client):
    user = make_user("reviewer")
    client.force_login(user)
    return user


@pytest.fixture
def version() -> Questionnaire:
    return load_file(small_questionnaire()).questionnaire
