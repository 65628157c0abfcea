"""The portal's settings with one more address: the baseline that everything is compared with."""

from ssoe_portal.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.urls"

# All requests come from one computer here; they are counted as ever.
RATE_LIMITS |= {"answer-page": "100000000/h/ip", "register": "100000000/h/ip"}  # noqa: F405
