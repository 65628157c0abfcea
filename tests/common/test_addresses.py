"""Addresses that are put together without asking Django each time."""

import pytest
from django.urls import reverse, set_script_prefix
from django.utils import translation

from ssoe_portal.common.addresses import page_of


@pytest.mark.parametrize("prefix", ["/", "/portal/"])
def test_page_is_at_the_address_that_django_says(prefix):
    set_script_prefix(prefix)
    try:
        for name in ("actors:offer-detail", "actors:organisation-detail"):
            for language in ("de", "en", "de"):
                with translation.override(language):
                    for slug in ("tee-fuer-alle", "beispiel-2"):
                        assert page_of(name, slug) == reverse(name, args=[slug])
    finally:
        set_script_prefix("/")
