"""What the service acknowledged, and whether its database keeps it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from sqlalchemy import func, select

from audit_app.audits.copies import copy_of
from audit_app.audits.sections import Section, holder, section_named
from audit_app.extensions import db
from audit_app.models import Audit, HistoryEvent, KeptForm, User
from audit_app.rules.audit_steps import RECORDED_STATES, WAITING_STATES
from tests.faults.visiting import Answer


@dataclass(frozen=True)
class Timed:
    """One answer: what kind of page it was, how it went and how long it took."""

    kind: str
    status: int
    seconds: float
    path: str


@dataclass
class Promises:
    """Told by every visitor while they work; each audit is written by one person alone."""

    answers: list[Timed] = field(default_factory=list)
    #: What a section of a draft says, by reference and section; then by field.
    written: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    #: The case an audit is of, as no two have the same.
    started: dict[str, str] = field(default_factory=dict)
    submitted: set[str] = field(default_factory=set)
    moderated: dict[str, str] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)
    #: What was typed and not yet sent, by whose it is and where.
    typed: dict[tuple[str, str], str] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def hear(self, kind: str, answer: Answer) -> None:
        with self.lock:
            self.answers.append(Timed(kind, answer.status, answer.seconds, answer.path))

    def submitted_of(self, references: list[str]) -> list[str]:
        return [each for each in references if each in self.submitted]

    @property
    def wrong(self) -> list[Timed]:
        """Answers that nobody who only uses the pages should get."""
        return [each for each in self.answers if each.status >= 400]

    def check(self) -> None:
        """All of it is in the database, whole and once."""
        db.session.rollback()
        audits = {each.reference: each for each in _audits(list(self.started))}
        assert audits.keys() == self.started.keys()
        _check_once(list(self.started.values()))
        for (reference, key), said in self.written.items():
            section = section_named(audits[reference], key)
            assert section is not None
            _check_section(audits[reference], section, said)
        happened = _happened(list(self.started))
        for reference, audit in audits.items():
            submitted = reference in self.submitted
            assert (audit.state in RECORDED_STATES) == submitted, reference
            assert happened[reference, "submitted"] == int(submitted)
            if submitted:
                assert [each.answers for each in audit.submissions] == [copy_of(audit)]
            assert (audit.moderation is not None) == (reference in self.moderated), reference
            if reference in self.moderated:
                assert audit.moderation is not None
                assert audit.moderation.practice_note == self.moderated[reference]
                assert happened[reference, "moderated"] == 1
                assert audit.state not in WAITING_STATES
            assert (audit.answer is not None) == (reference in self.answered), reference
        for (email, path), text in self.typed.items():
            kept: list[dict[str, Any]] = [each.typed for each in _kept(email, path)]
            assert [text] in [value for each in kept for value in each.values()], path


def _check_section(audit: Audit, section: Section, said: dict[str, str]) -> None:
    row = holder(audit, section)
    # Saved while it is typed, a text ends with the space before its next word.
    held = {name: (getattr(row, name) or "").rstrip() for name in said}
    assert held == said, f"{audit.reference} {section.key}"


def _check_once(cases: list[str]) -> None:
    again = (
        select(Audit.case_reference)
        .where(Audit.case_reference.in_(cases))
        .group_by(Audit.case_reference)
        .having(func.count() > 1)
    )
    assert not db.session.scalars(again).all()


def _audits(references: list[str]) -> list[Audit]:
    return list(db.session.scalars(select(Audit).where(Audit.reference.in_(references))))


def _happened(references: list[str]) -> Counter[tuple[str, str]]:
    events = select(HistoryEvent.record_reference, HistoryEvent.verb).where(
        HistoryEvent.record_type == "audit", HistoryEvent.record_reference.in_(references)
    )
    return Counter((reference, verb) for reference, verb in db.session.execute(events))


def _kept(email: str, path: str) -> list[KeptForm]:
    theirs = select(KeptForm).join(User, User.id == KeptForm.user_id)
    return list(db.session.scalars(theirs.where(User.email == email, KeptForm.path == path)))
