"""What a form says of the survey itself: the settings sheet."""

import re

from django.utils.text import slugify
from django.utils.translation import gettext as _

from ssoe_portal.common.slugs import ADDRESS_WORDS, GERMAN
from ssoe_portal.common.translation import BASE_LANGUAGE
from surveys.models.survey import RESERVED_SLUGS
from surveys.xlsform.lines import Findings, Line, Table, Words
from surveys.xlsform.numbers import own_number
from surveys.xlsform.placed import Placed, PlacedSurvey
from surveys.xlsform.reading import Book
from surveys.xlsform.words import ASKED_BY, INTRODUCTION, PURPOSE, in_interface_languages

LONGEST_SLUG = 80
#: How many questions people answer in a minute, more or less.
A_MINUTE = 3


class About:
    """`filled_in` names what the form does not say, so that words of ours stand there."""

    def __init__(self, book: Book, findings: Findings) -> None:
        self.book = book
        self.findings = findings
        self.line = self.first_line()
        self.filled_in: set[str] = set()
        #: What old forms have on the survey sheet.
        self.on_survey: dict[str, str] = {}

    def first_line(self) -> Line | None:
        sheet = self.book.sheets.get("settings")
        if sheet is None:
            return None
        lines = Table(sheet, self.findings).lines()
        for line in lines[1:]:
            self.findings.warn(line.at(), _("Settings have one row; this one is left out."))
        for line in lines[:1]:
            line.refuse_marks()
        return lines[0] if lines else None

    @property
    def default_language(self) -> str:
        return self.line["default_language"] if self.line else ""

    @property
    def may_be_twice(self) -> bool:
        """Whether choices of a list may be called the same."""
        return bool(self.line and self.line.flag("allow_choice_duplicates"))

    def said(self, name: str) -> str:
        """The form's title or id."""
        old = {"title": "title", "id": "id_string"}[name]
        return (self.line[name] if self.line else "") or self.on_survey.get(old, "")

    def own(self, name: str) -> Words:
        return self.line.words(f"portal::{name}") if self.line else {}

    @property
    def title(self) -> Words:
        words = self.said("title") or self.said("id") or self.book.name or "XLSForm"
        return self.own("title") or {BASE_LANGUAGE: words, "en": words}

    def survey(self, survey: Table, asked: int) -> Placed:
        """What a definition says of the survey."""
        title = self.title
        texts = {
            "introduction": in_interface_languages(INTRODUCTION, title=title[BASE_LANGUAGE]),
            "asked_by": in_interface_languages(ASKED_BY),
            "purpose": in_interface_languages(PURPOSE),
        }
        for name in texts:
            if own := self.own(name):
                texts[name] = own
            else:
                self.filled_in.add(name)
        line = self.line or Line(survey, survey.sheet.heading)
        minutes = own_number(line, "minutes", self.findings) if self.line else None
        if minutes is None:
            self.filled_in.add("minutes")
            minutes = min(max(round(asked / A_MINUTE), 1), 240)
        return PlacedSurvey(line, slug=self.slug, minutes=minutes, title=title, **texts)

    @property
    def slug(self) -> str:
        """The form's id as an address."""
        words = self.said("id") or self.said("title") or self.book.name
        found = slugify(words.translate(GERMAN).replace("_", "-").replace(".", "-"))
        found = re.sub("-+", "-", found)[:LONGEST_SLUG].strip("-")
        if not found or found in ADDRESS_WORDS or found in RESERVED_SLUGS:
            found = f"umfrage-{found}".strip("-")
        return found
