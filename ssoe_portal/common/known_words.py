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
    """Learn the words of everything public, or of what was published or changed since then; return
    how many were new."""
    new = sum(_learn(model, since) for model in apps.get_models() if _is_searched(model))
    return new + (learn_terms() if since is None else 0)


def learn_terms() -> int:
    """Learn the words of all vocabularies, in every language: what people type may be another form
    of one ("квартиру") or misspelt."""
    vocabularies = [model for model in apps.get_models() if issubclass(model, Term)]
    text = models.TextField()
    texts = Concat(Cast("labels", text), Value(" "), Cast("synonyms", text), output_field=text)
    return sum(_insert(model.objects.order_by(), texts) for model in vocabularies)


def _is_searched(model: type[models.Model]) -> bool:
    if issubclass(model, Translation):
        return issubclass(model._meta.get_field("original").related_model, Moderated)
    return issubclass(model, Moderated)


def _learn(model: type[models.Model], since: datetime | None) -> int:
    to_entry = "original__" if issubclass(model, Translation) else ""
    rows = model._base_manager.filter(**{f"{to_entry}status": Status.PUBLISHED})
    if since is not None:
        rows = rows.filter(
            Q(**{f"{to_entry}published_at__gte": since})
            | Q(**{f"{to_entry}changed_at__gte": since})
        )
    texts = [field.name for field in model._meta.concrete_fields if field.name in TEXTS]
    return _insert(rows, Concat(*[part for name in texts for part in (F(name), Value(" "))]))


def _insert(rows: models.QuerySet, text: models.Expression) -> int:
    words = rows.annotate(
        word=Func(
            Func(text, template="to_tsvector('simple', %(expressions)s)"),
            template="unnest(tsvector_to_array(%(expressions)s))",
            output_field=models.TextField(),
        )
    ).values_list("word")
    sql, params = words.order_by().query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO {KnownWord._meta.db_table} (word, folded)
            SELECT DISTINCT word, common_folded(word) FROM ({sql}) AS found (word)
            WHERE length(word) BETWEEN {SHORTEST_KNOWN} AND 40 AND word ~ '^[[:alpha:]]+$'
            ORDER BY word
            ON CONFLICT DO NOTHING""",  # noqa: S608 (the model's own names)
            params,
        )
        return cursor.rowcount
