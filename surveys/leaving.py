"""When somebody leaves an organisation. `actors` knows no surveys, so surveys listen."""

from django.db.models.signals import post_delete
from django.dispatch import receiver

from actors.models import Membership
from surveys.services import replace_links


@receiver(post_delete, sender=Membership)
def _replace_links(sender, instance: Membership, **kwargs) -> None:
    """Whoever left, or was removed, must not go on reading and changing the team's draft."""
    replace_links(organisation_id=instance.organisation_id)
