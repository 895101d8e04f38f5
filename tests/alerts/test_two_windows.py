"""An alert open twice, or by the wrong person, or as a session ends: no text is ever lost."""

from __future__ import annotations

from tests.alerts.alerts_to_try import SOON, draft, stored, submitted, typed, written
from tests.browser_page import PageClient
from tests.people import PASSWORD, World


def test_a_save_from_an_older_window_shows_both_texts_and_loses_neither(
    web: PageClient, world: World
) -> None:
    alert = written(world.carol)
    web.sign_in(world.carol)
    first = web.get(f"/alerts/{alert.reference}/edit")
    second = web.get(f"/alerts/{alert.reference}/edit")
    web.send(first, "Save draft", found="Saved first.", what_1="Done first.")
    page = web.send(second, "Save draft", status=409, found="Typed second.", what_1="Second.")
    assert "saved somewhere else" in page.errors[0]
    assert page.fields()["found"] == "Typed second."
    assert page.fields()["what_1"] == "Second."
    saved = [each.get_text(" ", strip=True) for each in page.html.select(".app-alert-saved")]
    assert "Saved now: Saved first." in saved
    assert "Saved now: Done first." in saved
    assert stored(alert.reference).found == "Saved first."

    web.send(page, "Save draft", found="Both together.")
    assert stored(alert.reference).found == "Both together."


def test_a_save_from_an_older_window_shows_saved_texts_even_beside_what_cannot_be_read(
    web: PageClient, world: World
) -> None:
    alert = written(world.carol)
    web.sign_in(world.carol)
    first = web.get(f"/alerts/{alert.reference}/edit")
    second = web.get(f"/alerts/{alert.reference}/edit")
    web.send(first, "Save draft", by_1__day="1", found="Saved first.")
    page = web.send(second, "Save draft", status=409, by_1__day="99", found="x" * 700)
    saved = [each.get_text(" ", strip=True) for each in page.html.select(".app-alert-saved")]
    assert "Saved now: Saved first." in saved
    assert f"Saved now: 1 {SOON:%B %Y}" in saved
    assert page.fields()["by_1-day"] == "99"


def test_the_same_text_saved_twice_is_not_a_conflict(web: PageClient, world: World) -> None:
    alert = draft(world.carol)
    web.sign_in(world.carol)
    page = web.get(f"/alerts/{alert.reference}/edit")
    web.send(page, "Save draft", **typed())
    web.send(page, "Save draft", **typed())
    assert stored(alert.reference).version == 2


def test_what_it_rests_on_can_be_changed_and_an_older_window_is_told(
    web: PageClient, world: World
) -> None:
    alert = draft(world.carol)
    web.sign_in(world.carol)
    first = web.get(f"/alerts/{alert.reference}/basis")
    second = web.get(f"/alerts/{alert.reference}/basis")
    assert first.fields()["evidence_threads"] == ["overall", "voice"]
    web.send(first, title="Another title", evidence_threads=["plan"])
    page = web.send(second, status=409, title="A third title")
    saved = [each.get_text(" ", strip=True) for each in page.html.select(".app-alert-saved")]
    assert "Saved now: Another title" in saved
    assert "Saved now: Strengths-based, co-produced plan" in saved
    assert stored(alert.reference).evidence_threads == ["plan"]


def test_nobody_but_the_author_writes_in_a_draft(web: PageClient, world: World) -> None:
    alert = draft(world.carol)
    web.sign_in(world.carol)
    form = web.get(f"/alerts/{alert.reference}/edit")
    web.sign_out()
    web.sign_in(world.cora)
    for address in ("edit", "basis"):
        refused = web.get(f"/alerts/{alert.reference}/{address}", status=403)
        assert "Only the author can do this." in refused.text
    mine = form.fields() | {"csrf_token": web.get("/alerts/new").csrf, "found": "Not mine."}
    web.post(f"/alerts/{alert.reference}/edit", mine, status=403)
    assert stored(alert.reference).found == ""


def test_a_submitted_alert_can_no_longer_be_written_in(web: PageClient, world: World) -> None:
    alert = submitted(world.carol)
    web.sign_in(world.carol)
    refused = web.get(f"/alerts/{alert.reference}/edit", status=403)
    assert "its status is “Waiting for approval”" in refused.text


def test_text_typed_as_the_session_ended_comes_back(web: PageClient, world: World) -> None:
    alert = draft(world.carol)
    web.sign_in(world.carol)
    page = web.get(f"/alerts/{alert.reference}/edit")
    web.sign_out()
    sign_in = web.send(page, "Save draft", found="Two hours of work.")
    assert sign_in.path == "/account/sign-in"
    back = web.send(sign_in, email=world.carol.email, password=PASSWORD)
    assert back.fields()["found"] == "Two hours of work."
    assert stored(alert.reference).found == ""
