"""A summary of any period and place says something sensible, and claims nothing a rule did not."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from flask import Flask

from audit_app.extensions import db
from audit_app.models import Audit, Service, Theme
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.audits import Selection
from audit_app.rules.change import Direction
from audit_app.rules.judgements import SCALE, Judgement
from audit_app.rules.summary_commentary import BOXES
from audit_app.rules.summary_periods import SummaryPeriod, read_code
from audit_app.summaries.contents import (
    Contents,
    NoSuchService,
    contents,
    frozen,
    restated,
    sheets_of,
    suggestions,
)
from audit_app.summaries.judgements import judged
from audit_app.summaries.scope import scope_of
from tests.insight.judged import Judged, published_audits, record
from tests.people import World
from tests.statements import statements
from tests.summaries.worlds import TODAY, everything, texts, values

pytestmark = pytest.mark.sqlite_only

QUARTER = read_code("2021-22-Q2")
#: A few questions for each of eleven sections, each asked once.
MOST = 36
#: Words that only a rule may put into a sentence.
CLAIMS = (" rose ", " fell ", "clearly up", "clearly down", " got better", " got worse")


def said(of: Contents) -> str:
    return " ".join(texts(of))


def test_the_published_years_are_the_calendar_years_of_a_summary(world: World) -> None:
    record(world, published_audits())
    found = contents(read_code("2021"), None, date(2021, 10, 31))
    rows = values(found, "years", "years")
    assert [cells[0] for cells in rows["Total"].values()] == [286, 924, 853]
    assert [cells[0] for cells in rows["Good or better"].values()] == [103, 363, 413]
    assert found.headline.message == (
        "48.4% of 853 audits were good or better: clearly up from 39.3% of 924 in the year before "
        "(10 months against 12)."
    )
    assert found.label == "2021, to 31 October 2021 so far"
    assert list(rows["Total"]) == ["2019 (Sept – Dec)", "2020", "2021 (Jan – Oct) [p]"]
    assert any(note.startswith("[p]") for note in found.notes)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("2018-19-Q3", "No audit was recorded in Q3 2018/19 (Oct – Dec 2018)."),
        ("2026-27-Q3", "No audit was recorded so far in Q3 2026/27 (Oct – Dec 2026)."),
        ("2030", "2030 has not begun, so there is nothing to report."),
    ],
)
def test_a_period_without_audits_says_so(world: World, code: str, message: str) -> None:
    record(world, [Judged(date(2021, 8, 3), Judgement.GOOD)])
    found = contents(read_code(code), None, TODAY)
    assert found.headline.message == message
    assert found.empty
    assert all(not sentences for sentences in suggestions(found).values())
    assert "%" not in said(found)


def test_nothing_recorded_at_all_is_no_crash(world: World) -> None:
    for code in ("2021-22-Q2", "2021-22-Q1-to-date", "2021-22", "2021"):
        for service in (None, world.fostering.service_id):
            assert contents(read_code(code), service, TODAY).empty


def test_one_audit_has_no_percentage(world: World) -> None:
    record(world, [Judged(date(2021, 8, 3), Judgement.INADEQUATE)])
    found = contents(QUARTER, world.south.service_id, TODAY)
    assert found.headline.message == (
        "0 of 1 audit were good or better: too few for a percentage or a comparison."
    )
    assert "1 of 1 audit was judged Inadequate" in found.headline.inadequate
    assert "%" not in found.headline.message + found.headline.inadequate
    assert not any(claim in said(found) for claim in CLAIMS)


def test_a_service_that_has_no_team_is_still_reported_on(world: World) -> None:
    empty = Service(name="Adoption")
    db.session.add(empty)
    db.session.commit()
    found = contents(QUARTER, empty.id, TODAY)
    assert (found.place, found.empty, found.section("places")) == ("Adoption", True, None)


def test_there_is_no_summary_of_a_service_that_does_not_exist(world: World) -> None:
    with pytest.raises(NoSuchService):
        contents(QUARTER, 4711, TODAY)


def test_teams_of_a_service_are_its_own_and_in_the_order_of_their_names(world: World) -> None:
    record(world, [Judged(date(2021, 8, 3), Judgement.GOOD, team=n % 3) for n in range(36)])
    section = contents(QUARTER, world.south.service_id, TODAY).section("places")
    assert section is not None
    (teams,) = section.sheets
    assert [line.label for line in teams.lines] == ["LSW North 1", "LSW South 1"]
    assert not any("no audits" in note for note in teams.notes)


def test_a_quarter_that_runs_is_marked_and_held_against_whole_ones(world: World) -> None:
    record(world, [Judged(date(2026, 10, 5), Judgement.GOOD)] * 12)
    found = contents(read_code("2026-27-Q3"), None, TODAY)
    assert found.provisional
    assert found.label == "Q3 2026/27 (Oct – Dec 2026), to 22 November 2026 so far"
    rows = values(found, "judgements", "judgements")
    assert list(rows["Total"]) == [
        "Q3 2026/27 (1 Oct – 22 Nov 2026) [p]",
        "Q2 2026/27 (Jul – Sept 2026)",
        "Q3 2025/26 (Oct – Dec 2025)",
        "2026/27 (1 Apr – 22 Nov 2026) [p]",
    ]


def test_the_first_quarter_is_its_own_year_to_date(world: World) -> None:
    record(world, [Judged(date(2021, 5, 3), Judgement.GOOD)])
    rows = values(contents(read_code("2021-22-Q1"), None, TODAY), "judgements", "judgements")
    assert len(rows["Total"]) == 3


def test_five_hundred_themes_are_the_ten_recorded_most_and_how_many_others(world: World) -> None:
    audit = world.recorded_audit(on=date(2021, 8, 3), state=AuditState.COMPLETE)
    other = world.recorded_audit(on=date(2021, 8, 4), state=AuditState.COMPLETE)
    audit.themes = [Theme(name=f"Theme {n:03}") for n in range(500)]
    other.themes = audit.themes[490:]
    db.session.commit()
    section = contents(QUARTER, None, TODAY).section("themes")
    assert section is not None
    (sheet,) = section.sheets
    assert [line.label for line in sheet.lines[:10]] == [f"Theme {n:03}" for n in range(490, 500)]
    assert len(sheet.lines) == 11
    assert "490 other themes were recorded, in 1 audit each." in sheet.notes
    assert section.message[0].startswith("The themes recorded most were Theme 490")


def test_every_suggestion_stands_in_the_summary_and_says_what_it_is_of(world: World) -> None:
    everything(world, 3, 30)
    found = contents(read_code("2025-26-Q2"), None, TODAY)
    boxes = suggestions(found)
    assert list(boxes) == list(BOXES)
    keys = [each.key for box in boxes.values() for each in box]
    assert len(keys) == len(set(keys)) > 8
    sentences = [each.text for box in boxes.values() for each in box]
    for text in sentences:
        figures = any(letter.isdigit() for letter in text)
        assert figures or text.startswith(("Too few", "No ", "Only one"))
        assert " of " in text or "%" not in text
    assert all(text in said(found) for text in sentences)
    assert all(text[0] != text[0].lower() or text[0].isdigit() for text in sentences)


@pytest.mark.parametrize("seed", range(2))
def test_suggestions_claim_no_change_that_no_rule_found(world: World, seed: int) -> None:
    """Judgements of every month are alike but for chance, and chance is not called a change."""
    words = [Judgement.GOOD, Judgement.REQUIRES_IMPROVEMENT]
    audits = [
        Judged(date(2020, 7, 1) + timedelta(days=n % 450), words[(n + seed) % 2], team=n % 3)
        for n in range(400)
    ]
    record(world, audits)
    scope = scope_of(QUARTER, None, TODAY)
    clear = {each.direction for each in judged(scope).against}
    assert clear == {Direction.NO_CLEAR_CHANGE}
    found = contents(QUARTER, None, TODAY)
    for box in suggestions(found).values():
        assert not any(claim in each.text for each in box for claim in CLAIMS)
    assert found.headline.message.count("no clear change") == 1


def test_a_clear_fall_is_suggested_as_one(world: World) -> None:
    then = [Judged(date(2020, 8, 3), Judgement.GOOD)] * 60
    now = [Judged(date(2021, 8, 3), Judgement.INADEQUATE)] * 60
    record(world, [*then, *now])
    found = contents(QUARTER, None, TODAY)
    first, *_ = suggestions(found)["what_changed"]
    assert first.text == (
        "Good or better fell from 100% (60 of 60) in Q2 2020/21 (Jul – Sept 2020) to 0% (0 of 60) "
        "in Q2 2021/22 (Jul – Sept 2021); a change this size is unlikely to be chance."
    )
    assert "a clear rise" in found.headline.inadequate


def test_every_table_says_where_its_percentages_do_not_add_up(world: World) -> None:
    record(world, [Judged(date(2019, 9, 3), word) for word in SCALE[:3] for _ in range(10)])
    record(world, [Judged(date(2021, 8, 3), word) for word in SCALE[1:] for _ in range(10)])
    found = contents(read_code("2021"), None, TODAY)
    notes = {sheet.key: " ".join(sheet.notes) for _, sheet in found.sheets}
    assert "they add up to 99 in 2019 (Sept – Dec) and 99 in 2021, not to 100" in notes["years"]
    assert "they add up to 99 in 2021, not to 100" in notes["judgements"]
    assert "99 in Overall judgement" in notes["threads"]
    assert "do not all cover" in notes["years"] or "The periods cover 4" in notes["years"]
    assert not any("add up" in note for note in found.notes)


def test_actions_are_noted_only_where_some_are_shown(world: World) -> None:
    record(world, [Judged(date(2021, 8, 3), Judgement.GOOD)])
    assert not any("Actions" in note for note in contents(QUARTER, None, TODAY).notes)
    everything(world, 3, 30)
    (note,) = [n for n in contents(read_code("2025-26-Q2"), None, TODAY).notes if "as they" in n]
    assert note.startswith("Actions, escalations")


def test_what_audits_chosen_at_random_say_alone_is_noted(world: World) -> None:
    on = date(2021, 8, 3)
    chosen = [Judged(on, Judgement.GOOD)] * 20
    themed = [Judged(on, Judgement.INADEQUATE, selection=Selection.THEMED)] * 20
    record(world, [*chosen, *themed])
    (note,) = [each for each in contents(QUARTER, None, TODAY).notes if "at random alone" in each]
    assert note.startswith("20 of the 40 audits were chosen at random;")
    assert "100% of 20 audits were good or better" in note


def test_figures_come_back_from_the_record_as_they_were(world: World) -> None:
    everything(world, 5, 20)
    found = contents(read_code("2025-26-Q2"), None, TODAY)
    stored = json.loads(json.dumps(frozen(found)))
    back = list(sheets_of(stored))
    assert [(key, sheet.key) for key, sheet in back] == [(k, s.key) for k, s in found.sheets]
    for (_, then), (_, now) in zip(back, found.sheets, strict=True):
        assert list(then.file_rows()) == list(now.file_rows())
        assert [[cell.text for cell in line.cells] for line in then.lines] == [
            [cell.text for cell in line.cells] for line in now.lines
        ]
    assert restated(stored, found) == ()


def test_figures_in_a_form_that_is_not_known_are_not_guessed_at(world: World) -> None:
    stored = dict(frozen(contents(QUARTER, None, TODAY))) | {"form": 2}
    with pytest.raises(ValueError, match="form 2"):
        list(sheets_of(stored))


def test_an_audit_that_came_late_is_told_beside_what_was_published(world: World) -> None:
    record(world, [Judged(date(2021, 8, 3), Judgement.GOOD)] * 20)
    stored = frozen(contents(QUARTER, None, TODAY))
    record(world, [Judged(date(2021, 8, 3), Judgement.INADEQUATE)])
    found = restated(stored, contents(QUARTER, None, TODAY))
    headline = [each for each in found if each.section == "headline"]
    assert [(each.row, each.published, each.now) for each in headline] == [
        ("Good or better", "20 of 20 (100%)", "20 of 21 (95%)"),
        ("Inadequate", "0 of 20 (0%)", "1 of 21 (5%)"),
    ]
    assert all(not each.moves_on for each in headline)


def test_a_published_claim_that_no_longer_holds_is_told(world: World) -> None:
    then, on = date(2020, 8, 3), date(2021, 8, 3)
    record(world, [Judged(then, Judgement.INADEQUATE)] * 30 + [Judged(on, Judgement.GOOD)] * 30)
    stored = json.loads(json.dumps(frozen(contents(QUARTER, None, TODAY))))
    record(world, [Judged(then, Judgement.GOOD)] * 300)
    told = restated(stored, contents(QUARTER, None, TODAY))
    first = told[0]
    assert (first.section, first.row) == (
        "headline",
        "Good or better against the same quarter last year",
    )
    assert (first.published, first.now) == ("clearly up", "no clear change")
    without = {name: value for name, value in stored.items() if name != "claims"}
    assert restated(without, contents(QUARTER, None, TODAY)) == told[1:]


def test_work_that_went_on_is_no_correction(world: World) -> None:
    audits = everything(world, 6, 20)
    period = read_code("2025-26-Q2")
    stored = frozen(contents(period, None, TODAY))
    later = contents(period, None, TODAY + timedelta(days=30))
    found = restated(stored, later)
    assert audits
    assert found
    assert all(each.moves_on for each in found)


def test_sections_have_keys_of_their_own_and_their_pictures_belong_to_a_table(
    world: World,
) -> None:
    everything(world, 8, 20)
    for service in (None, world.south.service_id):
        found = contents(read_code("2025-26-Q2"), service, TODAY)
        keys = [each.key for each in found.sections]
        assert len(keys) == len(set(keys))
        places = [(key, sheet.key) for key, sheet in found.sheets]
        assert len(places) == len(set(places))
        for section in found.sections:
            assert set(section.pictures) <= {sheet.key for sheet in section.sheets}
            assert section.message or section.sheets


def test_whoever_makes_it_a_summary_is_the_same(world: World) -> None:
    """It is not counted for a reader: even its maker may yet judge an audit blind."""
    audit = world.recorded_audit(Judgement.INADEQUATE, on=date(2021, 8, 3))
    audit.blind = True
    db.session.commit()
    found = contents(QUARTER, None, TODAY)
    assert found.waiting_blind == 1
    assert found.headline.message == (
        "No audit can be counted yet: those there are wait for a blind moderation."
    )
    assert db.session.get(Audit, audit.id) is audit


@pytest.mark.slow
def test_a_summary_asks_as_much_of_50_000_audits_as_of_ten(
    few_and_many: tuple[Flask, Flask],
) -> None:
    for code in ("2026-27-Q2", "2025-26"):
        few, many = (asked(app, read_code(code)) for app in few_and_many)
        assert many <= few <= MOST


def asked(app: Flask, period: SummaryPeriod) -> int:
    """How many statements a summary of the authority takes, and as many of a service at most."""
    with app.app_context():
        service = db.session.scalars(db.select(Service.id)).first()
        with statements() as sent:
            contents(period, None, TODAY)
            whole = len(sent)
            contents(period, service, TODAY)
        db.session.remove()
    assert len(sent) <= 2 * whole + 1
    return whole
