from django.urls import path

from events.views import desk, public, registration, stalls

app_name = "events"

# What is not an event's slug comes first; common/slugs.py keeps these words from becoming one.
urlpatterns = [
    path("", public.EventList.as_view(), name="event-list"),
    # A party, by the link in its mail
    path("registrations/link/<str:token>/", registration.open_link, name="registration-link"),
    path("registrations/<slug:code>/", registration.show, name="registration"),
    path("registrations/<slug:code>/qr.svg", registration.qr_code, name="registration-qr"),
    path("registrations/<slug:code>/accept/", registration.accept, name="registration-accept"),
    path("registrations/<slug:code>/size/", registration.reduce, name="registration-size"),
    path("registrations/<slug:code>/cancel/", registration.cancel, name="registration-cancel"),
    # An organisation's stalls
    path("stalls/", stalls.mine, name="stall-list"),
    path("stalls/<int:pk>/", stalls.show, name="stall-detail"),
    path("stalls/<int:pk>/edit/", stalls.edit, name="stall-edit"),
    path("stalls/<int:pk>/withdraw/", stalls.withdraw, name="stall-withdraw"),
    # The desk
    path("desk/", desk.event_list, name="desk-list"),
    path("desk/new/", desk.edit, name="desk-new"),
    path("desk/registrations/<slug:code>/", desk.registration, name="desk-registration"),
    path(
        "desk/registrations/<slug:code>/cancel/",
        desk.registration_cancel,
        name="desk-registration-cancel",
    ),
    path("desk/stalls/<int:pk>/", desk.stall, name="desk-stall"),
    path("desk/stalls/<int:pk>/decide/", desk.stall_decide, name="desk-stall-decide"),
    path("desk/stalls/<int:pk>/place/", desk.stall_place, name="desk-stall-place"),
    path("desk/<slug:slug>/", desk.event, name="desk-event"),
    path("desk/<slug:slug>/edit/", desk.edit, name="desk-edit"),
    path("desk/<slug:slug>/history/", desk.history, name="desk-history"),
    path("desk/<slug:slug>/status/", desk.status, name="desk-status"),
    path("desk/<slug:slug>/call-off/", desk.call_off, name="desk-call-off"),
    path("desk/<slug:slug>/stalls/", desk.stall_list, name="desk-stalls"),
    path("desk/<slug:slug>/plan/", desk.plan, name="desk-plan"),
    path("desk/<slug:slug>/registrations/", desk.registration_list, name="desk-registrations"),
    path(
        "desk/<slug:slug>/registrations/export.csv",
        desk.registrations_export,
        name="desk-registrations-export",
    ),
    # An event
    path("<slug:slug>/", public.event, name="event-detail"),
    path("<slug:slug>/event.ics", public.event_ics, name="event-ics"),
    path("<slug:slug>/programme/", public.programme, name="programme"),
    path("<slug:slug>/programme.ics", public.programme_ics, name="programme-ics"),
    path("<slug:slug>/register/", registration.register, name="register"),
    path("<slug:slug>/registered/", registration.registered, name="registered"),
    path("<slug:slug>/stall/apply/", stalls.apply, name="stall-apply"),
]
