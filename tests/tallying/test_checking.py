"""Whoever runs the service can have every record counted again."""

from __future__ import annotations

from click.testing import Result
from flask import Flask
from sqlalchemy import delete, select, update

from audit_app.extensions import db
from audit_app.models import ModerationWait, Tally
from audit_app.rules.judgements import Judgement
from tests.people import World
from tests.tallying.slow import held, recounted


def check(app: Flask, *arguments: str) -> Result:
    db.session.rollback()
    return app.test_cli_runner().invoke(args=["check", *arguments])


def test_tallies_that_are_right_are_said_to_be(app: Flask, world: World) -> None:
    world.recorded_audit()
    done = check(app)
    assert done.exit_code == 0
    assert done.stdout.splitlines() == ["Every tally is what the records say"]


def test_what_differs_is_said_and_mended_only_when_asked(app: Flask, world: World) -> None:
    world.recorded_audit(Judgement.GOOD)
    right = held()
    of_team = (Tally.place_kind == "team", Tally.judged == "overall", Tally.basis == "final")
    db.session.execute(update(Tally).where(*of_team).values(n=Tally.n + 2))
    db.session.execute(delete(Tally).where(Tally.place_kind == "locality"))
    db.session.commit()
    done = check(app)
    assert done.exit_code == 1
    assert done.stdout == ""
    said = done.stderr.splitlines()
    assert any("2 too many" in line and "place_kind team" in line for line in said)
    assert any("1 too few" in line and "place_kind locality" in line for line in said)
    assert held() != right
    assert check(app, "--mend").exit_code == 0
    assert held() == right == recounted()
    assert check(app).exit_code == 0
    assert db.session.scalar(select(ModerationWait.n)) is None
