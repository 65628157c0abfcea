"""Words of the libraries' own pages that come without German: named here, so that they stand in
the portal's catalogue. Nothing imports this module; a test finds what is missing in it.
"""

from django.utils.translation import gettext_noop, ngettext

#: Django admin.
ADMIN = (
    gettext_noop("Run"),
    gettext_noop("Filter by %(field_name)s"),
    gettext_noop("Search %(name)s"),
    gettext_noop("Pagination %(name)s"),
    gettext_noop("Pagination %(name)s entries"),
    gettext_noop(
        "Are you sure you want to delete the %(object_name)s “%(escaped_object)s”? All of the "
        "following related items will be deleted:"
    ),
    gettext_noop(
        "Deleting the %(object_name)s “%(escaped_object)s” would require deleting the following "
        "protected related objects:"
    ),
    gettext_noop(
        "Deleting the %(object_name)s “%(escaped_object)s” would result in deleting related "
        "objects, but your account doesn't have permission to delete the following types of "
        "objects:"
    ),
)


def more_objects(count: int) -> str:
    """The end of a long list of what would be deleted."""
    return ngettext("…and %(count)d more object.", "…and %(count)d more objects.", count)


#: Forms and import of tables.
FORMS = (
    gettext_noop("- Select an option -"),
    gettext_noop("%(model)s instance with %(field)s %(value)r is not a valid choice."),
    gettext_noop("Select all"),
)
