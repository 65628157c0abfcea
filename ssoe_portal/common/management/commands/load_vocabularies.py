from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import transaction

from ssoe_portal.common import known_words
from ssoe_portal.common.vocabulary import Term


class Command(BaseCommand):
    help = "Bring the vocabularies (topics, categories, languages, …) up to date with their files."

    @transaction.atomic
    def handle(self, *args, **options) -> None:
        for model in apps.get_models():
            if not issubclass(model, Term):
                continue
            count = model.objects.load()
            if options["verbosity"] > 1:
                self.stdout.write(f"{model._meta.label}: {count}")
        known_words.learn_terms()
