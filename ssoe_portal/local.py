"""What a clone needs to run on somebody's own machine, filled in where nothing is set.

A server for the public sets the variables itself (docs/operations.md) and starts gunicorn and the
worker directly; then nothing here is used but by `manage.py`, which finds everything set.
"""

import os
import secrets
import sys
import tempfile
from pathlib import Path

from ssoe_portal import embedded

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = BASE_DIR / "var"
DEFAULT_PORT = 8000
LOCALHOST = "127.0.0.1"
#: The imprint of a clone: recognisably nobody (RFC 2606).
EXAMPLE_OPERATOR = {
    "OPERATOR": "Beispiel-Betreiber, nur zum Ausprobieren|Beispielstraße 1|13125 Berlin",
    "CONTACT_EMAIL": "kontakt@beispiel.example",
}


def port() -> int:
    """Return the port of the web server, from PORT; exit with a message if that is none."""
    text = os.environ.get("PORT") or str(DEFAULT_PORT)
    # The two ports after it belong to the mail catcher.
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= 65533:
        sys.exit(f"PORT must be a number from 1 to 65533, not {text!r}.")
    return int(text)


def mail_page_port() -> int:
    """Return the port of the page that shows caught mail."""
    return port() + 1


def mail_port() -> int:
    """Return the port the mail catcher takes mail at (SMTP)."""
    return port() + 2


def fill_environment() -> None:
    """Set the environment variables that are missing, except for the database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ssoe_portal.settings")
    if not os.environ.get("SECRET_KEY"):
        os.environ["SECRET_KEY"] = secret_key()
    if not os.environ.get("PUBLIC_URL"):
        os.environ["PUBLIC_URL"] = f"http://localhost:{port()}"
    for name, example in EXAMPLE_OPERATOR.items():
        os.environ.setdefault(name, example)
    if not os.environ.get("SMTP_URL"):
        os.environ["SMTP_URL"] = f"smtp://{LOCALHOST}:{mail_port()}"


def prepare_environment() -> embedded.Server | None:
    """Set what is missing; without a DATABASE_URL, start the embedded server and return it.

    It ends with the last process that uses it.
    """
    fill_environment()
    if os.environ.get("DATABASE_URL"):
        return None
    try:
        server = embedded.start(
            VAR / "postgres", say=lambda message: print(message, file=sys.stderr)
        )
    except embedded.EmbeddedDatabaseError as error:
        sys.exit(str(error))
    os.environ["DATABASE_URL"] = server.url()
    return server


def secret_key() -> str:
    """Return this clone's own key, made at the first start and kept in var/secret-key."""
    path = VAR / "secret-key"
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        VAR.mkdir(exist_ok=True)
    # Complete before it has its name, and whoever is first wins: two starts agree on one key.
    descriptor, temporary = tempfile.mkstemp(dir=VAR, prefix="secret-key.")  # for us alone
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(50) + "\n")
    try:
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        Path(temporary).unlink()
    return path.read_text().strip()
