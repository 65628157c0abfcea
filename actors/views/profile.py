"""What an organisation adds to its profile in rows: contact persons and further addresses. Each has
a page that lists them, with the form for one more."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from actors import services
from actors.forms.profile import BranchForm, ContactPersonForm, RowForm, add_errors
from actors.models import Branch, Contact, Organisation
from actors.views.keeping import held


@dataclass(frozen=True)
class Kind:
    """A kind of row: its model and form, the words of its page, the step that leads there."""

    name: str
    model: type[models.Model]
    form: type[RowForm]
    title: str | Promise
    lead: str | Promise
    another: str | Promise
    step: str = "contact"

    @property
    def url_name(self) -> str:
        return f"actors:{self.name}"

    @property
    def edit_url_name(self) -> str:
        return f"actors:{self.name}-edit"

    @property
    def remove_url_name(self) -> str:
        return f"actors:{self.name}-remove"

    @property
    def row_template(self) -> str:
        return f"actors/profile/_{self.name}.html"


KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "contacts",
            Contact,
            ContactPersonForm,
            gettext_lazy("Contact persons"),
            gettext_lazy("Whom can people ask for? Up to twelve; none is needed."),
            gettext_lazy("Add a contact person"),
        ),
        Kind(
            "branches",
            Branch,
            BranchForm,
            gettext_lazy("Further addresses"),
            gettext_lazy(
                "Where else can people find you? Your main address stays where it is. "
                "Whoever looks for a neighbourhood then finds you there, too."
            ),
            gettext_lazy("Add an address"),
        ),
    )
}


def editable(request: HttpRequest, slug: str) -> Organisation:
    """Return an organisation that this person may change; others are not told that it exists."""
    return get_object_or_404(Organisation.objects.editable_by(request.user), slug=slug)


@login_required
def rows(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """List the rows; a POST adds one."""
    organisation = editable(request, slug)
    known = KINDS[kind]
    form = known.form(request.POST or None, organisation=organisation)
    if request.method == "POST" and keep(form):
        messages.success(request, _("Added: %(item)s") % {"item": form.instance})
        return redirect(known.url_name, slug)
    return render(
        request,
        "actors/profile/rows.html",
        {
            "organisation": organisation,
            "kind": known,
            "rows": _rows(organisation, known),
            "is_full": _rows(organisation, known).count() >= known.model.MOST,
            "form": form,
        },
        status=422 if form.is_bound else 200,
    )


@login_required
def edit_row(request: HttpRequest, slug: str, kind: str, pk: int) -> HttpResponse:
    organisation = editable(request, slug)
    known = KINDS[kind]
    with held(request, Organisation.objects.all(), slug):
        row = get_object_or_404(_rows(organisation, known), pk=pk)
        title = str(row)  # as it is stored: a wrong form writes into its row, too
        form = known.form(request.POST or None, instance=row, organisation=organisation)
        if request.method == "POST" and keep(form):
            messages.success(request, _("Saved: %(item)s") % {"item": form.instance})
            return redirect(known.url_name, slug)
    return render(
        request,
        "actors/profile/edit.html",
        {"organisation": organisation, "kind": known, "title": title, "form": form},
        status=422 if form.is_bound else 200,
    )


@login_required
@require_POST
def remove_row(request: HttpRequest, slug: str, kind: str, pk: int) -> HttpResponse:
    organisation = editable(request, slug)
    known = KINDS[kind]
    # Gone already (two taps) is what was wanted.
    if row := _rows(organisation, known).filter(pk=pk).first():
        services.remove_row(row=row)
        messages.success(request, _("Removed: %(item)s") % {"item": row})
    return redirect(known.url_name, slug)


def _rows(organisation: Organisation, kind: Kind) -> models.QuerySet:
    rows = kind.model.objects.filter(organisation=organisation).order_by("pk")
    return rows.select_related("area") if kind.model is Branch else rows


def keep(form: RowForm) -> bool:
    """Keep what a form holds, unless it is wrong or there is no room."""
    if not form.is_valid():
        return False
    try:
        services.keep_row(row=form.instance)
    except ValidationError as error:
        add_errors(form, error)
        return False
    return True
