"""Where the tests run: a PostgreSQL of their own, real mail over SMTP, no settings of this machine.

`prepare` is called when `tests/conftest.py` is loaded, before anything imports a model. Under
xdist the first process starts the database; its workers find it in their environment and each
makes a database of its own on it.
"""

import atexit
import os
import re
import secrets
import shutil
import socket
import tempfile
from pathlib import Path

import django

from demonstration.mailcatcher import reserve
from ssoe_portal import embedded
from ssoe_portal.common import messages

HOST = "localhost"

#: Bound until somebody listens, so that no other process takes the port.
mail_listener: socket.socket
web_listener: socket.socket


def variables() -> set[str]:
    """Return the environment variables that the settings read."""
    settings = Path(__file__).parents[1] / "ssoe_portal" / "settings.py"
    reading = r'(?:environ\.get|required|flag)\(\s*"(\w+)"'
    return set(re.findall(reading, settings.read_text(encoding="utf-8")))


def prepare() -> None:
    """Set the environment of this process and set Django up."""
    global mail_listener, web_listener
    is_worker = "PYTEST_XDIST_WORKER" in os.environ
    if not is_worker:
        # Whatever the shell brought along must not change what the tests do.
        for name in variables():
            os.environ.pop(name, None)
        messages.compile_all()
        os.environ["SECRET_KEY"] = secrets.token_urlsafe(50)
        if not os.environ.get("TEST_DATABASE_URL"):
            server = embedded.temporary()
            atexit.register(embedded.discard, server)
            os.environ["DATABASE_URL"] = server.url()
        else:
            os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]
    mail_listener, web_listener = reserve(), reserve()
    os.environ["SMTP_URL"] = f"smtp://127.0.0.1:{mail_listener.getsockname()[1]}"
    os.environ["PUBLIC_URL"] = f"http://{HOST}:{web_listener.getsockname()[1]}"
    # A line for each answered request would bury what a failed test has to say.
    os.environ["LOG_LEVEL"] = "WARNING"
    # Each process has pictures of its own; databases, too, are one for each.
    os.environ["MEDIA_ROOT"] = media = tempfile.mkdtemp(prefix="ssoe-media-")
    atexit.register(shutil.rmtree, media, ignore_errors=True)
    os.environ["DJANGO_SETTINGS_MODULE"] = "ssoe_portal.settings"
    # Playwright keeps an event loop in the main thread; Django would take it for async code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    django.setup()
    # Else pytest-django would set the workers up before they come here for ports of their own.
    del os.environ["DJANGO_SETTINGS_MODULE"]
