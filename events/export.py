"""Lists of registrations as CSV, for a spreadsheet on an office PC."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from events.models import EventQuestion, Registration
from ssoe_portal.common.tables import harmless


def rows(
    registrations: Iterable[Registration], questions: Sequence[EventQuestion] = ()
) -> Iterator[list[str | int]]:
    """The heads, then a row for each party: of each programme item how many of it take part, and
    last the event's questions."""
    by_key = {question.pk: question for question in questions}
    yield [
        _("Code"),
        _("Status"),
        _("Name"),
        _("E-mail"),
        _("People"),
        _("Language of mails"),
        _("Access"),
        _("Interpreting into"),
        _("Children to be looked after"),
        _("Registered"),
        _("Who comes along"),
        _("Programme items"),
        *(harmless(str(question.parts.wording)) for question in questions),
    ]
    for registration in registrations:
        answers = {}
        for answer in registration.answers.all() if questions else ():
            answer.question = by_key[answer.question_id]
            answers[answer.question_id] = answer.words
        yield [
            registration.code,
            registration.get_state_display(),
            harmless(registration.name),
            harmless(registration.email),
            registration.size,
            registration.language,
            harmless(registration.access_needs),
            harmless(registration.interpreting),
            registration.children,
            timezone.localtime(registration.created_at).strftime("%Y-%m-%d %H:%M"),
            harmless(", ".join(registration.companions)),
            harmless(
                "; ".join(
                    f"{row.item.text.title} ({row.people})" for row in registration.sign_ups.all()
                )
            ),
            *(harmless(answers.get(question.pk, "")) for question in questions),
        ]


def as_csv(registrations: Iterable[Registration], questions: Sequence[EventQuestion] = ()) -> bytes:
    """Return a file that German Excel opens as it is: semicolons, UTF-8 with its mark."""
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows(rows(registrations, questions))
    return out.getvalue().encode("utf-8-sig")
