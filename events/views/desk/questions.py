"""What an event asks of those who register: set up, put in order, taken away."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from events import asking
from events.forms.questions import QuestionEnglishForm, QuestionForm
from events.models import EventQuestion
from events.views.desk.lookup import event_or_404
from ssoe_portal.common.roles import event_manager_required


@event_manager_required
def index(request: HttpRequest, slug: str) -> HttpResponse:
    """The questions in the order of the form, with how many have answered each."""
    event = event_or_404(slug)
    questions = event.questions.with_translation().with_answers_counted().in_order()
    return render(
        request, "events/desk/questions.html", {"event": event, "questions": list(questions)}
    )


@event_manager_required
def edit(request: HttpRequest, slug: str, pk: int | None = None) -> HttpResponse:
    """A new question (without `pk`), or another wording."""
    event = event_or_404(slug)
    with transaction.atomic():
        question = EventQuestion(event=event)
        if pk is not None:
            # Held, so that nobody else's changes are lost.
            rows = (
                event.questions.select_for_update()
                if request.method == "POST"
                else (event.questions.with_answers_counted())
            )
            question = get_object_or_404(rows, pk=pk)
        form = QuestionForm(request.POST or None, instance=question)
        english_form = QuestionEnglishForm.of(question, request.POST or None)
        if request.method == "POST" and all([form.is_valid(), english_form.is_valid()]):
            saved = asking.save(form.save(commit=False))
            english_form.save_for(saved)
            messages.success(request, _("Saved."))
            return redirect("events:desk-questions", slug=event.slug)
    return render(
        request,
        "events/desk/question.html",
        {"event": event, "question": question, "form": form, "english_form": english_form},
        status=422 if form.is_bound else 200,
    )


@event_manager_required
@require_POST
def move_up(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One place further up; the first one stays."""
    event = event_or_404(slug)
    asking.move_up(get_object_or_404(event.questions, pk=pk))
    return redirect("events:desk-questions", slug=event.slug)


@event_manager_required
def remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Say how many answers go with it, then take it away."""
    event = event_or_404(slug)
    rows = event.questions.with_translation().with_answers_counted()
    question = get_object_or_404(rows, pk=pk)
    if request.method == "POST":
        question.delete()
        messages.success(request, _("The question is not asked any more."))
        return redirect("events:desk-questions", slug=event.slug)
    return render(
        request, "events/desk/question_remove.html", {"event": event, "question": question}
    )
