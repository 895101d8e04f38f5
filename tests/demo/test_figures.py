"""The demonstration's figures: the published table to the digit, and records that agree with it."""

from __future__ import annotations

from collections import Counter
from datetime import date

from flask import Flask
from sqlalchemy import and_, func, select

from audit_app.demo.people import SIGN_INS
from audit_app.extensions import db
from audit_app.models import (
    Audit,
    Finding,
    JudgementRow,
    Moderation,
    RoleGrant,
    Stage,
    Thread,
    User,
)
from audit_app.rules.audit_steps import RECORDED_STATES, AuditState
from audit_app.rules.completeness import reasons_needed
from audit_app.rules.judgements import SCALE, Judgement
from audit_app.rules.permissions import Role

PUBLISHED = {
    (date(2019, 9, 1), date(2019, 12, 31)): (4, 99, 142, 41),
    (date(2020, 1, 1), date(2020, 12, 31)): (16, 347, 479, 82),
    (date(2021, 1, 1), date(2021, 10, 31)): (30, 383, 393, 47),
}


def test_the_published_table_comes_out_to_the_digit(demo: Flask) -> None:
    for (first, last), counts in PUBLISHED.items():
        found = Counter(
            db.session.scalars(
                select(Audit.final_overall).where(
                    Audit.audit_date.between(first, last), Audit.state.in_(RECORDED_STATES)
                )
            )
        )
        assert tuple(found[word] for word in SCALE) == counts


def test_from_november_2021_every_month_but_august_has_80_to_95_audits(demo: Flask) -> None:
    months = {
        row.audit_month: row.n
        for row in db.session.execute(
            select(Audit.audit_month, func.count().label("n"))
            .where(Audit.audit_month.between(202111, 202610), Audit.state.in_(RECORDED_STATES))
            .group_by(Audit.audit_month)
        )
    }
    assert len(months) == 55
    assert not [month for month in months if month % 100 == 8]
    assert all(80 <= count <= 95 for count in months.values())


def test_every_final_judgement_is_the_newest_one_made(demo: Flask) -> None:
    newest = {
        (row.audit_id, row.thread_id): row.judgement
        for row in db.session.execute(
            select(JudgementRow.audit_id, JudgementRow.thread_id, JudgementRow.judgement).order_by(
                JudgementRow.id
            )
        )
    }
    recorded = select(Audit.id).where(Audit.state.in_(RECORDED_STATES))
    overall = {
        (row.id, None): row.final_overall
        for row in db.session.execute(
            select(Audit.id, Audit.final_overall).where(Audit.state.in_(RECORDED_STATES))
        )
    }
    threads = {
        (row.audit_id, row.thread_id): row.final_judgement
        for row in db.session.execute(
            select(Finding.audit_id, Finding.thread_id, Finding.final_judgement).where(
                Finding.audit_id.in_(recorded)
            )
        )
    }
    assert newest == overall | threads
    assert len(threads) == 6 * len(overall)


def test_the_auditors_own_judgements_are_kept_beside_the_final_ones(demo: Flask) -> None:
    own = {tuple(row) for row in
        db.session.execute(
            select(
                JudgementRow.audit_id, JudgementRow.thread_id, JudgementRow.judgement,
                JudgementRow.made_by_id,
            ).where(JudgementRow.stage == Stage.AUDITED)
        )
    }  # fmt: skip
    recorded = Audit.state.in_(RECORDED_STATES)
    kept = {
        tuple(row)
        for row in db.session.execute(
            select(Audit.id, Finding.thread_id, Finding.judgement, Audit.auditor_id)
            .join(Audit.findings)
            .where(recorded)
        )
    } | {
        (row.id, None, row.overall, row.auditor_id)
        for row in db.session.execute(
            select(Audit.id, Audit.overall, Audit.auditor_id).where(recorded)
        )
    }
    assert own == kept


def test_every_inadequate_and_outstanding_audit_was_moderated_or_waits_for_it(demo: Flask) -> None:
    left_out = db.session.scalar(
        select(func.count())
        .select_from(Audit)
        .where(
            Audit.overall.in_((Judgement.INADEQUATE, Judgement.OUTSTANDING)),
            Audit.state == AuditState.COMPLETE,
        )
    )
    assert left_out == 0


def test_moderation_changes_in_both_directions_and_says_why(demo: Flask) -> None:
    changed = db.session.execute(
        select(Audit.overall, Moderation.overall, Moderation.overall_reason)
        .join(Audit.moderation)
        .where(Audit.overall != Moderation.overall)
    ).all()
    steps = Counter(SCALE.index(after) - SCALE.index(before) for before, after, _ in changed)
    assert steps[1] > 20
    assert steps[-1] > 20
    assert all(reason for _, _, reason in changed)


def test_a_thread_judged_otherwise_by_a_moderator_has_a_reason(demo: Flask) -> None:
    rows = db.session.execute(
        select(JudgementRow.judgement, Finding.judgement, JudgementRow.reason, Moderation.blind)
        .join(Moderation, Moderation.audit_id == JudgementRow.audit_id)
        .join(
            Finding,
            and_(
                Finding.audit_id == JudgementRow.audit_id,
                Finding.thread_id == JudgementRow.thread_id,
            ),
        )
        .where(JudgementRow.stage == Stage.MODERATED)
    ).all()
    reasons = [reason for after, before, reason, _ in rows if after is not before]
    assert len(reasons) > 50
    assert all(reasons)
    assert all(blind for after, before, _, blind in rows if after is before)


def test_nobody_moderates_their_own_audit_or_their_own_teams(demo: Flask) -> None:
    managed = {
        (grant.user_id, grant.team_id)
        for grant in db.session.execute(
            select(RoleGrant.user_id, RoleGrant.team_id).where(RoleGrant.role == Role.TEAM_MANAGER)
        )
    }
    every = db.session.execute(
        select(Moderation.moderator_id, Audit.auditor_id, Audit.team_id).join(
            Audit, Audit.id == Moderation.audit_id
        )
    ).all()
    assert not [one for one in every if one.moderator_id == one.auditor_id]
    assert not [one for one in every if (one.moderator_id, one.team_id) in managed]


def test_an_overall_judgement_far_from_its_threads_carries_a_reason(demo: Flask) -> None:
    threads: dict[int, dict[str, Judgement]] = {}
    for row in db.session.execute(
        select(Finding.audit_id, Thread.name, Finding.judgement).join(Finding.thread)
    ):
        threads.setdefault(row.audit_id, {})[row.name] = row.judgement
    audits = db.session.execute(
        select(Audit.id, Audit.overall, Audit.overall_reason).where(
            Audit.state.in_(RECORDED_STATES)
        )
    )
    wrong = [
        audit.id
        for audit in audits
        if bool(reasons_needed(audit.overall, threads[audit.id])) != bool(audit.overall_reason)
    ]
    assert wrong == []


def test_nothing_has_happened_yet_that_lies_ahead(demo: Flask) -> None:
    today = date(2026, 11, 22)
    assert (db.session.scalar(select(func.max(Audit.audit_date))) or today) <= today
    assert (db.session.scalar(select(func.max(Moderation.moderated_on))) or today) <= today
    for column in (Audit.started_at, Audit.submitted_at, JudgementRow.made_at):
        latest = db.session.scalar(select(func.max(column)))
        assert latest is not None
        assert latest.date() <= today


def test_the_demo_practitioners_work_is_in_the_demo_managers_team(demo: Flask) -> None:
    people = {
        user.email.split("@")[0]: user
        for user in db.session.scalars(
            select(User).where(User.email.in_(
                ("practitioner@example.gov.uk", "team.manager@example.gov.uk")
            ))
        )
    }  # fmt: skip
    teams = set(
        db.session.scalars(
            select(Audit.team_id).where(
                Audit.worker_staff_id == people["practitioner"].staff_id,
                Audit.state.in_(RECORDED_STATES),
            )
        )
    )
    assert len(teams) == 1
    assert people["team.manager"].manages(teams.pop())


def test_each_sign_in_holds_the_one_role_it_is_named_after(demo: Flask) -> None:
    for each in SIGN_INS:
        user = db.session.scalars(select(User).where(User.email == each.email)).one()
        assert user.roles == {each.role}
