"""What became of the made-up actions: each followed from the day its audit was submitted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import insert, select

from audit_app.demo import bulk, schedule
from audit_app.demo.audits import at
from audit_app.demo.people import Staff
from audit_app.demo.references import reference
from audit_app.demo.sentences import stock
from audit_app.extensions import db
from audit_app.improvement.queries import judged_inadequate
from audit_app.models import Action, ActionEntry, Audit, Moderation, Theme, Thread, User
from audit_app.models.theme import action_themes
from audit_app.rules.action_steps import ActionState
from audit_app.rules.actions import ActionEvent, ActionKind, Difference

Row = dict[str, Any]

_DONE_IF_LATE, _DONE_IF_NOT = 0.88, 0.3
_ANSWERS = {
    Difference.YES: 48, Difference.PARTLY: 24, Difference.NO: 8, Difference.TOO_EARLY: 20,
}  # fmt: skip
_LOOK_AGAIN = timedelta(days=42)
#: The newest of those that somebody must verify still wait for it.
_LEFT_TO_VERIFY = 5
_OWNERLESS, _EXTENDED, _NOTED, _THEMED = 0.08, 0.16, 0.3, 0.35


@dataclass
class Followed:
    """One live action: where it comes from, its row as it stands, and what is recorded of it."""

    of: Any
    row: Row
    entries: list[Row] = field(default_factory=list)

    def say(self, what: ActionEvent, by: User, when: datetime, **more: Any) -> None:
        said = {"text": None, "difference": None, "due_on": None, "was_due_on": None}
        self.entries.append(
            said | {"event": what, "at": when, "by_id": by.id, "owner_id": None} | more
        )

    @property
    def open(self) -> bool:
        return self.row["state"] is ActionState.OPEN


@dataclass
class Follower:
    """Follows the actions that audits asked for, to the day before ``today``."""

    rng: Random
    staff: Staff
    today: date

    def __post_init__(self) -> None:
        self._people = {user.id: user for user in self.staff.everybody}
        self._by_staff_id = {user.staff_id: user for user in self.staff.sign_ins.values()}

    def every(self) -> list[Followed]:
        followed = [self._opened(each) for each in _of_audits()]
        for each in followed:
            if self.rng.random() < self._chance_of_done(each.of.due_on):
                self._close(each)
            elif self.rng.random() < _EXTENDED:
                self._extend(each)
            if self.rng.random() < _NOTED:
                self._note(each)
        self._verify(followed)
        return followed

    def _chance_of_done(self, due_on: date) -> float:
        return _DONE_IF_LATE if due_on < self.today else _DONE_IF_NOT

    def _opened(self, of: Any) -> Followed:
        rng, opened = self.rng, of.submitted_at.replace(tzinfo=UTC)
        owner = self._owner(of)
        row = {
            "id": of.id,
            "reference": reference(rng),
            "kind": rng.choice(tuple(ActionKind)),
            "owner_id": owner and owner.id,
            "owner": of.owner if owner is None else None,
            "team_id": of.team_id,
            "service_id": of.service_id,
            "due_on": of.due_on,
            "first_due_on": of.due_on,
            "opened_at": opened,
            **_standing(ActionState.OPEN),
        }
        made = Followed(of, row)
        auditor = self._people[of.auditor_id]
        given = {"due_on": of.due_on, "owner_id": row["owner_id"]}
        made.say(ActionEvent.OPENED, auditor, opened, **given)
        return made

    def _owner(self, of: Any) -> User | None:
        """The worker where they can sign in, or the manager of the team; now and then nobody."""
        if self.rng.random() < _OWNERLESS:
            return None
        return self._by_staff_id.get(of.worker_staff_id, self.manager(of))

    def manager(self, of: Any) -> User:
        return self.staff.managers[of.team_id]

    def day(self, first: date, last: date) -> date:
        """A day on which people work, not before the first and before today."""
        last = min(max(first, last), self.today - timedelta(days=1))
        return max(schedule.friday_at_latest(last), first)

    def _close(self, made: Followed) -> None:
        rng, of = self.rng, made.of
        day = self.day(
            of.submitted_at.date() + timedelta(days=2),
            of.due_on + timedelta(days=rng.randint(-12, 6)),
        )
        if day >= self.today:
            return
        when, by = at(day, 15, rng), self._people.get(made.row["owner_id"]) or self.manager(of)
        answer = rng.choices(list(_ANSWERS), weights=list(_ANSWERS.values()))[0]
        made.say(ActionEvent.CLOSED, by, when, difference=answer, text=self.some("closed", "any"))
        made.row |= {"state": ActionState.CLOSED, "closed_at": when, "closed_by_id": by.id}
        self._answer(made, by, when, answer)
        again = made.row["look_again_on"]
        if again is not None and again < self.today and rng.random() < 0.5:
            self._answer(made, by, at(again, 11, rng), Difference.PARTLY)

    def _answer(self, made: Followed, by: User, when: datetime, answer: Difference) -> None:
        early = answer is Difference.TOO_EARLY
        again = when.date() + _LOOK_AGAIN if early else None
        text = None if early else self.some("answered", answer.value)
        made.say(ActionEvent.ANSWERED, by, when, difference=answer, due_on=again, text=text)
        made.row |= {"difference": answer, "look_again_on": again}

    def _extend(self, made: Followed) -> None:
        was, day = made.of.due_on, made.of.due_on - timedelta(days=2)
        if day >= self.today:
            return
        until = was + timedelta(days=self.rng.choice((14, 21, 28)))
        made.say(
            ActionEvent.EXTENDED,
            self.manager(made.of),
            at(schedule.friday_at_latest(day), 16, self.rng),
            text=self.some("extended", "any"),
            due_on=until,
            was_due_on=was,
        )
        made.row["due_on"] = until

    def _note(self, made: Followed) -> None:
        opened = made.of.submitted_at.date()
        day = self.day(opened + timedelta(days=1), opened + timedelta(days=self.rng.randint(3, 12)))
        closed = made.row["closed_at"]
        if day < self.today and (closed is None or day < closed.date()):
            by, when = self.manager(made.of), at(day, 10, self.rng)
            made.say(ActionEvent.NOTE, by, when, text=self.some("note", "any"))

    def _verify(self, followed: list[Followed]) -> None:
        """Whoever had no hand in it looks at what came of an Inadequate judgement."""
        done = [each for each in followed if each.of.needs_verifying and not each.open]
        done.sort(key=lambda each: (each.row["closed_at"], each.row["id"]))
        for each in done[-_LEFT_TO_VERIFY:]:
            each.row["state"] = ActionState.TO_VERIFY
        for each in done[:-_LEFT_TO_VERIFY]:
            closed = each.row["closed_at"].date()
            day = self.day(closed, closed + timedelta(days=self.rng.randint(2, 9)))
            when = at(day, 17, self.rng)
            by = self.rng.choice(self.verifiers())
            each.say(ActionEvent.VERIFIED, by, when, text=self.some("verified", "any"))
            each.row |= {"verified_at": when, "verified_by_id": by.id}

    def verifiers(self) -> tuple[User, User]:
        return self.staff.sign_ins["head.of.service"], self.staff.sign_ins["practice.lead"]

    def some(self, part: str, group: str) -> str:
        sentence: str = self.rng.choice(stock("actions")[part][group])
        return sentence


def _standing(state: ActionState) -> Row:
    """An action's row as it stands before anything is done about it."""
    names = (
        "closed_at", "closed_by_id", "difference", "look_again_on", "verified_at",
        "verified_by_id", "joined_to_id", "like_id",
    )  # fmt: skip
    return {"state": state} | dict.fromkeys(names)


def _of_audits() -> Iterator[Any]:
    """The actions of every submitted audit, with what of the audit decides about them."""
    return iter(
        db.session.execute(
            select(
                Action.id, Action.what, Action.owner, Action.due_on, Action.audit_id,
                Action.thread_id, Action.priority, Thread.code, Audit.submitted_at,
                Audit.auditor_id, Audit.team_id, Audit.service_id, Audit.worker_staff_id,
                Moderation.moderator_id, Moderation.moderated_on,
                judged_inadequate(Action).label("needs_verifying"),
            )
            .join(Audit, Audit.id == Action.audit_id)
            .join(Thread, Thread.id == Action.thread_id)
            .outerjoin(Moderation, Moderation.audit_id == Audit.id)
            .where(Audit.recorded)
            .order_by(Action.id)
        ).all()
    )  # fmt: skip


def write(followed: list[Followed], themes: list[Theme], rng: Random) -> None:
    """Write down how actions that are there already stand, and all that was recorded of them."""
    bulk.change(Action, (each.row for each in followed))
    entries = [entry | {"action_id": each.row["id"]} for each in followed for entry in each.entries]
    bulk.add(ActionEntry, sorted(entries, key=lambda each: each["at"]))
    carried = [
        {"action_id": each.row["id"], "theme_id": theme.id}
        for each in followed
        if (theme := _theme(rng, each, themes)) is not None
    ]
    db.session.execute(insert(action_themes), carried)


def _theme(rng: Random, made: Followed, themes: list[Theme]) -> Theme | None:
    fits = [
        theme
        for theme, content in zip(themes, stock("themes")["theme"], strict=True)
        if made.of.code in content["threads"]
    ]
    return rng.choice(fits) if fits and rng.random() < _THEMED else None
