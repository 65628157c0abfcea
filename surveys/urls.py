from django.urls import path, re_path, register_converter
from django.urls.converters import StringConverter

from surveys.views import answering, desk, exporting, inviting, public, questionnaires


class TokenConverter(StringConverter):
    """The secret in a draft's link: 256 bits in URL-safe base64 without padding."""

    regex = "[A-Za-z0-9_-]{43}"


class SectionConverter(StringConverter):
    """The name of a section: letters, digits, "_", "-" and "."."""

    regex = r"[^\W\d][\w.-]*"


register_converter(TokenConverter, "draft_token")
register_converter(SectionConverter, "section_key")

app_name = "surveys"
urlpatterns = [
    path("", public.survey_list, name="survey-list"),
    path("desk/", desk.wave_list, name="desk-list"),
    path("desk/questionnaires/", questionnaires.questionnaire_list, name="desk-questionnaires"),
    path("desk/questionnaires/new/", questionnaires.upload, name="desk-form-new"),
    path("desk/questionnaires/new/<str:key>/", questionnaires.look, name="desk-form"),
    path("desk/questionnaires/<int:pk>.xlsx", questionnaires.download, name="desk-xlsform"),
    path("desk/waves/<int:pk>/", desk.wave, name="desk-wave"),
    path("desk/waves/<int:pk>/invitations/", inviting.invitations, name="desk-invitations"),
    path("desk/waves/<int:pk>/invitations/send/", inviting.send, name="desk-send"),
    path(
        "desk/waves/<int:pk>/invitations/<int:invitation>/withdraw/",
        inviting.withdraw,
        name="desk-withdraw-invitation",
    ),
    path("desk/waves/<int:pk>/responses/", desk.responses, name="desk-responses"),
    path(
        "desk/waves/<int:pk>/export/<section_key:part>.<str:ending>",
        exporting.export,
        name="desk-export",
    ),
    path("desk/waves/<int:pk>/results/", desk.results, name="desk-results"),
    path("desk/waves/<int:pk>/count/", desk.count, name="desk-count"),
    path("desk/waves/<int:pk>/publish/", desk.publish, name="desk-publish"),
    path("desk/responses/<uuid:pk>/", desk.response, name="desk-response"),
    path("invited/<str:token>/", inviting.invited, name="invited"),
    path("own/<uuid:pk>/", answering.own_response, name="own-response"),
    path("answers/<draft_token:token>/", answering.resume, name="resume"),
    path("answers/<draft_token:token>/review/", answering.review, name="review"),
    path("answers/<draft_token:token>/submit/", answering.submit, name="submit"),
    path("answers/<draft_token:token>/later/", answering.save_for_later, name="save-for-later"),
    path(
        "answers/<draft_token:token>/anonymous/",
        answering.go_on_anonymously,
        name="go-on-anonymously",
    ),
    path(
        "answers/<draft_token:token>/page/<section_key:section>/", answering.answer, name="answer"
    ),
    path(
        "answers/<draft_token:token>/page/<section_key:section>/<int:number>/",
        answering.answer,
        name="answer-entry",
    ),
    path(
        "answers/<draft_token:token>/page/<section_key:section>/<int:number>/remove/",
        answering.remove_entry,
        name="remove-entry",
    ),
    # With the slash at the end only: to a whole link without it Django adds it.
    re_path(r"^answers/(?:.*/)?$", answering.unknown_link, name="unknown-link"),
    path("<slug:slug>/", public.survey_detail, name="survey-detail"),
    path("<slug:slug>/start/", answering.start, name="start"),
    path("<slug:slug>/results/<int:pk>/", public.results, name="results"),
]
