"""Offers and joining them."""

from django.urls import path

from actors.views import joining, offers

urlpatterns = [
    path("offers/", offers.offer_list, name="offer-list"),
    path("offers/new/", offers.offer_create, name="offer-create"),
    path("offers/<slug:slug>/", offers.offer_detail, name="offer-detail"),
    path("offers/<slug:slug>/edit/", offers.offer_edit, name="offer-edit"),
    path("offers/<slug:slug>/submit/", offers.offer_submit, name="offer-submit"),
    path("offers/<slug:slug>/archive/", offers.offer_archive, name="offer-archive"),
    path("offers/<slug:slug>/join/", joining.offer_join, name="offer-join"),
    path("offers/<slug:slug>/join/sent/", joining.offer_join_sent, name="offer-join-sent"),
    path("offers/<slug:slug>/requests/", joining.offer_requests, name="offer-requests"),
    path("requests/<int:pk>/answer/", joining.join_answer, name="join-answer"),
    path("requests/confirm/<str:token>/", joining.join_confirm, name="join-confirm"),
    path("requests/mine/<str:token>/", joining.join_withdraw, name="join-withdraw"),
]
