"""What waits for each person, gathered from the rooms as counts and links: the weekly digest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta

from flask import current_app
from sqlalchemy import select

from audit_app.account.queries import count_typed_by
from audit_app.alerts.listing import alerts_waiting_for
from audit_app.alerts.talked import alerts_for
from audit_app.audits.lists import drafts_of
from audit_app.calibration.queries import invitations_of
from audit_app.disposal.queries import put_back
from audit_app.escalations.queries import open_for, unheaded_for
from audit_app.extensions import db
from audit_app.history.viewing import mass_viewing, openings_up
from audit_app.improvement.board_filter import BoardFilter, Whose
from audit_app.improvement.board_queries import count_board
from audit_app.improvement.sample_queries import count_to_recheck
from audit_app.models import MessageKind, MessageState, User
from audit_app.models.base import now
from audit_app.moderation.queries import around_moderation, count_waiting
from audit_app.programme.allocations import count_without_auditor, given_to
from audit_app.programme.request_queries import count_to_decide
from audit_app.reflection.queries import count_to_acknowledge, count_to_reflect_on
from audit_app.reminders.drafts import Draft, Line, draft_to, path_of
from audit_app.reminders.queries import count_stuck
from audit_app.rules.action_board import BoardGroup
from audit_app.rules.deeds import Kind
from audit_app.rules.permissions import Permission
from audit_app.summaries.home_queries import count_summaries_waiting
from audit_app.web.pages import day, plural

Lines = Iterator[Line]

#: The rooms' lists of what came back to somebody end here.
MOST_LISTED = 25


def digests(today: date) -> list[Draft]:
    """This week's digest of everybody who can sign in and for whom something waits."""
    year, week, _ = today.isocalendar()
    people = db.session.scalars(select(User).where(User.signs_in).order_by(User.id)).all()
    gathered = ((user, what_waits_for(user)) for user in people)
    return [
        draft_to(
            user, MessageKind.DIGEST, f"digest:{year}-W{week:02}", MessageKind.DIGEST.label, lines
        )
        for user, lines in gathered
        if lines
    ]


def what_waits_for(user: User) -> list[Line]:
    """A line for each kind of thing that waits, the most pressing first; none where nothing does.

    Only what the person's roles open is asked for, and only through what the rooms tell them.
    """
    return [line for part in _PARTS for line in part(user)] if user.roles else []


def _escalations(user: User) -> Lines:
    opened = open_for(user) if user.can(Permission.ESCALATION_READ) else None
    if opened is not None and opened.count:
        open_ones = plural(opened.count, "open escalation")
        yield Line(
            open_ones + _late(opened.overdue, opened.count), path_of("escalations.escalations")
        )
    if without_head := unheaded_for(user):
        services = plural(len(without_head), "service")
        has = "has" if len(without_head) == 1 else "have"
        mends = user.can(Permission.PEOPLE_MANAGE)
        yield Line(
            f"{services} with open escalations {has} no head of service",
            path_of("people.people" if mends else "escalations.escalations"),
        )


def _moderation(user: User) -> Lines:
    around = around_moderation(user)
    queue = path_of("moderation.queue")
    if user.can(Permission.AUDIT_MODERATE) and (waiting := count_waiting(user)):
        late = _late(around.overdue, waiting)
        yield Line(f"{plural(waiting, 'audit')} to moderate{late}", queue)
    if around.returned:
        text = f"{_some(around.returned, 'audit')} returned to you for more evidence"
        yield Line(text, path_of("audits.audits", state="returned"))
    if around.to_answer:
        text = f"{_some(around.to_answer, 'moderation')} to answer"
        yield Line(text, path_of("audits.audits", state="moderated"))
    if around.disputes:
        yield Line(f"{plural(around.disputes, 'dispute')} to resolve", queue)
    if around.without_moderator:
        yield Line(f"{plural(around.without_moderator, 'audit')} without a moderator", queue)


def _programme(user: User) -> Lines:
    if user.can(Permission.AUDIT_RECORD) and (given := given_to(user)):
        late = _late(sum(line.overdue for line in given), len(given))
        yield Line(
            f"{plural(len(given), 'audit')} given to you{late}", path_of("programme.mine.audits")
        )
    if user.can(Permission.PROGRAMME_MANAGE) and (count := count_without_auditor()):
        text = f"{plural(count, 'audit')} waiting for an auditor"
        yield Line(text, path_of("programme.requests.waiting"))
    if user.can(Permission.PROGRAMME_APPROVE) and (count := count_to_decide(user)):
        text = f"{plural(count, 'request')} to decide about audits"
        yield Line(text, path_of("programme.requests.listed"))


#: Where an action stands when somebody should see to it this week or next.
_PRESSING = (BoardGroup.OVERDUE, BoardGroup.LOOK_AGAIN, BoardGroup.SOON, BoardGroup.TO_VERIFY)


def _actions(user: User) -> Lines:
    if not user.can(Permission.ACTION_READ):
        return
    counts = count_board(user, BoardFilter(whose=Whose.MINE), date.today())
    mine = path_of("improvement.boards.mine")
    if pressing := sum(counts[group] for group in _PRESSING):
        late = _late(counts[BoardGroup.OVERDUE], pressing)
        yield Line(f"{plural(pressing, 'action')} to see to{late}", mine)
    if counts.ownerless:
        yield Line(f"{plural(counts.ownerless, 'action')} that nobody answers for", mine)
    if count := count_to_recheck(user):
        text = f"{plural(count, 'closed action')} for a second look"
        yield Line(text, path_of("improvement.samples.samples"))


def _late(count: int, of: int) -> str:
    if count == of:
        return ", overdue" if of == 1 else ", all overdue"
    return f", {count:,} of them overdue" if count else ""


def _some(listed: Sequence[object], one: str) -> str:
    """How many there are of a list that ends after so many."""
    more = " or more" if len(listed) == MOST_LISTED else ""
    return f"{len(listed)}{more} {one if len(listed) == 1 else one + 's'}"


def _recording(user: User) -> Lines:
    if user.can(Permission.AUDIT_RECORD) and (drafts := drafts_of(user)):
        text = f"{plural(len(drafts), 'audit')} begun and not submitted"
        yield Line(text, path_of("audits.audits", state="draft"))
    if pages := count_typed_by(user):
        text = f"{plural(pages, 'page')} typed on and not sent; kept for 30 days"
        yield Line(text, path_of("account.not_sent"))


def _learning(user: User) -> Lines:
    if user.can(Permission.WORK_REFLECT) and (count := count_to_reflect_on(user)):
        text = f"{plural(count, 'audit')} of your work to reflect on"
        yield Line(text, path_of("reflection.my_work"))
    if user.can(Permission.WORK_ACKNOWLEDGE) and (count := count_to_acknowledge(user)):
        text = f"{plural(count, 'reflection')} to acknowledge"
        yield Line(text, path_of("reflection.waiting"))
    if user.can(Permission.CALIBRATE) and (invited := invitations_of(user)):
        text = f"{plural(len(invited), 'calibration exercise')} to judge"
        yield Line(text, path_of("calibration.exercises"))


#: For so many days after its issue nobody is reminded that their team is asked to talk about it.
DAYS_TO_TALK = 7


def _alerts(user: User) -> Lines:
    if user.can(Permission.ALERT_ACKNOWLEDGE):
        quiet = alerts_for(user, issued_by=date.today() - timedelta(days=DAYS_TO_TALK))
        for each in quiet[:MOST_LISTED]:
            has = "has" if each.teams_waiting == 1 else "have"
            text = (
                f"Practice alert {each.number}, issued on {day(each.issued_on)}: "
                f"{plural(each.teams_waiting, 'team')} of yours {has} not said that "
                f"{'it' if each.teams_waiting == 1 else 'they'} talked about it"
            )
            yield Line(text, path_of("alerts.alert", reference=each.reference))
    if waiting := alerts_waiting_for(user):
        text = f"{plural(len(waiting), 'practice alert')} waiting for you"
        yield Line(text, path_of("alerts.alerts"))


def _summaries(user: User) -> Lines:
    if count := count_summaries_waiting(user, date.today()):
        text = f"{plural(count, 'summary', 'summaries')} waiting for you"
        yield Line(text, path_of("summaries.summaries"))


def _messages(user: User) -> Lines:
    if not user.can(Permission.MESSAGE_MANAGE):
        return
    stuck = count_stuck()
    for state, text in (
        (MessageState.SENDING, "not known whether they were sent"),
        (MessageState.REFUSED, "that could not be delivered"),
    ):
        if stuck[state]:
            where = path_of("reminders.outbox", state=state)
            yield Line(f"{plural(stuck[state], 'message')} {text}", where)


def _mass_viewing(user: User) -> Lines:
    if not user.can(Permission.HISTORY_READ):
        return
    settings, since = current_app.config["SETTINGS"], now() - timedelta(days=7)
    found = mass_viewing(since, settings.mass_viewing_cases, settings.mass_viewing_minutes)
    if found:
        times = plural(len(found), "time")
        said = f"{times} last week, somebody read very many audits or texts"
        yield Line(said, path_of("history.viewing"))
    if opened := openings_up(since):
        said = (
            "somebody was given access, a role that reads cases or a new password, or had their "
            "second step taken away"
        )
        yield Line(
            f"{plural(opened, 'time')} last week, {said}",
            path_of("history.events", kind=Kind.OPENED_UP.value),
        )


def _holds(user: User) -> Lines:
    if user.can(Permission.HOLD_MANAGE) and put_back() is not None:
        said = "A backup was put back: nothing is disposed of until you confirm the holds"
        yield Line(said, path_of("disposal.confirm"))


_PARTS: tuple[Callable[[User], Lines], ...] = (
    _escalations,
    _programme,
    _actions,
    _moderation,
    _recording,
    _learning,
    _alerts,
    _summaries,
    _mass_viewing,
    _holds,
    _messages,
)
