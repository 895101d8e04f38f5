"""Calibration is kept apart: no figure, list or file changes by a byte."""

from __future__ import annotations

import io
import re
from zipfile import ZipFile

import pytest
from flask import Flask

from audit_app.calibration import changes
from audit_app.extensions import db
from audit_app.models import Audit, User
from audit_app.rules.judgements import Judgement
from tests.alerts import alerts_to_try
from tests.browser_page import PageClient
from tests.calibration.exercises import colleagues, judge_as, moderated_audit, opened
from tests.people import World

#: What a page shows; what it reads and writes is tried on every database elsewhere.
pytestmark = pytest.mark.sqlite_only

_TOKENS = re.compile(rb'(name="(?:csrf_token|once_token)" value="|data-seconds-left=")[^"]*')
#: When it was made, and the reference a copy is kept under.
_OF_THE_MAKING = re.compile(
    rb"Reference [0-9A-Z]{4}-[0-9A-Z]{4}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d|\d{1,2}:\d\d(?:am|pm)"
)

FIGURES = (
    "/insight/distribution",
    "/insight/distribution?thread=plan&by=month&from=1/9/2026&to=31/10/2026",
    "/insight/distribution?basis=audited",
    "/insight/distribution.csv",
    "/insight/distribution.json",
    "/insight/distribution.xlsx",
    "/audits/",
    "/audits/?judgement=inadequate",
)


def _figures(web: PageClient, reader: User, alert: str) -> dict[str, object]:
    web.sign_out()
    web.sign_in(reader)
    shown: dict[str, object] = {}
    for path in (*FIGURES, f"/alerts/{alert}", "/my-work/good-practice"):
        data = web.request("GET", path).data
        shown[path] = _sheets(data) if path.endswith("xlsx") else _plain(data)
    home = web.get("/").html
    shown["home"] = [str(each) for each in home.select("main table, main .app-stats, main svg")]
    return shown


def _plain(data: bytes) -> bytes:
    return _OF_THE_MAKING.sub(b"", _TOKENS.sub(rb"\1", data))


def _sheets(data: bytes) -> dict[str, bytes]:
    """What a workbook holds, but for when it was made."""
    with ZipFile(io.BytesIO(data)) as workbook:
        return {
            name: _OF_THE_MAKING.sub(b"", workbook.read(name))
            for name in workbook.namelist()
            if name != "docProps/core.xml"
        }


def test_a_whole_exercise_changes_no_figure_by_a_byte(
    app: Flask, web: PageClient, world: World
) -> None:
    audit: Audit = moderated_audit(world, Judgement.GOOD)
    for overall in Judgement:
        if overall.on_scale:
            world.recorded_audit(overall, case="1000001")
    nora, noel = colleagues("nora", "noel")
    alert = alerts_to_try.draft(world.carol).reference
    readers = (world.carol, world.bob)
    before = {reader.name: _figures(web, reader, alert) for reader in readers}

    exercise = opened(world, audit, [nora, noel])
    for user in (nora, noel):
        judge_as(web, user, exercise, "inadequate")
    changes.close(world.carol, exercise)
    db.session.commit()

    after = {reader.name: _figures(web, reader, alert) for reader in readers}
    for name, figures in before.items():
        for path, shown in figures.items():
            assert after[name][path] == shown, f"{path} changed for {name}"
    assert any("<table" in each for each in before["Carol"]["home"])  # type: ignore[attr-defined]
