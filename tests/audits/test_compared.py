"""What changed between two submissions: every change, nothing else, in the words of the page."""

from __future__ import annotations

from datetime import date

from flask import Flask

from audit_app.audits.compared import LABELS, changed_fields
from audit_app.audits.copies import as_submitted
from audit_app.audits.sections import FIELDS
from audit_app.extensions import db
from audit_app.models import Action
from audit_app.rules.audits import FamilyFeedback, Priority
from audit_app.rules.judgements import Judgement
from tests.audits.test_copies import copied, whole_audit
from tests.people import World


def test_every_field_has_its_words() -> None:
    assert set(LABELS) == {name for names in FIELDS.values() for name in names}


def test_nothing_changed_is_no_change(app: Flask, world: World) -> None:
    audit = whole_audit(world)
    assert changed_fields(as_submitted(audit, copied(audit)), audit) == []


def test_each_change_is_told_with_what_it_was_and_what_it_is(app: Flask, world: World) -> None:
    audit = whole_audit(world)
    assert audit.oversight is not None
    before = as_submitted(audit, copied(audit))
    audit.child_age = 0
    audit.audit_date = date(2026, 10, 6)
    audit.place(world.fostering)
    audit.findings[1].judgement = Judgement.INADEQUATE
    audit.findings[1].evidence = None
    audit.good_practice = False
    audit.family_feedback = FamilyFeedback.SOUGHT
    audit.oversight.issue = "He is not seen alone."
    db.session.commit()
    assert [tuple(each) for each in changed_fields(before, audit)] == [
        ("Case and people", "Child’s age", "", "0"),
        ("Case and people", "Date of the audit", "5 October 2026", "6 October 2026"),
        (
            "Case and people",
            "Service, locality and team",
            "Locality social work, Citywide, LSW South 1",
            "Fostering, Citywide, F Citywide 1",
        ),
        ("Strengths-based, co-produced plan", "Judgement", "Good", "Inadequate"),
        (
            "Strengths-based, co-produced plan",
            "Evidence",
            "Evidence for Strengths-based, co-produced plan.",
            "",
        ),
        ("Overall judgement", "Good practice others can learn from", "", "No"),
        ("Family feedback", "Feedback sought", "", "Yes, but none was given"),
        (
            "Management oversight impact statement",
            "What was the issue for the child? Say what the evidence is",
            "",
            "He is not seen alone.",
        ),
    ]


def test_actions_added_changed_and_taken_away_are_told(app: Flask, world: World) -> None:
    audit = whole_audit(world)
    before = as_submitted(audit, copied(audit))
    first, second = audit.actions
    db.session.delete(first)
    second.due_on = date(2026, 12, 9)
    added = Action(what="Plan.", owner="Mo", due_on=date(2027, 1, 1), priority=Priority.MEDIUM)
    audit.actions.append(added)
    db.session.commit()
    medium = "medium priority"
    plan = "Plan. (Child’s voice and direct work. Al, due"
    assert [(each.label, each.before, each.after) for each in changed_fields(before, audit)] == [
        ("Action", "See him. (Priya, due 1 December 2026, high priority, quality, Neglect)", ""),
        (
            "Action",
            f"{plan} 2 December 2026, low priority)",
            f"{plan} 9 December 2026, low priority)\nPlan. (Mo, due 1 January 2027, {medium})",
        ),
    ]


def test_themes_added_and_taken_away_are_told(app: Flask, world: World) -> None:
    audit = whole_audit(world)
    before = as_submitted(audit, copied(audit))
    audit.themes = [each for each in audit.themes if each.name == "Neglect"]
    db.session.commit()
    assert [(each.label, each.before, each.after) for each in changed_fields(before, audit)] == [
        ("Themes", "Drift and delay, Neglect", "Neglect")
    ]
