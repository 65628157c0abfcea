"""Mail: every message is stored, queued in the transaction that causes it, and sent by the worker.

The default mailer is `QueuedEmailBackend`, so that also django-allauth's mails go this way. If the
mail server is away, the job is tried again with growing delays; nothing a person did is undone.
"""

import email
import email.message
import email.policy
import logging
import re
import smtplib
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, mailers
from django.core.mail.backends.base import BaseEmailBackend
from django.db import models, transaction
from django.template.loader import get_template
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

logger = logging.getLogger(__name__)

_BLANK_LINES = re.compile(r"\n{3,}")


class OutgoingMailQuerySet(models.QuerySet):
    def unsent(self) -> "OutgoingMailQuerySet":
        return self.filter(sent_at__isnull=True)


class OutgoingMail(models.Model):
    """A message on its way, as it will go over the wire; deleted some days after sending.

    What never arrives goes as well: at once where the mail server refuses the address for good,
    else when its time is over (`register_own` in `common/privacy.py`).
    """

    sender = models.CharField(_("from"), max_length=320)
    recipients = models.JSONField(_("to"))
    subject = models.CharField(_("subject"), max_length=300)
    content = models.BinaryField(_("message"))
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    keeps_copy = models.BooleanField(
        _("copy is kept"),
        default=True,
        help_text=_("Otherwise this row is deleted as soon as the message is sent."),
    )
    key = models.CharField(_("key"), max_length=80, blank=True, editable=False)

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("a single one", "outgoing mail")
        verbose_name_plural = _("outgoing mail")
        ordering = ["-created_at", "-pk"]
        constraints = [
            # Of a message with a key there is one, whoever wants to write it once more.
            models.UniqueConstraint(
                fields=["key"], condition=~models.Q(key=""), name="common_outgoingmail_key_once"
            )
        ]

    def __str__(self) -> str:
        return self.subject

    def deliver(self) -> None:
        """Hand the message to the mail server, once: a message already sent is left alone.

        A message whose every recipient is refused for good (5xx, RFC 5321 section 4.2.1) is
        deleted: no later attempt could deliver it. Raises OSError or smtplib.SMTPException when
        the server does not take it for now.
        """
        with transaction.atomic():
            mail = OutgoingMail.objects.select_for_update().get(pk=self.pk)
            if mail.sent_at is not None:
                return
            try:
                mailers["smtp"].send_messages([_StoredMessage(mail)])
            except smtplib.SMTPRecipientsRefused as refusal:
                codes = sorted({code for code, _reason in refusal.recipients.values()})
                if not all(500 <= code < 600 for code in codes):
                    raise
                logger.warning("refused", extra={"data": {"mail": mail.pk, "codes": codes}})
                mail.delete()
                return
            if not mail.keeps_copy:
                mail.delete()
                return
            mail.sent_at = timezone.now()
            mail.save(update_fields=["sent_at"])


class _StoredMessage(EmailMessage):
    """A stored message in the shape that Django's SMTP backend sends."""

    def __init__(self, mail: OutgoingMail) -> None:
        super().__init__(from_email=mail.sender, to=mail.recipients)
        self._content = bytes(mail.content)

    def message(self, *, policy: email.policy.Policy = email.policy.default) -> Any:
        return email.message_from_bytes(self._content, policy=policy)


class QueuedEmailBackend(BaseEmailBackend):
    """Store messages and queue their delivery; both happen with the current transaction or not."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        from ssoe_portal.common.tasks import deliver_mail

        count = 0
        for message in email_messages:
            recipients = message.recipients()
            if not recipients:
                continue
            with transaction.atomic():
                mail = OutgoingMail.objects.create(
                    sender=message.from_email,
                    recipients=recipients,
                    subject=message.subject[:300],
                    content=message.message().as_bytes(policy=email.policy.SMTP),
                    keeps_copy=getattr(message, "keeps_copy", True),
                    key=getattr(message, "key", ""),
                )
                deliver_mail.defer(mail_id=mail.pk)
            count += 1
        return count


def send(
    template: str,
    *,
    to: str,
    language: str,
    context: dict[str, Any],
    attachments: Sequence[tuple[str, str | bytes, str]] = (),
    inline: Mapping[str, tuple[bytes, str]] | None = None,
    reply_to: str = "",
    keep_copy: bool = True,
    key: str = "",
) -> None:
    """Queue one message made from a template with the blocks `subject`, `text` and `html`.

    `language` is the reader's; `attachments` are (file name, content, MIME type); `inline` holds
    pictures as {name: (content, MIME type)}, shown by `<img src="cid:name">`. Every template
    extends "common/mail/base.html" and gets `public_url`, without a slash at its end.
    With `keep_copy=False` nothing of the message stays here once it is sent. A message with a `key`
    is not queued again while its copy is kept: a job that a worker died over may run once more.
    """
    if key and OutgoingMail.objects.filter(key=key).exists():
        return
    with translation.override(language):
        context = {**context, "public_url": settings.PUBLIC_URL, "mail_language": language}
        source = get_template(template).template
        subject = " ".join(_render_block(source, "subject", context, plain=True).split())
        body = _render_block(source, "text", context, plain=True).strip()
        # Below the line that mail programs know a signature by (RFC 3676, section 4.3): why
        # somebody gets this, and from whom, as at the foot of the other version.
        reason = _render_block(source, "reason", context, plain=True).strip()
        body = f"{body}\n\n-- \n{reason}\nSSÖ-Portal Berlin-Pankow · {settings.PUBLIC_URL}\n"
        # Parts that a template leaves out leave their line ends.
        body = _BLANK_LINES.sub("\n\n", body)
        message = EmailMultiAlternatives(
            subject=subject,
            body=body,
            to=[to],
            reply_to=[reply_to] if reply_to else None,
        )
        message.keeps_copy = keep_copy
        message.key = key
        message.attach_alternative(source.render(_context(context)).strip(), "text/html")
        for name, content, kind in attachments:
            message.attach(name, content, kind)
        for name, (picture, kind) in (inline or {}).items():
            part = email.message.MIMEPart()
            main, sub = kind.split("/")
            part.set_content(picture, main, sub, disposition="inline", cid=f"<{name}>")
            message.attach(part)
        message.send()


def _context(context: dict[str, Any], *, plain: bool = False):
    from django.template import Context

    return Context(context, autoescape=not plain)


def _render_block(source, name: str, context: dict[str, Any], *, plain: bool) -> str:
    """Render one block of a template, or what the base says in its place, unescaped for plain
    text."""
    from django.template.loader_tags import BLOCK_CONTEXT_KEY, BlockContext, BlockNode

    base = get_template("common/mail/base.html").template
    nodes = (node for each in (source, base) for node in each.nodelist.get_nodes_by_type(BlockNode))
    for node in nodes:
        if node.name == name:
            bound = _context(context, plain=plain)
            bound.render_context[BLOCK_CONTEXT_KEY] = BlockContext()
            with bound.bind_template(source):
                return node.nodelist.render(bound)
    raise ValueError(f"{source.name} has no block {name}")


def absolute(path: str) -> str:
    """Return the public address of a path, for mails, QR codes and calendars."""
    return settings.PUBLIC_URL + path
