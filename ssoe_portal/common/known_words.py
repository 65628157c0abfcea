"""Learns the words that public entries and vocabularies have, for what people type
(`asking.KnownWord`).

Not a trigger: two entries with the same new word, saved at once, would wait for each other, and an
import would hold up everybody else's saving. A new word is known a quarter of an hour later.
"""

from datetime import datetime, timedelta

from django.apps import apps
from django.db import connection, models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Cast, Concat

from ssoe_portal.common.asking import SHORTEST_KNOWN, KnownWord
from ssoe_portal.common.moderation import Moderated, Status
from ssoe_portal.common.translation import Translation
from ssoe_portal.common.vocabulary import Term

#: The fields whose words count, wherever a model has them; long descriptions are left out.
TEXTS = ("name", "short_name", "title", "summary")
#: How often new entries are looked at, with some time to spare.
EVERY = timedelta(minutes=15)


def learn(since: datetime | None = None) -> int:
    """Learn the words of what was published or changed since then, or of everything public, which
    forgets those that nothing has any more; return how many were new."""
    entries = [_entries(model, since) for model in apps.get_models() if _is_searched(model)]
    if since is not None:
        return _keep(entries)
    return _keep([*entries, *_terms()], forget=True)


def learn_terms() -> int:
    """Learn the words of all vocabularies, in every language: what people type may be another form
    of one ("квартиру") or misspelt."""
    return _keep(_terms())


def _terms() -> list[models.QuerySet]:
    vocabularies = [model for model in apps.get_models() if issubclass(model, Term)]
    text = models.TextField()
    texts = Concat(Cast("labels", text), Value(" "), Cast("synonyms", text), output_field=text)
    return [_words(model.objects.all(), texts) for model in vocabularies]


def _is_searched(model: type[models.Model]) -> bool:
    entry = _entry(model)
    return issubclass(entry, Moderated) or getattr(entry, "ALWAYS_PUBLIC", False)


def _entry(model: type[models.Model]) -> type[models.Model]:
    """Return what a model's rows are the text of."""
    if issubclass(model, Translation):
        return model._meta.get_field("original").related_model
    return model


def _entries(model: type[models.Model], since: datetime | None) -> models.QuerySet:
    to_entry = "original__" if issubclass(model, Translation) else ""
    rows = model._base_manager.all()
    is_moderated = issubclass(_entry(model), Moderated)
    if is_moderated:
        rows = rows.filter(**{f"{to_entry}status": Status.PUBLISHED})
    if is_moderated and since is not None:  # what is always public keeps no dates, and is not much
        rows = rows.filter(
            Q(**{f"{to_entry}published_at__gte": since})
            | Q(**{f"{to_entry}changed_at__gte": since})
        )
    texts = [field.name for field in model._meta.concrete_fields if field.name in TEXTS]
    return _words(rows, Concat(*[part for name in texts for part in (F(name), Value(" "))]))


def _words(rows: models.QuerySet, text: models.Expression) -> models.QuerySet:
    words = rows.annotate(
        word=Func(
            Func(text, template="to_tsvector('simple', %(expressions)s)"),
            template="unnest(tsvector_to_array(%(expressions)s))",
            output_field=models.TextField(),
        )
    ).values_list("word")
    return words.order_by()


def _keep(found: list[models.QuerySet], *, forget: bool = False) -> int:
    """Insert the words that are new; with `forget` take away all that were not found, too. In one
    statement: what others learn meanwhile is not seen by it, and so not forgotten."""
    compiled = [words.query.sql_with_params() for words in found]
    table = KnownWord._meta.db_table
    others = f"DELETE FROM {table} WHERE word NOT IN (SELECT word FROM found)"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH found AS MATERIALIZED (
                SELECT DISTINCT word
                FROM ({" UNION ALL ".join(f"({sql})" for sql, _params in compiled)}) AS texts (word)
                WHERE length(word) BETWEEN {SHORTEST_KNOWN} AND 40 AND word ~ '^[[:alpha:]]+$'
            ){f", gone AS ({others})" if forget else ""}
            INSERT INTO {table} (word, folded)
            SELECT word, common_folded(word) FROM found ORDER BY word
            ON CONFLICT DO NOTHING""",  # noqa: S608 (the models' own names)
            [param for _sql, params in compiled for param in params],
        )
        return cursor.rowcount
