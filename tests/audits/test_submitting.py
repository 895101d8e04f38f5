"""What submitting sets going: judgements for good, a copy, the draw, a moderator, the clock."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from audit_app.audits.changes import save_section
from audit_app.audits.drawing import call_in, cycle_on, draw, start_clock_if_inadequate
from audit_app.audits.moderators import candidates_for, eligible_moderators
from audit_app.audits.sections import section_named
from audit_app.audits.stakes import can_be_judged_by, no_stake
from audit_app.extensions import db
from audit_app.models import (
    Audit,
    Calibration,
    CalibrationPlace,
    EntryKind,
    Escalation,
    EscalationCause,
    EscalationEntry,
    EvidenceRequest,
    ModerationCycle,
    RoleGrant,
    Stage,
    User,
)
from audit_app.models.base import now
from audit_app.rules.audit_steps import STAKES, AuditState
from audit_app.rules.judgements import Judgement
from audit_app.rules.permissions import Role
from audit_app.rules.sampling import DrawnBecause, number_drawn
from audit_app.rules.workflow import NotAllowed, Relation
from tests.browser_page import PageClient
from tests.people import World, make_user
from tests.recording import record_everything, start_audit


def submitted(web: PageClient, world: World, judgement: str = "good") -> Audit:
    """An audit of the South team that Alice recorded and submitted through its pages."""
    web.sign_in(world.alice)
    page = web.send(record_everything(web, world, judgement), "Submit the audit")
    assert page.h1 == "Audit submitted"
    return db.session.scalars(select(Audit).order_by(Audit.id.desc())).first()  # type: ignore[return-value]


def set_up(blind: bool = False, percent: int = 0, **settings: bool) -> ModerationCycle:
    """A cycle in force from yesterday that chooses nothing but what it is told to."""
    cycle = ModerationCycle(
        name="Tried",
        starts_on=date.today() - timedelta(days=1),
        blind=blind,
        every_inadequate=settings.get("every_inadequate", False),
        every_outstanding=settings.get("every_outstanding", False),
        random_percent=percent,
        seed="a seed",
        days_allowed=10,
        resolved_by=Role.PRACTICE_LEAD,
    )
    db.session.add(cycle)
    db.session.commit()
    return cycle


def test_until_a_cycle_is_set_up_every_audit_is_moderated_in_the_open(
    web: PageClient, world: World
) -> None:
    audit = submitted(web, world)
    assert audit.state is AuditState.SUBMITTED
    assert audit.draw.chosen_because is DrawnBecause.RANDOM
    assert audit.draw.cycle.name == "Every audit"
    assert not audit.blind


def test_an_audit_the_sample_leaves_out_is_complete_and_counts(
    web: PageClient, world: World
) -> None:
    set_up()
    audit = submitted(web, world)
    assert audit.state is AuditState.COMPLETE
    assert audit.final_overall is Judgement.GOOD
    assert audit.draw.chosen_because is None
    assert audit.draw.moderator_id is None


def test_the_draw_can_be_made_again_from_what_is_kept(web: PageClient, world: World) -> None:
    cycle = set_up(percent=50)
    audit = submitted(web, world)
    assert audit.draw.cycle_id == cycle.id
    assert audit.draw.number == number_drawn(cycle.seed, audit.reference)
    assert (audit.draw.chosen_because is DrawnBecause.RANDOM) is (audit.draw.number < 500_000)


def test_a_copy_of_everything_said_is_kept(web: PageClient, world: World) -> None:
    audit = submitted(web, world)
    (copy,) = audit.submissions
    assert copy.number == 1
    assert copy.answers["overall"]["rationale"] == "Standards are met and life is better."
    assert copy.answers["thread-plan"]["judgement"] == "good"


def test_it_goes_to_the_moderator_with_no_stake_and_the_fewest_waiting(
    web: PageClient, world: World
) -> None:
    mo = world.another_moderator()
    waiting = world.recorded_audit()
    draw(waiting)
    db.session.commit()
    first = waiting.draw.moderator
    audit = submitted(web, world)
    assert {first, audit.draw.moderator} == {world.bob, mo}
    assert audit.draw.due_on == date.today() + timedelta(days=10)


@pytest.mark.parametrize(
    ("who", "stake"),
    [
        ("auditor", Relation.AUDITOR),
        ("line manager", Relation.LINE_MANAGER),
        ("worker", Relation.WORKER),
    ],
)
def test_nobody_with_a_stake_in_the_case_is_given_it(
    web: PageClient, world: World, who: str, stake: Relation
) -> None:
    person = {"auditor": world.alice, "line manager": world.mallory, "worker": world.priya}[who]
    person.grants.append(RoleGrant(role=Role.MODERATOR))
    for grant in world.bob.grants:
        db.session.delete(grant)
    db.session.commit()
    audit = submitted(web, world)
    assert audit.state is AuditState.SUBMITTED
    assert audit.draw.moderator_id is None
    (found,) = candidates_for(audit)
    assert found.user == person
    assert set(found.stakes) == {stake}


def test_whoever_judged_it_in_a_calibration_is_not_given_it(app: Flask, world: World) -> None:
    set_up()
    audit = world.recorded_audit(state=AuditState.COMPLETE)
    exercise = Calibration(
        title="Voice", audit_id=audit.id, opened_by_id=world.carol.id, due_on=date.today()
    )
    exercise.places = [CalibrationPlace(user_id=world.bob.id, done_at=now())]
    db.session.add(exercise)
    call_in(audit, world.carol, "A complaint was upheld.")
    db.session.commit()
    assert audit.draw is not None
    assert audit.draw.moderator_id is None
    assert Relation.CALIBRATED in audit.relations_of(world.bob)


def test_the_rule_of_stakes_is_the_same_for_rows_and_for_one_audit(
    app: Flask, world: World
) -> None:
    for person in (world.bob, world.mallory, world.priya, world.hester):
        person.grants.append(RoleGrant(role=Role.MODERATOR, service_id=world.north.service_id))
    audits = [
        world.recorded_audit(judgement, auditor=auditor, team=team)
        for judgement in (Judgement.INADEQUATE, Judgement.GOOD)
        for auditor, team in ((world.alice, world.south), (world.mallory, world.north))
    ]
    for audit in audits:
        start_clock_if_inadequate(audit, audit.auditor)
    exercise = Calibration(
        title="Plan", audit_id=audits[0].id, opened_by_id=world.carol.id, due_on=date.today()
    )
    exercise.places = [
        CalibrationPlace(user_id=world.bob.id, done_at=now()),
        CalibrationPlace(user_id=world.dan.id),
    ]
    db.session.add(exercise)
    db.session.commit()
    for person in db.session.scalars(select(User)):
        rows = set(db.session.scalars(select(Audit.reference).where(no_stake(person))))
        assert rows == {each.reference for each in audits if not each.relations_of(person) & STAKES}

    for audit in audits:
        judged_by = {
            person
            for person in db.session.scalars(select(User))
            if db.session.scalar(
                select(Audit.id).where(
                    Audit.id == audit.id, can_be_judged_by(person.id, Audit.escalations.any())
                )
            )
        }
        assert judged_by == {each.user for each in eligible_moderators(audit)}


def test_a_moderator_of_another_service_is_not_asked(web: PageClient, world: World) -> None:
    for grant in world.bob.grants:
        grant.service_id = world.fostering.service_id
    db.session.commit()
    audit = submitted(web, world)
    assert audit.draw.moderator_id is None


def test_somebody_switched_off_is_not_asked(web: PageClient, world: World) -> None:
    world.bob.active = False
    db.session.commit()
    assert submitted(web, world).draw.moderator_id is None


def test_an_inadequate_starts_the_clock_and_its_head_of_service_does_not_moderate(
    web: PageClient, world: World
) -> None:
    head = make_user("heather", Role.HEAD_OF_SERVICE, staff_id="E2000")
    head.grants.append(RoleGrant(role=Role.MODERATOR))
    db.session.commit()
    audit = submitted(web, world, "inadequate")
    assert [each.cause for each in audit.escalations] == [EscalationCause.INADEQUATE]
    assert audit.draw.moderator == world.bob
    assert Relation.HEAD in audit.relations_of(head)


def test_a_returned_audit_is_submitted_again_in_new_rows_with_a_reply(
    web: PageClient, world: World
) -> None:
    audit = submitted(web, world)
    audit.state = AuditState.RETURNED
    audit.evidence_requests.append(
        EvidenceRequest(asked_by_id=world.bob.id, needed="What happened in June?")
    )
    db.session.commit()
    page = web.get(f"/audits/{audit.reference}/section/overall")
    page = web.post(page.path, page.fields() | {"overall": "requires_improvement", "then": "later"})
    db.session.expire_all()
    assert audit.overall is Judgement.REQUIRES_IMPROVEMENT
    assert audit.audited_overall is Judgement.GOOD, "what was submitted counts until then"
    page = web.get(f"/audits/{audit.reference}/check")
    again = web.send(page, "Submit the audit", status=400)
    assert "Say what you have added" in again.text
    page = web.send(again, "Submit the audit", reply="June’s visits are in the chronology now.")
    assert page.h1 == "Audit submitted"
    db.session.expire_all()
    assert audit.state is AuditState.SUBMITTED
    assert audit.final_overall is Judgement.REQUIRES_IMPROVEMENT
    overall = [row.judgement for row in audit.judgements if row.thread_id is None]
    assert overall == [Judgement.GOOD, Judgement.REQUIRES_IMPROVEMENT]
    assert {row.stage for row in audit.judgements} == {Stage.AUDITED}
    assert [copy.answers["overall"]["overall"] for copy in audit.submissions] == [
        "good",
        "requires_improvement",
    ]
    assert audit.evidence_requests[0].answer == "June’s visits are in the chronology now."


def test_while_it_is_written_again_figures_count_what_was_submitted(
    app: Flask, web: PageClient, world: World
) -> None:
    audit = world.recorded_audit(Judgement.INADEQUATE, state=AuditState.RETURNED)
    audit.overall = Judgement.OUTSTANDING
    db.session.commit()
    web.sign_in(world.carol)
    for basis in ("final", "audited"):
        lines = web.get(f"/audits/?judgement=inadequate&basis={basis}").text
        assert audit.reference in lines
        counted = app.test_cli_runner().invoke(
            args=["distribution", "--basis", basis, "--format", "csv"]
        )
        assert "Inadequate,1" in counted.output


def test_an_audit_left_out_can_be_called_in(app: Flask, world: World) -> None:
    set_up(blind=True)
    audit = world.recorded_audit(state=AuditState.COMPLETE)
    assert draw(audit).chosen_because is None
    call_in(audit, world.carol, "A complaint was upheld.")
    db.session.commit()
    assert audit.draw is not None
    assert audit.draw.chosen_because is DrawnBecause.CALLED_IN
    assert (audit.draw.moderator, audit.blind) == (world.bob, False)


def test_the_cycle_in_force_is_the_latest_that_has_started(app: Flask, world: World) -> None:
    before = cycle_on(date(2026, 1, 1))
    cycle = set_up()
    db.session.commit()
    assert cycle_on(date.today()) is cycle
    assert cycle_on(cycle.starts_on) is cycle
    assert cycle_on(cycle.starts_on - timedelta(days=1)) is before


def returned(web: PageClient, world: World) -> Audit:
    """An audit that Bob sent back to Alice, who is signed in."""
    audit = submitted(web, world)
    audit.state = AuditState.RETURNED
    audit.evidence_requests.append(
        EvidenceRequest(asked_by_id=world.bob.id, needed="What happened in June?")
    )
    db.session.commit()
    return audit


def test_a_reply_stays_in_its_box_when_the_audit_was_changed_meanwhile(
    web: PageClient, world: World
) -> None:
    audit = returned(web, world)
    check = web.get(f"/audits/{audit.reference}/check")
    family = web.get(f"/audits/{audit.reference}/section/family")
    web.post(family.path, family.fields() | {"feedback_said": "More was said.", "then": "later"})
    again = web.send(check, "Submit the audit", reply="June is in the chronology.", status=409)
    assert "changed after you opened this page" in again.errors[0]
    assert again.fields("Submit the audit")["reply"] == "June is in the chronology."
    assert web.send(again, "Submit the audit").h1 == "Audit submitted"
    db.session.expire_all()
    assert audit.evidence_requests[0].answer == "June is in the chronology."


def test_another_reply_from_a_second_tab_is_not_taken_for_the_first(
    web: PageClient, world: World
) -> None:
    audit = returned(web, world)
    first, second = (web.get(f"/audits/{audit.reference}/check") for _ in range(2))
    web.send(first, "Submit the audit", reply="June is in the chronology.")
    refused = web.send(
        second, "Submit the audit", reply="And so is July, which I had left out.", status=403
    )
    assert "And so is July, which I had left out." in refused.text


def test_what_decides_who_reads_a_returned_audit_stays_as_it_was_submitted(
    web: PageClient, world: World
) -> None:
    audit = returned(web, world)
    typed = {"worker_staff_id": "E10", "team": str(world.fostering.id), "audit_date-day": "6"}
    for then, status in (("autosave", 200), ("", 400)):
        page = web.get(f"/audits/{audit.reference}/section/case")
        sent = page.fields() | typed | {"child_age": "9", "then": then}
        answer = web.request("POST", page.path, sent)
        assert answer.status_code == status
        db.session.expire_all()
        assert audit.child_age == 9
        assert (audit.worker_staff_id, audit.team_id) == ("E1006", world.south.id)
        assert audit.audit_date == date(2026, 10, 5)
    again = web.get(f"/audits/{audit.reference}/section/case")
    assert again.text.count("it cannot be changed now. Put it back.") >= 3


def test_a_moderator_who_left_meanwhile_gives_place_to_another(
    web: PageClient, world: World
) -> None:
    audit = returned(web, world)
    mo = world.another_moderator()
    world.bob.active = False
    db.session.commit()
    page = web.get(f"/audits/{audit.reference}/check")
    web.send(page, "Submit the audit", reply="June is in the chronology.")
    db.session.expire_all()
    assert audit.draw is not None
    assert audit.draw.moderator == mo


def test_nothing_is_saved_into_an_audit_that_was_submitted_since_it_was_read(
    web: PageClient, world: World
) -> None:
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at once, so nothing is read before it may be written")
    web.sign_in(world.alice)
    record_everything(web, world)
    audit = db.session.scalars(select(Audit)).one()
    family = section_named(audit, "family")
    assert family is not None
    assert audit.state is AuditState.DRAFT
    with db.engine.begin() as elsewhere:
        elsewhere.execute(update(Audit).values(state=AuditState.SUBMITTED))
    with pytest.raises(NotAllowed):
        save_section(world.alice, audit, family, None, {"feedback_said": "Too late."})


def test_a_clock_that_was_started_since_the_audit_was_read_is_not_started_again(
    web: PageClient, world: World
) -> None:
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at once, so nothing is read before it may be written")
    web.sign_in(world.alice)
    start_audit(web, world)
    audit = db.session.scalars(select(Audit)).one()
    overall = section_named(audit, "overall")
    assert overall is not None
    assert audit.escalations == []
    with Session(db.engine) as elsewhere:
        by, day = world.alice.id, date.today()
        begun = Escalation(audit_id=audit.id, cause=EscalationCause.SAFEGUARDING, due_on=day)
        begun.entries = [EscalationEntry(kind=EntryKind.STARTED, by_id=by)]
        elsewhere.add(begun)
        elsewhere.commit()
    save_section(world.alice, audit, overall, None, {"safeguarding_concern": True})
    assert db.session.scalar(select(func.count(Escalation.id))) == 1
