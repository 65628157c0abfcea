"""What `manage.py` and `make run` fill in on somebody's own machine."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from ssoe_portal import embedded, local


@pytest.fixture(autouse=True)
def own_place(tmp_path, monkeypatch):
    """A clone without settings; nothing may start a database unless the test says so."""
    monkeypatch.setattr(local, "VAR", tmp_path / "var")
    for name in (
        "SECRET_KEY",
        "PUBLIC_URL",
        "SMTP_URL",
        "DATABASE_URL",
        "PORT",
        "OPERATOR",
        "CONTACT_EMAIL",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", os.environ.get("DJANGO_SETTINGS_MODULE", ""))


class TestFillEnvironment:
    def test_sets_what_is_missing(self, monkeypatch):
        monkeypatch.setenv("PORT", "8123")
        local.fill_environment()
        assert os.environ["PUBLIC_URL"] == "http://localhost:8123"
        assert os.environ["SMTP_URL"] == "smtp://127.0.0.1:8125"
        assert len(os.environ["SECRET_KEY"]) >= 50
        # The imprint names somebody, who is recognisably an example.
        assert "Beispiel" in os.environ["OPERATOR"]
        assert "Example" not in os.environ["OPERATOR"]  # it stands on German pages, too
        assert os.environ["CONTACT_EMAIL"].endswith(".example")

    def test_keeps_what_is_set(self, monkeypatch):
        wanted = {
            "PUBLIC_URL": "https://portal.example.org",
            "SMTP_URL": "smtps://mail.example.org",
            "SECRET_KEY": "given",
            "OPERATOR": "Bezirksamt",
            "CONTACT_EMAIL": "portal@example.org",
            "DATABASE_URL": "postgresql://db.example.org/portal",
        }
        for name, value in wanted.items():
            monkeypatch.setenv(name, value)
        assert local.prepare_environment() is None
        assert {name: os.environ[name] for name in wanted} == wanted
        assert not local.VAR.exists()

    def test_says_why_the_database_does_not_start(self, monkeypatch):
        def fail(*args, **kwargs):
            raise embedded.EmbeddedDatabaseError("This is why.")

        monkeypatch.setattr(embedded, "start", fail)
        with pytest.raises(SystemExit, match="This is why"):
            local.prepare_environment()


class TestSecretKey:
    def test_is_made_once_for_its_owner_only(self):
        key = local.secret_key()
        assert local.secret_key() == key
        assert stat.S_IMODE((local.VAR / "secret-key").stat().st_mode) == 0o600
        assert list(local.VAR.iterdir()) == [local.VAR / "secret-key"]

    def test_is_the_same_for_starts_at_the_same_time(self):
        with ThreadPoolExecutor(8) as pool:
            keys = set(pool.map(lambda _: local.secret_key(), range(8)))
        assert len(keys) == 1


class TestPort:
    @pytest.mark.parametrize("text", ["", "8000", "65533", "1"])
    def test_takes_a_number(self, monkeypatch, text):
        monkeypatch.setenv("PORT", text)
        assert local.port() == int(text or 8000)

    @pytest.mark.parametrize("text", ["0", "65534", "-1", "80a", "٨٠٠٠", "1e3"])
    def test_refuses_everything_else(self, monkeypatch, text):
        monkeypatch.setenv("PORT", text)
        with pytest.raises(SystemExit, match="PORT must be a number"):
            local.port()
