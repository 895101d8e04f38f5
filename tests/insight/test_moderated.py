"""What moderation changed: every figure counted again in loops, and never added up across ways."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from datetime import date

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sklearn.metrics import cohen_kappa_score

from audit_app.extensions import db
from audit_app.insight import moderated
from audit_app.models import Chosen
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.judgements import SCALE, Judgement
from tests.browser_page import PageClient
from tests.insight.moderations import Both, record_both
from tests.people import World

pytestmark = pytest.mark.sqlite_only

O, G, R, I, N = Judgement  # noqa: E741
PAGE = "/insight/moderation"
LABELS = {
    (True, Chosen.RANDOM): "Blind, chosen at random",
    (True, Chosen.TARGETED): "Blind, chosen for a reason",
    (False, Chosen.RANDOM): "Open, chosen at random",
    (False, Chosen.TARGETED): "Open, chosen for a reason",
    (False, Chosen.NOT_KNOWN): "Open, chosen in a way that nobody recorded",
}


def several() -> list[Both]:
    """Audits moderated in every way over two years; those of 2026 chosen at random are 44."""
    grades = [
        (G, G),
        (R, R),
        (G, R),
        (R, G),
        (O, G),
        (R, I),
        (I, G),
        (G, G),
        (R, R),
        (G, G),
        (O, O),
    ]
    found = [
        Both(one, other, date(2026, 1 + place % 10, 3), blind=True, days=place)
        for place, (one, other) in enumerate(grades * 4)
    ]
    found += [
        Both(one, other, date(2025, 1 + place, 9), blind=True)
        for place, (one, other) in enumerate(grades)
    ]
    for blind, chosen in LABELS:
        found += [
            Both(one, other, date(2025 + place % 2, 6, 1), blind, chosen)
            for place, (one, other) in enumerate(grades[: 3 + 2 * len(chosen.value)])
        ]
    return found


def _figures(given: Iterable[Both]) -> list[str]:
    """Pairs, the same, within one, higher and lower, by a loop over the audits."""
    steps = [SCALE.index(each.audited) - SCALE.index(each.moderated) for each in given]
    counts = (
        sum(step == 0 for step in steps),
        sum(abs(step) <= 1 for step in steps),
        sum(step > 0 for step in steps),
        sum(step < 0 for step in steps),
    )
    return [str(len(steps)), *(_share(count, len(steps)) for count in counts)]


def _share(count: int, total: int) -> str:
    if total < 10:
        return str(count)
    percent = (200 * count + total) // (2 * total)
    return f"{count} ({'<1' if count and not percent else percent}%)"


def _without_intervals(row: list[str]) -> list[str]:
    return row[1:3] + row[4:7]


@pytest.fixture
def audits(world: World, web: PageClient) -> list[Both]:
    """Audits moderated in every way, with the practice lead signed in."""
    found = several()
    record_both(world, *found)
    web.sign_in(world.carol)
    return found


def test_every_way_has_a_line_of_its_own_and_nothing_adds_them_up(
    web: PageClient, audits: list[Both]
) -> None:
    table = web.get(PAGE).tables[0]
    lines = {row[0]: _without_intervals(row) for row in table[1:]}
    assert lines == {
        label: _figures(each for each in audits if (each.blind, each.chosen) == way)
        for way, label in LABELS.items()
    }


def test_periods_the_grid_and_the_drawing_count_the_same_audits(
    web: PageClient, audits: list[Both]
) -> None:
    page = web.get(f"{PAGE}?way=blind-random&from=1/1/2025&to=31/12/2026")
    wanted = [each for each in audits if each.blind and each.chosen is Chosen.RANDOM]
    by_year = {
        str(year): [each for each in wanted if each.on.year == year] for year in (2025, 2026)
    }
    _, periods, grid, *_ = page.tables
    assert {row[0]: _without_intervals(row) for row in periods[1:]} == {
        year: _figures(of) for year, of in (*by_year.items(), ("All these periods", wanted))
    }
    counted = {row[0]: row[1:] for row in grid[1:]}
    for when, of in (*by_year.items(), ("All these periods", wanted)):
        for one in SCALE:
            row = [sum((e.audited, e.moderated) == (one, m) for e in of) for m in SCALE]
            assert counted[f"{when}: {one.short_label}"] == [str(n) for n in (*row, sum(row))]
    drawn = web.request("GET", f"{PAGE}?way=blind-random&from=1/1/2025&to=31/12/2026")
    told = BeautifulSoup(drawn.text, "html.parser").select_one("svg desc")
    assert told is not None
    for year, of in by_year.items():
        same, up, down = (re.sub(r".*\((.*)\)", r"\1", _figures(of)[n]) for n in (1, 3, 4))
        assert f"{year}, {len(of)} audits: Higher {up}, Same {same}, Lower {down}." in told.text


def test_a_file_of_the_grid_holds_what_the_page_prints(web: PageClient, audits: list[Both]) -> None:
    grid = web.get(f"{PAGE}?way=blind-random").tables[2]
    sent = web.request("GET", f"{PAGE}.csv?way=blind-random&table=grid")
    assert list(csv.reader(io.StringIO(sent.text.lstrip("\ufeff")))) == grid


def test_kappa_is_scikit_learns_and_waits_for_forty(web: PageClient, audits: list[Both]) -> None:
    table = web.get(f"{PAGE}?way=blind-random").tables[3]
    lines = {row[0]: row[1:] for row in table[1:]}
    of = [e for e in audits if e.blind and e.chosen is Chosen.RANDOM and e.on.year == 2026]
    assert len(of) >= 40
    name = next(label for label in lines if label.startswith("Blind, chosen at random: 2026"))
    score = cohen_kappa_score(
        [SCALE.index(e.audited) for e in of],
        [SCALE.index(e.moderated) for e in of],
        labels=range(4),
        weights="quadratic",
    )
    assert float(lines[name][1]) == pytest.approx(score, abs=0.005)
    low, high = map(float, lines[name][2].split(" to "))
    assert low < score < high
    assert not any("reason" in label or "2025" in label or "Open" in label for label in lines)


def test_thirty_nine_pairs_have_no_coefficient_and_forty_have(
    web: PageClient, world: World
) -> None:
    record_both(world, *[Both(G, G)] * 20, *[Both(R, G)] * 19)
    web.sign_in(world.carol)
    assert "Weighted kappa" not in web.get(PAGE).text
    record_both(world, Both(R, R))
    assert "Weighted kappa" in web.get(PAGE).text


def test_a_thread_left_as_it_was_is_kept_in_the_open_and_not_judged_blind(
    web: PageClient, world: World
) -> None:
    """Of what was brought in from elsewhere nobody knows what was thought of its threads."""
    record_both(
        world,
        Both(),
        Both(threads={"plan": R}),
        Both(blind=True),
        Both(blind=True, threads={"plan": G}),
        Both(blind=True, threads={"plan": N}),
        Both(chosen=Chosen.NOT_KNOWN, threads={"plan": R}),
    )
    web.sign_in(world.carol)
    table = web.get(f"{PAGE}?thread=plan").tables[0]
    assert {row[0]: _without_intervals(row) for row in table[1:]} == {
        "Open, chosen at random": ["2", "1", "2", "0", "1"],
        "Blind, chosen at random": ["1", "1", "1", "0", "0"],
    }


def test_only_moderated_audits_count(web: PageClient, world: World) -> None:
    made = record_both(world, *[Both()] * len(AuditState))
    for audit, state in zip(made, AuditState, strict=True):
        audit.state = state
    db.session.commit()
    web.sign_in(world.carol)
    assert web.get(PAGE).tables[0][1][1] == "4"


def test_a_team_or_a_theme_cannot_be_asked_for(
    web: PageClient, world: World, audits: list[Both]
) -> None:
    """Of one team so few are moderated that the figures would be one auditor's."""
    whole = web.get(PAGE)
    narrowed = web.get(f"{PAGE}?team={world.north.id}&theme=1&auditor={world.alice.id}")
    assert narrowed.tables == whole.tables
    assert not {"team", "theme", "basis"} & set(whole.fields("Apply filters"))


def test_a_moderator_sees_the_same_figures_as_the_practice_lead(
    web: PageClient, world: World, audits: list[Both]
) -> None:
    record_both(world, Both(blind=True, state=AuditState.SUBMITTED))
    shown = web.get(PAGE).tables
    web.sign_out()
    web.sign_in(world.bob)
    page = web.get(PAGE)
    assert page.tables == shown
    assert "cannot be in the figures" not in page.text


def test_what_is_chosen_stays_chosen_in_the_address(web: PageClient, audits: list[Both]) -> None:
    page = web.get(f"{PAGE}?way=open-targeted&by=quarter")
    assert "Revision (open moderation), audits chosen for a reason, by period" in page.text
    assert "way=open-targeted" in page.links()["PDF to print"]
    assert "by=quarter" in page.links()["Blind, chosen at random"]
    web.get(f"{PAGE}?way=anyhow", status=400)


def test_nothing_moderated_is_said(web: PageClient, world: World) -> None:
    world.recorded_audit()
    web.sign_in(world.carol)
    assert "No moderated audits yet" in web.get(PAGE).text


def test_the_claim_is_answered_in_words_with_its_figures(app: Flask, world: World) -> None:
    with app.test_request_context():
        assert moderated.claim(world.carol).sentence == "No audits have been moderated yet."
        record_both(world, *[Both()] * 9)
        assert "Too few audits" in moderated.claim(world.carol).sentence
        record_both(world, *[Both(R, G)] * 3)
        found = moderated.claim(world.carol)
    assert found.sentence == (
        "Not clear: seeing the auditor’s grade, moderators kept it in 75% of 12 audits chosen at "
        "random in 2026 (Oct). All of these were graded Good or Requires Improvement to be Good by "
        "the auditor: this says nothing of other grades."
    )
    assert found.figures == (
        (
            "Moderated in the open, chosen at random, 2026 (Oct)",
            "9 (75%) of 12 the same, 3 moved up, 0 moved down",
        ),
    )
