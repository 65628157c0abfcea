"""What libraries say to people is in the portal's own German: with “Sie”."""

import re
from pathlib import Path

import allauth
import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils import translation

CATALOGUE = Path(allauth.__file__).parent / "locale" / "de" / "LC_MESSAGES" / "django.po"
#: Of allauth's parts those that are switched on.
PARTS = ("account/", "mfa/", "templates/account/", "templates/mfa/")
#: Ways that are switched off: telephone numbers, user names, sign-up by passkey, mail codes, …
OFF = re.compile(r"phone|username|by_passkey|email_change|verified_email_required|idp/|social")
FAMILIAR = re.compile(
    r"\b(du|dich|dir|dein\w*|bestätige|gib|klicke|kontaktiere|öffne|prüfe|verwende|versuche|wähle)\b",
    re.IGNORECASE,
)


def shown_here(path: str) -> bool:
    """Whether this file of allauth's is used, and not replaced by a template of ours."""
    own = Path(settings.BASE_DIR) / path
    return path.startswith(PARTS) and not OFF.search(path) and not own.exists()


def words_of_allauth() -> list[str]:
    with CATALOGUE.open("rb") as file:
        return [
            message.id
            for message in read_po(file, locale="de")
            if isinstance(message.id, str)
            and message.id
            and not OFF.search(message.id.lower())
            and any(shown_here(path) for path, _line in message.locations)
        ]


class TestAllauth:
    def test_has_words_that_are_shown_here(self):
        assert len(words_of_allauth()) > 100

    def test_says_sie(self):
        with translation.override("de"):
            familiar = [
                (words, translated)
                for words in words_of_allauth()
                if FAMILIAR.search(translated := translation.gettext(words))
            ]
        assert familiar == []

    @pytest.mark.parametrize("path", ["/de/account/password/reset/", "/de/account/signup/"])
    def test_pages_say_sie(self, client, db, path):
        assert not FAMILIAR.search(re.sub(r"<[^>]+>", " ", client.get(path).text))
