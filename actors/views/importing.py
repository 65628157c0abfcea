"""Lists that come in: uploaded, looked at, entered, taken back."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from actors.forms.importing import ColumnsForm, DecisionForm, ListForm, WriteForm
from actors.importing import preview, running
from actors.importing.kinds import LISTS
from actors.models import ListImport
from actors.models.list_import import Decision, Outcome, Step
from ssoe_portal.common import table_files
from ssoe_portal.common.excel_files import xlsx_chunks
from ssoe_portal.common.moderation import TransitionNotAllowed
from ssoe_portal.common.ratelimit import rate_limited
from ssoe_portal.common.roles import reviewer_required

PER_PAGE = 50


def _kind(name: str) -> str:
    if name not in LISTS:
        raise Http404
    return name


def _list(request: HttpRequest, pk: int) -> ListImport:
    rows = ListImport.objects.visible_to(request.user).without_file().select_related("by")
    return get_object_or_404(rows, pk=pk)


def _too_late(request: HttpRequest) -> None:
    messages.info(request, _("Somebody else was faster. This is how it stands now."))


@reviewer_required
@require_safe
def imports(request: HttpRequest) -> HttpResponse:
    """The lists of the last thirty days."""
    rows = ListImport.objects.visible_to(request.user).without_file().select_related("by")
    page = Paginator(rows, 20).get_page(request.GET.get("page"))
    return render(request, "actors/importing/list.html", {"page_obj": page})


@reviewer_required
@rate_limited("import")
def import_new(request: HttpRequest, kind: str) -> HttpResponse:
    """Upload a list; what every column may hold is said below."""
    known = LISTS[_kind(kind)](request.user)
    form = ListForm(request.POST, request.FILES) if request.method == "POST" else ListForm()
    if form.is_valid():
        try:
            of = running.begin(
                kind=kind,
                filename=form.cleaned_data["file"].name or "",
                content=form.content,
                by=request.user,
            )
        except ValidationError as error:
            form.add_error("file", error)
        else:
            return redirect(of)
    return render(
        request,
        "actors/importing/new.html",
        {"form": form, "kind": kind, "columns": known.columns.incoming},
        status=422 if form.is_bound else 200,
    )


@reviewer_required
@require_safe
def import_template(request: HttpRequest, kind: str) -> HttpResponse:
    """The table without entries, and on a second sheet what may stand in each column."""
    columns = LISTS[_kind(kind)](request.user).columns.incoming
    title = _("Organisations") if kind == "organisation" else _("Offers")
    heading = [_("Column"), _("What may stand in it")]
    notes = [[column.heading, column.all_help] for column in columns]
    pieces = xlsx_chunks(
        (title, [[column.heading for column in columns]]), (_("Columns"), [heading, *notes])
    )
    return _download(b"".join(pieces), f"{kind}.xlsx")


def _download(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=table_files.XLSX)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return response


@reviewer_required
@require_safe
def import_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """How a list stands: columns to assign, progress, what each row would do, what became of it."""
    of = _list(request, pk)
    partial = bool(request.htmx) and not request.htmx.history_restore_request
    if partial and not of.is_busy:
        response = HttpResponse()
        response["HX-Refresh"] = "true"  # it is done or stands still: the whole page is another one
        return response
    if of.step == Step.COLUMNS:
        return _columns(request, of, ColumnsForm(of=of, kind=LISTS[of.kind](request.user)))
    if of.is_busy or of.problem:
        part = "#progress" if partial else ""
        return render(request, f"actors/importing/progress.html{part}", {"list": of})
    return _rows(request, of)


def _columns(request: HttpRequest, of: ListImport, form: ColumnsForm) -> HttpResponse:
    status = 422 if form.is_bound else 200
    return render(
        request, "actors/importing/columns.html", {"list": of, "form": form}, status=status
    )


def _rows(
    request: HttpRequest,
    of: ListImport,
    *,
    write_form: WriteForm | None = None,
    decided: QueryDict | None = None,
) -> HttpResponse:
    """Rows of a list, with what was sent where it could not be understood."""
    numbers = of.numbers()
    tabs = preview.tabs(of, numbers)
    shown = request.GET.get("rows", "")
    tab = next((tab for tab in tabs if tab.key == shown), tabs[0] if tabs else None)
    rows = preview.rows(of, tab) if tab else of.rows.none()
    paginator = Paginator(rows, PER_PAGE)
    paginator.count = tab.number if tab else 0  # counted above, with all others
    page = paginator.get_page(request.GET.get("page"))
    kind = LISTS[of.kind](request.user)
    decision_form = None
    if of.is_checked and tab and tab.key == Outcome.SUSPECT:
        decision_form = DecisionForm(decided, rows=list(page))
    return render(
        request,
        "actors/importing/rows.html",
        {
            "list": of,
            "numbers": numbers,
            "tabs": tabs,
            "tab": tab,
            "page_obj": page,
            "title": kind.columns.by_name[kind.title].heading,
            "rows": preview.described(kind, list(page), decision_form),
            "decision_form": decision_form,
            "decisions": Decision.choices,
            "write_form": write_form or WriteForm(),
        },
        status=200 if write_form is None and decided is None else 422,
    )


@reviewer_required
@require_POST
def import_columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Check the list by these columns."""
    of = _list(request, pk)
    if not of.may_be_assigned:
        _too_late(request)
        return redirect(of)
    form = ColumnsForm(request.POST, of=of, kind=LISTS[of.kind](request.user))
    if not form.is_valid():
        return _columns(request, of, form)
    try:
        running.start_check(of=of, assigned=form.assigned)
    except TransitionNotAllowed:
        _too_late(request)
    return redirect(of)


@reviewer_required
def import_assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Assign the columns once more, while nothing is written."""
    of = _list(request, pk)
    if not of.may_be_assigned:
        return redirect(of)
    return _columns(request, of, ColumnsForm(of=of, kind=LISTS[of.kind](request.user)))


def _decisions(request: HttpRequest, of: ListImport) -> DecisionForm:
    """What was sent about rows that are perhaps there already."""
    suspects = of.rows.filter(outcome=Outcome.SUSPECT)
    sent = [key[4:] for key in request.POST if key.startswith("row_") and key[4:].isdecimal()]
    rows = list(suspects.filter(pk__in=[int(key) for key in sent[:200] if len(key) < 19]))
    return DecisionForm(request.POST, rows=rows)


@reviewer_required
@require_POST
def import_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what becomes of rows that are perhaps there already."""
    of = _list(request, pk)
    form = _decisions(request, of)
    if not of.is_checked:
        _too_late(request)
    elif not form.is_valid():
        return _rows(request, of, decided=request.POST)
    elif chosen := form.cleaned_data[DecisionForm.ALL]:
        preview.decide_all(of, chosen)
        messages.success(request, _("Noted for all of them."))
    else:
        preview.decide(of, form.decisions())
        messages.success(request, _("Noted."))
    page = request.GET.get("page", "")
    query = f"?rows={Outcome.SUSPECT}" + (f"&page={page}" if page.isdecimal() else "")
    return redirect(of.get_absolute_url() + query)


@reviewer_required
@require_POST
def import_write(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter what the check has found, with what the page says of the rows that are on it."""
    of = _list(request, pk)
    form, decisions = WriteForm(request.POST), _decisions(request, of)
    if not of.is_checked:
        _too_late(request)
        return redirect(of)
    if not (form.is_valid() and decisions.is_valid()):
        return _rows(request, of, write_form=form, decided=request.POST)
    try:
        running.start_writing(
            of=of,
            by=request.user,
            new_as=form.cleaned_data["new_as"],
            decisions=decisions.decisions(),
        )
    except ValidationError as error:
        form.add_error(None, error)
        return _rows(request, of, write_form=form, decided=request.POST)
    except TransitionNotAllowed:
        _too_late(request)
    return redirect(of)


@reviewer_required
def import_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a list back, after asking once."""
    of = _list(request, pk)
    if not of.may_be_undone:
        return redirect(of)
    if request.method == "POST":
        try:
            running.start_undo(of=of, by=request.user)
        except TransitionNotAllowed:
            _too_late(request)
        return redirect(of)
    return render(request, "actors/importing/undo.html", {"list": of, "numbers": of.numbers()})


@reviewer_required
@require_POST
def import_go_on(request: HttpRequest, pk: int) -> HttpResponse:
    """Start again what stands still."""
    of = _list(request, pk)
    try:
        running.go_on(of=of, by=request.user)
    except TransitionNotAllowed:
        _too_late(request)
    return redirect(of)


@reviewer_required
@require_POST
def import_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a list of which nothing was written."""
    of = _list(request, pk)
    if running.discard(of=of):
        messages.success(request, _("The list is deleted. Nothing of it was entered."))
        return redirect("actors:imports")
    messages.info(request, _("Something of this list was entered already: take it back instead."))
    return redirect(of)


@reviewer_required
@require_safe
def import_errors(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The rows with errors as they were, with what is wrong: to mend and read in again."""
    of = _list(request, pk)
    response = StreamingHttpResponse(
        table_files.csv_lines(preview.wrong_rows(of)), content_type="text/csv; charset=utf-8"
    )
    name = _("errors-%(number)s.csv") % {"number": of.pk}
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return response
