"""Made-up actions raised after the audit: by moderators, from themes, after one of no use."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from audit_app.demo import schedule
from audit_app.demo.acting import Followed, Follower
from audit_app.demo.audits import at
from audit_app.demo.references import reference
from audit_app.demo.sentences import stock
from audit_app.extensions import db
from audit_app.models import Action, Service, Theme, User
from audit_app.rules.action_steps import ActionState
from audit_app.rules.actions import ActionEvent, ActionKind, ActionSource, Difference
from audit_app.rules.audits import Priority

_ALIKE, _JOINED = 3, 1


def raise_actions(follower: Follower, followed: list[Followed], themes: list[Theme]) -> None:
    """Add them to the actions of audits, before what was recorded of those is written down."""
    db.session.add_all(_from_themes(follower, themes))
    db.session.add_all(_from_moderation(follower, followed))
    _after_no_use(follower, followed)


def _from_themes(follower: Follower, themes: list[Theme]) -> Iterator[Action]:
    named = {theme.name: theme for theme in themes}
    services = {service.name: service.id for service in db.session.query(Service)}
    lead = follower.staff.sign_ins["practice.lead"]
    for each in stock("actions")["theme"]:
        ago, left = each["days"]
        theme, raised = named[each["theme"]], _before(follower.today, ago)
        action = _action(
            follower,
            source=ActionSource.THEME,
            service_id=services[each["service"]] if "service" in each else None,
            what=each["what"],
            kind=ActionKind(each["kind"]),
            priority=Priority(each["priority"]),
            owner_user=follower.staff.sign_ins[each["owner"]],
            due_on=follower.today + timedelta(days=left),
            opened_at=at(raised, 11, follower.rng),
        )
        action.themes = [theme]
        _open(action, lead, f"Theme: {theme.name}.")
        if "note" in each:
            when = at(_before(follower.today, ago // 2), 9, follower.rng)
            _say(action, ActionEvent.NOTE, action.owner_user or lead, when, each["note"])
        yield action


def _from_moderation(follower: Follower, followed: list[Followed]) -> Iterator[Action]:
    """Moderators asked again for what auditors had asked for; one was found to be the same."""
    moderated = [
        each
        for each in followed
        if each.open and each.row["owner_id"] and each.of.moderated_on is not None
    ]
    chosen = moderated[-_ALIKE - _JOINED :]
    for place, each in enumerate(chosen):
        of, when = each.of, at(each.of.moderated_on, 16, follower.rng)
        moderator = next(u for u in follower.staff.moderators if u.id == of.moderator_id)
        action = _action(
            follower,
            source=ActionSource.MODERATION,
            audit_id=of.audit_id,
            team_id=of.team_id,
            service_id=of.service_id,
            thread_id=of.thread_id,
            what=f"{of.what} {stock('actions')['raised']['repeated']}",
            kind=each.row["kind"],
            priority=of.priority,
            owner_user=follower.manager(of),
            due_on=max(of.due_on, when.date() + timedelta(days=14)),
            opened_at=when,
        )
        _open(action, moderator)
        if place < _JOINED:
            _join(follower, action, each)
        else:
            action.like_id = each.row["id"]
        yield action


def _join(follower: Follower, action: Action, to: Followed) -> None:
    assert action.opened_at is not None
    when = min(
        action.opened_at + timedelta(days=3),
        at(follower.today - timedelta(days=1), 17, follower.rng),
    )
    by = follower.manager(to.of)
    action.state, action.joined_to_id = ActionState.JOINED, to.row["id"]
    _say(action, ActionEvent.JOINED, by, when, to.row["reference"])
    said = f"Joined action {action.reference} to this one: it is the same."
    to.say(ActionEvent.NOTE, by, when, text=said)


def _after_no_use(follower: Follower, followed: list[Followed]) -> None:
    """Of the newest that made no difference, another action was raised."""
    no_use = [each for each in followed if each.row["difference"] is Difference.NO]
    no_use.sort(key=lambda each: (each.row["closed_at"], each.row["id"]))
    for each in no_use[-2:]:
        of, by = each.of, follower.manager(each.of)
        closed: datetime = each.row["closed_at"]
        when = closed + timedelta(minutes=40)
        action = _action(
            follower,
            source=ActionSource.ACTION,
            audit_id=of.audit_id,
            team_id=of.team_id,
            service_id=of.service_id,
            thread_id=of.thread_id,
            what=stock("actions")["raised"]["after_no"],
            kind=ActionKind.QUALITY,
            priority=of.priority,
            owner_user=by,
            due_on=closed.date() + timedelta(days=42),
            opened_at=when,
        )
        _open(action, by, f"Action {each.row['reference']} made no difference for the child.")
        db.session.add(action)
        each.say(ActionEvent.FOLLOWED, by, when, text=action.reference)


def _action(follower: Follower, **values: Any) -> Action:
    opened_at, due_on = values["opened_at"], values["due_on"]
    return Action(
        reference=reference(follower.rng), created_at=opened_at, first_due_on=due_on, **values
    )


def _open(action: Action, by: User, why: str | None = None) -> None:
    assert action.opened_at is not None
    _say(action, ActionEvent.OPENED, by, action.opened_at, why)
    action.entries[-1].due_on = action.due_on
    action.entries[-1].owner_id = action.owner_user.id if action.owner_user else None


def _say(action: Action, what: ActionEvent, by: User, when: datetime, text: str | None) -> None:
    action.say(what, by, text, at=when)


def _before(today: date, days: int) -> date:
    return schedule.friday_at_latest(today - timedelta(days=days))
