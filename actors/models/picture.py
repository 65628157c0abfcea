"""An organisation's logo and pictures. Their files are made by `ssoe_portal.common.pictures`."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ssoe_portal.common.history import tracked
from ssoe_portal.common.pictures import Purpose
from ssoe_portal.common.stored_pictures import StoredPicture


class StoredPictureQuerySet(models.QuerySet):
    #: Which of a public organisation's pictures everyone may see.
    SHOWN = Q()

    def shown(self) -> Self:
        """Those that are fit for readers."""
        return self.filter(self.SHOWN)

    def published(self) -> Self:
        """Those that everyone may see: what a hidden organisation has uploaded is hidden too."""
        return self.shown().filter(organisation__status="published")

    def visible_to(self, user) -> Self:
        """Those that are fit for readers, of the organisations that this person may see; and all of
        those that this person may change."""
        from actors.models.organisation import Organisation

        seen = Organisation.objects.visible_to(user).order_by()
        own = Organisation.objects.editable_by(user).order_by()
        return self.filter(Q(organisation__in=own) | self.SHOWN & Q(organisation__in=seen))


@tracked()
class Logo(StoredPicture):
    """An organisation's sign, beside its name; so it needs no words of its own."""

    FOLDER = "logos"
    PURPOSE = Purpose(boxes=(96, 192, 384), smallest=48, ratio=8)

    organisation = models.OneToOneField(
        "actors.Organisation",
        verbose_name=_("organisation"),
        related_name="logo",
        on_delete=models.CASCADE,
    )

    objects = StoredPictureQuerySet.as_manager()

    class Meta:
        verbose_name = _("logo")
        verbose_name_plural = _("logos")
        ordering = ["organisation", "pk"]

    def __str__(self) -> str:
        return str(self.organisation)


class PictureQuerySet(StoredPictureQuerySet):
    SHOWN = Q(is_decoration=True) | ~Q(alt="")


@tracked()
class Picture(StoredPicture):
    """A picture on an organisation's page. It is shown as soon as it is said what can be seen on it
    (`alt`), or that nothing would be missed without it."""

    FOLDER = "pictures"
    PURPOSE = Purpose(boxes=(480, 960, 1600), smallest=400, ratio=4)
    #: Of one organisation. Held by `services.keep_row`, under a lock.
    MOST = 6

    organisation = models.ForeignKey(
        "actors.Organisation",
        verbose_name=_("organisation"),
        related_name="pictures",
        on_delete=models.CASCADE,
    )
    alt = models.CharField(_("what can be seen"), max_length=200, blank=True)
    is_decoration = models.BooleanField(_("only decoration"), default=False)

    objects = PictureQuerySet.as_manager()

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ["organisation", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_decoration=False) | Q(alt=""),
                name="actors_picture_words_or_decoration",
                violation_error_message=_(
                    "Please either say what can be seen, or that the picture is only decoration."
                ),
            ),
            models.UniqueConstraint(
                fields=["organisation", "digest"],
                name="actors_picture_unique",
                violation_error_message=_("This picture is already there."),
            ),
        ]

    def __str__(self) -> str:
        return self.alt or str(_("picture without a description"))

    @property
    def is_shown(self) -> bool:
        return self.is_decoration or bool(self.alt)
