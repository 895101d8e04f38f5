"""The alert command: done, refused or wrongly used, and what it leaves behind."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from audit_app.alerts import changes
from audit_app.extensions import db
from audit_app.models import Print
from audit_app.models.published import checksum
from tests.alerts.alerts_to_try import TODAY, approved, issued
from tests.people import World

NUMBER = f"PA {TODAY.year}/01"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to stand in."""
    folder = tmp_path / "prints"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def run(app: Flask, *arguments: str) -> Result:
    db.session.rollback()
    return app.test_cli_runner().invoke(args=["alert", *arguments])


@pytest.mark.parametrize("number", [NUMBER, NUMBER.lower(), NUMBER.replace("/01", "/1")])
def test_an_issued_alert_is_printed_by_its_number(
    app: Flask, world: World, folder: Path, number: str
) -> None:
    issued(world)
    out = folder / "alert.pdf"
    done = run(app, number, "--out", str(out))
    assert (done.exit_code, done.stderr) == (0, "")
    assert NUMBER in PdfReader(BytesIO(out.read_bytes())).pages[0].extract_text()


def test_what_is_printed_is_the_kept_paper_also_when_it_is_no_longer_in_force(
    app: Flask, world: World, folder: Path
) -> None:
    alert = issued(world)
    changes.withdraw(world.dan, alert, alert.version, "No longer right.", TODAY)
    db.session.commit()
    out = folder / "alert.pdf"
    done = run(app, NUMBER, "--out", str(out))
    assert (done.exit_code, done.stderr) == (0, f"{NUMBER} is no longer in force: withdrawn\n")
    db.session.refresh(alert)
    assert alert.published is not None
    assert checksum(out.read_bytes()) == alert.published.pdf_checksum
    prints = db.session.scalars(select(Print.published_id)).all()
    assert prints == [alert.published.id]


@pytest.mark.parametrize("number", ["PA 2019/01", f"PA {TODAY.year}/02", f"XX {TODAY.year}/01"])
def test_a_number_never_given_is_refused_and_nothing_is_written(
    app: Flask, world: World, folder: Path, number: str
) -> None:
    issued(world)
    approved(world.carol, world.dan)
    refused = run(app, number, "--out", str(folder / "alert.pdf"))
    assert refused.exit_code == 1
    assert number in refused.stderr
    assert list(folder.iterdir()) == []


def test_a_place_that_cannot_be_written_to_is_refused(
    app: Flask, world: World, folder: Path
) -> None:
    issued(world)
    refused = run(app, NUMBER, "--out", str(folder / "missing" / "alert.pdf"))
    assert refused.exit_code == 1
    assert "cannot be written: No such file or directory" in refused.stderr


@pytest.mark.parametrize(
    "arguments", [["PA 2026-04", "--out", "a.pdf"], ["four", "--out", "a.pdf"], [NUMBER], []]
)
def test_wrong_usage_is_said_to_be_that(
    app: Flask, world: World, arguments: list[str], folder: Path
) -> None:
    assert run(app, *arguments).exit_code == 2
    assert list(folder.iterdir()) == []
