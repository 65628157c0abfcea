"""Every mail of the directory begins in the same way."""

from pathlib import Path

import pytest
from django.conf import settings

MAILS = sorted((Path(settings.BASE_DIR) / "templates/actors/mail").glob("*.html"))


def test_finds_them():
    assert len(MAILS) > 15


@pytest.mark.parametrize("path", MAILS, ids=lambda path: path.stem)
def test_greets_before_anything_else(path):
    source = path.read_text()
    for block in ("text", "html"):
        begins = source.split("{% block " + block + " %}")[1].lstrip().removeprefix("<p>")
        tag, _end, words = begins.partition("%}")
        said = words if tag.startswith("{% blocktranslate") else tag
        assert said.lstrip().removeprefix('{% translate "').startswith("Hello"), block
