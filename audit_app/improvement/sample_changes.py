"""Drawing a sample of closed actions, and recording what a second look at one found."""

from __future__ import annotations

import secrets
from datetime import date

from audit_app.extensions import db
from audit_app.improvement import changes
from audit_app.improvement.sample_queries import closed_between, sampled_already
from audit_app.models import ActionRecheck, ActionSample, User, remember
from audit_app.models.base import new_reference, now
from audit_app.rules.action_samples import draw


class NothingClosed(Exception):
    """No action was closed in the days asked for; nothing was written."""


class SampledAlready(Exception):
    """A sample was drawn from some of these days; nothing was written."""

    def __init__(self, sample: ActionSample) -> None:
        super().__init__(sample.reference)
        self.sample = sample


class LookedAtAlready(Exception):
    """Somebody else has said what they found; nothing was written."""


def draw_sample(user: User, closed_from: date, closed_to: date, percent: int) -> ActionSample:
    """Draw a share of the actions closed from one day to another. Not committed.

    Every action it was drawn from is kept with its number, so that anybody can draw it again.

    Raises:
        NothingClosed: when there is nothing to draw from.
        SampledAlready: when an earlier sample was drawn from some of these days.
    """
    if (earlier := sampled_already(closed_from, closed_to)) is not None:
        raise SampledAlready(earlier)
    candidates = closed_between(closed_from, closed_to)
    if not candidates:
        raise NothingClosed
    sample = ActionSample(
        reference=new_reference(),
        closed_from=closed_from,
        closed_to=closed_to,
        percent=percent,
        seed=secrets.token_hex(16),
        drawn_by_id=user.id,
    )
    db.session.add(sample)
    sample.rechecks = [
        ActionRecheck(action_id=candidates[each.reference], number=each.number, chosen=each.chosen)
        for each in draw(sample.seed, list(candidates), percent)
    ]
    remember(db.session, user, "drew", "action sample", sample.reference)
    return sample


def look_again(
    user: User, row: ActionRecheck, holds: bool, found: str, read_at: int | None
) -> None:
    """Record what a second look at a chosen action found; one that does not hold opens again.

    Not committed.

    Raises:
        LookedAtAlready: when somebody else has looked at it.
        NotAllowed: when this person may not; whoever had a hand in it never may.
        Overtaken: when somebody has acted on the action since this person read it.
    """
    db.session.refresh(row, with_for_update={"of": ActionRecheck})
    if row.checked_at is not None:
        raise LookedAtAlready
    changes.recheck(user, row.action, holds, found, read_at)
    row.checked_at, row.checked_by_id = now(), user.id
    row.holds, row.found = holds, found
