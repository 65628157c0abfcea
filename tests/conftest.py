"""Fixtures for everybody: the database, mail that is really sent, jobs, and a browser."""

import gc

import hypothesis
import pytest
from django.template import RequestContext
from django.template.base import PartialTemplate, Template
from django.test.signals import template_rendered
from django.utils import translation

from tests import environment

environment.prepare()

from django.conf import settings  # noqa: E402

from tests.browsing import *  # noqa: E402, F403
from tests.emptying import *  # noqa: E402, F403
from tests.posting import *  # noqa: E402, F403
from tests.stack import with_room  # noqa: E402

# What is made up may take its time: beside other tests a small machine is busy.
hypothesis.settings.register_profile(
    "patient", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("patient")


@pytest.fixture(autouse=True)
def in_german():
    """Begin every test in German: a request in another language leaves that one behind."""
    with translation.override("de"):
        yield


@pytest.fixture(scope="session", autouse=True)
def quick_passwords(django_test_environment):
    """Hash passwords without the second of work that protects real ones."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session", autouse=True)
def no_look_by_chance():
    """Let the cache not look, once in a thousand writes, whether it is full: pages whose queries
    are counted would take one more."""
    from ssoe_portal.common import cache_table

    cache_table.LOOK_EVERY = 10**9


@pytest.fixture(scope="session", autouse=True)
def questionnaires_are_not_forgotten():
    """Let no five minutes end between two requests whose queries are compared."""
    from surveys.models import questionnaire

    questionnaire.REMEMBERED = 10**9


@pytest.fixture(scope="session", autouse=True)
def pages_are_written_anew():
    """Keep no page for strangers: tests look at what they have just changed. That pages are kept
    is tested in tests/common/test_microcache.py."""
    from ssoe_portal.common import microcache

    microcache.SECONDS = 0


@pytest.fixture(scope="session", autouse=True)
def whole_pages_alone_are_noted(django_test_environment):
    """Let the test client note the context of a page, not of each of the hundred templates that
    fields, icons and cards in it are drawn with: Django's copies take a twentieth of a request."""

    def render(template, context):
        if isinstance(context, RequestContext) and context.template is template:
            template_rendered.send(sender=template, template=template, context=context)
        return template.nodelist.render(context)

    # Django puts back what was there before its own, at the end of `django_test_environment`.
    Template._render = PartialTemplate._render = render


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    """Run each test as pytest does, with room for the calls below it."""
    runner = item.config.pluginmanager.getplugin("runner")
    return with_room(lambda: runner.pytest_runtest_protocol(item, nextitem))


def pytest_collection_finish(session):
    """Leave all that is loaded by now to itself, and look seldom for rubbish in what comes: looking
    again and again takes a twelfth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def pytest_terminal_summary(terminalreporter):
    """Show what tests have measured; it is reported, not asserted."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            terminalreporter.write_line(f"Measured: {name}: {value}")
