"""The demonstration's reflections, quotes and exercises: some of each, and none in a figure."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from audit_app.calibration.queries import invitations_of
from audit_app.calibration.results import results_of
from audit_app.extensions import db
from audit_app.models import Audit, Calibration, CalibrationPlace, Reflection, User
from audit_app.reflection import good_practice, queries
from audit_app.rules.reflection_steps import ReflectionState
from audit_app.web.paging import Paging
from tests.demo.conftest import TODAY


def _person(address: str) -> User:
    email = f"{address}@example.gov.uk"
    return db.session.scalars(select(User).where(User.email == email)).one()


def test_reflections_are_waiting_shared_and_acknowledged(demo: Flask) -> None:
    every = db.session.scalars(select(Reflection)).all()
    assert {each.state for each in every} == set(ReflectionState)
    assert queries.count_to_reflect_on(_person("practitioner"), TODAY) > 0
    assert queries.count_to_acknowledge(_person("team.manager")) > 0


def test_a_reflection_is_its_workers_and_acknowledged_by_the_line_manager(demo: Flask) -> None:
    rows = db.session.execute(
        select(Reflection, Audit).join(Audit, Audit.id == Reflection.audit_id)
    )
    for reflection, audit in rows:
        assert reflection.user.staff_id == audit.worker_staff_id
        assert reflection.acknowledged_by is None or reflection.acknowledged_by.manages(
            audit.team_id
        )


def test_there_are_different_sentences_to_quote(demo: Flask) -> None:
    found = good_practice.quotes(_person("dcs.office"), good_practice.Wanted(), Paging(100))
    assert len(found) >= 10
    assert len({each.text for each in found}) == len(found)
    assert all(each.threads for each in found)


def test_an_exercise_waits_for_the_people_who_sign_in_and_one_is_closed(demo: Flask) -> None:
    for address in ("team.manager", "moderator", "second.lead"):
        assert len(invitations_of(_person(address))) == 1
    closed = db.session.scalars(select(Calibration).where(Calibration.closed_at.is_not(None))).one()
    results = results_of(closed, _person("practice.lead"))
    assert len(results.people) >= 4
    assert results.missing
    assert any(row.spread.grades_apart for row in results.rows)


def test_nobody_judges_an_audit_they_recorded(demo: Flask) -> None:
    pairs = db.session.execute(
        select(CalibrationPlace.user_id, Audit.auditor_id)
        .join(Calibration, Calibration.id == CalibrationPlace.calibration_id)
        .join(Audit, Audit.id == Calibration.audit_id)
    ).all()
    assert pairs
    assert not [pair for pair in pairs if pair.user_id == pair.auditor_id]
