"""What the catalogues of messages become when they are compiled."""

from babel.messages.catalog import Catalog

from ssoe_portal.common.messages import keep_together, said_twice

HELD = "E\N{NON-BREAKING HYPHEN}Mail"
LONG = "Wir antworten Ihnen in den nächsten Tagen mit einer E-Mail an Ihre Adresse."


def compiled(message: str | tuple[str, str], text: str | tuple[str, str], place: str):
    catalog = Catalog()
    catalog.add(message, text, [(place, None)])
    keep_together(catalog)
    return catalog[message if isinstance(message, str) else message[0]].string


def test_no_line_of_prose_breaks_inside_e_mail():
    assert compiled("long", LONG, "templates/a.html") == LONG.replace("E-Mail", HELD)
    both = compiled(("one", "many"), ("E-Mail", LONG), "templates/a.html")
    assert both == (HELD, LONG.replace("E-Mail", HELD))


def test_labels_and_mails_keep_the_hyphen_of_the_keyboard():
    assert compiled("short", "Per E-Mail anmelden", "templates/a.html") == "Per E-Mail anmelden"
    assert compiled("mail", LONG, "templates/actors/mail/a.html") == LONG


def test_a_translation_that_says_the_same_twice_is_found():
    catalog = Catalog()
    catalog.add("good", LONG)
    catalog.add(("one", "many"), ("Eine Adresse.", "2 Adressen.2 Adressen.2 Adressen."))
    assert said_twice(catalog) == ["2 Adressen.2 Adressen.2 Adressen."]
