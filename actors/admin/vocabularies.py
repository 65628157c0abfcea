"""Vocabularies."""

from django.apps import apps
from django.contrib import admin

from ssoe_portal.common.admin import TermAdmin
from ssoe_portal.common.vocabulary import Term

for model in apps.get_app_config("actors").get_models():
    if issubclass(model, Term):
        admin.site.register(model, TermAdmin)
