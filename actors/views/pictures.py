"""Logo and pictures: uploaded and described by the organisation, served to whoever may see it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from actors import services
from actors.forms.limits import refuse
from actors.forms.profile import PictureForm, UploadForm, add_errors
from actors.models import Logo, Organisation, Picture
from actors.views.keeping import held
from actors.views.profile import editable, keep
from ssoe_portal.common import pictures as files
from ssoe_portal.common.ratelimit import allowed
from ssoe_portal.common.stored_pictures import StoredPicture, kinds


@require_safe
def serve(request: HttpRequest, folder: str, digest: str, box: int) -> FileResponse:
    """A stored picture: to everyone where its owner is public, else to whoever may see that owner.
    Of a public one nobody is asked who they are, so that caches may keep it."""
    model = kinds().get(folder)
    if model is None:
        raise Http404(folder)
    rows = model.objects.filter(digest=digest)
    picture = rows.published().first()
    is_public = picture is not None
    if picture is None:
        picture = rows.visible_to(request.user).first()
    if picture is None or box not in picture.boxes:
        raise Http404(digest)
    return files.served(picture.folder, digest, box, is_public=is_public)


@login_required
def pictures(request: HttpRequest, slug: str) -> HttpResponse:
    """Logo and pictures at a glance; a POST uploads one: "logo" says as what."""
    organisation = editable(request, slug)
    what = request.POST.get("what", "")
    forms = {
        name: UploadForm(
            *([request.POST, request.FILES] if what == name else [None, None]),
            purpose=model.PURPOSE,
            label=label,
            prefix=name,
        )
        for name, model, label in (
            ("logo", Logo, _("File with the logo")),
            ("picture", Picture, _("File with the picture")),
        )
    }
    status = 200
    if request.method == "POST":
        status = 422
        form = forms.get(what)
        if form is None:
            return redirect("actors:pictures", slug)
        if not allowed(request, "upload", key=f"user:{request.user.pk}"):
            refuse(form)
            status = 429
        elif kept := _keep(organisation, form, Logo if what == "logo" else Picture):
            if isinstance(kept, Logo):
                messages.success(request, _("This is your logo now."))
                return redirect("actors:pictures", slug)
            return redirect("actors:pictures-edit", slug, kept.pk)
    shown = list(organisation.pictures.order_by("pk"))
    return render(
        request,
        "actors/profile/pictures.html",
        {
            "organisation": organisation,
            "logo": Logo.objects.filter(organisation=organisation).first(),
            "pictures": shown,
            "is_full": len(shown) >= Picture.MOST,
            "most": Picture.MOST,
            "logo_form": forms["logo"],
            "picture_form": forms["picture"],
            "form": forms.get(what, forms["logo"]),
        },
        status=status,
    )


def _keep(
    organisation: Organisation, form: UploadForm, model: type[StoredPicture]
) -> StoredPicture | None:
    if not form.is_valid():
        return None
    row = model(organisation=organisation)
    try:
        services.keep_row(row=row, prepared=form.prepared)
    except ValidationError as error:
        add_errors(form, error, "file")
        return None
    return row


@login_required
def edit_picture(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Say what can be seen; from then on the picture is shown."""
    organisation = editable(request, slug)
    # Neither words nor the box is an answer too, and a wrong one.
    data = request.POST if request.method == "POST" else None
    with held(request, Organisation.objects.all(), slug):
        picture = get_object_or_404(organisation.pictures, pk=pk)
        form = PictureForm(data, instance=picture, organisation=organisation)
        if form.is_valid() and keep(form):
            messages.success(request, _("The picture is on your page now."))
            return redirect("actors:pictures", slug)
    return render(
        request,
        "actors/profile/picture.html",
        {"organisation": organisation, "picture": picture, "form": form},
        status=422 if form.is_bound else 200,
    )


@login_required
@require_POST
def remove_picture(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    organisation = editable(request, slug)
    if picture := organisation.pictures.filter(pk=pk).first():
        services.remove_row(row=picture)
        messages.success(request, _("The picture is removed."))
    return redirect("actors:pictures", slug)


@login_required
@require_POST
def remove_logo(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = editable(request, slug)
    if logo := Logo.objects.filter(organisation=organisation).first():
        services.remove_row(row=logo)
        messages.success(request, _("The logo is removed."))
    return redirect("actors:pictures", slug)
