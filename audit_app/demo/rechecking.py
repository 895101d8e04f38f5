"""A made-up sample of the actions closed last month, half of it looked at again."""

from __future__ import annotations

from datetime import date, timedelta

from audit_app.demo import bulk, schedule
from audit_app.demo.acting import Followed, Follower
from audit_app.demo.audits import at
from audit_app.demo.references import reference
from audit_app.extensions import db
from audit_app.models import ActionRecheck, ActionSample, User
from audit_app.rules.action_samples import draw
from audit_app.rules.action_steps import ActionState
from audit_app.rules.actions import ActionEvent
from audit_app.web.moments import in_london

_PERCENT = 10
#: What a reopened action loses.
_CLOSED = (
    "closed_at", "closed_by_id", "difference", "look_again_on", "verified_at", "verified_by_id",
)  # fmt: skip


def add_sample(follower: Follower, followed: list[Followed]) -> None:
    """Draw it by the rules, before the actions are written down: one of them opens again."""
    last = _last_day(follower.today)
    closed = {each.row["reference"]: each for each in followed if _closed_by(each, last)}
    if not closed:
        return
    sample = _sample(follower, last)
    drawn = draw(sample.seed, list(closed), _PERCENT)
    chosen = [each.reference for each in drawn if each.chosen]
    for each in drawn:
        made = closed[each.reference]
        row = ActionRecheck(action_id=made.row["id"], number=each.number, chosen=each.chosen)
        if each.reference in chosen[: (len(chosen) + 1) // 2]:
            _look(follower, made, row, holds=each.reference != chosen[0])
        sample.rechecks.append(row)
    db.session.add(sample)
    db.session.flush()


def _closed_by(each: Followed, last: date) -> bool:
    """Whether it was closed in the month that ends so, or verified in it if it had to be."""
    if each.row["state"] is not ActionState.CLOSED:
        return False
    closed = in_london(each.row["verified_at"] or each.row["closed_at"]).date()
    return bool(last.replace(day=1) <= closed <= last)


def _sample(follower: Follower, last: date) -> ActionSample:
    rng, lead = follower.rng, follower.staff.sign_ins["practice.lead"]
    sample = ActionSample(
        reference=reference(rng),
        closed_from=last.replace(day=1),
        closed_to=last,
        percent=_PERCENT,
        seed=f"{rng.getrandbits(128):032x}",
        drawn_at=at(_drawn_on(last), 9, rng),
        drawn_by_id=lead.id,
    )
    bulk.remember([bulk.event(lead, "drew", "action sample", sample.reference, sample.drawn_at)])
    return sample


def _last_day(today: date) -> date:
    """The last day of the newest month that was over for some days."""
    return (today - timedelta(days=5)).replace(day=1) - timedelta(days=1)


def _drawn_on(last: date) -> date:
    """The first day after it on which people work."""
    return schedule.weekdays(last + timedelta(days=1), last + timedelta(days=8))[0]


def _look(follower: Follower, made: Followed, row: ActionRecheck, holds: bool) -> None:
    rng = follower.rng
    days = schedule.weekdays(_drawn_on(_last_day(follower.today)), follower.today)
    when = at(rng.choice(days[:-1] or days), 14, rng)
    by, found = _checker(follower, made), follower.some("recheck", "holds" if holds else "does_not")
    row.checked_at, row.checked_by_id, row.holds, row.found = when, by.id, holds, found
    made.say(ActionEvent.RECHECKED, by, when, text=found)
    if not holds:
        made.say(ActionEvent.REOPENED, by, when)
        made.row |= {"state": ActionState.OPEN} | dict.fromkeys(_CLOSED)


def _checker(follower: Follower, made: Followed) -> User:
    """A practice lead who had no hand in it."""
    had = {made.row["owner_id"], made.row["closed_by_id"], made.row["verified_by_id"]}
    leads = (follower.staff.sign_ins[name] for name in ("second.lead", "practice.lead"))
    return next(each for each in leads if each.id not in had)
