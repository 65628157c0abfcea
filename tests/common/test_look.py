"""The shared templates: what every page and every form can rely on."""

import re
from datetime import timedelta
from functools import cache
from pathlib import Path

import brotli
import pytest
from crispy_forms.utils import render_crispy_form
from django import forms
from django.contrib.staticfiles import finders
from django.template import engines
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone, translation

from ssoe_portal.common.templatetags.portal import ago, breakable, icon, in_a_row
from ssoe_portal.common.views import icon_names

ROOT = Path(__file__).parents[2]
#: Stands around every page, or fills one of its own (the home page).
AROUND = {"site-header", "site-footer", "site-name", "hero"}


class Questions(forms.Form):
    name = forms.CharField(label="Name", help_text="As you call yourselves.")
    kind = forms.ChoiceField(
        label="Kind", choices=[("a", "Agency"), ("b", "Company")], widget=forms.RadioSelect
    )
    note = forms.CharField(label="Note", required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].why = "Without it nobody finds you."


class TestIcons:
    def test_hides_an_icon_beside_a_word_from_screen_readers(self):
        assert 'aria-hidden="true"' in icon("clock")
        assert "#clock" in icon("clock")

    def test_names_an_icon_that_stands_alone(self):
        drawing = icon("cross", "Remove <it>")
        assert 'role="img" aria-label="Remove &lt;it&gt;"' in drawing
        assert "aria-hidden" not in drawing

    def test_every_icon_named_in_a_template_is_drawn(self):
        named = {
            name
            for template in (ROOT / "templates").rglob("*.html")
            for name in re.findall(r'{% icon "([^"]+)"', template.read_text(encoding="utf-8"))
        }
        assert named - set(icon_names()) == set()


class TestAgo:
    @pytest.mark.parametrize(
        ("before", "german", "english"),
        [
            (timedelta(days=490), "vor 1 Jahr", "1 year ago"),
            (timedelta(days=800), "vor 2 Jahren", "2 years ago"),
            (timedelta(days=130), "vor 4 Monaten", "4 months ago"),
            (timedelta(days=15), "vor 2 Wochen", "2 weeks ago"),
            (timedelta(days=3, hours=5), "vor 3 Tagen", "3 days ago"),
            (timedelta(hours=1, minutes=20), "vor 1 Stunde", "1 hour ago"),
            (timedelta(minutes=1), "vor 1 Minute", "1 minute ago"),
            (timedelta(seconds=40), "gerade eben", "just now"),
            (timedelta(seconds=-5), "gerade eben", "just now"),
        ],
    )
    def test_says_one_unit_in_the_right_case(self, before, german, english):
        moment = timezone.now() - before
        for language, words in (("de", german), ("en", english)):
            with translation.override(language):
                assert ago(moment).replace("\N{NO-BREAK SPACE}", " ") == words


class TestInARow:
    @pytest.mark.parametrize(
        ("language", "labels", "written"),
        [
            ("de", ["Geflüchtete", "Frauen"], "Geflüchtete, Frauen"),
            ("en", ["Refugees", "Women", "EU citizens"], "Refugees, women, EU citizens"),
            ("en", [], ""),
        ],
    )
    def test_keeps_capitals_within_for_german(self, language, labels, written):
        with translation.override(language):
            assert in_a_row(labels) == written


class TestForms:
    def html(self, data):
        form = Questions(data)
        return render_to_string("common/_form_errors.html", {"form": form}) + render_crispy_form(
            form
        )

    def test_puts_help_and_reason_between_label_and_control(self):
        html = self.html(None)
        places = [html.index(part) for part in ("Name", "As you call", "Without it", 'name="name"')]
        assert places == sorted(places)

    def test_ties_help_and_error_to_the_control(self):
        html = self.html({"name": "", "kind": "a"})
        control = re.search(r'<input[^>]*name="name"[^>]*>', html)[0]
        described_by = re.search(r'aria-describedby="([^"]+)"', control)[1].split()
        assert described_by == ["id_name_helptext", "id_name_error"]
        assert all(html.count(f'id="{name}"') == 1 for name in described_by)

    def test_links_the_summary_to_each_field(self):
        html = self.html({})
        assert 'href="#id_name"' in html
        assert 'href="#id_kind_0"' in html
        assert 'id="id_kind_0"' in html

    def test_every_page_with_a_form_shows_the_summary(self):
        without = [
            template.relative_to(ROOT).as_posix()
            for template in (ROOT / "templates").rglob("*.html")
            if "|crispy" in (source := template.read_text(encoding="utf-8"))
            and "common/_form_errors.html" not in source
        ]
        assert without == []

    def test_marks_what_is_optional_not_what_is_required(self):
        with translation.override("en"):
            html = self.html(None)
        assert html.count("(optional)") == 1
        assert "*" not in html

    def test_counts_the_answers_in_the_readers_language(self):
        with translation.override("de"):
            assert "eine Angabe" in self.html({"name": "x"})
            assert "2 Angaben" in self.html({})

    def test_counts_what_it_lists(self):
        form = Questions({})
        form.add_error(None, "Both do not fit.")
        form.add_error("name", "And it is too short.")
        with translation.override("de"):
            summary = render_to_string("common/_form_errors.html", {"form": form})
        assert "3 Angaben" in summary
        assert summary.count("<li>") == 3
        assert "And it is too short." in summary


class TestSummaryOfMistakes:
    @pytest.mark.django_db
    def test_counts_a_field_once_with_all_that_is_wrong_with_it(self, client):
        sent = {"name": "Samira", "email": "samira@example.org", "password1": "12345"}
        page = client.post("/de/account/signup/", sent).text
        summary = page[page.index("error-summary") :].split("</ul>")[0]
        assert "Bitte sehen Sie sich eine Angabe noch einmal an." in " ".join(summary.split())
        assert summary.count("<a ") == 1
        assert summary.count("<span") > 1


class TestSteps:
    def test_says_how_far_one_is_in_words(self):
        template = engines["django"].from_string('{% steps 2 5 "Who you are" %}')
        with translation.override("de"):
            html = template.render()
        assert "Schritt 2 von 5" in html
        assert html.count("steps__item--done") == 1
        assert html.count("steps__item--here") == 1


class TestErrorPages:
    @pytest.mark.parametrize("name", ["400.html", "403_csrf.html", "500.html", "503.html"])
    def test_need_no_context(self, name):
        with translation.override("de"):
            html = render_to_string(name)
        assert '<html lang="de" dir="ltr">' in html
        assert "Zur Startseite" in html

    @pytest.mark.parametrize(
        ("language", "heading"), [("de", "Das hat nicht geklappt"), ("en", "That did not work")]
    )
    def test_a_form_from_an_old_page_is_told_what_to_do(self, language, heading):
        answer = Client(enforce_csrf_checks=True).post(
            f"/{language}/account/login/", {"login": "x"}
        )
        assert answer.status_code == 403
        assert f"<h1>{heading}</h1>" in answer.text and "DEBUG" not in answer.text

    @pytest.mark.parametrize("name", ["403.html", "404.html", "429.html"])
    def test_offer_a_way_on_even_without_a_request(self, name):
        assert 'class="btn btn-primary"' in render_to_string(name)

    @pytest.mark.parametrize(
        ("problem", "heading"),
        [
            ("expired", "Dieser Link ist abgelaufen"),
            ("uninvited", "Diese Einladung gilt nicht mehr"),
            ("used", "Dieser Link wurde schon benutzt"),
            ("invalid", "Diesen Link kennen wir nicht"),
        ],
    )
    def test_a_broken_link_says_what_happened(self, problem, heading):
        with translation.override("de"):
            html = render_to_string("common/signed_links/problem.html", {"problem": problem})
        assert f"<h1>{heading}</h1>" in html


@cache
def compressed(name: str) -> int:
    return len(brotli.compress(Path(finders.find(name)).read_bytes()))


def weight(*templates: str) -> int:
    """Bytes, compressed, of what these templates load; Bootstrap and htmx not among them."""
    named = {
        name
        for template in templates
        for name in re.findall(
            r"{% static '([^']+)' %}", (ROOT / "templates" / template).read_text("utf-8")
        )
        if not name.startswith(("bootstrap/", "django_htmx/"))
    }
    return sum(map(compressed, named))


class TestWeight:
    """Our own part of a first visit; Bootstrap and htmx are another 38 kB."""

    AROUND = ("common/base.html", "common/_icon.html")

    @pytest.mark.parametrize(
        "first",
        [
            "home.html",
            "search.html",
            "actors/offer/list.html",
            "actors/organisation/list.html",
            "events/event/list.html",
        ],
    )
    def test_of_home_and_the_lists_stays_below_20_kilobytes(self, first):
        assert 10_000 < weight(*self.AROUND, first) < 20_000

    def test_of_any_page_stays_below_22(self):
        weights = {
            template: weight(*self.AROUND, template)
            for template in (ROOT / "templates").rglob("*.html")
            if '{% extends "common/base.html" %}' in template.read_text("utf-8")
        }
        assert len(weights) > 50
        assert {template for template, heavy in weights.items() if heavy >= 22_000} == set()

    def test_of_a_map_that_was_asked_for_stays_below_56_more(self):
        assert 40_000 < weight("common/_map_panel.html") < 56_000


class TestStyleGuide:
    def test_shows_every_component_of_the_style_sheet(self):
        css = ROOT / "static/common/css"
        sheet = "".join((css / f"{n}.css").read_text("utf-8") for n in ("base", "components"))
        sheet = re.sub(r"/\*.*?\*/|url\([^)]*\)", "", sheet, flags=re.S)
        components = {
            name.split("__")[0] for name in re.findall(r"\.([a-z][a-z_-]*__[a-z]+)", sheet)
        }
        with translation.override("de"):
            page = render_to_string("common/styleguide.html", {"icon_names": icon_names()})
        used = {name for names in re.findall(r'class="([^"]+)"', page) for name in names.split()}
        assert {name for name in components if name not in used} - AROUND == set()


class TestStrictPolicy:
    def test_no_template_of_a_page_carries_inline_styles_or_handlers(self):
        guilty = [
            template.relative_to(ROOT).as_posix()
            for template in (ROOT / "templates").rglob("*.html")
            if "mail" not in template.parts
            and re.search(r'\s(style|on[a-z]+)="', template.read_text(encoding="utf-8"))
        ]
        assert guilty == []


class TestTables:
    def test_that_scroll_can_be_scrolled_by_keyboard_and_have_a_name(self):
        without = [
            f"{template.relative_to(ROOT).as_posix()}: {tag}"
            for template in (ROOT / "templates").rglob("*.html")
            for tag in re.findall(
                r'<div class="table-scroll.*?>(?=\s|<)', template.read_text("utf-8")
            )
            if not ('tabindex="0"' in tag and 'role="region"' in tag and "aria-label" in tag)
        ]
        assert without == []


class TestBreakable:
    """Long German words get soft hyphens where they join."""

    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("Entwicklungspartnerschaft Pankow", "Entwicklungs|partnerschaft Pankow"),
            ("Nachbarschaftszentrum Buch", "Nachbarschafts|zentrum Buch"),
            ("Bildungsverbund", "Bildungsverbund"),
            ("https://example.org/ungs", "https://example.org/ungs"),
            ("", ""),
        ],
    )
    def test_breaks_only_what_is_too_long_for_a_phone(self, text, shown):
        assert breakable(text) == shown.replace("|", "\N{SOFT HYPHEN}")

    def test_stays_text_and_no_markup(self):
        page = engines["django"].from_string("{{ text|breakable }}").render({"text": "<b>"})
        assert page == "&lt;b&gt;"
