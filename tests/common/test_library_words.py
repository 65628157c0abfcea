"""What libraries say to people is in the portal's own words: German with “Sie”, English without
capitals in the middle of a heading."""

import re
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import allauth
import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils import translation

from ssoe_portal.common.mail import OutgoingMail

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

    def test_has_no_capitals_within_its_english_headings(self):
        with translation.override("en"):
            capital = [
                (words, said)
                for words in words_of_allauth()
                if re.search(r"\w[ -][A-Z][a-z]", said := translation.gettext(words))
            ]
        assert capital == []

    def test_says_in_plain_english_what_a_key_alone_does(self):
        with translation.override("en"):
            said = [translation.gettext(words) for words in words_of_allauth()]
        assert not [text for text in said if re.search(r"passwordless|biometric", text, re.I)]


class TestEntrance:
    @pytest.mark.parametrize("path", ["signup/", "login/", "password/reset/"])
    def test_says_in_no_placeholder_what_the_label_says(self, client, db, path):
        page = client.get(f"/de/account/{path}").text
        main = page[page.index("<main") : page.index("</main>")]
        assert "<label" in main
        assert "placeholder" not in main

    def test_calls_an_address_as_other_pages_do(self, client, db):
        for path in ("signup/", "login/", "password/reset/"):
            page = client.get(f"/en/account/{path}").text
            assert "E-mail address" in page
            assert "Email" not in page

    @pytest.mark.parametrize(
        ("language", "heading"),
        [("de", "Dieser Link geht nicht mehr"), ("en", "This link no longer works")],
    )
    def test_an_old_link_for_a_new_password_says_what_to_do(self, client, db, language, heading):
        page = client.get(f"/{language}/account/password/reset/key/7-abc-def/").text
        main = page[page.index("<main") : page.index("</main>")]
        assert f"<h1>{heading}</h1>" in main
        assert f'href="/{language}/account/password/reset/"' in main

    def test_sign_up_leads_to_what_becomes_of_ones_data(self, client, db):
        page = client.get("/de/account/signup/").text
        assert 'href="/de/privacy/"' in page[page.index("<main") : page.index("</main>")]

    def test_says_what_a_password_must_not_be_in_plain_words(self, client, db):
        page = client.get("/de/account/signup/").text
        assert "keines sein, das viele verwenden" in page
        assert "allgemein üblich" not in page

    @pytest.mark.parametrize(
        ("language", "subject"),
        [
            ("de", "Zu dieser Adresse gibt es kein Konto"),
            ("en", "There is no account with this address"),
        ],
    )
    def test_writes_plainly_where_there_is_no_account(self, client, db, language, subject):
        client.post(f"/{language}/account/password/reset/", {"email": "niemand@example.org"})
        sent = message_from_bytes(bytes(OutgoingMail.objects.get().content), policy=default)
        body = sent.get_body(("plain",)).get_content()
        assert sent["Subject"] == subject
        assert f"/{language}/account/signup/" in body
        assert not re.search("initiier|initiate|Datenbank|database|Account", body)

    def test_of_a_closed_account_says_whom_to_ask(self, client, db):
        page = client.get("/de/account/inactive/").text
        assert "<h1>Dieses Konto ist geschlossen</h1>" in page
        assert 'class="btn btn-outline-primary" href="/de/imprint/"' in page

    def test_says_once_that_a_mail_was_sent(self, client, db):
        data = {"name": "Ada", "email": "ada@example.org", "password1": "ein-langes-Passwort-7"}
        page = client.post("/de/account/signup/", data, follow=True).text
        main = page[page.index("<main") : page.index("</main>")]
        assert "ada@example.org" in main
        assert len(re.findall("verschickt|geschickt|gesendet", main)) == 1
        assert main.count("Schauen Sie in Ihr Postfach") == 1
