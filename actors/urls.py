"""Addresses of the directory. Fixed words come before slugs (`common/slugs.py` never gives them
out)."""

from django.urls import path

from actors.views import (
    claims,
    confirming,
    dashboard,
    exchange,
    initiatives,
    joining,
    moderation,
    networks,
    offers,
    organisations,
    registration,
    team,
)

app_name = "actors"
urlpatterns = [
    path("organisations/", organisations.organisation_list, name="organisation-list"),
    path("organisations/register/", registration.register, name="organisation-register"),
    path("organisations/register/begin/", registration.begin, name="organisation-begin"),
    path("organisations/register/start/", registration.start, name="organisation-start"),
    path(
        "organisations/<slug:slug>/", organisations.organisation_detail, name="organisation-detail"
    ),
    path("organisations/<slug:slug>/edit/", registration.edit, name="organisation-edit"),
    path("organisations/<slug:slug>/edit/review/", registration.review, name="organisation-review"),
    path(
        "organisations/<slug:slug>/edit/english/", registration.english, name="organisation-english"
    ),
    path(
        "organisations/<slug:slug>/edit/<slug:step>/",
        registration.edit_step,
        name="organisation-edit-step",
    ),
    path("organisations/<slug:slug>/claim/", claims.claim, name="organisation-claim"),
    path("organisations/<slug:slug>/archive/", registration.archive, name="organisation-archive"),
    path("organisations/<slug:slug>/team/", team.team, name="team"),
    path("organisations/<slug:slug>/team/<int:pk>/", team.member, name="team-member"),
    path("organisations/<slug:slug>/team/leave/", team.leave, name="team-leave"),
    path(
        "organisations/<slug:slug>/team/invitations/<int:pk>/withdraw/",
        team.withdraw_invitation,
        name="invitation-withdraw",
    ),
    path("invitations/pending/", team.pending_invitation, name="invitation-pending"),
    path("invitations/<str:token>/", team.accept, name="invitation-accept"),
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
    path("exchange/", exchange.listing_list, name="listing-list"),
    path("exchange/new/", exchange.listing_create, name="listing-create"),
    path("exchange/<slug:slug>/", exchange.listing_detail, name="listing-detail"),
    path("exchange/<slug:slug>/edit/", exchange.listing_edit, name="listing-edit"),
    path("exchange/<slug:slug>/submit/", exchange.listing_submit, name="listing-submit"),
    path("exchange/<slug:slug>/archive/", exchange.listing_archive, name="listing-archive"),
    path("exchange/<slug:slug>/propose/", exchange.cooperation_propose, name="cooperation-propose"),
    path("cooperations/<int:pk>/", exchange.cooperation_edit, name="cooperation-edit"),
    path("initiatives/", initiatives.initiative_list, name="initiative-list"),
    path("initiatives/new/", initiatives.initiative_create, name="initiative-create"),
    path("initiatives/join/sent/", initiatives.join_sent, name="supporter-sent"),
    path(
        "initiatives/join/<str:token>/withdraw/",
        initiatives.supporter_withdraw,
        name="supporter-withdraw",
    ),
    path("initiatives/join/<str:token>/", initiatives.join_confirm, name="supporter-confirm"),
    path("initiatives/<slug:slug>/", initiatives.initiative_detail, name="initiative-detail"),
    path("initiatives/<slug:slug>/edit/", initiatives.initiative_edit, name="initiative-edit"),
    path(
        "initiatives/<slug:slug>/supporters/",
        initiatives.supporters,
        name="initiative-supporters",
    ),
    path(
        "initiatives/<slug:slug>/archive/",
        initiatives.initiative_archive,
        name="initiative-archive",
    ),
    path("networks/", networks.network_list, name="network-list"),
    path("networks/<slug:slug>/", networks.network_detail, name="network-detail"),
    path("account/", dashboard.dashboard, name="dashboard"),
    path(
        "account/entries/<slug:kind>/<slug:slug>/confirm/",
        confirming.confirm,
        name="entry-confirm",
    ),
    path("desk/moderation/", moderation.queue, name="moderation-queue"),
    path("desk/moderation/changes/", moderation.recent_changes, name="moderation-changes"),
    path("desk/claims/", claims.claims, name="claims"),
    path("desk/claims/<int:pk>/", claims.decide, name="claim-decide"),
    path("desk/moderation/<slug:kind>/<slug:slug>/", moderation.review, name="moderation-review"),
    path(
        "desk/moderation/<slug:kind>/<slug:slug>/history/",
        moderation.history,
        name="moderation-history",
    ),
]
