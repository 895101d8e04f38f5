"""People who change audits at the same moment do not lose each other's counts."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread

from flask import Flask
from sqlalchemy import update

from audit_app.extensions import db
from audit_app.models import Audit
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.judgements import SCALE, Judgement
from audit_app.tallying import checking
from tests.people import World
from tests.tallying.slow import held, recounted

TURNS = 8


def at_once(app: Flask, *doing: Callable[[int], None]) -> None:
    """Each in a thread of its own, all beginning together, several times over."""
    db.session.rollback()
    failed: list[BaseException] = []
    ready = Barrier(len(doing))

    def run(do: Callable[[int], None]) -> None:
        with app.app_context():
            ready.wait()
            try:
                for turn in range(TURNS):
                    do(turn)
            except BaseException as problem:
                failed.append(problem)
                raise
            finally:
                db.session.remove()

    threads = [Thread(target=run, args=(each,)) for each in doing]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert not failed


def test_one_audit_changed_by_several_people_at_once_is_counted_once(
    app: Flask, world: World
) -> None:
    audits = [world.recorded_audit(Judgement.GOOD).id for _ in range(2)]

    def judge(turn: int) -> None:
        audit = db.session.get_one(Audit, audits[turn % 2])
        audit.final_overall = SCALE[turn % 4]
        for finding in audit.findings:
            finding.final_judgement = SCALE[(turn + finding.position) % 4]
        db.session.commit()

    def judge_in_one_statement(turn: int) -> None:
        which = Audit.id == audits[(turn + 1) % 2]
        db.session.execute(update(Audit).where(which).values(overall=SCALE[(turn + 2) % 4]))
        db.session.commit()

    def move(turn: int) -> None:
        state = (AuditState.COMPLETE, AuditState.DRAFT)[turn % 2]
        db.session.execute(update(Audit).where(Audit.id.in_(audits)).values(state=state))
        db.session.commit()

    def mend(turn: int) -> None:
        checking.mend()

    at_once(app, judge, judge_in_one_statement, move, mend)
    assert held() == recounted()


def test_new_audits_of_the_same_month_are_all_counted(app: Flask, world: World) -> None:
    number = world.south.id
    auditor = world.alice.id
    thread_set = world.thread_set.id

    def record(turn: int) -> None:
        audit = Audit(
            state=AuditState.COMPLETE, case_reference=f"{turn}", audit_type="full",
            audit_date=world_day, auditor_id=auditor, thread_set_id=thread_set,
            team_id=number, service_id=service, locality_id=locality,
            overall=SCALE[turn % 4], final_overall=SCALE[turn % 4],
        )  # fmt: skip
        db.session.add(audit)
        db.session.commit()

    service, locality = world.south.service_id, world.south.locality_id
    world_day = world.recorded_audit().audit_date
    at_once(app, record, record, record)
    assert held() == recounted()
    assert sum(held()["tallies"].values()) > 3 * TURNS
