from django.urls import path

from events.views import (
    calendar,
    following,
    groups,
    item_sign_up,
    outcome,
    own,
    picking,
    programme,
    public,
    registration,
    stalls,
    venues,
)
from events.views.desk import dates as desk_dates
from events.views.desk import door as desk_door
from events.views.desk import door_sync as desk_door_sync
from events.views.desk import erasing as desk_erasing
from events.views.desk import events as desk_events
from events.views.desk import messages as desk_messages
from events.views.desk import plan as desk_plan
from events.views.desk import programme as desk_programme
from events.views.desk import proposals as desk_proposals
from events.views.desk import questions as desk_questions
from events.views.desk import registrations as desk_registrations
from events.views.desk import report as desk_report
from events.views.desk import sign_ups as desk_sign_ups
from events.views.desk import speakers as desk_speakers
from events.views.desk import stalls as desk_stalls
from events.views.desk import telephone as desk_telephone

app_name = "events"

# What is not an event's slug comes first; common/slugs.py keeps these words from becoming one.
urlpatterns = [
    path("", calendar.index, name="event-list"),
    path("calendar.ics", calendar.ics, name="calendar-ics"),
    path("feed.atom", calendar.feed, name="calendar-atom"),
    path("embed/", calendar.embed, name="calendar-embed"),
    path("subscribe/", calendar.subscribe, name="calendar-subscribe"),
    # A party, by the link in its mail
    path("registrations/link/<str:token>/", registration.open_link, name="registration-link"),
    path("registrations/<slug:code>/", registration.show, name="registration"),
    path("registrations/<slug:code>/qr.svg", registration.qr_code, name="registration-qr"),
    path("registrations/<slug:code>/event.ics", registration.calendar, name="registration-ics"),
    path("registrations/<slug:code>/accept/", registration.accept, name="registration-accept"),
    path("registrations/<slug:code>/change/", registration.change, name="registration-change"),
    path("registrations/<slug:code>/cancel/", registration.cancel, name="registration-cancel"),
    path("registrations/<slug:code>/programme/", item_sign_up.of_party, name="registration-items"),
    # Families that an organisation registers together
    path("groups/<int:pk>/", groups.show, name="group"),
    path("groups/<int:pk>/tickets/", groups.tickets, name="group-tickets"),
    path("groups/<int:pk>/<slug:code>/change/", groups.change, name="group-change"),
    path("groups/<int:pk>/<slug:code>/cancel/", groups.cancel, name="group-cancel"),
    path("groups/<int:pk>/<slug:code>/accept/", groups.accept, name="group-accept"),
    path("groups/<int:pk>/<slug:code>/programme/", item_sign_up.of_family, name="group-items"),
    # What somebody picked from a programme, for calendars
    path("my-programmes/<slug:key>/calendar.ics", picking.calendar, name="my-calendar"),
    # Mails about changes of a programme
    path("programme-mails/<str:token>/confirm/", following.confirm, name="follow-confirm"),
    path("programme-mails/<str:token>/end/", following.end, name="follow-end"),
    # An organisation's stalls
    path("stalls/", stalls.mine, name="stall-list"),
    path("stalls/<int:pk>/", stalls.show, name="stall-detail"),
    path("stalls/<int:pk>/edit/", stalls.edit, name="stall-edit"),
    path("stalls/<int:pk>/withdraw/", stalls.withdraw, name="stall-withdraw"),
    # An organisation's events
    path("own/", own.index, name="own-list"),
    path("own/new/", own.new, name="own-new"),
    path("own/<slug:slug>/", own.show, name="own-event"),
    path("own/<slug:slug>/edit/", own.edit, name="own-edit"),
    path("own/<slug:slug>/step/", own.step, name="own-step"),
    # The desk
    path("desk/", desk_events.index, name="desk-list"),
    path("desk/proposals/", desk_proposals.index, name="desk-proposals"),
    path("desk/erasing/", desk_erasing.index, name="desk-erasing"),
    path("desk/new/", desk_events.edit, name="desk-new"),
    path("desk/registrations/<slug:code>/", desk_registrations.show, name="desk-registration"),
    path(
        "desk/registrations/<slug:code>/cancel/",
        desk_registrations.cancel,
        name="desk-registration-cancel",
    ),
    path(
        "desk/registrations/<slug:code>/change/",
        desk_telephone.change,
        name="desk-registration-change",
    ),
    path(
        "desk/registrations/<slug:code>/programme/",
        desk_sign_ups.of_registration,
        name="desk-registration-items",
    ),
    path(
        "desk/registrations/<slug:code>/told/",
        desk_telephone.told,
        name="desk-registration-told",
    ),
    path(
        "desk/registrations/<slug:code>/confirmation/",
        desk_telephone.confirmation,
        name="desk-confirmation",
    ),
    path("desk/stalls/<int:pk>/", desk_stalls.show, name="desk-stall"),
    path("desk/stalls/<int:pk>/decide/", desk_stalls.decide, name="desk-stall-decide"),
    path("desk/stalls/<int:pk>/place/", desk_stalls.place, name="desk-stall-place"),
    path("desk/<slug:slug>/", desk_events.show, name="desk-event"),
    path("desk/<slug:slug>/edit/", desk_events.edit, name="desk-edit"),
    path("desk/<slug:slug>/dates/", desk_dates.show, name="desk-dates"),
    path("desk/<slug:slug>/dates/publish/", desk_dates.publish, name="desk-dates-publish"),
    path("desk/<slug:slug>/history/", desk_events.history, name="desk-history"),
    path("desk/<slug:slug>/status/", desk_events.status, name="desk-status"),
    path("desk/<slug:slug>/decide/", desk_proposals.decide, name="desk-decide"),
    path("desk/<slug:slug>/call-off/", desk_events.call_off, name="desk-call-off"),
    path("desk/<slug:slug>/programme/", desk_programme.index, name="desk-programme"),
    path("desk/<slug:slug>/programme/new/", desk_programme.edit, name="desk-item-new"),
    path("desk/<slug:slug>/programme/<int:pk>/", desk_programme.edit, name="desk-item"),
    path("desk/<slug:slug>/programme/<int:pk>/move/", desk_programme.move, name="desk-item-move"),
    path(
        "desk/<slug:slug>/programme/<int:pk>/sign-ups/",
        desk_sign_ups.index,
        name="desk-sign-ups",
    ),
    path(
        "desk/<slug:slug>/programme/<int:pk>/sign-ups/sheet/",
        desk_sign_ups.sheet,
        name="desk-sign-ups-sheet",
    ),
    path(
        "desk/<slug:slug>/programme/<int:pk>/remove/",
        desk_programme.remove,
        name="desk-item-remove",
    ),
    path("desk/<slug:slug>/speakers/", desk_speakers.index, name="desk-speakers"),
    path("desk/<slug:slug>/speakers/new/", desk_speakers.edit, name="desk-speaker-new"),
    path("desk/<slug:slug>/speakers/<int:pk>/", desk_speakers.edit, name="desk-speaker"),
    path(
        "desk/<slug:slug>/speakers/<int:pk>/remove/",
        desk_speakers.remove,
        name="desk-speaker-remove",
    ),
    path("desk/<slug:slug>/programme/release/", desk_programme.release, name="desk-release"),
    path("desk/<slug:slug>/stalls/", desk_stalls.index, name="desk-stalls"),
    path("desk/<slug:slug>/plan/", desk_plan.show, name="desk-plan"),
    path("desk/<slug:slug>/questions/", desk_questions.index, name="desk-questions"),
    path("desk/<slug:slug>/questions/new/", desk_questions.edit, name="desk-question-new"),
    path("desk/<slug:slug>/questions/<int:pk>/", desk_questions.edit, name="desk-question"),
    path(
        "desk/<slug:slug>/questions/<int:pk>/up/", desk_questions.move_up, name="desk-question-up"
    ),
    path(
        "desk/<slug:slug>/questions/<int:pk>/remove/",
        desk_questions.remove,
        name="desk-question-remove",
    ),
    path("desk/<slug:slug>/messages/", desk_messages.index, name="desk-messages"),
    path("desk/<slug:slug>/messages/new/", desk_messages.write, name="desk-message-new"),
    path("desk/<slug:slug>/registrations/", desk_registrations.index, name="desk-registrations"),
    path(
        "desk/<slug:slug>/registrations/new/",
        desk_telephone.register,
        name="desk-registration-new",
    ),
    path(
        "desk/<slug:slug>/registrations/export.csv",
        desk_registrations.download,
        name="desk-registrations-export",
    ),
    path("desk/<slug:slug>/door/", desk_door.show, name="desk-door"),
    path("desk/<slug:slug>/door/places/", desk_door.places, name="desk-door-places"),
    path("desk/<slug:slug>/door/sheet/", desk_report.sheet, name="desk-door-sheet"),
    path("desk/<slug:slug>/report/", desk_report.show, name="desk-report"),
    path("desk/<slug:slug>/report.csv", desk_report.download, name="desk-report-csv"),
    path("desk/<slug:slug>/door/sync/", desk_door_sync.sync, name="desk-door-sync"),
    path("desk/<slug:slug>/door/worker.js", desk_door_sync.worker, name="desk-door-worker"),
    path("desk/<slug:slug>/door/check-in/", desk_door.check_in, name="desk-door-check-in"),
    path("desk/<slug:slug>/door/undo/", desk_door.undo, name="desk-door-undo"),
    # An event
    path("<slug:slug>/", public.event, name="event-detail"),
    path("<slug:slug>/event.ics", public.event_ics, name="event-ics"),
    path("<slug:slug>/programme/", programme.programme, name="programme"),
    path("<slug:slug>/programme/mine/", picking.show, name="my-programme"),
    path("<slug:slug>/programme/mine/address/", picking.renew, name="my-programme-renew"),
    path("<slug:slug>/programme/mark/", picking.mark, name="mark"),
    path("<slug:slug>/programme/mails/", following.ask, name="follow"),
    path("<slug:slug>/programme.ics", programme.programme_ics, name="programme-ics"),
    path("<slug:slug>/register/", registration.register, name="register"),
    path("<slug:slug>/group/", groups.register, name="group-register"),
    path("<slug:slug>/registered/", registration.registered, name="registered"),
    path("<slug:slug>/stall/apply/", stalls.apply, name="stall-apply"),
    path("<slug:slug>/outcome/", outcome.edit, name="outcome"),
    path(
        "<slug:slug>/outcome/<int:pk>/remove/",
        outcome.remove_picture,
        name="outcome-picture-remove",
    ),
    path("<slug:slug>/venues/new/", venues.edit, name="venue-new"),
    path("<slug:slug>/venues/<int:pk>/", venues.edit, name="venue-edit"),
    path("<slug:slug>/venues/<int:pk>/remove/", venues.remove, name="venue-remove"),
    path("<slug:slug>/venues/<int:pk>/stops/", venues.stops, name="stop-list"),
    path("<slug:slug>/venues/<int:pk>/stops/<int:stop_pk>/", venues.stops, name="stop-edit"),
    path(
        "<slug:slug>/venues/<int:pk>/stops/<int:stop_pk>/remove/",
        venues.remove_stop,
        name="stop-remove",
    ),
]
