"""The page on which the task force decides about an entry."""

from django.urls import reverse


def review_url(item) -> str:
    return reverse("actors:moderation-review", args=[item._meta.model_name, item.slug])


def seen(client, item) -> dict:
    """What the page showed when it was opened, which goes along with the decision."""
    return client.get(review_url(item)).context["form"].initial
