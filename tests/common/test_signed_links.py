from datetime import timedelta

import pytest

from ssoe_portal.common.signed_links import LinkProblem, SignedLink


class TestSignedLink:
    def test_reads_what_it_wrote(self):
        link = SignedLink("join", timedelta(days=3))
        assert link.read(link.token(17)) == 17

    def test_does_not_take_a_token_of_another_purpose(self):
        token = SignedLink("join", timedelta(days=3)).token(17)
        with pytest.raises(LinkProblem) as caught:
            SignedLink("withdraw", timedelta(days=3)).read(token)
        assert caught.value.problem == "invalid"

    def test_does_not_take_a_changed_token(self):
        link = SignedLink("join", timedelta(days=3))
        with pytest.raises(LinkProblem) as caught:
            link.read(link.token(17)[:-2] + "xx")
        assert caught.value.problem == "invalid"

    def test_says_so_when_it_is_too_old(self):
        token = SignedLink("join", timedelta(days=3)).token(17)
        with pytest.raises(LinkProblem) as caught:
            SignedLink("join", timedelta(0)).read(token)
        assert caught.value.problem == "expired"


class TestProblemPage:
    @pytest.mark.django_db
    @pytest.mark.parametrize(
        ("path", "way_on"),
        [("/de/events/registrations/link/x/", "/de/"), ("/de/requests/mine/x/", "/de/offers/")],
    )
    def test_of_a_link_nobody_knows_leads_to_where_it_belongs(self, client, path, way_on):
        page = client.get(path)
        assert page.status_code == 404
        assert "Diesen Link kennen wir nicht" in page.text
        actions = page.text.split('<div class="actions">')[-1].split("</div>")[0]
        assert f'class="btn btn-primary" href="{way_on}"' in actions
        assert "account/login" not in actions
