"""Exercises for tests to work on, and people to judge in them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from audit_app.calibration import changes
from audit_app.extensions import db
from audit_app.models import Audit, Calibration, CalibrationJudgement, User
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.judgements import Judgement
from audit_app.rules.permissions import Role
from tests.browser_page import Page, PageClient
from tests.people import World, make_user

SOON = date.today() + timedelta(days=14)
TITLE = "Autumn exercise"

#: What no page for somebody who judges may say of the audit of :func:`moderated_audit`.
SECRETS = ("7654321", "E9999", "LSW South 1", "Locality social work", "Alice", "Bob", "Carol")
SECRET_TEXTS = ("The evidence of the six threads taken together", "A reason that tells it all")


def moderated_audit(world: World, overall: Judgement = Judgement.GOOD) -> Audit:
    """An audit of the South team by Alice that Bob moderated, whatever he made of it."""
    audit = world.recorded_audit(overall, state=AuditState.ACCEPTED, worker="E9999", case="7654321")
    audit.overall_reason = "A reason that tells it all."
    db.session.commit()
    return audit


def colleagues(*names: str) -> list[User]:
    """Moderators who had nothing to do with the audit."""
    people = [make_user(name, Role.MODERATOR, None, f"E5{n:03d}") for n, name in enumerate(names)]
    db.session.commit()
    return people


def opened(world: World, audit: Audit, people: list[User]) -> Calibration:
    exercise = changes.open_exercise(world.carol, audit, TITLE, SOON, [each.id for each in people])
    db.session.commit()
    return exercise


def answers(
    page: Page, judgement: str = "good", reason: str = "Because of the visits."
) -> dict[str, Any]:
    """The same judgement and reason for every thread and the whole."""
    names = {str(each["name"]) for each in page.html.select("main input[type=radio]")}
    return dict.fromkeys(names, judgement) | {f"{name}_reason": reason for name in names}


def judge(web: PageClient, exercise: Calibration, judgement: str = "good", **more: str) -> Page:
    """Judge in an exercise as whoever is signed in."""
    page = web.get(f"/calibration/{exercise.reference}/judge")
    return web.send(page, "Send my judgements", **(answers(page, judgement) | more))


def judge_as(
    web: PageClient, user: User, exercise: Calibration, judgement: str = "good", **more: str
) -> Page:
    web.sign_out()
    web.sign_in(user)
    return judge(web, exercise, judgement, **more)


def rows_of(exercise: Calibration) -> list[CalibrationJudgement]:
    db.session.rollback()
    of_it = CalibrationJudgement.calibration_id == exercise.id
    return list(db.session.scalars(select(CalibrationJudgement).where(of_it)))
