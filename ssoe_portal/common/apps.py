from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class CommonConfig(AppConfig):
    name = "ssoe_portal.common"
    label = "common"
    verbose_name = _("Foundations")

    def ready(self) -> None:
        from ssoe_portal.common import checks, privacy, wording  # noqa: F401

        privacy.register_own()
        wording.use_own_words()
        autodiscover_modules("own_area")
