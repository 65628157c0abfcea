"""Fixtures for everybody: the database, mail that is really sent, jobs, and a browser."""

from tests import environment

environment.prepare()

from tests.browsing import *  # noqa: E402, F403
from tests.posting import *  # noqa: E402, F403
