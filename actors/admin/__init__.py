"""Django admin of the directory: one module a noun."""

from actors.admin import (  # noqa: F401
    exchange,
    initiatives,
    lists,
    offers,
    organisations,
    people,
    vocabularies,
)
