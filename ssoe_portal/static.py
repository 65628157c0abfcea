"""Collecting static files, only when one of them has changed."""

import hashlib
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command

from ssoe_portal.common import storage


def fingerprint() -> str:
    """Return a digest of what would be collected: names, sizes and times of the files."""
    patterns = apps.get_app_config("staticfiles").ignore_patterns  # type: ignore[attr-defined]
    digest = hashlib.sha256(Path(storage.__file__).read_bytes())
    digest.update(type(staticfiles_storage).__name__.encode())
    for finder in get_finders():
        for name, source in sorted(finder.list(patterns), key=lambda found: found[0]):
            status = Path(source.path(name)).stat()
            digest.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def collect() -> bool:
    """Collect and compress the static files unless that is done; return whether it was."""
    root = Path(settings.STATIC_ROOT)
    record = root.with_suffix(".fingerprint")
    current = fingerprint()
    if (root / "staticfiles.json").exists() and record.exists():
        if record.read_text() == current:
            return False
        record.unlink()
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    record.write_text(current)
    return True
