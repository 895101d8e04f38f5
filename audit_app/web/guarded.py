"""The guard on free text: personal data is pointed out beside the field that holds it.

Every text field of every form is guarded, unless its form says that it holds no free text. What
looks like personal data must be removed, or somebody says why it must stay; the reason is written
down in the transaction that writes the text. A name with a title is a hint and asks for nothing.
Nothing found goes into a log, an address or the history.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from flask import current_app, g, has_request_context, request
from flask_login import current_user
from sqlalchemy import ColumnElement, event, select
from sqlalchemy.orm import Session, scoped_session
from wtforms import Field, Form, HiddenField, PasswordField, StringField

from audit_app.extensions import db
from audit_app.models import HistoryEvent, PersonalDataReason
from audit_app.models.base import now
from audit_app.models.inserting import insert_unless_there
from audit_app.rules.completeness import Problem
from audit_app.rules.personal_data import Found, Kind, digest, find, hint, sure, told, warning

LONGEST_REASON = 500

_SUFFIX = "__kept_because"
#: What the reason was asked for, so that it is not taken for anything found later.
ABOUT = "__kept_for"
_PENDING = "reasons_given"


class GuardedForm(Form):
    """A form whose free text is looked through for personal data."""

    #: Fields that hold no free text, such as a case reference or a colleague's e-mail address.
    not_free_text: frozenset[str] = frozenset()

    def __init__(self, formdata: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(formdata, *args, **kwargs)
        self.guards = [
            FieldGuard(self, field, formdata or {})
            for field in self
            if _is_text(field) and field.short_name not in self.not_free_text
        ]

    def may_stay(self, field: str, kind: Kind) -> bool:
        """Whether a reason will do for this kind of personal data in this field."""
        return True

    def validate(self, extra_validators: Any = None) -> bool:
        """As ever, and nothing found that is neither removed nor explained."""
        sound = super().validate(extra_validators)
        warned = [guard.put_beside_field() for guard in self.guards]
        return sound and not any(warned)

    def warnings(self) -> dict[str, str]:
        """What stands beside each field as personal data found in it, by the field's name."""
        return {
            guard.field.name: guard.problem for guard in self.guards if guard.problem is not None
        }


def refused(field: Field) -> bool:
    """Whether what was typed cannot be saved. Personal data can be: it is only pointed out."""
    guard = getattr(field, "guard", None)
    return any(guard is None or error != guard.problem for error in field.errors)


class FieldGuard:
    """What was found in one field, and the reason it must stay, where there is one."""

    def __init__(self, form: GuardedForm, field: Field, sent: Mapping[str, str]) -> None:
        self.form, self.field = form, field
        self.name, self.about_name = field.name + _SUFFIX, field.name + ABOUT
        self._typed = sent.get(self.name, "").strip()
        self._about = sent.get(self.about_name, "")
        field.guard = self

    @cached_property
    def found(self) -> list[Found]:
        return find(self._text)

    @property
    def _text(self) -> str:
        return self.field.data or ""

    @cached_property
    def message(self) -> str | None:
        """What the person is told; None when nothing sure was found."""
        return warning(self._text, self.found, self.reason_will_do)

    @property
    def hint(self) -> str | None:
        return hint(self._text, self.found)

    @cached_property
    def reason_will_do(self) -> bool:
        kinds = {each.kind for each in sure(self.found)}
        return all(self.form.may_stay(self.field.short_name, kind) for kind in kinds)

    @property
    def _given(self) -> str:
        """The reason sent, if it was asked for exactly what is found now."""
        return self._typed if self._about == self.digest else ""

    @cached_property
    def _stored(self) -> str:
        """What this person said before. Another's reason is theirs, and not shown."""
        own = PersonalDataReason.by_id == current_user.id
        return _reasons(_references(), [self.digest], own).get(self.digest, "")

    @property
    def reason(self) -> str:
        """The reason given now or before for what was found; empty when there is none."""
        return self._given or self._stored

    @property
    def in_box(self) -> str:
        """What stands in the box for the reason: what was typed is not lost, whatever it is for."""
        return self._typed or self._stored

    @cached_property
    def digest(self) -> str:
        return digest(self._text, self.found, _key())

    @cached_property
    def wrong_with_reason(self) -> str | None:
        """What is wrong with the reason itself, which must hold no personal data either."""
        if len(self.reason) > LONGEST_REASON:
            return f"Use {LONGEST_REASON} characters or fewer to say why it must stay"
        found = sure(find(self.reason))
        return f"Say why it must stay without {told(self.reason, found)}" if found else None

    @property
    def problem(self) -> str | None:
        """What stands in the way of this text; None when nothing does."""
        if not self.message:
            return None
        if not self.reason_will_do or not self.reason:
            return self.message
        return self.wrong_with_reason

    @property
    def reason_is_wrong(self) -> bool:
        """Whether what the page says beside this field is about the reason, not the text."""
        return bool(self.field.errors) and self.field.errors[0] == self.wrong_with_reason

    @property
    def id(self) -> str:
        return self.field.id + _SUFFIX

    @property
    def message_id(self) -> str:
        return f"{self.field.id}-found"

    @property
    def hint_id(self) -> str:
        return f"{self.field.id}-names"

    @property
    def below(self) -> str:
        """What stands under the field: what to do, or that a reason was given."""
        if self.problem:
            return f"{self.message}."
        return f"This holds {told(self._text, sure(self.found))}. Your reason is kept with it."

    @property
    def told_below(self) -> bool:
        """Whether the message stands under the field, because no error above it says the same."""
        return bool(self.message) and self.message not in self.field.errors

    @property
    def described_by(self) -> str:
        """What a screen reader reads with the field, beside its errors."""
        parts = (self.message_id if self.told_below else "", self.hint_id if self.hint else "")
        return " ".join(part for part in parts if part)

    def for_script(self) -> dict[str, Any]:
        """What a page that saves by itself shows under the field, and the names of its boxes."""
        if not self.message:
            return {"names": self.hint}
        reason = {"name": self.name, "about": self.about_name, "digest": self.digest}
        return {
            "names": self.hint,
            "found": self.below,
            "asks": bool(self.problem),
            "reason": reason if self.reason_will_do else None,
        }

    def put_beside_field(self) -> bool:
        """Say what stands in the way, if anything; else hold the reason, to be written down."""
        if self.problem:
            self.field.errors = [*self.field.errors, self.problem]
            return True
        if self.message and self._given:
            kinds = ", ".join(sorted({each.kind for each in sure(self.found)}))
            given = GivenReason(self.field.name, self.digest, kinds, self._given)
            g.setdefault(_PENDING, {})[given.field] = given
        return False


def unexplained(
    reference: str, texts: Mapping[str, object], published: Collection[str] = ()
) -> list[Problem]:
    """What stands in stored texts of one record with no reason given for it, by field.

    No reason will do for the fields that are ``published``.
    """
    prose = {n: t for n, t in texts.items() if isinstance(t, str) and not isinstance(t, StrEnum)}
    found = {name: (text, find(text)) for name, text in prose.items()}
    digests = {
        name: digest(text, each, _key()) for name, (text, each) in found.items() if sure(each)
    }
    reasons = _reasons([reference], digests.values())
    return [
        Problem(name, warning(*found[name], reason_will_do=name not in published) or "")
        for name, each in digests.items()
        if name in published or each not in reasons
    ]


@dataclass(frozen=True)
class GivenReason:
    """A reason as typed, on its way to be written down with the text it is about."""

    field: str
    digest: str
    kinds: str
    reason: str


@event.listens_for(db.session, "before_flush")
def _write_with_event(session: Session, context: Any, instances: Any) -> None:
    """Write reasons with the event that says which record the text belongs to.

    So they are there exactly when the text is, whichever view took them.
    """
    if not has_request_context() or _PENDING not in g:
        return
    events = [each for each in session.new if isinstance(each, HistoryEvent)]
    if events:
        asked = _references()
        about = next((each for each in events if each.record_reference in asked), events[0])
        write_reasons(session, about.record_type, about.record_reference)


def write_reasons(session: Session | scoped_session[Any], record_type: str, reference: str) -> None:
    """Write down the reasons sent with this request, for texts of this record. Not committed.

    Only a change that leaves no event in the history has to ask for it.
    """
    for given in g.pop(_PENDING, {}).values():
        _write(session, record_type, reference, given)


def _write(
    session: Session | scoped_session[Any], record_type: str, reference: str, given: GivenReason
) -> None:
    """One row for what was found in one field; saying more about the same puts its words right."""
    known = {
        "record_type": record_type,
        "record_reference": reference,
        "field": ".".join([*_parts(reference), given.field])[:80],
        "digest": given.digest,
    }
    said = {"reason": given.reason, "by_id": current_user.id, "at": now()}
    insert_unless_there(session, PersonalDataReason, **known, kinds=given.kinds, **said)
    row = session.scalar(select(PersonalDataReason).filter_by(**known).with_for_update())
    if row is not None and row.reason != given.reason:
        row.reason, row.by_id, row.at = given.reason, current_user.id, now()


def _reasons(
    references: Collection[str], digests: Iterable[str], *which: ColumnElement[bool]
) -> dict[str, str]:
    """The reasons given for exactly this in the records with these references, by digest."""
    wanted = set(digests)
    if not references or not wanted:
        return {}
    rows = db.session.execute(
        select(PersonalDataReason.digest, PersonalDataReason.reason).where(
            PersonalDataReason.record_reference.in_(references),
            PersonalDataReason.digest.in_(wanted),
            *which,
        )
    )
    return {row.digest: row.reason for row in rows}


def _references() -> list[str]:
    """The references in the address of this request: those of the records it is about."""
    if not has_request_context():
        return []
    return [part for part in (request.view_args or {}).values() if isinstance(part, str)]


def _parts(reference: str) -> list[str]:
    """The part of the record this page is for, such as a section, as its address says it."""
    return [part for part in _references() if part != reference]


def _is_text(field: Field) -> bool:
    return isinstance(field, StringField) and not isinstance(field, PasswordField | HiddenField)


def _key() -> bytes:
    return str(current_app.config["SECRET_KEY"]).encode()
