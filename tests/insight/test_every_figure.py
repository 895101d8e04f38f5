"""Whatever was recorded, every figure of every page is what plain loops over the rows count."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Any

import pytest
from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import Action, Audit, Locality, Service, Team, Theme, Thread
from audit_app.rules.audits import AuditType, FamilyFeedback, Selection, WorkerInvolvement
from audit_app.rules.judgements import SCALE, Judgement
from tests.browser_page import PageClient
from tests.insight.lives import FIRST, LAST, Lives
from tests.people import World

#: The tally behind the figures is tried on every database elsewhere.
pytestmark = pytest.mark.sqlite_only

RECORDED = {"submitted", "returned", "moderated", "accepted", "disputed", "resolved", "complete"}
MODERATED = {"moderated", "accepted", "disputed", "resolved"}
GOOD = ("outstanding", "good")
ASKED = f"from={FIRST}&to={LAST}"
Cells = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Row:
    """One recorded audit as a person would copy it from the screen, judged on one basis."""

    year: int
    month: int
    service: str
    locality: str
    team: str
    type: str
    selection: str
    overall: str
    threads: Mapping[str, str]
    audit: Audit

    @property
    def good(self) -> bool:
        return self.overall in GOOD


def rows(basis: str) -> list[Row]:
    """Every recorded audit, read one after the other."""
    db.session.expire_all()
    kinds: tuple[type[Service] | type[Locality] | type[Team], ...] = (Service, Locality, Team)
    names = {
        kind: {row.id: row.name for row in db.session.execute(select(kind.id, kind.name))}
        for kind in kinds
    }
    found = []
    for audit in db.session.scalars(select(Audit).order_by(Audit.id)):
        if audit.state.value not in RECORDED:
            continue
        assert audit.audit_date
        # While an audit is being written again it counts as it was submitted.
        final = basis == "final" or audit.state.value == "returned"
        judged = audit.final_overall if final else audit.overall
        assert judged
        found.append(
            Row(
                audit.audit_date.year,
                audit.audit_date.month,
                names[Service][audit.service_id],
                names[Locality][audit.locality_id],
                names[Team][audit.team_id],
                audit.audit_type.label,
                audit.selection.label if audit.selection else "Not recorded",
                judged.value,
                {
                    each.thread.code: str(each.final_judgement if final else each.judgement)
                    for each in audit.findings
                },
                audit,
            )
        )
    return found


def years_of(counted: list[Row]) -> range:
    """The years that have a column: none lies before the first record."""
    return range(min(row.year for row in counted), LAST.year + 1)


def half_up(count: int, total: int, places: int) -> float | str:
    """A percentage by whole numbers alone, with what stands for it where it is not shown."""
    if total < 10:
        return "[x]"
    scale = 10**places
    rounded = (200 * count * scale + total) // (2 * total)
    return "[low]" if count and not rounded else rounded / scale


def same(cell: Mapping[str, Any], count: int, total: int) -> bool:
    """Whether a cell is this share, rounded half up from its count."""
    known = cell.get("audits", cell.get("actions"))
    percents = {half_up(count, total, places) for places in (0, 1)}
    whole = "of" not in cell or cell["of"] == total
    return known == count and whole and cell["percent"] in percents


class Asking:
    """The figures as a program reads them: every table's cells by row and column."""

    def __init__(self, web: PageClient) -> None:
        self.web = web

    def tables(self, page: str, more: str = "") -> dict[str, dict[str, Cells]]:
        answer = self.web.get(f"/insight/{page}.json?{ASKED}{more}").response
        return {
            table["name"]: {
                plain(row["heading"]): {plain(cell["column"]): cell for cell in row["cells"]}
                for row in table["rows"]
            }
            for table in json.loads(answer.data)["tables"]
        }


def plain(heading: str) -> str:
    """A heading without the mark of another set of threads, or the months of a part of a year."""
    return re.sub(r"( \([A-Z]\w+ – [A-Z]\w+\))?( \[b\])?$", "", heading)


@pytest.mark.parametrize("seed", range(2))
def test_every_figure_is_what_plain_loops_count(world: World, web: PageClient, seed: int) -> None:
    lives = Lives(world, seed)
    web.sign_in(world.carol)
    asking = Asking(web)
    for audits in (3, 60):
        lives.go_on(audits)
        for basis in ("final", "audited"):
            counted = rows(basis)
            for check in (by_judgement, by_thread, by_place, by_month, explored):
                check(asking, counted, "" if basis == "final" else "&basis=audited")
        for check in (done, themed, moderated):
            check(asking, rows("final"), "")


def by_judgement(asking: Asking, counted: list[Row], more: str) -> None:
    table = asking.tables("distribution", more)["judgements"]
    for year in years_of(counted):
        of = [row for row in counted if row.year == year]
        for word in SCALE:
            count = sum(row.overall == word for row in of)
            assert same(table[word.label][str(year)], count, len(of)), (word, year)
        assert table["Total"][str(year)]["audits"] == len(of)
        good = sum(row.good for row in of)
        assert same(table["Good or better"][str(year)], good, len(of))


def by_thread(asking: Asking, counted: list[Row], more: str) -> None:
    names = thread_names()
    table = asking.tables("threads", more)["by-period"]
    for year in years_of(counted):
        for code, name in names.items():
            judged = [
                row.threads[code]
                for row in counted
                if row.year == year and row.threads.get(code) in list(SCALE)
            ]
            if name not in table:
                assert not any(code in row.threads for row in counted), code
                continue
            cell = table[name][str(year)]
            assert same(cell, good_in(judged), len(judged)), (year, name)


def thread_names() -> dict[str, str]:
    return {thread.code: thread.name for thread in db.session.scalars(select(Thread))}


def good_in(judged: Iterable[str]) -> int:
    return sum(word in GOOD for word in judged)


def by_place(asking: Asking, counted: list[Row], more: str) -> None:
    tables = asking.tables("places", more)
    for name, place in (("services", "service"), ("localities", "locality"), ("teams", "team")):
        for label in {getattr(row, place) for row in counted}:
            of = [row for row in counted if getattr(row, place) == label]
            cells = tables[name][label]
            assert cells["Total"]["value"] == len(of), (place, label)
            assert same(cells["Good or better"], sum(row.good for row in of), len(of))
            if place != "team":
                best = sum(row.overall == "outstanding" for row in of)
                assert same(cells["Outstanding"], best, len(of))


def by_month(asking: Asking, counted: list[Row], more: str) -> None:
    table = asking.tables("trends", more)["points"]
    months = {date(row.year, row.month, 1) for row in counted}
    for first in months:
        of = [row for row in counted if (row.year, row.month) == (first.year, first.month)]
        label = f"{first:%B %Y}"
        if label in table:
            assert table[label]["Audits"]["value"] == len(of)
            assert same(table[label]["Good or better"], sum(r.good for r in of), len(of)), label


def explored(asking: Asking, counted: list[Row], more: str) -> None:
    for split, measures in _MEASURED.items():
        for measure, words in measures:
            table = asking.tables("explore", f"{more}&split={split}&measure={measure}")["explored"]
            assert set(table) - {"All"} == {getattr(row, split) for row in counted}
            for label, cells in table.items():
                for column, cell in cells.items():
                    of = [
                        row
                        for row in counted
                        if label in ("All", getattr(row, split))
                        and column in ("All periods", str(row.year))
                    ]
                    assert same(cell, sum(row.overall in words for row in of), len(of))
    unseen = asking.tables("explore", f"{more}&split=thread&measure=not_enough_evidence")
    for code, name in thread_names().items():
        expected = sum(row.threads.get(code) == "not_enough_evidence" for row in counted)
        cells = unseen["explored"].get(name, {"All periods": {"value": 0, "audits": 0}})
        assert cells["All periods"]["audits"] == expected


_MEASURED: dict[str, list[tuple[str, tuple[str, ...]]]] = {
    "service": [("good_or_better", GOOD), ("inadequate", ("inadequate",))],
    "locality": [("outstanding", ("outstanding",))],
    "team": [("good_or_better", GOOD)],
    "type": [("requires_improvement", ("requires_improvement",))],
    "selection": [("good", ("good",))],
}


def done(asking: Asking, counted: list[Row], more: str) -> None:
    tables = asking.tables("practice", more)
    for year in years_of(counted):
        of = [row.audit for row in counted if row.year == year]
        if not of:
            continue
        types = {each.label: each for each in AuditType}
        answers(tables["types"][str(year)], types, [audit.audit_type for audit in of])
        selections = {each.label: each for each in Selection}
        known = [audit.selection for audit in of if audit.selection]
        answers(tables["chosen"][str(year)], selections, known)
        involved = {
            "Took part": WorkerInvolvement.TOOK_PART,
            "Spoken to": WorkerInvolvement.SPOKEN_TO,
            "Not involved": WorkerInvolvement.NOT_INVOLVED,
        }
        workers = [audit.worker_involvement for audit in of if audit.worker_involvement]
        answers(tables["worker"][str(year)], involved, workers)
        sought = {
            "Sought and given": FamilyFeedback.GIVEN,
            "Sought, none given": FamilyFeedback.SOUGHT,
            "Not sought": FamilyFeedback.NOT_SOUGHT,
        }
        families = [
            audit.family_feedback for audit in of if audit.family_feedback in sought.values()
        ]
        answers(tables["feedback"][str(year)], sought, families)
        acted(tables.get("actions", {}).get(str(year), {}), of)
        waited(tables.get("moderation", {}).get(str(year), {}), of)


def answers(cells: Cells, words: Mapping[str, Any], given: list[Any]) -> None:
    for label, word in words.items():
        if label in cells:
            assert same(cells[label], given.count(word), len(given)), label
        else:
            assert word not in given


def acted(cells: Cells, audits: list[Audit]) -> None:
    actions = [action for audit in audits for action in audit.actions]
    closed = [action for action in actions if action.state.value == "closed"]
    helped = [action for action in closed if action.difference == "yes"]
    if not cells:
        assert not actions
        return
    assert cells["Raised"]["value"] == len(actions)
    assert same(cells["Closed"], len(closed), len(actions))
    assert same(cells["Made a difference"], len(helped), len(closed))


def waited(cells: Cells, audits: list[Audit]) -> None:
    days = [
        (audit.moderation.moderated_on - audit.audit_date).days
        for audit in audits
        if audit.moderation and audit.audit_date and audit.state.value in MODERATED
    ]
    if not cells:
        assert not days
        return
    assert same(cells["Moderated"], len(days), len(audits))
    if days:
        assert cells["Half of them within, days"]["value"] in (median(days), int(median(days)))
        assert cells["Longest, days"]["value"] == max(days)


def themed(asking: Asking, counted: list[Row], more: str) -> None:
    tables = asking.tables("themes", more)
    actions = [action for action in db.session.scalars(select(Action)) if action.opened_at]
    for theme in db.session.scalars(select(Theme)):
        for year in years_of(counted):
            of = [row.audit for row in counted if row.year == year]
            carried = sum(theme in audit.themes for audit in of)
            if theme.name in tables["audits"]:
                assert same(tables["audits"][theme.name][str(year)], carried, len(of))
            else:
                assert not carried
            raised = [each for each in actions if each.opened_at and each.opened_at.year == year]
            of_theme = sum(theme in action.themes for action in raised)
            if str(year) not in tables["actions"].get(theme.name, {str(year): None}):
                assert not raised, "a period is left out only before the first action"
            elif theme.name in tables["actions"]:
                cell = tables["actions"][theme.name][str(year)]
                assert same(cell, of_theme, len(raised)), (theme.name, year)
            else:
                assert not of_theme


def moderated(asking: Asking, counted: list[Row], more: str) -> None:
    tables = asking.tables("moderation", more)
    found: Counter[tuple[str, str]] = Counter()
    for row in counted:
        audit = row.audit
        if audit.state.value not in MODERATED or audit.moderation is None:
            continue
        assert audit.overall
        assert audit.moderation.overall
        way = "Blind" if audit.moderation.blind else "Open"
        why = "chosen in a way that nobody recorded"
        if audit.draw:
            random = audit.draw.chosen_because == "random"
            why = "chosen at random" if random else "chosen for a reason"
        before, after = SCALE.index(audit.overall), SCALE.index(audit.moderation.overall)
        label = f"{way}, {why}"
        for name, is_so in _MOVES.items():
            found[label, name] += is_so(before, after)
    ways = {label for label, _ in found}
    assert set(tables.get("ways", {})) in (ways, set())
    for label, cells in tables.get("ways", {}).items():
        pairs = found[label, "Audits with both grades"]
        assert cells["Audits with both grades"]["value"] == pairs
        for name in list(_MOVES)[1:]:
            assert same(cells[name], found[label, name], pairs), (label, name)


_MOVES: dict[str, Callable[[int, int], bool]] = {
    "Audits with both grades": lambda before, after: True,
    "Same grade": lambda before, after: before == after,
    "Within one grade": lambda before, after: abs(before - after) <= 1,
    "Moderator higher": lambda before, after: after < before,
    "Moderator lower": lambda before, after: after > before,
}


def test_half_up_by_whole_numbers() -> None:
    assert half_up(1, 8 * 10, 0) == 1
    assert half_up(10, 80, 0) == 13
    assert half_up(1, 1000, 0) == "[low]"
    assert half_up(0, 1000, 0) == 0
    assert half_up(363, 924, 1) == 39.3
    assert half_up(3, 9, 0) == "[x]"
    assert Judgement.GOOD in GOOD
