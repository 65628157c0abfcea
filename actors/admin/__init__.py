"""Django admin of the directory: one module a noun."""

from actors.admin import exchange, initiatives, offers, organisations, people, vocabularies  # noqa: F401
