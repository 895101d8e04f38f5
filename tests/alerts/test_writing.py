"""Writing an alert: begun, saved half-finished, completed, and never lost to a second window."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import Alert, HistoryEvent
from audit_app.rules.alert_steps import AlertState
from audit_app.rules.alerts import LONGEST, MOST_LINES
from tests.alerts.alerts_to_try import SOON, TODAY, WORDS, draft, stored, typed, written
from tests.browser_page import PageClient
from tests.people import World

#: What a page shows; what it reads and writes is tried on every database elsewhere.
pytestmark = pytest.mark.sqlite_only

BEGUN: dict[str, Any] = {
    "kind": "alert",
    "title": "See the child alone",
    "for_everyone": ["everyone"],
    "owner": "Principal social worker",
    "evidence_from-day": "1",
    "evidence_from-month": "7",
    "evidence_from-year": "2026",
    "evidence_to-day": "30",
    "evidence_to-month": "9",
    "evidence_to-year": "2026",
    "evidence_threads": ["overall", "voice"],
    "evidence_judgements": ["inadequate"],
}


def test_a_practice_lead_begins_an_alert_and_goes_on_to_write_it(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.carol)
    page = web.send(web.get("/alerts/new"), **BEGUN)
    alert = db.session.scalars(select(Alert)).one()
    assert page.path == f"/alerts/{alert.reference}/edit"
    assert page.h1 == "See the child alone"
    assert alert.evidence_threads == ["overall", "voice"]
    assert alert.author_id == world.carol.id


def test_an_alert_begun_twice_by_a_double_click_is_one_alert(web: PageClient, world: World) -> None:
    web.sign_in(world.carol)
    form = web.get("/alerts/new")
    assert web.send(form, **BEGUN).path == web.send(form, **BEGUN).path
    assert len(db.session.scalars(select(Alert)).all()) == 1


def test_what_an_alert_rests_on_must_be_chosen_and_nothing_typed_is_lost(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.carol)
    nothing: dict[str, Any] = {
        "evidence_threads": [],
        "evidence_judgements": [],
        "title": "",
        "kind": [],
    }
    page = web.send(web.get("/alerts/new"), status=400, **(BEGUN | nothing))
    assert page.errors == [
        "Select what kind of alert it is",
        "Enter a title",
        "Select at least one thread, or the overall judgement",
        "Select at least one judgement",
    ]
    assert page.fields()["for_everyone"] == "everyone"


def test_days_the_wrong_way_round_are_refused(web: PageClient, world: World) -> None:
    web.sign_in(world.carol)
    backwards = BEGUN | {"evidence_to-year": "2025"}
    page = web.send(web.get("/alerts/new"), status=400, **backwards)
    assert page.errors == ["The last day must be the same as or after the first day"]


def test_days_that_are_still_to_come_are_refused(web: PageClient, world: World) -> None:
    web.sign_in(world.carol)
    late = BEGUN | {"evidence_to-year": str(TODAY.year + 1)}
    page = web.send(web.get("/alerts/new"), status=400, **late)
    assert page.errors == ["The last day must be today or in the past"]


def test_only_those_who_write_alerts_can_begin_one(web: PageClient, world: World) -> None:
    for user in (world.dan, world.priya, world.adam, world.alice, world.bob):
        web.sign_out()
        web.sign_in(user)
        web.get("/alerts/new", status=403)
        assert "Write an alert" not in web.get("/alerts/").links()


def test_a_draft_is_saved_with_anything_missing(web: PageClient, world: World) -> None:
    alert = draft(world.carol)
    web.sign_in(world.carol)
    page = web.send(web.get(f"/alerts/{alert.reference}/edit"), "Save draft", why_now="Because.")
    assert page.path == f"/alerts/{alert.reference}/edit"
    assert page.fields()["why_now"] == "Because."
    assert stored(alert.reference).why_now == "Because."


def test_submitting_says_beside_each_field_what_is_missing_and_keeps_the_rest(
    web: PageClient, world: World
) -> None:
    alert = draft(world.carol)
    web.sign_in(world.carol)
    page = web.get(f"/alerts/{alert.reference}/edit")
    refused = web.send(page, "Save and submit for approval", status=400, why_now="Because.")
    assert refused.errors == [
        "Say what the audits found",
        "Say what good looks like",
        "Enter at least one thing that teams must do",
        "Enter question 1 for the team",
        "Enter question 2 for the team",
        "Enter question 3 for the team",
        "Say how you will check that practice has changed",
        "Enter the date when this alert will be reviewed",
    ]
    assert stored(alert.reference).why_now == "Because."
    assert stored(alert.reference).state is AlertState.DRAFT


def test_submitting_an_incomplete_alert_twice_says_twice_what_is_missing(
    web: PageClient, world: World
) -> None:
    alert = draft(world.carol)
    web.sign_in(world.carol)
    page = web.get(f"/alerts/{alert.reference}/edit")
    first, again = (
        web.send(page, "Save and submit for approval", status=400, found="This.") for _ in "12"
    )
    assert first.errors == again.errors


def test_what_was_missing_can_be_added_on_the_page_that_said_so(
    web: PageClient, world: World
) -> None:
    alert = draft(world.carol)
    web.sign_in(world.carol)
    page = web.get(f"/alerts/{alert.reference}/edit")
    refused = web.send(page, "Save and submit for approval", status=400)
    done = web.send(refused, "Save and submit for approval", **typed())
    assert done.path == f"/alerts/{alert.reference}"
    assert stored(alert.reference).state is AlertState.SUBMITTED


def test_submitting_from_the_alert_shows_what_is_missing(web: PageClient, world: World) -> None:
    alert = draft(world.carol)
    web.sign_in(world.carol)
    page = web.send(web.get(f"/alerts/{alert.reference}"), "Submit for approval")
    assert page.path == f"/alerts/{alert.reference}/edit"
    assert page.errors[0] == "Say why this matters now"


def test_dates_by_when_must_be_in_the_future_to_submit(web: PageClient, world: World) -> None:
    alert = draft(world.carol)
    web.sign_in(world.carol)
    page = web.get(f"/alerts/{alert.reference}/edit")
    late = typed(by_2__year=str(TODAY.year - 1), review_on__year=str(TODAY.year - 1))
    refused = web.send(page, "Save and submit for approval", status=400, **late)
    assert refused.errors == [
        "The date for requirement 2 must be in the future",
        "The review date must be in the future",
    ]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (
            {"what_2": "Look again."},
            "Enter the date for requirement 2, or empty its text",
        ),
        (
            {"by_2__day": "1", "by_2__month": "2", "by_2__year": "2030"},
            "Enter what must be done for requirement 2",
        ),
        (
            {
                "what_2": "Look again.",
                "by_2__day": "31",
                "by_2__month": "6",
                "by_2__year": "2030",
            },
            "The date for requirement 2 must be a real date, like 27 3 2026",
        ),
    ],
)
def test_half_a_requirement_is_said_and_everything_else_is_saved(
    web: PageClient, world: World, row: dict[str, str], said: str
) -> None:
    alert = draft(world.carol)
    web.sign_in(world.carol)
    page = web.get(f"/alerts/{alert.reference}/edit")
    refused = web.send(page, "Save draft", status=400, found="This is kept.", **row)
    assert refused.errors == [said]
    for name, value in row.items():
        assert refused.fields()[name.replace("__", "-")] == value
    assert stored(alert.reference).found == "This is kept."


def test_a_wrong_date_leaves_the_saved_requirement_as_it_was(web: PageClient, world: World) -> None:
    alert = written(world.carol)
    web.sign_in(world.carol)
    page = web.get(f"/alerts/{alert.reference}/edit")
    web.send(page, "Save draft", status=400, by_2__day="99")
    assert [each.position for each in stored(alert.reference).requirements] == [1, 2, 3]


def test_an_emptied_requirement_goes_and_empty_rows_are_left_out(
    web: PageClient, world: World
) -> None:
    alert = written(world.carol)
    web.sign_in(world.carol)
    page = web.get(f"/alerts/{alert.reference}/edit")
    web.send(page, "Save draft", what_2="", by_2__day="", by_2__month="", by_2__year="")
    assert [each.position for each in stored(alert.reference).requirements] == [1, 3]
    assert [item[0] for item in _requirements(web, alert)] == ["1", "2"]


def _requirements(web: PageClient, alert: Alert) -> list[tuple[str, str]]:
    items = web.get(f"/alerts/{alert.reference}").html.select(".app-alert-must__item")
    return [(str(place), item.text) for place, item in enumerate(items, start=1)]


def test_texts_that_would_not_fit_the_page_are_refused_and_kept(
    web: PageClient, world: World
) -> None:
    alert = draft(world.carol)
    web.sign_in(world.carol)
    long = "x" * (LONGEST["found"] + 1)
    lines = "\n".join("a line" for _ in range(MOST_LINES + 1))
    page = web.send(
        web.get(f"/alerts/{alert.reference}/edit"),
        "Save draft",
        status=400,
        found=long,
        good_looks_like=lines,
    )
    assert page.errors == [
        "Use 600 characters or fewer",
        "Use 10 lines or fewer, so that the alert fits its page",
    ]
    assert page.fields()["found"] == long


def test_every_save_is_remembered_without_its_words(web: PageClient, world: World) -> None:
    alert = written(world.carol)
    events = db.session.scalars(
        select(HistoryEvent).where(HistoryEvent.record_reference == alert.reference)
    ).all()
    assert [event.verb for event in events] == ["started", "saved"]
    assert all(WORDS["found"] not in str(vars(event)) for event in events)


def test_a_requirement_due_soon_enough_is_printed_with_its_day(
    web: PageClient, world: World
) -> None:
    alert = written(world.carol)
    web.sign_in(world.carol)
    assert f"by {SOON.day} {SOON:%B %Y}" in _requirements(web, alert)[0][1]
