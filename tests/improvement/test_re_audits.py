"""What moved between audits and their re-audits is listed and counted, and tells nothing hidden."""

from __future__ import annotations

from datetime import date

import pytest

from audit_app.extensions import db
from audit_app.models import Audit, Team
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.audits import AuditType, Independence, Selection
from audit_app.rules.judgements import Judgement
from tests.browser_page import PageClient
from tests.people import World

GOOD, WORST = Judgement.GOOD, Judgement.INADEQUATE
BETTER, SAME, WORSE, NOT_COMPARED = range(1, 5)
PATH = "/improvement/re-audits"


def again(
    world: World,
    then: Judgement,
    now: Judgement,
    team: Team | None = None,
    on: date = date(2026, 10, 5),
    state: AuditState = AuditState.COMPLETE,
) -> Audit:
    """A re-audit and the audit it came after, each thread judged like the whole."""
    first = world.recorded_audit(then, team=team, on=date(2026, 3, 2), state=AuditState.COMPLETE)
    second = world.recorded_audit(now, team=team, on=on, state=state, selection=Selection.RE_AUDIT)
    second.re_audit_of, second.audit_type = first, AuditType.RE_AUDIT
    db.session.commit()
    return second


def test_what_moved_is_listed_and_counted_overall_and_by_thread(
    web: PageClient, world: World
) -> None:
    better, worse = again(world, WORST, GOOD), again(world, GOOD, WORST)
    same = again(world, GOOD, GOOD)
    plan = next(each for each in same.findings if each.thread.code == "plan")
    plan.final_judgement = Judgement.NOT_ENOUGH_EVIDENCE
    db.session.commit()
    web.sign_in(world.carol)
    page = web.get(PATH)
    counts, listed = page.tables
    assert counts[1] == ["The practice overall", "1", "1", "1", "0"]
    rows = {row[0]: row[1:] for row in counts[2:]}
    assert len(rows) == 6
    assert rows[plan.thread.name] == ["1", "0", "1", "1"]
    assert rows["Impact chronology"] == ["1", "1", "1", "0"]
    moved = {row[0].partition(" ")[0]: row[4] for row in listed[1:]}
    assert moved == {
        better.reference: "Better",
        worse.reference: "Worse",
        same.reference: "The same",
    }


def test_ten_re_audits_are_enough_for_a_share(web: PageClient, world: World) -> None:
    for _ in range(7):
        again(world, WORST, GOOD)
    for _ in range(3):
        again(world, GOOD, GOOD)
    web.sign_in(world.carol)
    assert web.get(PATH).tables[0][1][1:3] == ["7 (70%)", "3 (30%)"]


def test_a_draft_or_discarded_re_audit_has_moved_nothing(web: PageClient, world: World) -> None:
    again(world, WORST, GOOD, state=AuditState.DRAFT)
    again(world, WORST, GOOD, state=AuditState.DISCARDED)
    for person in (world.carol, world.alice):
        web.sign_in(person)
        assert "No case was audited again yet" in web.get(PATH).text
        web.sign_out()


def test_the_list_is_narrowed_by_place_and_day(web: PageClient, world: World) -> None:
    again(world, WORST, GOOD)
    fostering = again(world, WORST, GOOD, world.fostering, date(2026, 11, 2))
    web.sign_in(world.carol)
    for args in (f"team={world.fostering.id}", "from=1/11/2026"):
        page = web.get(f"{PATH}?{args}")
        assert [row[0].partition(" ")[0] for row in page.tables[1][1:]] == [fostering.reference]
        assert page.tables[0][1][BETTER] == "1"
    assert "No re-audits match" in web.get(f"{PATH}?to=1/1/2020").text
    # A judgement in the address narrows nothing: what is hidden could be found out with it.
    assert len(web.get(f"{PATH}?judgement=inadequate&state=draft").tables[1]) == 3


def test_nobody_reads_of_a_re_audit_unless_they_may_read_both_audits(
    web: PageClient, world: World
) -> None:
    moved = again(world, WORST, GOOD, world.north)
    web.sign_in(world.mallory)
    assert moved.reference not in web.get(PATH).text
    web.sign_out()
    # Priya reads what was audited of her own work, but not what another worker's was before.
    assert moved.re_audit_of is not None
    moved.re_audit_of.worker_staff_id = "E9999"
    db.session.commit()
    web.sign_in(world.priya)
    assert moved.reference not in web.get(PATH).text
    web.sign_out()
    for name in ("dan", "adam"):
        web.sign_in(getattr(world, name))
        assert web.request("GET", PATH).status_code == 403
        web.sign_out()


@pytest.mark.parametrize("which", ["earlier", "later"])
def test_a_blind_moderator_learns_of_no_movement_they_might_still_judge(
    web: PageClient, world: World, which: str
) -> None:
    shown = again(world, GOOD, GOOD)
    hidden = again(world, WORST, GOOD)
    audit = hidden.re_audit_of if which == "earlier" else hidden
    assert audit is not None
    audit.blind, audit.state = True, AuditState.SUBMITTED
    db.session.commit()
    web.sign_in(world.bob)
    seen = []
    for judgement in (WORST, GOOD, Judgement.OUTSTANDING):
        audit.overall = audit.final_overall = judgement
        for finding in audit.findings:
            finding.judgement = finding.final_judgement = judgement
        db.session.commit()
        page = web.get(PATH)
        seen.append(page.text)
        assert page.tables[0][1] == ["The practice overall", "0", "1", "0", "0"]
        rows = {row[0].partition(" ")[0]: row for row in page.tables[1][1:]}
        assert rows[hidden.reference][4] == "Not shown until it is moderated"
        assert rows[shown.reference][4] == "The same"
        assert "1 re-audit is in the list without judgements" in page.text
    assert len(set(seen)) == 1
    web.sign_out()
    web.sign_in(world.carol)
    assert "Not shown" not in web.get(PATH).text


def test_who_audited_again_is_shown_and_those_outside_the_line_of_management_counted_apart(
    web: PageClient, world: World
) -> None:
    by_manager = again(world, WORST, GOOD, team=world.north)
    outside = again(world, WORST, GOOD, team=world.south)
    said_inside, not_said = again(world, GOOD, GOOD), again(world, GOOD, GOOD)
    by_manager.independence = outside.independence = Independence.INDEPENDENT
    said_inside.independence = Independence.LINE_MANAGER
    db.session.commit()
    web.sign_in(world.carol)
    page = web.get(PATH)
    assert "4 re-audits, 1 by an auditor outside the line of management." in page.text
    stands = {row[0].partition(" ")[0]: row[5] for row in page.tables[1][1:]}
    alice = world.alice.name
    assert stands == {
        by_manager.reference: f"{alice} Manages the team",
        outside.reference: f"{alice} {Independence.INDEPENDENT.label}",
        said_inside.reference: f"{alice} {Independence.LINE_MANAGER.label}",
        not_said.reference: f"{alice} Not said where they stand",
    }
