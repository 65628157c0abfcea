from django.urls import path, re_path, register_converter
from django.urls.converters import StringConverter

from surveys.views import (
    answering,
    desk,
    editing,
    entering,
    exporting,
    handing_in,
    inviting,
    paper,
    public,
    questionnaires,
    trying,
    waves,
)


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
    path("desk/xlsforms/", questionnaires.questionnaire_list, name="desk-questionnaires"),
    path("desk/xlsforms/new/", questionnaires.upload, name="desk-form-new"),
    path("desk/xlsforms/new/<str:key>/", questionnaires.look, name="desk-form"),
    path("desk/xlsforms/<int:pk>.xlsx", questionnaires.download, name="desk-xlsform"),
    path("desk/waves/new/", waves.create, name="desk-wave-create"),
    path("desk/waves/<int:pk>/", desk.wave, name="desk-wave"),
    path("desk/waves/<int:pk>/change/", waves.change, name="desk-wave-change"),
    path("desk/waves/<int:pk>/delete/", waves.delete, name="desk-wave-delete"),
    path("desk/waves/<int:pk>/invitations/", inviting.invitations, name="desk-invitations"),
    path("desk/waves/<int:pk>/invitations/send/", inviting.send, name="desk-send"),
    path(
        "desk/waves/<int:pk>/invitations/<int:invitation>/withdraw/",
        inviting.withdraw,
        name="desk-withdraw-invitation",
    ),
    path("desk/waves/<int:pk>/entries/", entering.entries, name="desk-entries"),
    path("desk/entries/<uuid:pk>/", entering.entry, name="desk-entry"),
    path("desk/entries/<uuid:pk>/correct/", entering.correct, name="desk-correct-entry"),
    path("desk/entries/<uuid:pk>/discard/", entering.discard, name="desk-discard-entry"),
    path("desk/entries/<uuid:pk>/protocol/", entering.protocol_sheet, name="desk-protocol"),
    path("protocol/<str:token>/", entering.protocol, name="protocol"),
    path("desk/waves/<int:pk>/paper/<str:language>/", paper.desk_form, name="desk-paper-form"),
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
    path("desk/questionnaires/", editing.survey_list, name="editor-list"),
    path("desk/questionnaires/new/", editing.survey_create, name="editor-survey-create"),
    path("desk/questionnaires/of/<int:pk>/", editing.survey, name="editor-survey"),
    path("desk/questionnaires/<int:pk>/", editing.outline, name="editor"),
    path("desk/questionnaires/<int:pk>/copy/", editing.copy, name="editor-copy"),
    path("desk/questionnaires/<int:pk>/remove/", editing.remove, name="editor-remove"),
    path("desk/questionnaires/<int:pk>/order/", editing.order, name="editor-order"),
    path("desk/questionnaires/<int:pk>/move/", editing.move, name="editor-move"),
    path("desk/questionnaires/<int:pk>/delete/", editing.delete, name="editor-delete"),
    path("desk/questionnaires/<int:pk>/pages/new/", editing.section, name="editor-section-create"),
    path(
        "desk/questionnaires/<int:pk>/pages/<int:section>/", editing.section, name="editor-section"
    ),
    path(
        "desk/questionnaires/<int:pk>/pages/<int:section>/questions/new/",
        editing.question,
        name="editor-question-create",
    ),
    path(
        "desk/questionnaires/<int:pk>/questions/<int:question>/",
        editing.question,
        name="editor-question",
    ),
    path("desk/questionnaires/<int:pk>/preview/", trying.preview, name="editor-preview"),
    path("desk/questionnaires/<int:pk>/try/", trying.attempt, name="editor-try"),
    path("desk/questionnaires/<int:pk>/check/", trying.check, name="editor-check"),
    path("invited/<str:token>/", inviting.invited, name="invited"),
    path("own/<uuid:pk>/", handing_in.own_response, name="own-response"),
    path("answers/<draft_token:token>/", answering.resume, name="resume"),
    path("answers/<draft_token:token>/review/", handing_in.review, name="review"),
    path("answers/<draft_token:token>/submit/", handing_in.submit, name="submit"),
    path("answers/<draft_token:token>/later/", answering.save_for_later, name="save-for-later"),
    path(
        "answers/<draft_token:token>/anonymous/",
        handing_in.go_on_anonymously,
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
    path("<slug:slug>/paper/<str:language>/", paper.public_form, name="paper-form"),
    path("<slug:slug>/results/<int:pk>/", public.results, name="results"),
]
