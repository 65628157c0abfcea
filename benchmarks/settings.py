"""The portal's settings with one more address: the baseline that everything is compared with."""

from ssoe_portal.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.urls"
