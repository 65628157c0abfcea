"""Dates are written as readers of each language write them."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.template import Context, Template
from django.utils import translation

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
MOMENT = datetime(2027, 6, 2, 16, 5, tzinfo=UTC)


class TestDates:
    @pytest.mark.parametrize(
        ("language", "format_name", "written"),
        [
            ("en", "DATE_FORMAT", "2\xa0June 2027"),
            ("en", "SHORT_DATE_FORMAT", "2\xa0Jun 2027"),
            ("en", "DATETIME_FORMAT", "2\xa0June 2027, 18:05"),
            ("en", "SHORT_DATETIME_FORMAT", "2\xa0Jun 2027, 18:05"),
            ("de", "DATE_FORMAT", "2.\xa0Juni 2027"),
            ("de", "SHORT_DATE_FORMAT", "02.06.2027"),
            ("de", "DATETIME_FORMAT", "2.\xa0Juni 2027, 18:05\xa0Uhr"),
            ("de", "SHORT_DATETIME_FORMAT", "02.06.2027, 18:05"),
        ],
    )
    def test_are_in_the_form_of_the_language(self, language, format_name, written):
        template = Template(f'{{{{ moment|date:"{format_name}" }}}}')
        with translation.override(language):
            assert template.render(Context({"moment": MOMENT})) == written

    def test_no_template_writes_the_german_form_into_every_language(self):
        german = re.compile(r"""\|date:["'](?:[^"']*\b[jd]\.|[^"']*\.[mF])""")
        with_it = [
            template.relative_to(TEMPLATES).as_posix()
            for template in TEMPLATES.rglob("*.html")
            if german.search(template.read_text(encoding="utf-8"))
        ]
        assert with_it == []
