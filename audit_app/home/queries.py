"""What waits for a person, gathered from the rooms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from audit_app.alerts.listing import IssuedLine, OpenLine, alerts_waiting_for, latest_issued
from audit_app.alerts.talked import ForYou, alerts_for
from audit_app.audits.lists import AuditLine, drafts_not_given_to
from audit_app.calibration.queries import ExerciseLine, count_exercises, invitations_of
from audit_app.disposal.queries import put_back
from audit_app.escalations.queries import Open, open_for, unheaded_for
from audit_app.improvement.board_queries import OwnBoard, own_board
from audit_app.insight.queries import Quarter, YearOnYear, this_quarter, year_on_year
from audit_app.insight.report import blind_note
from audit_app.models import MessageState, User
from audit_app.moderation.queries import AroundModeration, around_moderation, count_waiting
from audit_app.programme.waiting import ProgrammeWaiting, programme_waiting_for
from audit_app.reflection.queries import count_to_acknowledge, count_to_reflect_on
from audit_app.reminders.queries import count_stuck, count_unseen
from audit_app.rules.permissions import Permission
from audit_app.summaries.home_queries import SummariesAtHome, summaries_at_home

LATEST_ALERTS = 3


@dataclass(frozen=True)
class Waiting:
    """What a person finds on their home page; a part they have no role for is empty or None."""

    escalations: Open | None = None
    without_head: Sequence[str] = ()
    #: Their drafts but for those of audits given to them, which stand in ``programme``.
    drafts: Sequence[AuditLine] = ()
    programme: ProgrammeWaiting = field(default_factory=ProgrammeWaiting)
    actions: OwnBoard | None = None
    to_moderate: int | None = None
    moderation: AroundModeration = field(default_factory=AroundModeration)
    to_reflect_on: int | None = None
    to_acknowledge: int | None = None
    #: None for whoever has never been invited to an exercise and runs none.
    invitations: Sequence[ExerciseLine] | None = None
    alerts_to_act_on: Sequence[OpenLine] = ()
    alerts_issued: Sequence[IssuedLine] = ()
    #: In force, and not yet read, or not yet talked about in their teams.
    alerts_for_you: Sequence[ForYou] = ()
    #: None for whoever neither starts nor writes nor signs them.
    summaries: SummariesAtHome | None = None
    unseen_messages: int = 0
    #: None for whoever does not look after messages.
    stuck_messages: dict[MessageState, int] | None = None
    #: A backup was put back, and the holds in it are yet to be confirmed by this person.
    holds_to_confirm: bool = False
    years: YearOnYear | None = None
    quarters: tuple[Quarter, Quarter] | None = field(default=None)

    @property
    def notes(self) -> tuple[str, ...]:
        """What to beware of in the year-on-year table."""
        if self.years is None:
            return ()
        return (*blind_note(self.years.left_out), *self.years.table.notes)


def waiting_for(user: User) -> Waiting:
    """Gather it, asking only for what the person's roles open."""
    records = user.can(Permission.AUDIT_RECORD)
    leads = user.can(Permission.INSIGHT_READ)
    acknowledges = user.can(Permission.WORK_ACKNOWLEDGE)
    return Waiting(
        escalations=open_for(user),
        without_head=unheaded_for(user),
        drafts=drafts_not_given_to(user) if records else (),
        programme=programme_waiting_for(user),
        actions=own_board(user),
        to_moderate=count_waiting(user) if user.can(Permission.AUDIT_MODERATE) else None,
        moderation=around_moderation(user),
        to_reflect_on=count_to_reflect_on(user) if user.can(Permission.WORK_REFLECT) else None,
        to_acknowledge=count_to_acknowledge(user) if acknowledges else None,
        invitations=_invitations(user),
        alerts_to_act_on=alerts_waiting_for(user),
        alerts_issued=latest_issued(LATEST_ALERTS),
        alerts_for_you=alerts_for(user),
        summaries=summaries_at_home(user, date.today()),
        unseen_messages=count_unseen(user),
        stuck_messages=count_stuck() if user.can(Permission.MESSAGE_MANAGE) else None,
        holds_to_confirm=user.can(Permission.HOLD_MANAGE) and put_back() is not None,
        years=year_on_year(user) if leads else None,
        quarters=this_quarter(user) if leads else None,
    )


def _invitations(user: User) -> Sequence[ExerciseLine] | None:
    if not user.can(Permission.CALIBRATE) or not count_exercises(user):
        return None
    return invitations_of(user)
