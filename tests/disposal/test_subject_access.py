"""Everything about one case, in one file for its subject, and nothing of another."""

from __future__ import annotations

import json
import os
import pty
import stat
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import HistoryEvent, KeptForm, LegalHold, Print, Summary, remember
from audit_app.models.base import new_reference
from audit_app.rules.summary_periods import SummaryKind
from config import ROOT
from tests.alerts.alerts_to_try import draft
from tests.disposal.filled import old_audit
from tests.disposal.test_retention import OLD, cycle_of, draft_of
from tests.improvement.lives import themed
from tests.people import World


def run(app: Flask, out: Path, case: str = "mycase") -> Any:
    return app.test_cli_runner().invoke(args=["subject-access", case, "--out", str(out)])


def unpacked(out: Path) -> dict[str, bytes]:
    with ZipFile(out) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_it_holds_all_there_is_about_the_case_and_nothing_else(
    app: Flask, world: World, tmp_path: Path
) -> None:
    audit = old_audit(world, "minemark", case="MYCASE")
    other = old_audit(world, "othermark", case="OTHERCASE")
    draft_of(world, "MyCase", OLD)
    cycle_of(world, OLD.date(), "MYCASE")
    remember(db.session, world.mallory, "read", "audit", audit.reference)
    remember(db.session, world.mallory, "read", "audit", other.reference)
    for reference in (audit.reference, other.reference):
        typed = {"note": [f"typed of {reference}"]}
        path = f"/audits/{reference}/note"
        db.session.add(KeptForm(user_id=world.bob.id, path=path, opening=path, typed=typed))
        db.session.add(
            Print(
                kind="audit",
                title=f"Audit {reference}",
                address=path,
                fingerprint="0" * 64,
                checksum="0" * 64,
                reference=new_reference(),
            )
        )
    db.session.add(LegalHold(case_reference="mycase", reason="Claim", placed_by_id=world.bob.id))
    db.session.commit()
    out = tmp_path / "case.zip"

    answer = run(app, out)

    assert answer.exit_code == 0, answer.output
    files = unpacked(out)
    held = json.loads(files["record.json"])["held"]
    assert len(held["audits"]) == 2
    assert {"rationale"} <= held["audits"][0].keys()
    assert held["audits"][0]["auditor"] == "Alice"
    for name in (
        *("findings", "judgements", "moderations", "moderation_answers", "resolutions"),
        *("actions", "action_entries", "escalations", "escalation_entries", "reflections"),
        *("calibration_judgements", "submissions", "evidence_requests", "oversight_statements"),
        *("kept_forms", "prints", "open_cases", "allocations", "allocation_requests"),
        *("legal_holds", "history_events"),
    ):
        assert held[name], name
    assert [each["user"] for each in held["history_events"] if each["verb"] == "read"] == [
        "Mallory"
    ]
    for content in files.values():
        assert b"othermark" not in content
        assert b"OTHERCASE" not in content
        assert other.reference.encode() not in content
    assert b"minemark" in files["record.html"]
    assert b"Review before release" in files["record.html"]


def test_the_manifest_names_every_file_with_its_checksum(
    app: Flask, world: World, tmp_path: Path
) -> None:
    old_audit(world, "minemark", case="MYCASE")
    run(app, tmp_path / "case.zip")
    files = unpacked(tmp_path / "case.zip")
    manifest = json.loads(files.pop("manifest.json"))
    assert manifest["sha256"] == {name: sha256(each).hexdigest() for name, each in files.items()}
    assert "Review before release" in manifest["warning"]
    assert manifest["rows"]["audits"] == 1
    assert manifest["left_out"]["passages"]


def test_only_its_owner_may_read_it_and_the_history_says_it_was_made(
    app: Flask, world: World, tmp_path: Path
) -> None:
    audit = old_audit(world, "minemark", case="MYCASE")
    run(app, tmp_path / "case.zip")
    assert stat.S_IMODE((tmp_path / "case.zip").stat().st_mode) == 0o600
    verbs = select(HistoryEvent.verb).where(HistoryEvent.record_reference == audit.reference)
    assert "exported for subject access" in db.session.scalars(verbs).all()
    names = db.session.scalars(select(HistoryEvent.record_reference)).all()
    assert not any("mycase" in each.lower() for each in names)


def test_it_never_writes_over_a_file(app: Flask, world: World, tmp_path: Path) -> None:
    old_audit(world, "minemark", case="MYCASE")
    out = tmp_path / "case.zip"
    out.write_text("something else")
    answer = run(app, out)
    assert (answer.exit_code, out.read_text()) == (1, "something else")
    assert "there already" in answer.stderr
    assert "exported" not in db.session.scalars(select(HistoryEvent.verb)).all()


def test_a_case_nobody_knows_makes_no_file(app: Flask, world: World, tmp_path: Path) -> None:
    answer = run(app, tmp_path / "case.zip", "NOBODY")
    assert answer.exit_code == 1
    assert not (tmp_path / "case.zip").exists()


def test_a_case_reference_that_is_part_of_another_is_not_mixed_up(
    app: Flask, world: World, tmp_path: Path
) -> None:
    old_audit(world, "minemark", case="12")
    old_audit(world, "othermark", case="123")
    run(app, tmp_path / "case.zip", "12")
    assert not any(b"othermark" in each for each in unpacked(tmp_path / "case.zip").values())


@pytest.mark.sqlite_only
def test_records_of_others_that_name_the_case_are_named_without_their_text(
    app: Flask, world: World, tmp_path: Path
) -> None:
    old_audit(world, "minemark", case="1234567")
    brother = world.recorded_audit(case="7654321")
    brother.findings[0].impact = "Brother 1234567 was placed with his grandmother"
    apart = themed(world, world.carol, what="Look again at 1234567, and tell her school")
    world.recorded_audit(case="7654322").findings[0].impact = "Of 12345678 nothing is known"
    db.session.commit()
    out = tmp_path / "case.zip"
    answer = run(app, out, "1234567")
    assert "Names this case in its text: 2 records" in answer.output
    named = json.loads(unpacked(out)["record.json"])["names_this_case_in_its_text"]
    assert "review what it says" in named["note"]
    assert named["records"] == [
        {"record": "action", "reference": apart.reference, "in": "actions"},
        {"record": "audit", "reference": brother.reference, "in": "findings"},
    ]
    for content in unpacked(out).values():
        assert b"grandmother" not in content
        assert b"her school" not in content


def _kept(world: World, path: str, text: str) -> None:
    opening = f"opening of {path}"
    typed = {"note": [text]}
    db.session.add(KeptForm(user_id=world.bob.id, path=path, opening=opening, typed=typed))
    db.session.commit()


def _record(out: Path) -> Any:
    return json.loads(unpacked(out)["record.json"])


def test_what_was_typed_about_another_case_and_not_sent_is_named_without_its_text(
    app: Flask, world: World, tmp_path: Path
) -> None:
    mine = world.recorded_audit(case="1234567")
    brother = world.recorded_audit(case="7654321")
    _kept(world, f"/audits/{mine.reference}/note", "Of her own, minemark")
    _kept(world, f"/audits/{brother.reference}/note", "Brother of 1234567: grandmother")
    _kept(world, "/audits/new", f"As in {mine.reference}: grandmother")
    out = tmp_path / "case.zip"
    assert run(app, out, "1234567").exit_code == 0
    record = _record(out)
    assert [each["typed"] for each in record["held"]["kept_forms"]] == [
        {"note": ["Of her own, minemark"]}
    ]
    assert record["names_this_case_in_its_text"]["records"] == [
        {"record": "kept_form", "reference": path, "in": "kept_forms", "by": "Bob"}
        for path in (f"/audits/{brother.reference}/note", "/audits/new")
    ]
    assert "ask its writer" in record["names_this_case_in_its_text"]["note"]
    for content in unpacked(out).values():
        assert b"grandmother" not in content
        assert b"opening of" not in content


def test_a_case_without_records_is_told_no_form_of_anybodys(
    app: Flask, world: World, tmp_path: Path
) -> None:
    cycle_of(world, OLD.date(), "1234567")
    _kept(world, "/audits/new", "Brother of 1234567: grandmother")
    out = tmp_path / "case.zip"
    assert run(app, out, "1234567").exit_code == 0
    assert "kept_forms" not in _record(out)["held"]
    assert not any(b"grandmother" in each for each in unpacked(out).values())


def test_alerts_and_summaries_that_name_the_case_are_named_without_their_text(
    app: Flask, world: World, tmp_path: Path
) -> None:
    world.recorded_audit(case="1234567")
    alert = draft(world.carol)
    alert.found = "In 1234567 nobody asked; in 7654321 her grandmother did"
    summary = Summary(
        kind=SummaryKind.QUARTER, year=2026, quarter=1, started_by_id=world.carol.id,
        why="As 1234567 and 7654321 show, grandmothers are not asked",
    )  # fmt: skip
    db.session.add(summary)
    db.session.commit()
    out = tmp_path / "case.zip"
    assert run(app, out, "1234567").exit_code == 0
    record = _record(out)
    assert {"alerts", "summaries"}.isdisjoint(record["held"])
    assert record["names_this_case_in_its_text"]["records"] == [
        {"record": "alert", "reference": alert.reference, "in": "alerts"},
        {"record": "summary", "reference": summary.reference, "in": "summaries"},
    ]
    for content in unpacked(out).values():
        assert b"grandmother" not in content
        assert b"7654321" not in content


@pytest.mark.sqlite_only
def test_the_case_is_read_from_standard_input_so_that_no_command_line_shows_it(
    app: Flask, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old_audit(world, "minemark", case="MYCASE")
    monkeypatch.chdir(tmp_path)
    answer = app.test_cli_runner().invoke(
        args=["subject-access", "--case-stdin", "--out", "case.zip"], input=" mycase \r\n"
    )
    assert answer.exit_code == 0, answer.output
    # Where somebody is when a command is begun for them, they may not know.
    assert f"Written to {tmp_path / 'case.zip'}" in answer.stdout
    assert "mycase" not in answer.output.casefold()
    assert b"minemark" in unpacked(tmp_path / "case.zip")["record.html"]


@pytest.mark.sqlite_only
def test_somebody_at_a_terminal_is_asked_for_the_case_and_sees_what_they_type(
    app: Flask, world: World, tmp_path: Path
) -> None:
    old_audit(world, "minemark", case="MYCASE")
    database = db.engine.url.render_as_string(hide_password=False)
    out = tmp_path / "case.zip"
    ours, theirs = pty.openpty()
    flask = [str(Path(sys.executable).parent / "flask"), "--app", "audit_app"]
    with subprocess.Popen(
        [*flask, "subject-access", "--case-stdin", "--out", out],
        stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT,
        env=os.environ | {"DATABASE_URL": database, "SECRET_KEY": "x" * 40},
    ) as running:  # fmt: skip
        os.write(ours, b"MYCASE\n")
        told, asked = running.communicate()
    os.close(theirs)
    os.close(ours)
    assert (running.returncode, b"Case reference" in asked) == (0, True), asked
    assert f"Written to {out}".encode() in told


@pytest.mark.sqlite_only
def test_a_case_given_twice_or_not_at_all_is_wrong_usage(app: Flask, tmp_path: Path) -> None:
    out = str(tmp_path / "case.zip")
    for words, typed in (
        ([], ""),
        (["mycase", "--case-stdin"], "mycase\n"),
        (["--case-stdin"], "\n"),
    ):
        answer = app.test_cli_runner().invoke(
            args=["subject-access", *words, "--out", out], input=typed
        )
        assert answer.exit_code == 2
    assert not Path(out).exists()
