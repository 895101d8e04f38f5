"""One audit of one child's case file: the case, the event, and the overall judgement."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    String,
    Text,
    case,
    literal_column,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from audit_app.models.action import Action
from audit_app.models.audit_indexes import INDEXES, NOT_RECORDED
from audit_app.models.base import Base, Referenced, now, words
from audit_app.models.calibration import Calibration
from audit_app.models.escalation import Escalation
from audit_app.models.finding import Finding
from audit_app.models.framework import ThreadSet
from audit_app.models.judging import JudgementRow, Moderation, Stage
from audit_app.models.moderating import (
    EvidenceRequest,
    ModerationAnswer,
    ModerationDraw,
    Resolution,
    Submission,
)
from audit_app.models.oversight import OversightStatement
from audit_app.models.people import Locality, Service, Team, User
from audit_app.models.programme import Allocation
from audit_app.models.reflection import Reflection
from audit_app.models.section import SavedSection
from audit_app.models.theme import Theme, audit_themes
from audit_app.rules.audit_steps import (
    AUDIT_STEPS,
    RECORDED_STATES,
    STAKES,
    WAITING_STATES,
    AuditState,
)
from audit_app.rules.audits import (
    AuditType,
    FamilyFeedback,
    Independence,
    PlanStatus,
    Selection,
    WorkerInvolvement,
)
from audit_app.rules.judgements import Judgement, weakest
from audit_app.rules.periods import month_key
from audit_app.rules.permissions import Permission, Role
from audit_app.rules.workflow import Relation, Verb, allowed

#: Where an audit without a date stands in a list by date.
NO_DATE_YET = date.max


def _listed_on(context: Any) -> date:
    """For rows that are inserted without a model."""
    return context.get_current_parameters().get("audit_date") or NO_DATE_YET


class Audit(Referenced, Base):
    """An audit as its auditor records it.

    ``overall`` is what the auditor's form says and ``audited_overall`` the auditor's judgement that
    counts: they differ only while a returned audit is being written again.
    ``final_overall`` is the reported one: the newest row in ``judgements``, copied here so that
    counting is quick.
    ``audit_month`` is the audit date's month as ``yyyymm``, kept for the same reason.
    ``listed_on`` is the audit date, or the last day there is until it has one, so that a list puts
    what has no date yet first and still walks an index.
    """

    __tablename__ = "audits"
    __table_args__ = (
        CheckConstraint("overall != 'not_enough_evidence'", name="overall_on_scale"),
        CheckConstraint("final_overall != 'not_enough_evidence'", name="final_on_scale"),
        CheckConstraint("child_age BETWEEN 0 AND 25", name="age_in_years"),
        CheckConstraint("period_to >= period_from", name="period_in_order"),
        *INDEXES,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[AuditState] = mapped_column(words(AuditState, "state"), default=AuditState.DRAFT)
    imported: Mapped[bool] = mapped_column(default=False)
    #: Whether its moderator judges without seeing the auditor's judgement; set by the draw.
    blind: Mapped[bool] = mapped_column(default=False)
    started_at: Mapped[datetime] = mapped_column(default=now)
    submitted_at: Mapped[datetime | None]

    case_reference: Mapped[str] = mapped_column(String(20), index=True)
    child_age: Mapped[int | None]
    plan_status: Mapped[PlanStatus | None] = mapped_column(words(PlanStatus, "plan_status"))
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"), index=True)
    locality_id: Mapped[int] = mapped_column(ForeignKey("localities.id"))
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"))
    worker_staff_id: Mapped[str | None] = mapped_column(String(20), index=True)

    audit_type: Mapped[AuditType] = mapped_column(words(AuditType, "audit_type"))
    selection: Mapped[Selection | None] = mapped_column(words(Selection, "selection"))
    allocated_on: Mapped[date | None]
    due_on: Mapped[date | None]
    audit_date: Mapped[date | None]
    audit_month: Mapped[int | None]
    listed_on: Mapped[date] = mapped_column(default=_listed_on)
    period_from: Mapped[date | None]
    period_to: Mapped[date | None]
    re_audit_of_id: Mapped[int | None] = mapped_column(ForeignKey("audits.id"), index=True)
    auditor_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    independence: Mapped[Independence | None] = mapped_column(words(Independence, "independence"))
    worker_involvement: Mapped[WorkerInvolvement | None] = mapped_column(
        words(WorkerInvolvement, "worker_involvement")
    )
    worker_not_involved_reason: Mapped[str | None] = mapped_column(Text)

    thread_set_id: Mapped[int] = mapped_column(ForeignKey("thread_sets.id"))
    overall: Mapped[Judgement | None] = mapped_column(words(Judgement, "overall"))
    final_overall: Mapped[Judgement | None] = mapped_column(words(Judgement, "final_overall"))
    rationale: Mapped[str | None] = mapped_column(Text)
    overall_reason: Mapped[str | None] = mapped_column(Text)
    good_practice: Mapped[bool | None]
    good_practice_note: Mapped[str | None] = mapped_column(Text)
    good_practice_quote: Mapped[str | None] = mapped_column(String(300))
    safeguarding_concern: Mapped[bool | None]
    concern_what: Mapped[str | None] = mapped_column(Text)
    concern_told: Mapped[str | None] = mapped_column(Text)
    concern_told_on: Mapped[date | None]

    family_feedback: Mapped[FamilyFeedback | None] = mapped_column(
        words(FamilyFeedback, "family_feedback")
    )
    feedback_not_sought_reason: Mapped[str | None] = mapped_column(Text)
    feedback_from: Mapped[str | None] = mapped_column(Text)
    feedback_how: Mapped[str | None] = mapped_column(Text)
    feedback_said: Mapped[str | None] = mapped_column(Text)

    service: Mapped[Service] = relationship()
    locality: Mapped[Locality] = relationship()
    team: Mapped[Team] = relationship()
    auditor: Mapped[User] = relationship()
    thread_set: Mapped[ThreadSet] = relationship()
    findings: Mapped[list[Finding]] = relationship(order_by="Finding.position")
    oversight: Mapped[OversightStatement | None] = relationship()
    actions: Mapped[list[Action]] = relationship(back_populates="audit", order_by="Action.id")
    themes: Mapped[list[Theme]] = relationship(secondary=audit_themes, order_by=Theme.name)
    allocation: Mapped[Allocation | None] = relationship(
        back_populates="audit", foreign_keys=[Allocation.audit_id]
    )
    re_audit_of: Mapped[Audit | None] = relationship(remote_side="Audit.id")
    sections: Mapped[list[SavedSection]] = relationship()
    moderation: Mapped[Moderation | None] = relationship()
    judgements: Mapped[list[JudgementRow]] = relationship(order_by="JudgementRow.id")
    draw: Mapped[ModerationDraw | None] = relationship()
    submissions: Mapped[list[Submission]] = relationship(order_by="Submission.number")
    evidence_requests: Mapped[list[EvidenceRequest]] = relationship(order_by="EvidenceRequest.id")
    answer: Mapped[ModerationAnswer | None] = relationship()
    resolution: Mapped[Resolution | None] = relationship()
    escalations: Mapped[list[Escalation]] = relationship(order_by="Escalation.id")
    reflection: Mapped[Reflection | None] = relationship()
    calibrations: Mapped[list[Calibration]] = relationship()

    @validates("audit_date")
    def _keep_month(self, key: str, audit_date: date | None) -> date | None:
        self.audit_month = None if audit_date is None else month_key(audit_date)
        self.listed_on = audit_date or NO_DATE_YET
        return audit_date

    def place(self, team: Team) -> None:
        """Say which team holds the case; its service and locality are kept as they are today."""
        self.team, self.team_id = team, team.id
        self.service_id, self.locality_id = team.service_id, team.locality_id

    @hybrid_property
    def recorded(self) -> bool:
        """Whether it counts in figures and can be read by others."""
        return self.state in RECORDED_STATES

    @recorded.inplace.expression
    @classmethod
    def _recorded(cls) -> ColumnElement[bool]:
        # Spelt out as in the indexes that hold recorded audits only: otherwise they go unused.
        return cls.state.not_in([literal_column(word) for word in NOT_RECORDED])

    @hybrid_property
    def audited_overall(self) -> Judgement | None:
        """The auditor's judgement that counts: while returned, the one that was submitted."""
        return self.final_overall if self.state is AuditState.RETURNED else self.overall

    @audited_overall.inplace.expression
    @classmethod
    def _audited_overall(cls) -> ColumnElement[Judgement | None]:
        return case((cls.state == AuditState.RETURNED, cls.final_overall), else_=cls.overall)

    def audited_judgement(self, finding: Finding) -> Judgement | None:
        """The auditor's judgement of a thread that counts, as :attr:`audited_overall`."""
        returned = self.state is AuditState.RETURNED
        return finding.final_judgement if returned else finding.judgement

    @property
    def moderated_at(self) -> datetime | None:
        """When it was moderated; None where only the day is known, as of an imported audit."""
        rows = [each.made_at for each in self.judgements if each.stage is Stage.MODERATED]
        return None if self.imported else max(rows, default=None)

    def judge(
        self,
        by: User,
        stage: Stage,
        finding: Finding | None,
        judgement: Judgement,
        reason: str | None = None,
    ) -> None:
        """Write a judgement down for good: of a thread, or overall. It is now the reported one."""
        self.judgements.append(
            JudgementRow(
                thread_id=None if finding is None else finding.thread_id,
                stage=stage,
                judgement=judgement,
                made_by_id=by.id,
                reason=reason,
            )
        )
        if finding is None:
            self.final_overall = judgement
        else:
            finding.final_judgement = judgement

    def deciding_judgement(self) -> Judgement | None:
        """What decides whether it is moderated, and whether the clock starts.

        The reported overall judgement; under a thread set without one, the weakest thread's.
        """
        if self.thread_set.overall_judged:
            return self.final_overall
        return weakest(each.final_judgement for each in self.findings if each.final_judgement)

    def relations_of(self, user: User) -> frozenset[Relation]:
        """What a person is to this audit, as the workflow table asks."""
        held = {
            Relation.AUDITOR: user.id == self.auditor_id,
            Relation.LINE_MANAGER: user.manages(self.team_id),
            Relation.WORKER: bool(user.staff_id) and user.staff_id == self.worker_staff_id,
            Relation.MODERATOR: self._allocated_to() in (None, user.id),
            Relation.MODERATED_BY: self.moderation is not None
            and self.moderation.moderator_id == user.id,
            Relation.RESOLVER: self._resolved_by() in user.roles,
            Relation.HEAD: user.heads(self.service_id) and bool(self.escalations),
            Relation.CALIBRATED: any(each.judged_by(user) for each in self.calibrations),
        }
        return frozenset(relation for relation, holds in held.items() if holds)

    def _allocated_to(self) -> int | None:
        return None if self.draw is None else self.draw.moderator_id

    def _resolved_by(self) -> Role:
        return Role.PRACTICE_LEAD if self.draw is None else self.draw.cycle.resolved_by

    def hides_judgement_from(self, user: User) -> bool:
        """Whether this person may yet judge the practice, and so must not see the auditor's word.

        The same rule for rows of the database is ``audits.blindness.judgement_hidden_from``.
        """
        return (
            self.blind
            and self.state in WAITING_STATES
            and user.can(Permission.AUDIT_MODERATE)
            and user.id != self.auditor_id
            and not (user.heads(self.service_id) and self.escalations)
        )

    def can_be_taken_over_by(self, user: User) -> bool:
        """Whether somebody else's waiting audit could be moderated by this person instead."""
        return (
            self.state in WAITING_STATES
            and user.can(Permission.AUDIT_MODERATE)
            and self._allocated_to() not in (None, user.id)
            and not self.relations_of(user) & STAKES
        )

    def can_be_re_audited_by(self, user: User) -> bool:
        """Whether somebody who can read it may audit the same case again, beside it."""
        return (
            self.recorded
            and user.can(Permission.AUDIT_RECORD)
            and Relation.WORKER not in self.relations_of(user)
        )

    def lets(self, user: User, verb: Verb) -> bool:
        """Whether this person may do this to this audit now."""
        return allowed(AUDIT_STEPS, self.state, verb, user.permissions, self.relations_of(user))
