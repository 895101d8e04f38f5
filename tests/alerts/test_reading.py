"""Who sees which alerts, on the list, on the page and on paper."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask

from audit_app.alerts.listing import alerts_waiting_for, latest_issued
from audit_app.extensions import db
from audit_app.models import Alert, AlertKind
from tests.alerts.alerts_to_try import TODAY, approved, draft, issued, submitted, written
from tests.browser_page import PageClient
from tests.people import World
from tests.statements import queries_of

#: What a page shows; what it reads and writes is tried on every database elsewhere.
pytestmark = pytest.mark.sqlite_only


def titles(web: PageClient) -> list[str]:
    page = web.get("/alerts/")
    return [link for link, to in page.links().items() if to.startswith("/alerts/") and link]


def one_of_each(world: World) -> dict[str, Alert]:
    return {
        "draft": written(world.carol, title="A draft"),
        "submitted": submitted(world.carol, title="A submitted one"),
        "approved": approved(world.carol, world.dan, title="An approved one"),
        "issued": issued(world, title="An issued one"),
    }


SEEN = {
    "carol": {"draft", "submitted", "approved", "issued"},
    "cora": {"draft", "submitted", "approved", "issued"},
    "dan": {"submitted", "approved", "issued"},
    "priya": {"issued"},
    "adam": {"issued"},
    "alice": {"issued"},
    "bob": {"issued"},
}


@pytest.mark.parametrize("name", SEEN)
def test_everybody_sees_issued_alerts_and_drafts_only_those_who_work_on_them(
    web: PageClient, world: World, name: str
) -> None:
    alerts = one_of_each(world)
    web.sign_in(getattr(world, name))
    for state, alert in alerts.items():
        status = 200 if state in SEEN[name] else 404
        web.get(f"/alerts/{alert.reference}", status=status)
        web.get(f"/alerts/{alert.reference}.pdf", status=status)
    listed = {alert.title for alert in alerts.values()} & set(titles(web))
    assert listed == {alerts[state].title for state in SEEN[name]}


def test_an_unknown_reference_is_not_found(web: PageClient, world: World) -> None:
    web.sign_in(world.carol)
    for address in ("ZZZZ-ZZZZ", "ZZZZ-ZZZZ.pdf", "ZZZZ-ZZZZ/edit", "ZZZZ-ZZZZ/basis"):
        web.get(f"/alerts/{address}", status=404)


def test_before_the_first_alert_the_list_says_what_will_be_there(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.priya)
    assert "No alerts have been issued yet" in web.get("/alerts/").text
    web.sign_out()
    web.sign_in(world.dan)
    assert "No alerts are being written" in web.get("/alerts/").text


def test_issued_alerts_are_listed_newest_first_with_what_matters(
    web: PageClient, world: World
) -> None:
    issued(world, on=date(2025, 12, 30), title="Older", review_on=TODAY + timedelta(days=9))
    issued(world, on=date(2026, 1, 5), title="Newer", kind=AlertKind.LEARNING_BRIEFING)
    web.sign_in(world.priya)
    heads, first, second = web.get("/alerts/").tables[0]
    assert heads == ["Number", "Title", "For", "Issued", "Review"]
    assert first[:2] == ["PA 2026/01", "Newer Learning briefing"]
    assert first[3] == "5 January 2026"
    assert second[0] == "PA 2025/01"


def test_a_review_that_is_due_is_said(web: PageClient, world: World) -> None:
    alert = issued(world)
    alert.review_on = TODAY - timedelta(days=1)
    db.session.commit()
    web.sign_in(world.priya)
    assert web.get("/alerts/").tables[0][1][4].endswith("Review is due")


def test_a_long_list_is_paged(web: PageClient, world: World) -> None:
    for number in range(1, 28):
        db.session.add(
            Alert(
                author_id=world.carol.id, kind=AlertKind.ALERT, title=f"Alert {number}",
                audience="All", owner="Lead", evidence_from=TODAY, evidence_to=TODAY,
                evidence_threads=["overall"], evidence_judgements=["good"], state="issued",
                year=2026, sequence=number, issued_on=TODAY,
                evidence={"number": f"PA 2026/{number:02d}"},
            )
        )  # fmt: skip
    db.session.commit()
    web.sign_in(world.priya)
    assert len(web.get("/alerts/").tables[0]) == 26
    assert [row[0] for row in web.get("/alerts/?page=2").tables[0][1:]] == [
        "PA 2026/02",
        "PA 2026/01",
    ]


def test_what_waits_for_each_person_is_what_they_can_do_next(world: World) -> None:
    draft(world.carol, title="Begun")
    approved(world.carol, world.dan, title="Approved")
    submitted(world.carol, title="Submitted")
    waits = {
        name: {line.title: line.waits for line in alerts_waiting_for(getattr(world, name))}
        for name in SEEN
    }
    assert waits == {
        "carol": {"Begun": "Finish and submit it", "Approved": "Issue it"},
        "cora": {"Submitted": "Read it, then approve or return it", "Approved": "Issue it"},
        "dan": {"Submitted": "Read it, then approve or return it"},
        "priya": {},
        "adam": {},
        "alice": {},
        "bob": {},
    }


def test_the_latest_alerts_are_the_last_numbers_given(world: World) -> None:
    for _ in range(3):
        issued(world)
    numbers = [line.number for line in latest_issued(2)]
    assert numbers == [f"PA {TODAY.year}/03", f"PA {TODAY.year}/02"]


def test_the_list_asks_the_database_no_more_as_it_grows(
    app: Flask, web: PageClient, world: World
) -> None:
    web.sign_in(world.carol)
    counts = []
    for _ in range(2):
        one_of_each(world)
        web.get("/alerts/")
        counts.append(len(queries_of(web, "/alerts/")))
    assert counts[0] == counts[1]
