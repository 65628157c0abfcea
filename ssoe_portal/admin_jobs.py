"""Jobs in the background in Django admin: which ones wait, run or failed, in words.

Imported once procrastinate has registered its own list (`PortalAdminConfig`), which this replaces.
"""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django.admin import ProcrastinateJobAdmin
from procrastinate.contrib.django.models import ProcrastinateJob

from ssoe_portal.common.admin import ColumnFilter

STATES = {
    "todo": _("waiting"),
    "doing": _("running"),
    "succeeded": _("done"),
    "failed": _("failed"),
    "cancelled": _("called off"),
    "aborted": _("stopped"),
}
#: What the portal does on its own; a test finds what is missing.
TASKS = {
    "common.deliver_mail": _("Send a mail"),
    "common.erase_expired": _("Delete what is no longer needed"),
    "common.requeue_stalled": _("Start again what stood still"),
    "common.forget_jobs": _("Forget old jobs"),
    "common.learn_words": _("Learn new words for the search"),
    "common.learn_all_words": _("Learn all words for the search"),
    "actors.sweep_pictures": _("Remove files of pictures that are no longer there"),
    "actors.keep_true": _("Ask whether entries are still right, look for duplicates"),
    "actors.compare": _("Look whether an organisation is listed twice"),
    "actors.compare_changed": _(
        "Look whether organisations that a list has entered are listed twice"
    ),
    "actors.work_on_list": _("Read a list in, or take it back"),
    "actors.end_series": _("Forget usual days of offers that have ended"),
    "actors.settle_offer": _("Give a free place of an offer to the waiting list"),
    "actors.settle_all": _("Give free places of offers to the waiting lists"),
    "surveys.make_snapshot": _("Count a wave and freeze its results"),
    "surveys.send_invitations": _("Send invitations to a survey"),
    "surveys.remind_on_time": _("Remind on the days that waves of surveys name"),
    "surveys.send_reminders": _("Remind those who have not answered a survey"),
    "events.write_letter": _("Write to a party what became of its registration"),
    "events.write_group_letter": _("Write to whoever registered a group"),
    "events.remind": _("Remind those who are coming to an event"),
    "events.tell_moves": _("Tell those who are coming that an event moved"),
    "events.ask_for_feedback": _("Ask those who came how an event was"),
    "events.settle_event": _("Give free places to the waiting list"),
    "events.tell_of_release": _("Write to those who follow a programme"),
    "events.tell_of_calling_off": _(
        "Tell those who follow a programme that the event is called off"
    ),
    "events.settle_all": _("Give free places to the waiting lists"),
}
#: What procrastinate records of a job.
HAPPENED = {
    "deferred": _("ordered"),
    "started": _("begun"),
    "deferred_for_retry": _("to be tried again"),
    "failed": _("failed"),
    "succeeded": _("done"),
    "cancelled": _("called off"),
    "abort_requested": _("to be stopped"),
    "aborted": _("stopped"),
    "scheduled": _("planned"),
    "retried": _("tried again"),
}


def name_of(job: ProcrastinateJob) -> str:
    """What a job does, in words."""
    return str(TASKS.get(job.task_name, job.task_name))


ProcrastinateJob._meta.verbose_name = _("job in the background")
ProcrastinateJob._meta.verbose_name_plural = _("jobs in the background")
ProcrastinateJob._meta.app_config.verbose_name = _("Records")
ProcrastinateJob.__str__ = name_of  # type: ignore[method-assign]  # it has none of its own

admin.site.unregister(ProcrastinateJob)


class StateFilter(ColumnFilter):
    title = _("state")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list:
        return list(STATES.items())


class TaskFilter(ColumnFilter):
    title = _("job")
    parameter_name = "task_name"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list:
        return list(TASKS.items())


@admin.register(ProcrastinateJob)
class JobAdmin(ProcrastinateJobAdmin):
    """Procrastinate's list in the portal's words; what happened to a job in a line each."""

    fields = ["task", "state", "planned", "tries", "about", "happened"]
    list_display = ["task", "state", "planned", "last", "tries"]
    list_filter = [StateFilter, TaskFilter]
    search_fields = ("task_name", "args")
    search_help_text = _("Name of the job or a number it is about")
    inlines = []
    ordering = ("-id",)
    actions = ["retry", "cancel"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list:
        return self.fields

    @admin.display(description=_("job"), ordering="task_name")
    def task(self, job: ProcrastinateJob) -> str:
        return name_of(job)

    @admin.display(description=_("state"), ordering="status")
    def state(self, job: ProcrastinateJob) -> str:
        return str(STATES.get(job.status, job.status))

    @admin.display(description=_("not before"), ordering="scheduled_at")
    def planned(self, job: ProcrastinateJob) -> str:
        return _moment(job.scheduled_at) if job.scheduled_at else ""

    @admin.display(description=_("attempts"), ordering="attempts")
    def tries(self, job: ProcrastinateJob) -> int:
        return job.attempts

    @admin.display(description=_("number of what it is about"))
    def about(self, job: ProcrastinateJob) -> str:
        return ", ".join(str(value) for name, value in job.args.items() if name != "timestamp")

    @admin.display(description=_("last"))
    def last(self, job: ProcrastinateJob) -> str:
        events = job.procrastinateevent_set.all()  # fetched along, the latest first
        return _moment(events[0].at) if events else ""

    @admin.display(description=_("what happened"))
    def happened(self, job: ProcrastinateJob) -> str:
        return format_html_join(
            "",
            "<div>{}: {}</div>",
            (
                (_moment(event.at), HAPPENED.get(event.type, event.type))
                for event in job.procrastinateevent_set.all()
            ),
        )

    @admin.action(description=_("Try again (failed or running)"))
    def retry(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        super().retry(request, queryset)

    @admin.action(description=_("Call off (waiting)"))
    def cancel(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        super().cancel(request, queryset)


def _moment(moment: Any) -> str:
    return date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT")
