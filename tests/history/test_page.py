"""What information governance sees of history, and that it sees no more."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import insert, select

from audit_app.extensions import db
from audit_app.models import Action, HistoryEvent, User
from audit_app.models.base import now
from audit_app.rules.audits import Priority
from audit_app.rules.deeds import Kind, said_of
from audit_app.web.moments import in_london
from tests.browser_page import PageClient
from tests.people import World


def events_of(record_type: str, reference: str) -> list[tuple[str, str | None]]:
    """What was done to a record, in its order, and by whom."""
    rows = db.session.execute(
        select(HistoryEvent.verb, User.name)
        .outerjoin(User, User.id == HistoryEvent.user_id)
        .where(HistoryEvent.record_type == record_type, HistoryEvent.record_reference == reference)
        .order_by(HistoryEvent.id)
    )
    return [(row.verb, row.name) for row in rows]


def write_many(world: World, count: int, **said: object) -> None:
    """Events a second apart, the last one now."""
    row = {"user_id": world.alice.id, "verb": "read", "record_type": "audit", **said}
    start = now() - timedelta(seconds=count)
    rows = [
        {"record_reference": f"AAAA-{n:04}", "at": start + timedelta(seconds=n), **row}
        for n in range(count)
    ]
    db.session.execute(insert(HistoryEvent.__table__), rows)  # type: ignore[arg-type]
    db.session.commit()


def _told(verb: str) -> str:
    """What the page says was done, where no letter is a capital one."""
    titled = "saved case and people" if verb == "saved case" else said_of(verb, "audit")
    return titled.removeprefix("refused: ").removesuffix(" refused")


def rows_of(web: PageClient, **asked: object) -> list[list[str]]:
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    page = web.get(f"/history/?{query}")
    return page.tables[-1][1:] if page.tables else []


def test_history_says_who_did_what_to_which_record_and_nothing_more(
    web: PageClient, world: World
) -> None:
    audit = world.recorded_audit(case="7654321")
    reference = audit.reference
    web.sign_in(world.bob)
    web.get(f"/audits/{reference}")
    web.sign_out()
    web.sign_in(world.gwen)
    page = web.get("/history/")
    told = next(row for row in page.tables[-1] if row[2] == "Read")
    assert told[1] == "Bob"
    assert told[3] == f"Audit {reference}"
    assert "7654321" not in page.text
    assert not any("/audits/" in address for address in page.links().values())


def test_looking_at_history_is_history(web: PageClient, world: World) -> None:
    web.sign_in(world.gwen)
    web.get(f"/history/?person={world.alice.reference}")
    web.get("/history/mass-viewing?days=30")
    web.request("GET", "/history/events.csv?kind=refused").get_data()
    assert events_of("history", f"person {world.alice.reference}") == [
        ("looked at history", "Gwen")
    ]
    assert events_of("history", "mass viewing, 30 days") == [("looked at history", "Gwen")]
    assert events_of("history", "refused") == [("exported", "Gwen")]


def test_events_are_narrowed_by_who_what_which_and_when(web: PageClient, world: World) -> None:
    write_many(world, 3)
    write_many(world, 2, user_id=world.bob.id, verb="saved case", record_reference="BBBB-2222")
    write_many(world, 1, user_id=None, verb="drawn for moderation", record_reference="BBBB-2222")
    long_ago = now() - timedelta(days=400)
    web.sign_in(world.gwen)
    db.session.execute(
        insert(HistoryEvent),
        [{"verb": "themed", "record_type": "theme", "record_reference": "T", "at": long_ago}],
    )
    db.session.commit()
    alice, bob = world.alice.reference, world.bob.reference
    assert len(rows_of(web, person=alice)) == 3
    assert len(rows_of(web, person=alice, kind="read", type="audit")) == 3
    assert rows_of(web, person=alice, kind="changed") == []
    assert len(rows_of(web, person=bob, records="BBBB-2222", kind="changed")) == 2
    assert len(rows_of(web, person="nobody", records="BBBB-2222")) == 1
    assert len(rows_of(web, records="BBBB-2222+AAAA-0001")) == 4
    assert [row[2] for row in rows_of(web, type="theme")] == ["Themed"]
    day = in_london(long_ago).strftime("%d/%m/%Y")
    assert [row[2] for row in rows_of(web, **{"from": day, "to": day})] == ["Themed"]
    assert rows_of(web, person="ZZZZ-ZZZZ") == []


def test_what_cannot_be_read_of_a_question_is_said_beside_it(web: PageClient, world: World) -> None:
    web.sign_in(world.gwen)
    page = web.get("/history/?from=yesterday&records=%3Cb%3E", 400)
    assert page.errors == [
        "A reference has letters, digits and a hyphen, such as K7QM-2XVD",
        "“yesterday” is not a date. Write it like 27/03/2026",
    ]


WRONG = {
    "person=%3Cx%3E": "Choose who did it from the list",
    "kind=bogus": "Choose what was done from the list",
    "type=" + 31 * "x": "Choose a type of record from the list",
    "before=abc": "The address names no event to go on from",
    "before=-1": "The address names no event to go on from",
    "to=9999-12-31": "The year must be from 1990 to 2100",
    "from=0001-01-01": "The year must be from 1990 to 2100",
}


@pytest.mark.parametrize("asked", WRONG)
def test_what_cannot_be_read_of_a_question_is_never_left_out_in_silence(
    web: PageClient, world: World, asked: str
) -> None:
    write_many(world, 3)
    web.sign_in(world.gwen)
    page = web.get(f"/history/?{asked}", 400)
    assert page.errors == [WRONG[asked]]
    file = web.request("GET", f"/history/events.csv?{asked}")
    assert (file.status_code, file.get_data(as_text=True)) == (400, f"{WRONG[asked]}.\n")
    assert web.get(f"/history/?{asked.partition('=')[0]}=").tables


def test_events_older_than_one_that_is_not_there_are_not_the_newest(
    web: PageClient, world: World
) -> None:
    write_many(world, 3)
    web.sign_in(world.gwen)
    assert rows_of(web, before=0) == []
    assert len(rows_of(web, before=2_147_483_647)) >= 3


def test_a_case_of_more_records_than_are_listed_at_once_is_opened_part_by_part(
    web: PageClient, world: World
) -> None:
    audit = world.recorded_audit(case="7654321")
    db.session.add_all(
        Action(audit=audit, what="Visit", priority=Priority.HIGH, due_on=audit.audit_date)
        for _ in range(200)
    )
    db.session.commit()
    references = {audit.reference, *db.session.scalars(select(Action.reference))}
    assert len(references) == 201
    web.sign_in(world.gwen)
    page = web.send(web.get("/history/"), "Find", case_reference="7654321")
    assert page.html.find("h2", string="There are 201 records of case 7654321")
    parts = [page.links()[said] for said in ("Records 1 to 200", "Record 201")]
    opened = [set(parse_qs(urlsplit(each).query)["records"][0].split()) for each in parts]
    assert [len(each) for each in opened] == [200, 1]
    assert opened[0] | opened[1] == references
    part = web.get(parts[0])
    assert part.tables
    assert part.html.find(
        "h2", string="What was done to some of the records of the case you entered"
    )


def test_older_events_follow_without_a_gap_or_a_double(web: PageClient, world: World) -> None:
    at = now()
    write_many(world, 120, at=at)
    web.sign_in(world.gwen)
    seen: list[str] = []
    page = web.get(f"/history/?person={world.alice.reference}")
    while True:
        seen += [row[3] for row in page.tables[-1][1:]]
        if "Show older events" not in page.links():
            break
        page = web.get(page.links()["Show older events"])
    assert seen == [f"Audit AAAA-{n:04}" for n in reversed(range(120))]


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_of_thing_done_is_found_in_the_order_of_time(
    web: PageClient, world: World, kind: Kind
) -> None:
    verbs = kind.verbs or ("saved case", "submitted", "switched off")
    for place, verb in enumerate(verbs):
        write_many(world, 2, verb=verb, record_reference=f"R{place}")
    write_many(world, 3, verb="moderated" if kind is Kind.REFUSED else "refused: not found")
    web.sign_in(world.gwen)
    for asked in ({}, {"person": world.alice.reference}):
        found = rows_of(web, kind=kind.value, **asked)
        assert {row[2].removeprefix("Refused ").casefold() for row in found} == {
            _told(verb) for verb in verbs
        }
        assert [row[0] for row in found] == sorted((row[0] for row in found), reverse=True)


def test_what_was_done_to_a_case_is_found_without_its_reference_in_an_address(
    web: PageClient, world: World
) -> None:
    audit = world.recorded_audit(case="7654321")
    reference = audit.reference
    web.sign_in(world.bob)
    web.get(f"/audits/{reference}")
    web.sign_out()
    web.sign_in(world.gwen)
    page = web.get("/history/")
    found = web.send(page, "Find", case_reference="7654321")
    assert "7654321" not in found.response.request.url
    assert reference in found.response.request.url
    of_a_case = "What was done to the records of the case you entered"
    assert found.html.find("h2", string=of_a_case)
    assert "7654321" not in found.text
    narrowed = web.get(f"/history/?records={reference}")
    assert narrowed.html.find("h2", string=of_a_case) is None
    assert {row[2] for row in found.tables[-1][1:]} >= {"Read", "Found by its case"}
    assert events_of("search", "1 found") == [("looked for a case", "Gwen")]
    told = db.session.scalars(select(HistoryEvent.record_reference)).all()
    assert not any("7654321" in each for each in told)


@pytest.mark.sqlite_only
def test_a_case_is_found_however_its_letters_are_typed(web: PageClient, world: World) -> None:
    audit = world.recorded_audit(case="AB1234x")
    reference = audit.reference
    web.sign_in(world.gwen)
    found = web.send(web.get("/history/"), "Find", case_reference="ab1234X")
    assert reference in found.response.request.url
    web.sign_out()
    web.sign_in(world.alice)
    found = web.send(web.get("/audits/"), "Find", case_reference="AB1234X")
    assert found.html.find("a", href=f"/audits/{reference}")


def test_a_case_nobody_audited_and_what_is_no_case_are_told_apart(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.gwen)
    page = web.send(web.get("/history/"), "Find", case_reference="999")
    assert page.html.find("h2", string="There is nothing of case 999")
    page = web.send(page, "Find", 400, case_reference="Jo Bloggs")
    assert page.errors == ["Enter a case reference of up to 20 letters and numbers"]


def test_the_file_holds_every_event_in_utc_and_runs_no_formula(
    app: Flask, web: PageClient, world: World
) -> None:
    at = now().replace(month=7, hour=12, minute=0, second=5, microsecond=0)
    write_many(world, 5_000, at=at)
    world.bob.name = "=cmd|calc"
    db.session.commit()
    write_many(world, 1, user_id=world.bob.id)
    web.sign_in(world.gwen)
    response = web.request("GET", "/history/events.csv?kind=read&type=audit")
    rows = list(csv.reader(io.StringIO(response.get_data(as_text=True))))
    assert len(rows) == 1 + 5_001
    assert next(row for row in rows if row[2].startswith("'"))[2] == "'=cmd|calc"
    assert {row[1] for row in rows[1:] if row[2] == "Alice"} == {at.isoformat(timespec="seconds")}
    assert len({row[0] for row in rows}) == 5_002


def test_nobody_but_information_governance_reads_history(web: PageClient, world: World) -> None:
    for person in (world.carol, world.adam, world.dan, world.ivy):
        web.sign_in(person)
        for path in ("/history/", "/history/events.csv", "/history/mass-viewing"):
            assert web.request("GET", path).status_code == 403
        web.sign_out()
