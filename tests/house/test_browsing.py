"""The browser fixtures see what they promise to see."""

import pytest

from tests.browsing import NARROW, WIDE, assert_accessible, assert_fits, assert_whole


class TestWatch:
    def test_sees_a_violated_content_security_policy(self, page):
        page.goto("/de/")
        page.evaluate(
            """() => {
                const script = document.createElement("script");
                script.textContent = "document.title = 'run'";
                document.body.append(script);
            }"""
        )
        assert page.title() != "run"
        assert any("Content Security Policy" in problem for problem in page.watch.problems)
        page.watch.problems.clear()

    def test_sees_a_request_to_a_third_party(self, page):
        page.route("http://third.example/**", lambda route: route.abort())
        page.goto("/de/")
        with page.expect_request("http://third.example/**"):
            page.evaluate("() => { new Image().src = 'http://third.example/pixel.png' }")
        assert any("third.example" in problem for problem in page.watch.problems)
        page.watch.problems.clear()

    def test_sees_a_script_error_and_a_missing_asset(self, page):
        page.goto("/de/")
        with page.expect_event("pageerror"):
            page.evaluate("() => { setTimeout(() => { throw new Error('oops') }) }")
        with page.expect_response("**/static/none.png"):
            page.evaluate("() => { new Image().src = '/static/none.png' }")
        problems = "\n".join(page.watch.problems)
        assert "oops" in problems
        assert "404" in problems
        page.watch.problems.clear()

    def test_accepts_a_page_that_answers_404(self, page):
        assert page.goto("/de/gibt-es-nicht/").status == 404


class TestAccessibility:
    def test_is_found_missing(self, page):
        page.goto("/de/")
        assert_accessible(page)
        page.evaluate("document.documentElement.removeAttribute('lang')")
        with pytest.raises(AssertionError, match="html-has-lang"):
            assert_accessible(page)

    @pytest.mark.parametrize(
        ("spoil", "rule"),
        [
            ("document.querySelector('main a').textContent = ''", "link-name"),
            ("document.querySelector('main label').htmlFor = 'nobody'", "label"),
        ],
    )
    def test_is_read_again_where_a_page_differs(self, page, spoil, rule):
        """All that it is made of is on the page that was read, too."""
        page.goto("/de/account/login/")
        assert_accessible(page)
        page.evaluate(spoil)
        with pytest.raises(AssertionError, match=rule):
            assert_accessible(page)

    def test_is_read_in_each_width_that_a_page_was_opened_for(self, open_page):
        page = open_page(width=NARROW, also=(WIDE,))
        page.goto("/de/")
        page.evaluate(
            """() => document.querySelector("main").insertAdjacentHTML(
                "beforeend", '<a class="d-none d-lg-block" href="/"></a>'
            )"""
        )
        assert_accessible(page)
        with pytest.raises(AssertionError, match="link-name"):
            assert_whole(page)

    def test_a_page_too_wide_for_a_phone_is_found(self, open_page):
        page = open_page(width=NARROW)
        page.goto("/de/")
        assert_fits(page)
        page.evaluate("document.querySelector('main').style.minWidth = '800px'")
        with pytest.raises(AssertionError, match="wider than its window"):
            assert_fits(page)


class TestPeople:
    def test_have_browsers_of_their_own(self, open_page, live_server_url):
        first, second = open_page(), open_page(javascript=False, language="en")
        first.goto("/de/")
        second.goto("/en/")
        first.context.add_cookies([{"name": "mine", "value": "1", "url": live_server_url}])
        assert "mine" not in {cookie["name"] for cookie in second.context.cookies()}
        assert second.locator("html").get_attribute("lang") == "en"
