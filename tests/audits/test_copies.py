"""A copy of what was submitted loses nothing, and reads as the audit read then."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from flask import Flask, render_template_string
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Boolean, Date, Enum, Integer

from audit_app.audits.compared import changed_fields
from audit_app.audits.copies import ACTION_FIELDS, as_submitted, copy_of
from audit_app.audits.opening import open_actions
from audit_app.audits.sections import FIELDS, Kind, holder, sections_of
from audit_app.extensions import db
from audit_app.models import Action, Audit, OversightStatement, Submission, Theme
from audit_app.rules.actions import ActionEvent, ActionKind
from audit_app.rules.audits import Priority
from audit_app.rules.judgements import Judgement
from tests.people import World

SHOWN = '{% from "audits/_answers.html" import whole with context %}{{ whole(audit) }}'

#: What becomes of an action once it is live, and what the database needs.
NOT_THE_AUDITORS = {
    "id", "audit_id", "created_at", "source", "team_id", "service_id", "first_due_on", "opened_at",
    "state", "closed_at", "closed_by_id", "difference", "look_again_on", "verified_at",
    "verified_by_id", "joined_to_id", "like_id",
}  # fmt: skip

_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1)


def a_value(row: Any, name: str) -> st.SearchStrategy[Any]:
    """Anything the field's column can hold but nothing at all."""
    match type(row).__table__.c[name].type:
        case Enum(enum_class=words) if words is not None:
            return st.sampled_from(list(words))
        case Date():
            return st.dates(date(1990, 1, 1))
        case Boolean():
            return st.booleans()
        case Integer():
            return st.integers(0, 25)
    return _TEXT


def whole_audit(world: World) -> Audit:
    """An audit with every part there can be."""
    audit = world.recorded_audit()
    audit.oversight = OversightStatement()
    thread = audit.findings[2].thread
    drift, neglect = Theme(name="Drift and delay"), Theme(name="Neglect")
    audit.themes = [drift, neglect]
    audit.actions = [
        Action(
            what="See him.",
            kind=ActionKind.QUALITY,
            owner_user=world.priya,
            due_on=date(2026, 12, 1),
            priority=Priority.HIGH,
            themes=[neglect],
        ),
        Action(
            what="Plan.", owner="Al", due_on=date(2026, 12, 2), priority=Priority.LOW, thread=thread
        ),
    ]
    db.session.commit()
    return audit


def copied(audit: Audit) -> Submission:
    """A submission of the audit as it stands, as the database gives it back."""
    return Submission(audit_id=audit.id, number=1, answers=json.loads(json.dumps(copy_of(audit))))


@given(data=st.data())
@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@pytest.mark.sqlite_only
def test_no_field_of_any_section_is_lost(app: Flask, world: World, data: st.DataObject) -> None:
    audit = db.session.query(Audit).first() or whole_audit(world)
    with db.session.no_autoflush:
        said: dict[str, dict[str, Any]] = {}
        for section in sections_of(audit):
            row = holder(audit, section)
            for name in FIELDS[section.kind]:
                setattr(row, name, data.draw(a_value(row, name), f"{section.key}.{name}"))
                said.setdefault(section.key, {})[name] = getattr(row, name)
        shown = as_submitted(audit, copied(audit))
    for section in sections_of(audit):
        held: Any = {
            Kind.THREAD: next((f for f in shown.findings if f.thread is section.thread), None),
            Kind.OVERSIGHT: shown.oversight,
        }.get(section.kind, shown)
        for name, value in said.get(section.key, {}).items():
            kept = getattr(held, name)
            assert kept == value, (section.key, name)
            assert type(kept) is type(value), (section.key, name)
    db.session.rollback()


def said_of(action: Any) -> tuple[dict[str, Any], Any, list[str]]:
    """All that an auditor said of an action."""
    said = {name: getattr(action, name) for name in (*ACTION_FIELDS, "owned_by", "reference")}
    return said, action.thread, [each.name for each in action.themes]


def test_the_actions_and_the_team_are_kept_by_name_and_thread(app: Flask, world: World) -> None:
    audit = whole_audit(world)
    submission = copied(audit)
    before = [said_of(each) for each in audit.actions]
    audit.place(world.fostering)
    for each in audit.actions:
        db.session.delete(each)
    db.session.commit()
    assert audit.actions == []
    shown = as_submitted(audit, submission)
    assert [said_of(each) for each in shown.actions] == before
    assert [each.owned_by for each in shown.actions] == ["Priya", "Al"]
    assert str(shown.team) == "LSW South 1"
    assert (shown.service.name, shown.locality.name) == ("Locality social work", "Citywide")


def test_every_column_a_section_or_an_action_keeps_is_copied(app: Flask) -> None:
    kept = set(ACTION_FIELDS) | {"thread_id", "owner_id", "reference"}
    assert kept | NOT_THE_AUDITORS == set(Action.__table__.c.keys())
    asked = set(OversightStatement.__table__.c.keys()) - {"id", "audit_id"}
    assert asked == set(FIELDS[Kind.OVERSIGHT])


def test_the_copy_is_shown_with_the_same_words_as_the_audit(app: Flask, world: World) -> None:
    audit = whole_audit(world)
    with app.test_request_context():
        assert render_template_string(
            SHOWN, audit=as_submitted(audit, copied(audit))
        ) == render_template_string(SHOWN, audit=audit)


def test_what_is_written_afterwards_is_not_in_the_copy(app: Flask, world: World) -> None:
    audit = whole_audit(world)
    submission = copied(audit)
    audit.rationale, audit.overall = "Written again.", Judgement.INADEQUATE
    audit.findings[0].evidence = "Other evidence."
    shown = as_submitted(audit, submission)
    assert shown.rationale == "The evidence of the six threads taken together."
    assert (shown.overall, shown.final_overall) == (Judgement.GOOD, Judgement.GOOD)
    assert shown.findings[0].evidence == "Evidence for Impact chronology."


def test_a_copy_cannot_be_changed_and_reaches_no_table(app: Flask, world: World) -> None:
    audit = whole_audit(world)
    shown = as_submitted(audit, copied(audit))
    with pytest.raises(AttributeError):
        shown.rationale = "Something else."
    with pytest.raises(AttributeError):
        del shown.findings[0].evidence
    assert not db.session.new
    assert not db.session.dirty


def test_the_themes_are_kept_by_the_names_they_had(app: Flask, world: World) -> None:
    audit = whole_audit(world)
    submission = copied(audit)
    audit.themes[0].name = "Delay"
    audit.themes = audit.themes[:1]
    db.session.commit()
    shown = as_submitted(audit, submission)
    assert [each.name for each in shown.themes] == ["Drift and delay", "Neglect"]


def test_a_theme_that_was_typed_before_there_was_a_list_is_still_read(
    app: Flask, world: World
) -> None:
    audit = whole_audit(world)
    submission = copied(audit)
    del submission.answers["case"]["themes"]
    submission.answers["case"]["theme"] = "Neglect in large families"
    for each in submission.answers["actions"]:
        for name in ("kind", "person", "themes", "reference"):
            del each[name]
    shown = as_submitted(audit, submission)
    with app.test_request_context():
        page = render_template_string(SHOWN, audit=shown)
    assert "Neglect in large families" in page
    assert [(each.owned_by, each.themes) for each in shown.actions] == [
        ("Nobody yet", []),
        ("Al", []),
    ]


def test_a_live_action_stays_in_later_copies_as_its_auditor_said_it(
    app: Flask, world: World
) -> None:
    audit = whole_audit(world)
    audit.submissions.append(copied(audit))
    open_actions(world.alice, audit)
    due = audit.actions[0].due_on
    audit.actions[0].due_on = date(2027, 3, 1)
    audit.actions[0].say(ActionEvent.EXTENDED, world.priya, "He was away.")
    db.session.commit()
    again = as_submitted(audit, copied(audit))
    assert again.actions[0].due_on == due
    assert changed_fields(as_submitted(audit, audit.submissions[0]), again) == []
    assert changed_fields(as_submitted(audit, audit.submissions[0]), audit) == []


def test_a_field_that_was_not_asked_then_reads_as_nothing(app: Flask, world: World) -> None:
    audit = whole_audit(world)
    submission = copied(audit)
    del submission.answers["overall"]["good_practice_quote"]
    del submission.answers["thread-voice"]
    shown = as_submitted(audit, submission)
    assert shown.good_practice_quote is None
    assert next(f for f in shown.findings if f.thread.code == "voice").judgement is None
