"""From started to signed off: who may take which step, and once."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select

from audit_app.extensions import db
from audit_app.models import HistoryEvent, PublishedDocument, RoleGrant, Summary
from audit_app.rules.permissions import Role
from audit_app.rules.summary_periods import quarter_of, read_code
from audit_app.rules.summary_steps import SummaryState
from audit_app.rules.workflow import NotAllowed
from audit_app.summaries import changes
from tests.browser_page import PageClient
from tests.people import World
from tests.summaries.summaries_to_try import (
    QUARTER,
    TEXTS,
    address,
    complete,
    draft,
    signed_off,
    some_audits,
    stored,
)

pytestmark = pytest.mark.sqlite_only


def _buttons(web: PageClient, summary: Summary) -> set[str]:
    page = address(web, summary)
    return {each.get_text(strip=True) for each in page.html.find("main").find_all("button")}


def test_one_button_starts_a_summary_and_pressing_it_again_gives_the_same(
    web: PageClient, world: World
) -> None:
    some_audits(world)
    for person in (world.dan, world.carol):
        web.sign_in(person)
        page = web.send(web.get("/summaries/"), "Open the summary", period=QUARTER.code)
        assert page.h1 == "Q2 2021/22 (Jul – Sept 2021), Whole authority"
        web.sign_out()
    assert db.session.scalar(select(func.count(Summary.id))) == 1


def test_the_periods_offered_begin_with_the_last_ended_quarter_and_end_with_the_first_record(
    web: PageClient, world: World
) -> None:
    some_audits(world)
    web.sign_in(world.dan)
    page = web.get("/summaries/")
    last = quarter_of(date.today()).before
    groups = {
        str(each["label"]): [str(option["value"]) for option in each.find_all("option")]
        for each in page.html.find_all("optgroup")
    }
    assert groups["Quarters"][0] == last.code
    assert groups["Quarters"][-1] == "2021-22-Q2"
    assert groups["Calendar years"][-1] == "2021"
    assert page.fields()["period"] == last.code


def test_a_period_that_is_not_offered_is_refused(web: PageClient, world: World) -> None:
    some_audits(world)
    web.sign_in(world.dan)
    page = web.send(web.get("/summaries/"), "Open the summary", status=400, period="1999-00-Q1")
    assert page.errors == ["Select one of the periods listed"]


def test_before_the_first_record_there_is_nothing_to_start(web: PageClient, world: World) -> None:
    web.sign_in(world.dan)
    page = web.get("/summaries/")
    assert "once the first audit has been submitted or imported" in page.text
    assert not page.html.find("main").find_all("form")


def test_one_service_has_a_summary_of_its_own(web: PageClient, world: World) -> None:
    some_audits(world)
    web.sign_in(world.carol)
    service = world.fostering.service_id
    page = web.send(
        web.get("/summaries/"), "Open the summary", period=QUARTER.code, place=str(service)
    )
    assert page.h1.endswith(", Fostering")
    draft(world)
    assert len(web.get("/summaries/").tables[0]) == 3
    listed = web.get(f"/summaries/?place={service}&kind=quarter").tables[0]
    assert [row[1] for row in listed[1:]] == ["Fostering"]


def test_who_may_do_what_at_each_step(web: PageClient, world: World) -> None:
    some_audits(world)
    summary = complete(world)
    seen = {}
    for person in (world.carol, world.cora, world.dan):
        web.sign_in(person)
        seen[person.name] = _buttons(web, summary)
        web.sign_out()
    assert seen == {
        "Carol": {"Change the commentary"},
        "Cora": {"Change the commentary"},
        "Dan": {"Sign this summary off", "Return this summary"},
    }


def test_a_reader_finds_only_what_was_signed_off(web: PageClient, world: World) -> None:
    some_audits(world)
    summary = draft(world)
    for person in (world.bob, world.hester):
        web.sign_in(person)
        assert "No summary has been signed off yet" in web.get("/summaries/").text
        for ending in ("", ".pdf", ".html"):
            web.get(f"/summaries/{summary.reference}{ending}", status=404)
        web.sign_out()
    published = signed_off(web, world)
    web.sign_in(world.hester)
    assert address(web, published).h1
    assert _buttons(web, published) == set()


def test_others_do_not_come_near_summaries(web: PageClient, world: World) -> None:
    some_audits(world)
    summary = draft(world)
    for person in (world.alice, world.priya, world.adam):
        web.sign_in(person)
        for path in ("/summaries/", f"/summaries/{summary.reference}", "/summaries/batches/new"):
            web.get(path, status=403)
        web.sign_out()


def test_nobody_signs_off_their_own_words_whatever_roles_they_hold(
    web: PageClient, world: World
) -> None:
    some_audits(world)
    world.carol.grants.append(RoleGrant(role=Role.DCS_OFFICE))
    db.session.commit()
    summary = complete(world)
    web.sign_in(world.carol)
    page = address(web, summary)
    assert "You completed the commentary, so somebody else signs." in page.text
    assert "Sign this summary off" not in page.text
    sent = page.fields("Change the commentary") | {"verb": "sign off", "seen": ""}
    refused = web.post(page.path, sent, status=403)
    assert "because you are the author" in refused.text
    assert stored(summary.reference).state is SummaryState.COMPLETE


def test_a_period_that_still_runs_can_be_written_but_not_signed_off(
    web: PageClient, world: World
) -> None:
    world.recorded_audit(on=date.today())
    summary = complete(world, quarter_of(date.today()))
    web.sign_in(world.dan)
    page = address(web, summary)
    assert "It can be signed off once its last day" in page.text
    sent = page.fields("Return this summary") | {"verb": "sign off", "seen": ""}
    assert "Its last day has not passed" in web.post(page.path, sent, status=403).text
    assert stored(summary.reference).state is SummaryState.COMPLETE


def test_a_returned_summary_shows_its_note_and_can_be_completed_by_another(
    web: PageClient, world: World
) -> None:
    some_audits(world)
    summary = complete(world)
    web.sign_in(world.dan)
    page = address(web, summary)
    refused = web.send(page, "Return this summary", status=400)
    assert refused.errors == ["Write what must change"]
    web.send(page, "Return this summary", note="Say by when.")
    web.sign_out()
    web.sign_in(world.cora)
    page = address(web, summary)
    assert "Say by when." in page.text
    web.send(page, "The commentary is complete")
    now = stored(summary.reference)
    assert (now.state, now.completed_by_id, now.return_note) == (
        SummaryState.COMPLETE,
        world.cora.id,
        None,
    )


def test_a_discarded_draft_leaves_its_place_to_another(web: PageClient, world: World) -> None:
    some_audits(world)
    summary = draft(world, TEXTS)
    web.sign_in(world.carol)
    web.send(address(web, summary), "Discard this draft")
    web.get(f"/summaries/{summary.reference}", status=404)
    again = web.send(web.get("/summaries/"), "Open the summary", period=QUARTER.code)
    assert again.path != f"/summaries/{summary.reference}"


def test_each_step_is_in_the_history_with_its_person(web: PageClient, world: World) -> None:
    some_audits(world)
    summary = signed_off(web, world)
    told = db.session.execute(
        select(HistoryEvent.verb, HistoryEvent.user_id)
        .where(HistoryEvent.record_reference == summary.reference)
        .order_by(HistoryEvent.id)
    ).all()
    assert [tuple(each) for each in told] == [
        ("started", world.carol.id),
        ("saved", world.carol.id),
        ("completed the commentary", world.carol.id),
        ("signed off", world.dan.id),
    ]
    web.sign_in(world.carol)
    assert "Dan signed off" in address(web, summary).text


def test_a_button_pressed_twice_acts_once(web: PageClient, world: World) -> None:
    some_audits(world)
    summary = complete(world)
    web.sign_in(world.dan)
    page = address(web, summary)
    for _ in range(2):
        done = web.send(page, "Sign this summary off")
        assert done.path == page.path
    assert db.session.scalar(select(func.count(PublishedDocument.id))) == 1
    assert stored(summary.reference).version == 4


def test_a_page_that_was_overtaken_changes_nothing(web: PageClient, world: World) -> None:
    some_audits(world)
    summary = complete(world)
    web.sign_in(world.dan)
    page = address(web, summary)
    changes.reopen(world.carol, summary, summary.version)
    changes.save(world.carol, summary, summary.version, {"why": "Another reason."})
    changes.complete(world.carol, summary, summary.version)
    db.session.commit()
    told = web.send(page, "Sign this summary off")
    assert "has changed since you opened it" in told.text
    assert stored(summary.reference).state is SummaryState.COMPLETE


def test_whoever_signs_has_read_the_very_figures_that_are_published(
    web: PageClient, world: World
) -> None:
    some_audits(world)
    summary = complete(world)
    web.sign_in(world.dan)
    page = address(web, summary)
    world.recorded_audit(on=date(2021, 8, 20), case="8000001")
    told = web.send(page, "Sign this summary off")
    assert "The figures have changed since you opened this page" in told.text
    assert stored(summary.reference).state is SummaryState.COMPLETE
    assert "Signed off." in web.send(told, "Sign this summary off").text


def test_the_verbs_themselves_refuse_who_may_not(world: World) -> None:
    some_audits(world)
    summary = draft(world, TEXTS)
    with pytest.raises(NotAllowed):
        changes.save(world.dan, summary, summary.version, {"why": "Mine."})
    with pytest.raises(NotAllowed):
        changes.complete(world.bob, summary, summary.version)
    with pytest.raises(NotAllowed):
        changes.may_sign_off(world.dan, summary, date.today())


def test_an_empty_box_stops_the_commentary_from_being_complete(world: World) -> None:
    summary = draft(world, TEXTS | {"why": "  "}, read_code("2021"))
    with pytest.raises(changes.NotReady):
        changes.complete(world.carol, summary, summary.version)
