"""Modules of JavaScript find each other under the names that collected files have."""

import re
from pathlib import Path
from urllib.parse import urljoin

import pytest
from django.contrib.staticfiles import finders
from django.core.files.storage import FileSystemStorage

from ssoe_portal.common.storage import StaticStorage

DOOR = ("door", "door_book", "door_camera", "door_line", "door_store")
FILES = (
    ("qr", "decode.js"),
    ("qr", "index.js"),
    *(
        ("", f"events/js/{name}.js")
        for name in ("door", "door_book", "door_camera", "door_line", "door_store")
    ),
)


@pytest.fixture
def collected(tmp_path) -> StaticStorage:
    storage = StaticStorage(location=tmp_path, base_url="/static/")
    paths = {}
    for folder, name in FILES:
        full = f"{folder}/{name}".lstrip("/")
        root = finders.find(full).removesuffix(name)
        paths[full] = (FileSystemStorage(root), name)
        with Path(finders.find(full)).open("rb") as file:
            storage.save(full, file)
    assert not [error for _name, _new, error in storage.post_process(paths) if error is False]
    return storage


@pytest.mark.parametrize("name", ["events/js/door.js", "qr/decode.js"])
def test_imports_name_files_that_exist(collected, name):
    hashed = collected.stored_name(name)
    text = collected.open(hashed).read().decode()
    imported = re.findall(r'^import [^;]*? from ["\'](\./[^"\']+)', text, re.MULTILINE)
    assert imported
    for address in imported:
        assert re.search(r"\.[0-9a-f]{12}\.js$", address)
        assert collected.exists(urljoin(hashed, address))
