"""Themes by period: every count equals a plain loop over the rows, and leads to them."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from itertools import product

import pytest

from audit_app.extensions import db
from audit_app.models import Action, Audit, Theme
from audit_app.rules.action_steps import ActionState
from audit_app.rules.audit_steps import RECORDED_STATES, AuditState
from audit_app.rules.audits import AuditType, Priority
from tests.browser_page import Page, PageClient
from tests.people import World

pytestmark = pytest.mark.sqlite_only
THEMES = "/insight/themes"
NAMES = ("Drift", "Neglect", "Unused")


@pytest.fixture
def audits(world: World) -> list[Audit]:
    """Audits of two years, with none, one or two themes, most with an action that has one."""
    themes = [Theme(name=name) for name in NAMES]
    db.session.add_all([*themes, Theme(name="Gone", active=False)])
    made = []
    states = (AuditState.COMPLETE, AuditState.SUBMITTED, AuditState.DRAFT, AuditState.MODERATED)
    for number in range(28):
        audit = world.recorded_audit(
            on=date(2024 + number % 2, 1 + number % 12, 3),
            team=(world.south, world.north, world.fostering)[number % 3],
            state=states[number % 4],
        )
        audit.audit_type = (AuditType.FULL, AuditType.DIP_SAMPLE)[number % 5 == 0]
        audit.themes = themes[: number % 3]
        if number % 4:
            audit.actions = [_action(audit, themes[number % 2], number)]
        made.append(audit)
    db.session.commit()
    return made


def _action(audit: Audit, theme: Theme, number: int) -> Action:
    return Action(
        what="See him.", owner="Team", due_on=date(2026, 1, 5), priority=Priority.LOW,
        opened_at=datetime(2025, 1 + number % 12, 9, 9, tzinfo=UTC) if number % 3 else None,
        state=ActionState.OPEN, team_id=audit.team_id, service_id=audit.service_id, themes=[theme],
    )  # fmt: skip


def _recount(audits: list[Audit], year: int) -> dict[str, tuple[int, int]]:
    """By theme, how many audits of the year carry it and how many actions raised in it."""
    of_year = [a for a in audits if a.audit_date.year == year and a.state in RECORDED_STATES]
    raised = [
        each
        for audit in audits
        for each in audit.actions
        if each.opened_at and each.opened_at.year == year
    ]
    return {
        name: (
            sum(name in [theme.name for theme in audit.themes] for audit in of_year),
            sum(name in [theme.name for theme in action.themes] for action in raised),
        )
        for name in NAMES
    } | {"": (len(of_year), len(raised))}


def _counts(page: Page, table: int) -> dict[str, list[int]]:
    """The counts of a table without their percentages, by row."""
    return {row[0]: [int(cell.split(" ")[0]) for cell in row[1:]] for row in page.tables[table][1:]}


def test_every_count_equals_a_plain_loop_and_leads_to_its_audits(
    web: PageClient, world: World, audits: list[Audit]
) -> None:
    web.sign_in(world.carol)
    page = web.get(f"{THEMES}?from=1/1/2024&to=31/12/2025")
    columns = [table[0][1:] for table in page.tables]
    of_audits, of_actions = (_counts(page, table) for table in (0, 1))
    for year in (2024, 2025):
        expected = _recount(audits, year)
        told = [
            of_audits | {"": of_audits["All audits"]},
            of_actions | {"": of_actions["All actions"]},
        ]
        for name, kind in product((*NAMES, ""), (0, 1)):
            if str(year) in columns[kind]:
                place = columns[kind].index(str(year))
                assert told[kind][name][place] == expected[name][kind], (name, year)
            else:
                assert expected[name][kind] == 0
    assert "Gone" not in page.text
    cells = page.html.select("table")[0].select("td a")
    assert len(cells) == 6
    for link in cells:
        listed = web.get(str(link["href"]))
        rows = len(listed.tables[0]) - 1
        assert rows == int(link.get_text().split(" ")[0])


@pytest.mark.parametrize("by", ["team", "type"])
def test_a_filter_counts_what_it_says_in_both_tables(
    web: PageClient, world: World, audits: list[Audit], by: str
) -> None:
    web.sign_in(world.dan)
    if by == "team":
        some = [each for each in audits if each.team_id == world.north.id]
        asked = f"team={world.north.id}"
    else:
        some = [each for each in audits if each.audit_type is AuditType.DIP_SAMPLE]
        asked = "type=dip_sample"
    page = web.get(f"{THEMES}?{asked}&from=1/1/2025&to=31/12/2025")
    expected = _recount(some, 2025)
    of_audits, of_actions = (_counts(page, table) for table in (0, 1))
    for name in NAMES:
        assert (of_audits[name], of_actions[name]) == ([expected[name][0]], [expected[name][1]])
    assert not page.html.select("table a")


def test_the_pictures_the_files_and_the_sentence_say_what_the_table_says(
    web: PageClient, world: World, audits: list[Audit]
) -> None:
    web.sign_in(world.carol)
    asked = "?from=1/1/2024&to=31/12/2025"
    page = web.get(THEMES + asked)
    rows = {row[0]: row[1:] for row in page.tables[0][1:]}
    for name in NAMES:
        (drawing,) = [
            svg
            for svg in page.html.find_all("svg")
            if svg.find("title").get_text().startswith(name)
        ]
        first, second = rows[name]
        assert drawing.find("desc").get_text() == f"2024: {first}. 2025: {second}."
    counts = [int(rows[name][1].split(" ")[0]) for name in NAMES if rows[name][1][0] != "0"]
    often, total = f"{min(counts)} to {max(counts)}", rows["All audits"][1]
    said = f"{len(counts)} themes were each found in {often} of the {total} audits of 2025."
    assert said in page.text
    told = json.loads(web.request("GET", f"{THEMES}.json{asked}").get_data())
    (audits_told, _) = told["tables"]
    assert {
        row["heading"]: [cell["text"] for cell in row["cells"]] for row in audits_told["rows"]
    } == rows


def test_years_before_the_first_action_are_not_said_to_have_none(
    web: PageClient, world: World, audits: list[Audit]
) -> None:
    web.sign_in(world.carol)
    page = web.get(f"{THEMES}?from=1/1/2024&to=31/12/2025")
    of_audits, of_actions = (table[0] for table in page.tables)
    assert (of_audits[1:], of_actions[1:]) == (["2024", "2025"], ["2025"])
    assert len(web.get(f"{THEMES}?from=1/1/2024&to=31/12/2024").tables) == 1


def test_before_there_is_anything_the_page_says_so(web: PageClient, world: World) -> None:
    web.sign_in(world.carol)
    assert "No audits have been recorded yet" in web.get(THEMES).text
    for _ in range(10):
        world.recorded_audit(on=date(2025, 3, 3))
    assert "No audit of 2025 (Mar) carries a theme." in web.get(f"{THEMES}?to=31/3/2025").text


def test_many_periods_stand_one_below_the_other(
    web: PageClient, world: World, audits: list[Audit]
) -> None:
    web.sign_in(world.carol)
    page = web.get(f"{THEMES}?by=month&from=1/1/2024&to=31/12/2025")
    table = page.tables[0]
    assert table[0] == ["Period", *NAMES, "All audits"]
    assert len(table) == 25
