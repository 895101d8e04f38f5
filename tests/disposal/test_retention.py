"""What goes when its time is up: all of it, nothing else, and no figure with it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, make_url, select, text, update
from sqlalchemy.orm import Session

from audit_app.disposal.certificates import checksum_of
from audit_app.disposal.disposing import dispose
from audit_app.disposal.foretold import foretold
from audit_app.disposal.totals import Overlaps
from audit_app.extensions import db
from audit_app.historic import changes as historic
from audit_app.models import (
    Action,
    ActionRecheck,
    Allocation,
    Audit,
    Calibration,
    CaseList,
    DeclaredStake,
    DisposalCertificate,
    Escalation,
    EscalationEntry,
    HistoryEvent,
    HistorySeal,
    KeptForm,
    LegalHold,
    Message,
    MessageKind,
    MessageState,
    OpenCase,
    ProgrammeCycle,
    Reflection,
    Theme,
)
from audit_app.models.history import sealed_checksum
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.audits import AuditType
from audit_app.rules.judgements import Judgement
from audit_app.rules.retention import HeldBecause, Periods
from audit_app.tallying import recount
from tests.browser_page import PageClient
from tests.disposal.filled import old_audit, texts_holding
from tests.people import World

TODAY = date(2026, 11, 22)
SIX_YEARS = Periods(years=6, months=12)
OLD = datetime(2018, 5, 3, 12, tzinfo=UTC)


def run(periods: Periods = SIX_YEARS, at_once: int = 200) -> list[DisposalCertificate]:
    return list(dispose(periods, TODAY, at_once))


def left() -> set[str]:
    return set(db.session.scalars(select(Audit.case_reference)))


def why_held() -> dict[HeldBecause, set[str]]:
    held = foretold(SIX_YEARS, TODAY).plan.held
    return {reason: {each.reference for each in some} for reason, some in held.items()}


def figures_hold() -> bool:
    return not any(recount.differences(db.session.connection()).values())


def test_nothing_of_an_audit_that_went_is_left_anywhere(app: Flask, world: World) -> None:
    audit = old_audit(world, "quillmark", case="GONECASE")
    old_audit(world, "staymark", on=date(2021, 2, 1), case="STAYCASE")
    kept_before = texts_holding("staymark")
    reference = audit.reference
    typed = {"said": ["quillmark"]}
    db.session.add(
        KeptForm(user_id=world.alice.id, path=f"/audits/{reference}/x", opening="o", typed=typed)
    )
    db.session.commit()
    assert len(texts_holding("quillmark")) > 30
    foreseen = foretold(SIX_YEARS, TODAY)

    (made,) = run()

    assert texts_holding("quillmark") == texts_holding("GONECASE") == []
    assert texts_holding(reference) == [
        "disposal_certificates.references",
        "history_events.record_reference",
    ]
    assert texts_holding("staymark") == kept_before
    assert made.counts == {**foreseen.rows, "kept_forms": 1}
    assert made.references == [reference]
    assert figures_hold()


def test_a_certificate_and_the_history_stay_and_prove_themselves(app: Flask, world: World) -> None:
    old_audit(world, "quillmark")
    run()
    db.session.expire_all()
    stored = db.session.scalars(select(DisposalCertificate)).one()
    assert stored.checksum == checksum_of(stored)
    assert (stored.before, stored.held) == (date(2019, 1, 1), 0)
    told = db.session.scalars(select(HistoryEvent.verb).where(HistoryEvent.user_id.is_(None)))
    assert {"disposed", "disposed of"} <= set(told)
    before = "0" * 64
    rows = select(HistorySeal, HistoryEvent).join(HistoryEvent).order_by(HistorySeal.position)
    for seal, sealed in db.session.execute(rows):
        before = sealed_checksum(seal.position, before, sealed)
        assert seal.checksum == before


@pytest.mark.sqlite_only
def test_what_went_is_overwritten_in_the_file_and_its_log(app: Flask, world: World) -> None:
    file = Path(str(make_url(app.config["SQLALCHEMY_DATABASE_URI"]).database))
    files = [file, Path(f"{file}-wal")]
    old_audit(world, "quillmark")
    db.session.remove()
    assert any(b"quillmark" in each.read_bytes() for each in files if each.exists())
    run()
    db.session.remove()
    db.engine.dispose()
    for each in files:
        assert not each.exists() or b"quillmark" not in each.read_bytes()


def test_a_dry_run_writes_nothing(app: Flask, world: World) -> None:
    old_audit(world, "quillmark")
    found = texts_holding("quillmark")
    answer = app.test_cli_runner().invoke(args=["retention", "--dry-run"])
    assert answer.exit_code == 0, answer.output
    assert "Nothing was written" in answer.stderr
    assert texts_holding("quillmark") == found
    assert db.session.scalar(select(func.count(DisposalCertificate.id))) == 0


def test_the_command_says_what_it_did(app: Flask, world: World) -> None:
    audit = old_audit(world, "quillmark")
    dry = app.test_cli_runner().invoke(args=["retention", "--dry-run"]).stdout
    assert f"  {audit.reference}  2018" in dry
    said = app.test_cli_runner().invoke(args=["retention"]).stdout
    made = db.session.scalars(select(DisposalCertificate)).one()
    assert f"Certificate {made.reference}: 1 record" in said
    again = app.test_cli_runner().invoke(args=["retention"])
    assert (again.exit_code, "Certificate" in again.stdout) == (0, False)


def test_nothing_goes_where_no_period_is_set(app: Flask, world: World) -> None:
    old_audit(world, "quillmark", case="OLD1")
    assert run(Periods(years=0, months=0)) == []
    assert left() == {"OLD1"}


def test_only_whole_calendar_years_go(app: Flask, world: World) -> None:
    for case, on in (("D2019", date(2019, 12, 31)), ("D2020", date(2020, 1, 1))):
        old_audit(world, "quillmark", on=on, case=case)
    run()
    assert left() == {"D2020"}


def _hold(audit: Audit, world: World) -> None:
    case = audit.case_reference.lower()
    db.session.add(LegalHold(case_reference=case, reason="Claim", placed_by_id=world.alice.id))


def _set(table: Any, **values: Any) -> Callable[[Audit, World], None]:
    def change(audit: Audit, world: World) -> None:
        which = table.id == audit.id if table is Audit else table.audit_id == audit.id
        db.session.execute(update(table).where(which).values(values))

    return change


def _recheck(audit: Audit, world: World) -> None:
    of = select(Action.id).where(Action.audit_id == audit.id)
    to_come = update(ActionRecheck).where(ActionRecheck.action_id.in_(of))
    db.session.execute(to_come.values(checked_at=None, holds=None))


def _noted_since(audit: Audit, world: World) -> None:
    of = db.session.scalars(select(Escalation).where(Escalation.audit_id == audit.id)).one()
    of.say("note", world.alice.id, "Rang the school.")  # type: ignore[arg-type]


def _re_audit_to_do(audit: Audit, world: World) -> None:
    row = db.session.scalars(select(Allocation).where(Allocation.audit_id == audit.id)).one()
    row.audit_id, row.re_audit_of_id = None, audit.id


OPEN = {
    HeldBecause.LEGAL_HOLD: _hold,
    HeldBecause.OPEN_MODERATION: _set(Audit, state=AuditState.DISPUTED),
    HeldBecause.OPEN_ACTION: _set(Action, state="open"),
    HeldBecause.OPEN_ESCALATION: _set(Escalation, closed_at=None, closed_by_id=None),
    HeldBecause.OPEN_REFLECTION: _set(Reflection, acknowledged_at=None),
    HeldBecause.OPEN_EXERCISE: _set(Calibration, closed_at=None),
    HeldBecause.OPEN_RECHECK: _recheck,
    HeldBecause.OPEN_RE_AUDIT: _re_audit_to_do,
    HeldBecause.WORKED_ON_SINCE: _noted_since,
}


@pytest.mark.parametrize("reason", OPEN, ids=str)
def test_what_is_not_finished_is_kept_whole_and_said(
    app: Flask, world: World, reason: HeldBecause
) -> None:
    old_audit(world, "plainmark", case="GOES")
    audit = old_audit(world, "quillmark", case="STAYS")
    OPEN[reason](audit, world)
    db.session.commit()
    found = texts_holding("quillmark")
    assert why_held() == {reason: {audit.reference}}
    (made,) = run()
    assert left() == {"STAYS"}
    assert made.held == 1
    assert texts_holding("quillmark") == found
    assert texts_holding("plainmark") == []


def test_an_action_closed_too_early_to_say_keeps_its_audit(app: Flask, world: World) -> None:
    audit = old_audit(world, "quillmark")
    _set(Action, difference="too_early", look_again_on=date(2018, 9, 1))(audit, world)
    db.session.commit()
    assert why_held() == {HeldBecause.OPEN_ACTION: {audit.reference}}


def test_an_audit_stays_as_long_as_its_re_audit_and_goes_with_it(app: Flask, world: World) -> None:
    first = old_audit(world, "quillmark", case="CHILD")
    later = old_audit(world, "latermark", on=date(2019, 3, 1), case="CHILD")
    later.re_audit_of_id = first.id
    _hold(later, world)
    db.session.commit()
    first.case_reference = "CHILD2"  # Only the re-audit is under hold.
    db.session.commit()
    assert why_held()[HeldBecause.NEEDED_BY_ANOTHER] == {first.reference}
    assert run() == []
    db.session.execute(update(LegalHold).values(lifted_at=OLD, lifted_by_id=world.alice.id))
    db.session.commit()
    (made,) = run(at_once=1)
    assert (left(), made.counts["audits"]) == (set(), 2)


def test_joined_actions_keep_each_others_audits_until_both_may_go(app: Flask, world: World) -> None:
    to, of = old_audit(world, "tomark", case="A"), old_audit(world, "ofmark", case="B")
    actions = {each.audit_id: each for each in db.session.scalars(select(Action))}
    _join(actions[of.id], actions[to.id])
    _hold(of, world)
    db.session.commit()
    assert run() == []
    db.session.execute(update(LegalHold).values(lifted_at=OLD, lifted_by_id=world.alice.id))
    db.session.commit()
    run(at_once=1)
    assert left() == set()


def _join(action: Action, to: Action) -> None:
    joined = update(Action).where(Action.id == action.id)
    db.session.execute(joined.values(state="joined", joined_to_id=to.id))


def test_stopped_in_the_middle_it_goes_on_where_it_stopped(app: Flask, world: World) -> None:
    for number in range(3):
        old_audit(world, "quillmark", case=f"CASE{number}")
    foreseen = foretold(SIX_YEARS, TODAY).rows
    first = next(iter(dispose(SIX_YEARS, TODAY, at_once=1)))
    db.session.rollback()
    assert len(left()) == 2
    rest = run(at_once=1)
    assert len(left()) == 0
    gone = [first, *rest]
    assert {table: sum(each.counts[table] for each in gone) for table in foreseen} == foreseen
    assert [bool(each.totals) for each in gone] == [True, False, False]
    assert figures_hold()


def test_a_batch_that_fails_writes_nothing(app: Flask, world: World) -> None:
    old_audit(world, "quillmark", case="CASE")
    found = texts_holding("quillmark")

    def fail(session: Session, *_: object) -> None:
        if any(isinstance(each, DisposalCertificate) for each in session.new):
            raise RuntimeError("stopped")

    event.listen(db.session, "before_flush", fail)
    try:
        with pytest.raises(RuntimeError):
            run()
    finally:
        event.remove(db.session, "before_flush", fail)
        db.session.rollback()
    assert texts_holding("quillmark") == found
    assert figures_hold()


def year_table(web: PageClient) -> dict[str, list[str]]:
    by_label, *rows = web.get("/insight/distribution").tables[0]
    columns = zip(*rows, strict=True)
    labels = [re.sub(r", published total| \[\w\]", "", label) for label in by_label[1:]]
    names, *rest = (list(each)[:5] for each in columns)
    return dict(zip(labels, rest, strict=True)) | {"": names}


def test_the_years_that_went_stand_in_the_table_as_they_were_counted(
    app: Flask, world: World, web: PageClient
) -> None:
    days = {date(2018, 9, 3): 3, date(2019, 1, 2): 2, date(2021, 4, 4): 2}
    for on, n in days.items():
        for number in range(n):
            overall = Judgement.GOOD if number else Judgement.OUTSTANDING
            world.recorded_audit(
                overall, on=on, case=f"C{on:%y}{number}", state=AuditState.COMPLETE
            )
    db.session.execute(update(Audit).values(submitted_at=OLD, imported=True))
    held = db.session.scalars(select(Audit).where(Audit.case_reference == "C181")).one()
    _hold(held, world)
    db.session.commit()
    web.sign_in(world.carol)
    before = year_table(web)
    assert set(before) == {"", "2018 (Sept – Dec)", "2019", "2020", "2021 (Jan – Apr)"}

    made = run(at_once=1)

    assert left() == {"C181", "C210", "C211"}
    after = year_table(web)
    assert {**before, **after} == {**after, **before}
    assert {each: after[each] for each in before} == before
    assert [len(each.totals) for each in made] == [1, 0, 1, 0]
    page = web.get("/insight/distribution")
    assert f"certificate {made[0].reference}" in page.text
    assert "2018" not in str(web.get("/insight/distribution?by=quarter").tables)
    assert figures_hold()


def test_a_total_somebody_entered_for_the_same_days_stops_it(app: Flask, world: World) -> None:
    days = (date(2018, 1, 1), date(2018, 12, 31))
    historic.enter(world.carol, days, (1, 2, 3, 4), "Annual report, 4 March 2019, page 3")
    db.session.commit()
    old_audit(world, "quillmark", case="CASE")
    answer = app.test_cli_runner().invoke(args=["retention"])
    assert (answer.exit_code, left()) == (1, {"CASE"})
    assert "1 January 2018 to 31 December 2018" in answer.stderr
    db.session.rollback()
    with pytest.raises(Overlaps):
        run()


def test_nobody_enters_a_total_for_days_whose_records_went(app: Flask, world: World) -> None:
    old_audit(world, "quillmark")
    run()
    days = (date(2018, 5, 1), date(2018, 5, 31))
    with pytest.raises(historic.Overlaps, match="disposed"):
        historic.enter(world.carol, days, (1, 0, 0, 0), "Annual report")


def draft_of(world: World, case: str, at: datetime, state: AuditState = AuditState.DRAFT) -> Audit:
    draft = Audit(
        state=state,
        started_at=at,
        case_reference=case,
        audit_type=AuditType.FULL,
        auditor_id=world.alice.id,
        thread_set_id=world.thread_set.id,
        rationale="draftmark",
    )
    draft.place(world.south)
    db.session.add(draft)
    db.session.flush()
    return draft


def test_drafts_go_sooner_but_not_what_was_escalated(app: Flask, world: World) -> None:
    long_ago = datetime(2025, 9, 1, tzinfo=UTC)
    for case, at, state in (
        ("LEFT", long_ago, AuditState.DRAFT),
        ("DISCARDED", long_ago, AuditState.DISCARDED),
        ("LATELY", datetime(2026, 3, 1, tzinfo=UTC), AuditState.DRAFT),
    ):
        draft_of(world, case, at, state)
    told = draft_of(world, "TOLD", long_ago, AuditState.DISCARDED)
    escalation = Escalation(
        reference="ESCA-0001", cause="safeguarding", due_on=date(2025, 9, 2), started_at=long_ago
    )
    escalation.closed_at, escalation.closed_by_id = long_ago, world.hester.id
    escalation.entries = [EscalationEntry(kind="closed", at=long_ago, by_id=world.hester.id)]
    told.escalations.append(escalation)
    db.session.commit()
    assert why_held() == {HeldBecause.ESCALATED: {told.reference}}
    (made,) = run()
    assert left() == {"LATELY", "TOLD"}
    assert (made.counts_from, made.totals, made.before) == (None, [], date(2025, 11, 22))


def cycle_of(world: World, on: date, case: str) -> tuple[ProgrammeCycle, Allocation]:
    number = db.session.scalar(select(func.count(ProgrammeCycle.id)))
    theme = Theme(name=f"Theme {number}")
    cycle = ProgrammeCycle(
        name=f"Cycle {number}",
        starts_on=on,
        ends_on=on + timedelta(days=30),
        due_on=on + timedelta(days=30),
        audit_type=AuditType.FULL,
        theme=theme,
        look_back_months=12,
        audits_each=1,
        seed="seed",
        set_up_by_id=world.carol.id,
        drawn_at=OLD,
        drawn_by_id=world.carol.id,
    )
    cycle.case_list = CaseList(
        file_name="cases.csv", sha256="0" * 64, rows=1, uploaded_by_id=world.carol.id
    )
    db.session.add(cycle)
    db.session.flush()
    where = {
        "service_id": world.south.service_id,
        "locality_id": world.south.locality_id,
        "team_id": world.south.id,
        "case_reference": case,
    }
    drawn = OpenCase(cycle_id=cycle.id, chosen=True, **where)
    db.session.add(drawn)
    db.session.flush()
    given = Allocation(
        cycle_id=cycle.id,
        open_case_id=drawn.id,
        chosen_because="random",
        due_on=on,
        first_due_on=on,
        **where,
    )
    db.session.add(given)
    db.session.commit()
    return cycle, given


def test_lists_of_open_cases_go_with_the_last_audit_drawn_from_them(
    app: Flask, world: World, web: PageClient
) -> None:
    audit = old_audit(world, "quillmark", case="LISTCASE")
    # One audit has at most one allocation; the other was a re-audit that was put aside.
    db.session.execute(
        update(Allocation).values(audit_id=None, re_audit_of_id=audit.id, put_aside="exempt")
    )
    cycle, given = cycle_of(world, date(2018, 4, 1), "LISTCASE")
    given.audit_id = audit.id
    cycle_of(world, date(2018, 4, 1), "HELDCASE")
    held = LegalHold(case_reference="heldcase", reason="x", placed_by_id=world.alice.id)
    stake = DeclaredStake(case_reference="listcase", reason="x", declared_at=OLD)
    stake.user_id = world.bob.id
    db.session.add_all([held, stake])
    db.session.commit()
    foreseen = foretold(SIX_YEARS, TODAY).clearing
    assert [(each.reference, each.rows) for each in foreseen.lists] == [
        (cycle.reference, {"open_cases": 1, "case_lists": 1})
    ]
    assert (foreseen.lists_held, len(foreseen.stakes)) == (1, 1)
    made = run()
    assert made[-1].counts == {"open_cases": 1, "case_lists": 1}
    assert made[-1].references == [cycle.reference]
    assert texts_holding("listcase") == []
    assert texts_holding("heldcase") == [
        *("allocations.case_reference", "legal_holds.case_reference"),
        "open_cases.case_reference",
    ]
    web.sign_in(world.carol)
    page = web.get(f"/programme/cycles/{cycle.reference}")
    assert cycle.name in page.h1


def test_old_messages_go_but_none_that_is_on_its_way(app: Flask, world: World) -> None:
    for about, state in (("seen", MessageState.SHOWN), ("going", MessageState.WAITING)):
        db.session.add(
            Message(
                user_id=world.alice.id,
                kind=MessageKind.DIGEST,
                about=about,
                subject=about,
                lines=[],
                made_at=OLD,
                state=state,
            )
        )
    db.session.commit()
    assert foretold(SIX_YEARS, TODAY).clearing.messages == 1
    run()
    assert db.session.scalars(select(Message.about)).all() == ["going"]


def test_no_row_refers_to_what_went(app: Flask, world: World) -> None:
    old_audit(world, "quillmark")
    run()
    if db.engine.dialect.name == "sqlite":
        assert db.session.execute(text("PRAGMA foreign_key_check")).all() == []
