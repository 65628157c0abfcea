"""System checks of our own rules."""

from django.apps import apps
from django.core.checks import Error, register

from ssoe_portal.common.translation import Translatable


@register()
def translatable_models_raise_their_revision(app_configs, **kwargs) -> list[Error]:
    """Every translatable model names its fields and raises `revision` by trigger."""
    errors = []
    for model in apps.get_models():
        if not issubclass(model, Translatable):
            continue
        triggers = {trigger.name for trigger in getattr(model._meta, "triggers", [])}
        if not model.TRANSLATED_FIELDS or "raise_revision" not in triggers:
            errors.append(
                Error(
                    f"{model._meta.label} needs TRANSLATED_FIELDS and revision_triggers().",
                    obj=model,
                    id="common.E001",
                )
            )
    return errors
