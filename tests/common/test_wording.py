"""Errors of forms, in words that say how to mend."""

from django import forms
from django.utils import translation

from actors.models import Organisation


class Everything(forms.Form):
    name = forms.CharField()
    mail = forms.EmailField()
    kind = forms.ChoiceField(choices=[("a", "A")])
    topics = forms.MultipleChoiceField(choices=[("a", "A")])
    agreed = forms.BooleanField()
    day = forms.DateField()
    own = forms.CharField(error_messages={"required": "Our own word."})


class TestWording:
    def errors(self, data):
        with translation.override("de"):
            return {name: str(texts[0]) for name, texts in Everything(data).errors.items()}

    def test_asks_for_what_is_missing(self):
        assert self.errors({}) == {
            "name": "Bitte füllen Sie dieses Feld aus.",
            "mail": "Bitte füllen Sie dieses Feld aus.",
            "kind": "Bitte wählen Sie eine Antwort aus.",
            "topics": "Bitte wählen Sie eine Antwort aus.",
            "agreed": "Bitte setzen Sie hier ein Häkchen.",
            "day": "Bitte füllen Sie dieses Feld aus.",
            "own": "Our own word.",
        }

    def test_shows_what_an_address_and_a_date_look_like(self):
        errors = self.errors({"mail": "naehcafe@", "day": "Heiligabend"})
        assert "name@beispiel.de" in errors["mail"]
        assert "24.12.2026" in errors["day"]

    def test_an_empty_choice_asks_too(self):
        with translation.override("de"):
            choices = Organisation._meta.get_field("kind").formfield().choices
        assert [str(label) for value, label in choices if not value] == ["Bitte wählen"]
