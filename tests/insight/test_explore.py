"""The page to explore says what a plain loop over the rows counts, however it is asked."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import Action, Audit, Finding, Locality, Service, Team, Thread
from audit_app.rules.action_steps import ActionState
from audit_app.rules.actions import Difference
from audit_app.rules.audits import Priority, Selection
from audit_app.rules.judgements import SCALE, Judgement
from audit_app.rules.shares import percent
from tests.browser_page import Page, PageClient
from tests.insight.judged import Judged, published_audits, record
from tests.people import World

pytestmark = pytest.mark.sqlite_only

PAGE = "/insight/explore"
TOO_MANY = (
    "These dates make 26 columns and the most is 12 when figures are split. "
    "Choose longer periods, or dates nearer together"
)
#: What each split puts together, in words.
NAMES: dict[str, Callable[[Audit], str]] = {
    "service": lambda audit: db.session.get_one(Service, audit.service_id).name,
    "locality": lambda audit: db.session.get_one(Locality, audit.locality_id).name,
    "team": lambda audit: db.session.get_one(Team, audit.team_id).name,
    "type": lambda audit: audit.audit_type.label if audit.audit_type else "",
    "selection": lambda audit: audit.selection.label if audit.selection else "Not recorded",
}


@pytest.fixture
def held(world: World, web: PageClient) -> World:
    audits = [
        Judged(**each.__dict__ | ({"selection": None} if number % 7 == 0 else {}))
        for number, each in enumerate(published_audits()[::5])
    ]
    record(world, audits)
    web.sign_in(world.carol)
    return world


def of_page(page: Page) -> dict[tuple[str, str], str]:
    heads, *lines = page.tables[0]
    return {
        (line[0], head): cell
        for line in lines
        for head, cell in zip(heads[1:], line[1:], strict=True)
    }


def printed(count: int, total: int, places: int = 0) -> str:
    shown = f" ({percent(count, total, places)}%)" if total >= 10 else ""
    if count and shown == " (0%)":
        shown = " (<1%)"
    return f"{count:,} of {total:,}{shown}"


def year_of(audit: Audit) -> str:
    assert audit.audit_date
    labels = {2019: "2019 (Sept – Dec)", 2021: "2021 (Jan – Oct)"}
    return labels.get(audit.audit_date.year, str(audit.audit_date.year))


@pytest.mark.parametrize("split", NAMES)
@pytest.mark.parametrize("measure", ["good_or_better", "inadequate"])
def test_every_cell_of_a_split_equals_a_slow_recount(
    web: PageClient, held: World, split: str, measure: str
) -> None:
    found = of_page(web.get(f"{PAGE}?split={split}&measure={measure}"))
    wanted = {"inadequate"} if measure == "inadequate" else {"outstanding", "good"}
    judged: dict[tuple[str, str], Counter[str]] = {}
    for audit in db.session.scalars(select(Audit)):
        for row in (NAMES[split](audit), "All"):
            for column in (year_of(audit), "All periods"):
                judged.setdefault((row, column), Counter())[str(audit.final_overall)] += 1
    expected = {}
    for key, counted in judged.items():
        total, count = sum(counted.values()), sum(counted[word] for word in wanted)
        places = int(measure == "good_or_better" and total >= 100)
        expected[key] = printed(count, total, places)
    if len({row for row, _ in expected}) == 2:
        # One row alone is no more together with itself.
        expected = {key: cell for key, cell in expected.items() if key[0] != "All"}
    zero = {key: printed(0, 0) for key in found if key not in expected}
    assert found == expected | zero


def test_threads_stand_beside_each_other_and_are_never_added(web: PageClient, world: World) -> None:
    audits = [world.recorded_audit(word, on=date(2026, 3, 1)) for word in SCALE for _ in range(5)]
    finding = audits[0].findings[0]
    finding.judgement = finding.final_judgement = Judgement.NOT_ENOUGH_EVIDENCE
    db.session.commit()
    web.sign_in(world.carol)
    heads, *lines = web.get(f"{PAGE}?split=thread&thread=plan").tables[0]
    names = list(db.session.scalars(select(Thread.name).order_by(Thread.position)))
    assert heads == ["Golden thread", "2026 (Mar)"]
    assert lines == [
        [names[0], "9 of 19 (47%)"],
        *([name, "10 of 20 (50%)"] for name in names[1:]),
    ]
    unseen = web.get(f"{PAGE}?split=thread&measure=not_enough_evidence").tables[0]
    assert [line[1] for line in unseen[1:]] == ["1", "0", "0", "0", "0", "0"]


def test_without_a_split_each_period_has_its_interval(web: PageClient, held: World) -> None:
    heads, *lines = web.get(PAGE).tables[0]
    assert heads == ["Period", "Good or better", "95% interval"]
    assert [line[0] for line in lines] == [
        "2019 (Sept – Dec)",
        "2020",
        "2021 (Jan – Oct)",
        "All periods",
    ]
    chosen = [each.selection for each in db.session.scalars(select(Audit))]
    at_random = f"{chosen.count(Selection.RANDOM)} of the {len(chosen)} audits judged were chosen"
    assert at_random in web.get(PAGE).text
    few = web.get(f"{PAGE}?measure=audits")
    assert few.tables[0][0] == ["Period", "Number of audits"]
    assert at_random not in few.text


def test_actions_are_counted_with_the_audits_they_are_of(web: PageClient, world: World) -> None:
    south = [world.recorded_audit(on=date(2026, month, 3)) for month in (1, 2)]
    north = world.recorded_audit(on=date(2026, 2, 3), team=world.north)
    closed = datetime(2026, 4, 1, tzinfo=UTC)
    for audit, state, difference in (
        (south[0], ActionState.OPEN, None),
        (south[1], ActionState.CLOSED, Difference.YES),
        (south[1], ActionState.CLOSED, Difference.NO),
        (north, ActionState.TO_VERIFY, Difference.YES),
    ):
        done = None if state is ActionState.OPEN else closed
        db.session.add(
            Action(
                audit_id=audit.id,
                what="See the child.",
                due_on=date(2026, 5, 1),
                priority=Priority.HIGH,
                state=state,
                difference=difference,
                opened_at=closed,
                closed_at=done,
            )
        )
    db.session.commit()
    web.sign_in(world.carol)
    cells = {
        measure: [line[1] for line in web.get(f"{PAGE}?measure={measure}&split=team").tables[0][1:]]
        for measure in ("actions", "actions_closed", "actions_helped")
    }
    assert cells == {
        "actions": ["1", "3", "4"],
        "actions_closed": ["0 of 1", "2 of 3", "2 of 4"],
        "actions_helped": ["0 of 0", "1 of 2", "1 of 2"],
    }


@pytest.mark.parametrize(
    "asked", ["", "?split=service", "?split=team&measure=audits&by=quarter", "?split=selection"]
)
def test_page_picture_and_files_say_the_same(web: PageClient, held: World, asked: str) -> None:
    page = web.get(PAGE + asked)
    heads, *lines = page.tables[0]
    rows = list(csv.reader(io.StringIO(web.get(f"{PAGE}.csv{asked}").response.text)))
    assert [row[0] for row in rows[1:]] == [line[0] for line in lines]
    told = json.loads(web.get(f"{PAGE}.json{asked}").response.data)["tables"][0]
    assert [[c["text"] for c in row["cells"]] for row in told["rows"]] == [
        line[1:] for line in lines
    ]
    drawn = list(page.html.select("svg[role=img]"))
    said = {text.get_text() for svg in drawn for text in svg.select("text")}
    shown = of_page(page)
    periods = lines if heads[0] == "Period" else [[head] for head in heads[1:]]
    for (row, column), cell in shown.items():
        period = row if heads[0] == "Period" else column
        if "All" not in (row, column, period) and not {row, column} & {"All periods"}:
            assert column == "95% interval" or f"{period}: {cell}" in said
    assert periods
    described = " ".join(svg.find("desc").get_text() for svg in drawn)
    assert all(f"{text}." in described for text in said if ": " in text)


def test_the_address_says_it_all_and_each_part_can_be_taken_away(
    web: PageClient, held: World
) -> None:
    asked = "?measure=outstanding&split=service&by=quarter&from=2020-01-01&to=2020-12-31&type=full"
    page = web.get(PAGE + asked)
    assert page.h1 == "Explore: outstanding by service"
    fields = page.fields("Apply filters")
    assert (fields["measure"], fields["split"], fields["by"]) == (
        "outstanding",
        "service",
        "quarter",
    )
    away = next(href for text, href in page.links().items() if text == "Remove Type: Full audit")
    assert "split=service" in away
    assert "type=full" not in away
    assert "measure=outstanding" in page.links()["CSV"]


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ("?measure=best", "“best” is not one of the choices"),
        ("?split=auditor", "“auditor” is not one of the choices"),
        ("?split=worker", "“worker” is not one of the choices"),
        (
            "?split=team&by=month&from=2019-09-01&to=2021-10-31",
            TOO_MANY,
        ),
    ],
)
def test_what_cannot_be_asked_is_named(
    web: PageClient, held: World, asked: str, problem: str
) -> None:
    page = web.get(PAGE + asked, status=400)
    assert page.errors == [problem]
    assert page.tables == []
    web.get(f"{PAGE}.csv{asked}", status=400)


def test_one_judgement_leads_to_as_many_audits_as_it_says(web: PageClient, held: World) -> None:
    page = web.get(f"{PAGE}?split=service&measure=inadequate&basis=audited")
    links = [(a.get_text(strip=True), str(a["href"])) for a in page.html.select("main table a")]
    assert len(links) > 3
    for text, address in links:
        assert f"{text.split(' ')[0]} audit" in web.get(address).text
    assert not web.get(f"{PAGE}?split=service").html.select("main table a")


def test_nothing_held_and_one_audit(web: PageClient, world: World) -> None:
    web.sign_in(world.carol)
    assert "No audits have been recorded yet" in web.get(f"{PAGE}?split=team").text
    record(world, [Judged(date(2026, 3, 1), Judgement.GOOD)])
    page = web.get(f"{PAGE}?split=team")
    assert page.tables == [[["Team", "2026 (Mar)"], ["LSW South 1", "1 of 1"]]]
    drawn = BeautifulSoup(str(page.html.select_one("svg[role=img]")), "html5lib")
    assert "2026 (Mar): 1 of 1" in drawn.get_text()


def test_findings_of_drafts_are_in_no_figure(web: PageClient, world: World) -> None:
    audit = world.recorded_audit(on=date(2026, 3, 1))
    draft = world.recorded_audit(on=date(2026, 3, 1))
    draft.state = type(draft.state).DRAFT
    db.session.commit()
    assert db.session.scalars(select(Finding).where(Finding.audit_id == audit.id)).first()
    web.sign_in(world.carol)
    assert web.get(f"{PAGE}?measure=audits").tables[0][1:] == [["2026 (Mar)", "1"]]
