"""Evidence of one service or theme: small rows are hidden, on the page, on paper and in the record.

Whatever is hidden stays open though the same table were pinned up for every other service, and the
whole authority’s beside them.
"""

from __future__ import annotations

import random
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from audit_app.alerts import changes
from audit_app.alerts.evidence import evidence_of
from audit_app.alerts.publication_changes import ready_to_issue
from audit_app.alerts.queries import sheet_of
from audit_app.extensions import db
from audit_app.models import Alert, Audit, Service, Team, Theme
from audit_app.models.base import now
from audit_app.rules.alert_evidence import (
    LEGEND,
    OVERALL,
    Counted,
    Evidence,
    EvidenceLine,
    Narrowed,
    evidence,
)
from audit_app.rules.alert_narrowing import quarter_that_would_do
from audit_app.rules.alert_steps import AlertState
from audit_app.rules.judgements import SCALE, Judgement
from tests.alerts.alerts_to_try import TODAY, approved, draft, issued, submitted, written
from tests.alerts.test_writing import BEGUN
from tests.browser_page import PageClient
from tests.people import World

GOOD, RI, INADEQUATE = SCALE[1:]
IN = date(2026, 8, 14)
CHOSEN = (RI, INADEQUATE)
Grid = dict[int, tuple[int, ...]]


def _table(grid: Grid, own: int) -> Evidence:
    rows = [
        Counted(OVERALL, 1, word, n, service)
        for service, counts in grid.items()
        for word, n in zip(SCALE, counts, strict=True)
        if n
    ]
    days = (date(2026, 7, 1), date(2026, 9, 30))
    narrowed = Narrowed(service=own, words="in Fostering")
    return evidence(rows, {OVERALL: "Overall"}, CHOSEN, days, TODAY, 10, narrowed=narrowed)


def _figures(counts: tuple[int, ...]) -> tuple[int, int, int]:
    """All audits, and those of each chosen judgement."""
    return sum(counts), counts[2], counts[3]


def _least_and_most(hidden: list[tuple[int, int, int]]) -> list[list[tuple[int, int]]]:
    """What each hidden figure can be, found by trying: their sums are known, and parts of a total
    are no more than it. Every hidden row holds an audit.
    """
    found = []
    sums = [sum(column) for column in zip(*hidden, strict=True)]
    others = len(hidden) - 1
    for row in range(len(hidden)):
        each = []
        totals = [n for n in range(1, sums[0] + 1) if others <= sums[0] - n]
        each.append((totals[0], totals[-1]))
        for part in (1, 2):
            fits = [
                n
                for n in range(sums[part] + 1)
                if any(n <= total and sums[part] - n <= sums[0] - total for total in totals)
            ]
            each.append((fits[0], fits[-1]))
        assert row < len(hidden)
        found.append(each)
    return found


def test_nothing_hidden_can_be_worked_out_from_the_tables_of_every_service_and_their_total() -> (
    None
):
    made = random.Random(20_26)  # noqa: S311  figures, not secrets
    seen = {"hidden": 0, "shown": 0}
    for _ in range(150):
        grid: Grid = {
            service: tuple(made.choice((0, 0, 1, 3, 6, 9, 20, 40)) for _ in SCALE)
            for service in range(1, made.randint(3, 6))
        }
        lines = {own: _table(grid, own).lines[0] for own in grid}
        for own, line in lines.items():
            figures = _figures(grid[own])
            if line.confidential:
                assert line == EvidenceLine(
                    "Overall", 0, (0, 0), ("[c]",) * 2, 0, "[c]", None, 0, True
                )
            else:
                _check_is_told(line, figures)
            seen["hidden" if line.confidential else "shown"] += 1
        hidden = [_figures(grid[own]) for own, line in lines.items() if line.confidential]
        if not hidden or len(hidden) == len(grid):
            continue
        assert len(hidden) > 1
        for figures, ranges in zip(hidden, _least_and_most(hidden), strict=True):
            for figure, (least, most) in zip(figures, ranges, strict=True):
                assert least <= figure <= most
                assert most == 0 or most - least >= 2
    assert min(seen.values()) > 50


def _check_is_told(line: EvidenceLine, figures: tuple[int, int, int]) -> None:
    total, ri, inadequate = figures
    assert (line.judged, line.counts, line.together) == (total, (ri, inadequate), ri + inadequate)
    for n in (total, ri, inadequate, ri + inadequate):
        assert n == 0 or n > 5
        assert total - n == 0 or total - n > 5


def test_a_true_zero_is_shown_as_one() -> None:
    line = _table({1: (0, 20, 0, 0), 2: (0, 20, 20, 20)}, 1).lines[0]
    assert (line.texts, line.together_text) == (("0 (0%)", "0 (0%)"), "0 (0%)")


def test_one_small_row_takes_the_next_smallest_with_it() -> None:
    grid: Grid = {1: (0, 20, 10, 2), 2: (0, 20, 10, 10), 3: (0, 90, 90, 90)}
    assert [_table(grid, own).lines[0].confidential for own in grid] == [True, True, False]


DAYS = (date(2026, 7, 1), date(2026, 9, 30))


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 7, 1), date(2026, 9, 29)),
        (date(2026, 7, 2), date(2026, 9, 30)),
        (date(2026, 4, 1), date(2026, 9, 30)),
        (date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_of_one_service_nothing_is_told_of_days_that_could_overlap_another_tables(
    first: date, last: date
) -> None:
    """Of two tables to 29 and to 30 September, the second would tell the audits of one day."""
    rows = [Counted(OVERALL, 1, word, 20, service) for word in SCALE for service in (1, 2)]

    def table(days: tuple[date, date], narrowed: Narrowed | None) -> Evidence:
        return evidence(rows, {OVERALL: "Overall"}, CHOSEN, days, TODAY, 10, narrowed=narrowed)

    fostering = Narrowed(service=1, words="in Fostering")
    assert (table(DAYS, fostering).audits, table(DAYS, fostering).confidential) == (80, False)
    hidden = table((first, last), fostering)
    assert (hidden.audits, hidden.confidential) == (0, True)
    assert table((first, last), None).audits == 160


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        (date(2026, 9, 29), *DAYS),
        (date(2026, 11, 20), *DAYS),
        (date(2025, 12, 31), date(2025, 10, 1), date(2025, 12, 31)),
    ],
)
def test_the_quarter_that_would_do_is_that_of_the_day_or_the_last_that_has_ended(
    day: date, first: date, last: date
) -> None:
    assert quarter_that_would_do(day, date(2026, 11, 22)) == (first, last)


def test_the_whole_authority_is_never_hidden() -> None:
    rows = [Counted(OVERALL, 1, INADEQUATE, 2), Counted(OVERALL, 1, GOOD, 3)]
    days = (date(2026, 7, 1), date(2026, 9, 30))
    table = evidence(rows, {OVERALL: "Overall"}, CHOSEN, days, TODAY, 10)
    assert table.lines[0].texts == ("0", "2")


def _audits(world: World, number: int, overall: Judgement, team: Team, **how: Any) -> list[Audit]:
    return [world.recorded_audit(overall, team=team, on=IN, **how) for _ in range(number)]


@pytest.fixture
def places(world: World) -> dict[str, Team]:
    """Four services: Fostering has few Inadequate, Leaving care fewer audits than the others."""
    teams = {"Fostering": world.fostering, "Locality social work": world.south}
    for name in ("Leaving care", "Adoption"):
        service = Service(name=name)
        db.session.add(service)
        db.session.flush()
        teams[name] = Team(
            name=f"{name} 1", service_id=service.id, locality_id=world.south.locality_id
        )
        db.session.add(teams[name])
    db.session.commit()
    for name, (good, ri, inadequate) in {
        "Fostering": (12, 8, 2),
        "Leaving care": (7, 6, 0),
        "Adoption": (9, 9, 6),
        "Locality social work": (12, 12, 7),
    }.items():
        for n, word in ((good, GOOD), (ri, RI), (inadequate, INADEQUATE)):
            _audits(world, n, word, teams[name], threads=GOOD)
    return teams


def test_the_page_the_paper_and_the_record_hide_the_same_and_no_more(
    web: PageClient, world: World, places: dict[str, Team]
) -> None:
    alert = issued(world, evidence_service_id=places["Fostering"].service_id)
    web.sign_in(world.priya)
    table = sheet_of(alert, TODAY).evidence
    assert table.where == "in Fostering"
    assert (table.audits, table.notes) == (22, (LEGEND,))
    overall, voice = table.lines
    assert overall.confidential
    assert (voice.judged, voice.texts) == (22, ("0 (0%)", "0 (0%)"))

    page = web.get(f"/alerts/{alert.reference}")
    assert [row[1:] for row in page.tables[0][1:]] == [["[c]"] * 4, ["22", *["0 (0%)"] * 3]]
    assert "22 audits from 1 July 2026 to 30 September 2026, in Fostering." in page.text
    assert LEGEND in page.text
    printed = _paper(web, alert.reference)
    assert "Overall judgement [c] [c] [c] [c]" in printed
    assert "22 audits in Fostering" in printed
    assert LEGEND in printed
    assert alert.evidence is not None
    kept = alert.evidence["evidence"]["lines"][0]
    assert (kept["judged"], kept["counts"], kept["together"]) == (0, [0, 0], 0)


def _paper(web: PageClient, reference: str) -> str:
    pages = PdfReader(BytesIO(web.get(f"/alerts/{reference}.pdf").response.data)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_a_theme_within_a_service_is_told_only_if_neither_the_service_nor_the_theme_would_tell_it(
    world: World, places: dict[str, Team]
) -> None:
    theme = Theme(name="Drift and delay")
    db.session.add(theme)
    themed = db.session.query(Audit).filter_by(service_id=places["Adoption"].service_id).all()
    for audit in themed[:21]:
        audit.themes.append(theme)
    db.session.commit()
    both: dict[str, Any] = {
        "evidence_service_id": places["Adoption"].service_id,
        "evidence_theme_id": theme.id,
    }
    # Of Adoption’s 24, three are without the theme: 24 less 21 would tell them.
    assert evidence_of(draft(world.carol, **both), TODAY).confidential
    alone = evidence_of(draft(world.carol, evidence_theme_id=theme.id), TODAY)
    assert alone.where == "with the theme “Drift and delay”"
    assert alone.audits == 21


def test_beside_a_narrowed_table_no_note_tells_a_number(
    world: World, places: dict[str, Team]
) -> None:
    first = db.session.query(Audit).filter_by(service_id=places["Adoption"].service_id).all()
    voice = next(each for each in first[0].findings if each.thread.code == "voice")
    voice.judgement = voice.final_judgement = Judgement.NOT_ENOUGH_EVIDENCE
    for audit in _audits(world, 2, INADEQUATE, places["Adoption"]):
        audit.blind = True
    db.session.commit()
    service = places["Adoption"].service_id
    table = evidence_of(draft(world.carol, evidence_service_id=service), TODAY)
    assert table.audits == 24
    assert "Audits that wait for a blind moderation are counted in no figure here." in table.notes
    assert not any(sign.isdigit() for note in table.notes if note != LEGEND for sign in note)
    assert [line.not_enough_evidence for line in table.lines] == [0, 0]


def test_audits_too_few_to_show_are_refused_with_a_way_out_and_nothing_typed_is_lost(
    web: PageClient, world: World
) -> None:
    _audits(world, 30, RI, world.south)
    _audits(world, 4, INADEQUATE, world.fostering)
    web.sign_in(world.carol)
    chosen = BEGUN | {"evidence_service_id": str(world.fostering.service_id)}
    page = web.send(web.get("/alerts/new"), status=400, **chosen)
    assert any("one could point at a child or a worker" in each for each in page.errors)
    assert page.html.select_one("#title")["value"] == BEGUN["title"]
    again = web.send(page, **(chosen | {"evidence_service_id": ""}))
    assert again.path.endswith("/edit")


def test_an_alert_whose_audits_became_too_few_is_not_submitted_approved_or_issued(
    web: PageClient, world: World, places: dict[str, Team]
) -> None:
    service = places["Adoption"].service_id
    alert, sent, ready = (
        written(world.carol, evidence_service_id=service),
        submitted(world.carol, evidence_service_id=service),
        approved(world.carol, world.dan, evidence_service_id=service),
    )
    drawn = ready_to_issue(world.cora, ready, TODAY, now())
    for audit in db.session.query(Audit).filter_by(service_id=service).offset(2):
        audit.audit_date = date(2026, 10, 1)
    db.session.commit()
    web.sign_in(world.carol)
    page = web.get(f"/alerts/{alert.reference}")
    told = web.send(page, "Submit for approval")
    assert "No figure of the audits that this alert rests on may be shown" in told.text
    page = web.get(f"/alerts/{alert.reference}/edit")
    refused = web.send(page, "Save and submit for approval", status=400, why_now="Because.")
    assert any("No figure of the audits" in each for each in refused.errors)
    assert refused.fields()["why_now"] == "Because."
    assert db.session.get_one(Alert, alert.id).state is AlertState.DRAFT
    with pytest.raises(changes.NothingToShow):
        changes.approve(world.dan, sent, sent.version, TODAY)
    with pytest.raises(changes.NothingToShow):
        changes.issue(world.cora, ready, ready.version, drawn, TODAY)


def test_days_of_one_service_that_are_no_quarter_are_refused_beside_the_days(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.carol)
    days = BEGUN | {"evidence_to-day": "29"}
    narrowed = days | {"evidence_service_id": str(world.fostering.service_id)}
    page = web.send(web.get("/alerts/new"), status=400, **narrowed)
    (said,) = page.errors
    assert "one whole quarter, such as 1 July 2026 to 30 September 2026" in said
    assert said in page.html.select_one("#evidence_to-error").get_text()
    assert web.send(page, **(narrowed | {"evidence_service_id": ""})).path.endswith("/edit")


def test_a_replacement_rests_on_the_same_service_and_theme_and_the_form_shows_them(
    web: PageClient, world: World, places: dict[str, Team]
) -> None:
    service = places["Adoption"].service_id
    alert = draft(world.carol, evidence_service_id=service)
    web.sign_in(world.carol)
    page = web.get(f"/alerts/{alert.reference}/basis")
    chosen = page.html.select_one("#evidence_service_id option[selected]")
    assert chosen.get_text() == "Adoption"


def test_each_bar_is_as_long_as_its_rows_share_also_below_a_row_without_one(
    web: PageClient, world: World, places: dict[str, Team]
) -> None:
    """The overall judgement is hidden and the thread below it is not."""
    for audit in db.session.query(Audit).filter_by(service_id=places["Fostering"].service_id):
        voice = next(each for each in audit.findings if each.thread.code == "voice")
        voice.judgement = voice.final_judgement = RI if audit.id % 2 else GOOD
    db.session.commit()
    alert = issued(world, evidence_service_id=places["Fostering"].service_id)
    web.sign_in(world.priya)
    overall, shown = sheet_of(alert, TODAY).evidence.lines
    assert overall.confidential
    assert shown.share == 50
    page = web.get(f"/alerts/{alert.reference}.html")
    (bar,) = page.html.select(".bar-part")
    (row,) = [each for each in bar["class"] if each.startswith("row-")]
    styles = " ".join(each.decode_contents() for each in page.html.select("style"))
    assert f".{row} {{ width: {shown.share}% }}" in styles
