"""Every figure of a summary, counted again from the rows by plain loops.

Nobody who reads a summary may learn from it how an audit was judged that they may yet judge blind,
so the slow counts leave those out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from audit_app.audits.blindness import waits_blind
from audit_app.extensions import db
from audit_app.models import Action, Allocation, Audit, Escalation, EscalationCause, Service
from audit_app.rules.action_steps import ActionState
from audit_app.rules.actions import Difference
from audit_app.rules.allocation_steps import AllocationState
from audit_app.rules.audit_steps import RECORDED_STATES, WAITING_STATES
from audit_app.rules.audits import FamilyFeedback, Selection, WorkerInvolvement
from audit_app.rules.judgements import SCALE, Judgement
from audit_app.rules.summary_periods import read_code
from audit_app.summaries.contents import Contents, contents
from audit_app.web.moments import in_london
from tests.people import World
from tests.summaries.worlds import (
    TODAY,
    counted,
    everything,
    made_difference,
    of_actions,
    values,
)

#: The days of each column of the table of 2025-26 Q2, as it is headed.
COLUMNS = {
    "Q2 2025/26 (Jul – Sept 2025)": (date(2025, 7, 1), date(2025, 9, 30)),
    "Q1 2025/26 (Apr – Jun 2025)": (date(2025, 4, 1), date(2025, 6, 30)),
    "Q2 2024/25 (Jul – Sept 2024)": (date(2024, 7, 1), date(2024, 9, 30)),
    "2025/26 (Apr – Sept 2025)": (date(2025, 4, 1), date(2025, 9, 30)),
}
NOW = COLUMNS["Q2 2025/26 (Jul – Sept 2025)"]
PLACES = (None, "Locality social work", "Fostering")


class Told:
    """A world, a place in it, and what its summary says."""

    def __init__(self, world: World, seed: int, place: str | None, code: str) -> None:
        self.audits = everything(world, seed)
        named = select(Service.id).where(Service.name == place)
        self.service = None if place is None else db.session.scalars(named).one()
        self.contents = contents(read_code(code), self.service, TODAY)

    def of(self, days: tuple[date, date]) -> list[Audit]:
        return counted(self.audits, *days, self.service)

    @property
    def now(self) -> list[Audit]:
        return self.of(NOW)


def overall(audits: Sequence[Audit]) -> list[int]:
    words = Counter(each.final_overall for each in audits)
    return [words[word] for word in SCALE]


def every_column_of_judgements_is_a_count_of_its_days(told: Told) -> None:
    found = values(told.contents, "judgements", "judgements")
    for label, days in COLUMNS.items():
        counts = overall(told.of(days))
        random = [each for each in told.of(days) if each.selection is Selection.RANDOM]
        assert [found[word.label][label][0] for word in SCALE] == counts
        assert found["Total"][label][0] == sum(counts)
        assert found["Good or better"][label][0] == counts[0] + counts[1]
        assert found["Chosen at random"][label][0] == sum(overall(random))


def page_one_says_what_the_table_says(told: Told) -> None:
    counts = overall(told.now)
    (label,) = {
        name for row in values(told.contents, "headline", "headline").values() for name in row
    }
    found = values(told.contents, "headline", "headline")
    assert found["Good or better"][label][::2] == (counts[0] + counts[1], sum(counts))
    assert found["Inadequate"][label][::2] == (counts[3], sum(counts))
    said = {figure.label: figure.value for figure in told.contents.headline.figures}
    assert said.get("Audits judged", "0") == str(sum(counts))


def years_are_counts_of_their_days(told: Told) -> None:
    found = values(told.contents, "years", "years")
    years = {
        "2024/25 (Jul 2024 – Mar 2025)": (date(2024, 7, 1), date(2025, 3, 31)),
        "2025/26 (Apr – Sept 2025)": (date(2025, 4, 1), date(2025, 9, 30)),
    }
    for label, days in years.items():
        if label in found["Total"]:
            assert [found[word.label][label][0] for word in SCALE] == overall(told.of(days))


def threads_are_counts_of_findings(told: Told) -> None:
    found = values(told.contents, "threads", "threads")
    judged: dict[str, Counter[Judgement]] = {}
    for audit in told.now:
        for finding in audit.findings:
            words = judged.setdefault(finding.thread.name, Counter())
            words[finding.final_judgement] += 1
    assert judged.keys() == found.keys() - {"Overall judgement"} or not told.now
    for name, words in judged.items():
        assert [found[name][word.label][0] for word in SCALE] == [words[word] for word in SCALE]
        assert found[name]["Not enough evidence"] == (words[Judgement.NOT_ENOUGH_EVIDENCE],)


def audits_better_than_their_weakest_thread_are_told(told: Told) -> None:
    above = sum(
        each.final_overall is not Judgement.INADEQUATE
        and any(f.final_judgement is Judgement.INADEQUATE for f in each.findings)
        for each in told.now
    )
    section = told.contents.section("threads")
    said = " ".join(section.message if section else ())
    assert (f"{above} of {len(told.now)} audit" in said) is (above > 0)
    assert ("Inadequate in a thread and not overall" in said) is (above > 0)


def places_add_up_to_the_period(told: Told) -> None:
    if told.service is not None:
        found = values(told.contents, "places", "teams")
        teams = Counter(a.team.name for a in told.now if a.final_overall in SCALE)
        assert {name: row["Total"][0] for name, row in found.items()} == dict(teams)
        return
    for key, place in (("services", "service"), ("localities", "locality")):
        found = values(told.contents, "places", key)
        *each, (_, whole) = found.items()
        for name, row in each:
            counts = overall([a for a in told.now if getattr(a, place).name == name])
            assert (row["Outstanding"][0], row["Inadequate"][0]) == (counts[0], counts[3])
            assert row["Total"][0] == sum(counts)
        assert whole["Total"][0] == sum(overall(told.now))


def who_was_involved_is_counted_from_the_audits(told: Told) -> None:
    workers, families = (values(told.contents, "involvement", k) for k in ("worker", "feedback"))
    for label, days in list(COLUMNS.items())[:3]:
        audits = told.of(days)
        some = Counter(each.worker_involvement for each in audits)
        assert workers[label]["Not involved"][0] == some[WorkerInvolvement.NOT_INVOLVED]
        assert workers[label]["Audits"][0] == len(audits)
        asked = Counter(each.family_feedback for each in audits)
        assert families[label]["Sought and given"][0] == asked[FamilyFeedback.GIVEN]
        assert families[label]["Not sought"][0] == asked[FamilyFeedback.NOT_SOUGHT]


def actions_are_those_of_the_audits_and_all_of_the_place(told: Told) -> None:
    found = values(told.contents, "actions", "actions")
    for label, days in list(COLUMNS.items())[:3]:
        if label in found:
            check_actions(found[label], of_actions(told.of(days)))
    every = db.session.scalars(select(Action)).all()
    hidden = set(db.session.scalars(select(Audit.id).where(waits_blind())))
    theirs = [
        each
        for each in every
        if told.service in (None, each.service_id) and each.audit_id not in hidden
    ]
    check_actions(found["All actions so far"], theirs)


def check_actions(row: Mapping[str, tuple[object, ...]], actions: Sequence[Action]) -> None:
    closed = [each for each in actions if each.state is ActionState.CLOSED]
    late = [a for a in actions if a.state is ActionState.OPEN and a.due_on < TODAY]
    assert row["Raised"][0] == len(actions)
    assert row["Closed"][0] == len(closed)
    assert row["Overdue"][0] == len(late)
    assert row["Made a difference"][0] == made_difference(closed, Difference.YES)
    assert row["No difference"][0] == made_difference(closed, Difference.NO)


def escalations_stand_as_their_clocks_say(told: Told) -> None:
    clocks = db.session.scalars(select(Escalation)).all()
    theirs = {each.id for each in told.now}
    if not any(each.audit_id in theirs for each in clocks):
        return
    found = values(told.contents, "inadequates", "escalations")
    for cause in EscalationCause:
        some = [each for each in clocks if each.audit_id in theirs and each.cause is cause]
        closed = [
            (in_london(each.closed_at).date(), each.due_on) for each in some if each.closed_at
        ]
        row = found[cause.label]
        assert row["Started"] == (len(some),)
        assert row["Closed in time"][0] == sum(on <= due for on, due in closed)
        assert row["Closed late"][0] == sum(on > due for on, due in closed)
        assert row["Overdue"] == (
            sum(each.closed_at is None and each.due_on < TODAY for each in some),
        )


def inadequates_nobody_answered_for_are_told(told: Told) -> None:
    answered = {
        each.audit_id
        for each in db.session.scalars(select(Escalation))
        if each.cause is EscalationCause.INADEQUATE
    }
    without = sum(
        each.final_overall is Judgement.INADEQUATE and each.id not in answered for each in told.now
    )
    section = told.contents.section("inadequates")
    said = " ".join(section.message if section else ())
    assert ("no escalation on record" in said) is (without > 0)
    assert (f"{without} Inadequate audit" in said) is (without > 0)


def escalations_are_told_apart_by_what_their_audits_are_finally_judged(told: Told) -> None:
    finals = {each.id: each.final_overall for each in told.now}
    started = [
        finals[each.audit_id]
        for each in db.session.scalars(select(Escalation))
        if each.cause is EscalationCause.INADEQUATE and each.audit_id in finals
    ]
    kept = sum(final is Judgement.INADEQUATE for final in started)
    every = sum(final is Judgement.INADEQUATE for final in finals.values())
    of = "it" if every == 1 else f"all {every}" if kept == every else f"{kept} of the {every}"
    others = len(started) - kept
    said = told.contents.headline.inadequate
    assert (f"An escalation was started for {of} (" in said) is (kept > 0)
    assert ("once judged Inadequate and finally judged otherwise" in said) is (others > 0)
    assert others == 0 or kept == 0 or f"; {others} more for" in said


def themes_are_counted_in_audits(told: Told) -> None:
    themes = Counter(theme.name for each in told.now for theme in each.themes)
    if not themes:
        return
    found = values(told.contents, "themes", "themes")
    (label,) = [name for name in COLUMNS if name.startswith("Q2 2025")]
    *each, (_, whole) = found.items()
    assert {name: row[label][0] for name, row in each} == dict(themes)
    assert [row[label][0] for _, row in each] == sorted(themes.values(), reverse=True)
    assert whole[label][0] == len(told.now)


def moderation_is_counted_in_pairs_of_grades(told: Told) -> None:
    both = [
        (each.overall, each.moderation.overall, each.blind)
        for each in told.now
        if each.moderation and each.overall in SCALE and each.moderation.overall in SCALE
    ]
    rows = values(told.contents, "moderation", "moderation") if both else {}
    for blind, label in ((True, "Blind, chosen at random"), (False, "Open, chosen at random")):
        some = [(one, other) for one, other, way in both if way is blind]
        if some:
            assert rows[label]["Audits with both grades"] == (len(some),)
            assert rows[label]["Same grade"][0] == sum(one is other for one, other in some)
            worse = sum(SCALE.index(other) > SCALE.index(one) for one, other in some)
            assert rows[label]["Moderator lower"][0] == worse


def the_programme_is_counted_by_first_due_day(told: Told) -> None:
    (label,) = [name for name in COLUMNS if name.startswith("Q2 2025")]
    given = [
        each
        for each in db.session.scalars(select(Allocation))
        if told.service in (None, each.service_id) and NOW[0] <= each.first_due_on <= NOW[1]
    ]
    rows = values(told.contents, "programme", "programme") if given else {}
    exempt = sum(each.put_aside is AllocationState.EXEMPT for each in given)
    assert not given or rows[label]["Allocated"] == (len(given),)
    assert not given or rows[label]["Exempt"] == (exempt,)
    assert not given or rows[label]["Overdue"] == (len(given) - exempt,)


def good_practice_is_counted_from_the_audits(told: Told) -> None:
    marked = sum(each.good_practice is True for each in told.now)
    section = told.contents.section("learning")
    said = " ".join(section.message if section else ())
    assert (f"{marked} of {len(told.now)} audit" in said) is (marked > 0)


def audits_that_wait_for_a_blind_moderation_are_counted_in_the_notes(told: Told) -> None:
    waiting = [
        each
        for each in told.audits
        if each.blind
        and each.state in WAITING_STATES
        and each.state in RECORDED_STATES
        and each.audit_date is not None
        and NOW[0] <= each.audit_date <= NOW[1]
        and told.service in (None, each.service_id)
    ]
    assert told.contents.waiting_blind == len(waiting)
    said = [note for note in told.contents.notes if "blind moderation" in note]
    assert bool(said) is bool(waiting)


def a_percentage_stands_only_beside_audits_enough_for_one(told: Told) -> None:
    floor = 10
    for _, sheet in told.contents.sheets:
        for line in sheet.lines:
            for cell in line.cells:
                if not isinstance(cell.of, int) and cell.of is not None:
                    shown = any(isinstance(value, Decimal) for value in cell.values)
                    assert not shown or cell.of.total >= floor


@pytest.mark.sqlite_only
@pytest.mark.parametrize("code", ["2025-26-Q3-to-date", "2024-25", "2025"])
def test_years_and_parts_of_years_are_counted_like_quarters(world: World, code: str) -> None:
    told = Told(world, 7, None, code)
    period = read_code(code)
    found: Contents = told.contents
    rows = values(found, "judgements", "judgements")
    counts = overall(told.of((period.first, period.last)))
    assert [rows[word.label][period.label][0] for word in SCALE] == counts
    before = overall(told.of((period.year_before.first, period.year_before.last)))
    assert [rows[word.label][period.year_before.label][0] for word in SCALE] == before


CHECKS: Sequence[Callable[[Told], None]] = (
    every_column_of_judgements_is_a_count_of_its_days,
    page_one_says_what_the_table_says,
    years_are_counts_of_their_days,
    threads_are_counts_of_findings,
    audits_better_than_their_weakest_thread_are_told,
    places_add_up_to_the_period,
    who_was_involved_is_counted_from_the_audits,
    actions_are_those_of_the_audits_and_all_of_the_place,
    escalations_stand_as_their_clocks_say,
    inadequates_nobody_answered_for_are_told,
    escalations_are_told_apart_by_what_their_audits_are_finally_judged,
    themes_are_counted_in_audits,
    moderation_is_counted_in_pairs_of_grades,
    the_programme_is_counted_by_first_due_day,
    good_practice_is_counted_from_the_audits,
    audits_that_wait_for_a_blind_moderation_are_counted_in_the_notes,
    a_percentage_stands_only_beside_audits_enough_for_one,
)


def test_every_figure_of_a_quarter_is_what_the_rows_say(world: World) -> None:
    told = Told(world, 0, None, "2025-26-Q2")
    for check in CHECKS:
        check(told)


@pytest.mark.sqlite_only
@pytest.mark.parametrize(("seed", "place"), [*enumerate(PLACES, 1)])
def test_every_figure_of_other_audits_and_of_a_service_is_too(
    world: World, seed: int, place: str | None
) -> None:
    told = Told(world, seed, place, "2025-26-Q2")
    for check in CHECKS:
        check(told)
