"""The summary command: done, refused or wrongly used, and what it leaves behind."""

from __future__ import annotations

from contextvars import Context
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import Print
from audit_app.models.published import checksum
from tests.browser_page import PageClient
from tests.people import World
from tests.summaries.summaries_to_try import TEXTS, draft, fetched, signed_off, some_audits

pytestmark = pytest.mark.sqlite_only


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to stand in."""
    folder = tmp_path / "prints"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def run(app: Flask, *arguments: str) -> Result:
    db.session.rollback()
    # With none of the test's context: a command is no request.
    runner = app.test_cli_runner()
    return Context().run(runner.invoke, args=["summary", *arguments])


def _said(file: Path) -> str:
    pages = PdfReader(BytesIO(file.read_bytes())).pages
    return " ".join("\n".join(page.extract_text() for page in pages).split())


def test_a_quarter_nobody_started_is_printed_as_a_draft(
    app: Flask, world: World, folder: Path
) -> None:
    some_audits(world)
    out = folder / "q2.pdf"
    done = run(app, "2021-22-q2", "--out", str(out))
    assert (done.exit_code, done.stderr) == (0, "")
    assert "Draft" in _said(out)
    kept = db.session.scalars(select(Print)).one()
    assert (kept.address, kept.checksum) == ("summary 2021-22-Q2", checksum(out.read_bytes()))


def test_a_draft_is_printed_with_its_commentary_for_one_service(
    app: Flask, world: World, folder: Path
) -> None:
    some_audits(world)
    draft(world, TEXTS, service_id=world.north.service_id)
    out = folder / "service.pdf"
    done = run(app, "2021-22-Q2", "--service", "locality social work", "--out", str(out))
    assert done.exit_code == 0
    assert TEXTS["doing"] in _said(out)
    assert "Locality social work" in _said(out)


def test_what_was_signed_off_is_written_byte_by_byte(
    app: Flask, web: PageClient, world: World, folder: Path
) -> None:
    some_audits(world)
    summary = signed_off(web, world)
    web.sign_in(world.dan)
    published = fetched(web, summary, "pdf")
    for more in ([], ["--edition", "1"]):
        assert run(app, "2021-22-Q2", "--out", "a.pdf", *more).exit_code == 0
        assert (folder / "a.pdf").read_bytes() == published


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        (["--edition", "2"], "Edition 2 of 2021-22-Q2 has not been signed off"),
        (["--service", "Nowhere"], "There is no service “Nowhere”"),
    ],
)
def test_what_there_is_not_is_refused_and_nothing_is_written(
    app: Flask, world: World, folder: Path, more: list[str], reason: str
) -> None:
    refused = run(app, "2021-22-Q2", "--out", "a.pdf", *more)
    assert refused.exit_code == 1
    assert reason in refused.stderr
    assert list(folder.iterdir()) == []


def test_a_period_that_has_not_begun_is_refused_and_nothing_is_written(
    app: Flask, world: World, folder: Path
) -> None:
    for period in ("2080-81-Q1", "2080-81-Q1-to-date", "2080-81", "2080"):
        refused = run(app, period, "--out", "a.pdf")
        assert refused.exit_code == 1
        assert "has not begun. It begins on" in refused.stderr
    assert list(folder.iterdir()) == []
    assert not db.session.scalars(select(Print)).all()


def test_a_link_leads_to_the_file_that_was_written_and_a_folder_is_no_place_for_one(
    app: Flask, world: World, folder: Path
) -> None:
    (folder / "kept").mkdir()
    for link, to in (("new.pdf", "kept/q2.pdf"), ("again.pdf", "kept/q2.pdf"), ("f.pdf", "kept")):
        (folder / link).symlink_to(folder / to)
    for link in ("new.pdf", "again.pdf"):
        assert run(app, "2021-22-Q2", "--out", link).exit_code == 0
        assert (folder / link).is_symlink()
    for place in ("kept", "f.pdf"):
        assert run(app, "2021-22-Q2", "--out", place).exit_code == 2
    assert [each.name for each in (folder / "kept").iterdir()] == ["q2.pdf"]
    assert (folder / "kept" / "q2.pdf").read_bytes().startswith(b"%PDF")


def test_a_place_that_cannot_be_written_to_is_refused_and_no_print_is_written_down(
    app: Flask, world: World, folder: Path
) -> None:
    refused = run(app, "2021-22-Q2", "--out", "missing/a.pdf")
    assert refused.exit_code == 1
    assert "cannot be written: No such file or directory" in refused.stderr
    assert not db.session.scalars(select(Print)).all()


@pytest.mark.parametrize(
    "arguments", [["2021-22-Q5", "--out", "a.pdf"], ["last", "--out", "a.pdf"], ["2021-22-Q2"], []]
)
def test_wrong_usage_is_said_to_be_that(
    app: Flask, world: World, folder: Path, arguments: list[str]
) -> None:
    assert run(app, *arguments).exit_code == 2
    assert list(folder.iterdir()) == []
