"""An older backup takes no hold away, and nothing goes before the holds are confirmed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from audit_app.backup import making
from audit_app.backup.restoring import restore
from audit_app.disposal import changes
from audit_app.disposal.certificates import checksum_of
from audit_app.disposal.disposing import HoldsNotConfirmed, dispose
from audit_app.disposal.queries import put_back
from audit_app.extensions import db
from audit_app.history.queries import verify_chain
from audit_app.models import Audit, DisposalCertificate, HistoryEvent, LegalHold, User, remember
from audit_app.reminders.gathering import what_waits_for
from audit_app.tallying import recount
from tests.backup.kept import database_at, run
from tests.browser_page import PageClient
from tests.disposal.filled import old_audit
from tests.disposal.test_retention import SIX_YEARS, TODAY, year_table
from tests.people import World

CONFIRM, BUTTON = "/disposal/holds/confirm", "Confirm that the holds are complete"


def _placed(by: User, case: str, reason: str = "Inquiry 7") -> str:
    hold = changes.place(by, case, reason)
    db.session.commit()
    return hold.reference


def _lifted(by: User, reference: str) -> None:
    hold = db.session.scalars(select(LegalHold).where(LegalHold.reference == reference)).one()
    changes.lift(by, hold, "It ended.")
    db.session.commit()


def _in_force() -> dict[str, str]:
    db.session.rollback()
    rows = db.session.execute(
        select(LegalHold.reference, LegalHold.case_reference).where(LegalHold.lifted_at.is_(None))
    )
    return {each.reference: each.case_reference for each in rows}


def _events(reference: str) -> list[str]:
    of = select(HistoryEvent.verb).where(HistoryEvent.record_reference == reference)
    return list(db.session.scalars(of.order_by(HistoryEvent.id)))


def _chain_holds() -> bool:
    with db.engine.connect() as connection:
        return verify_chain(connection).problems == ()


def _confirm() -> None:
    waiting = put_back()
    assert waiting is not None
    gwen = db.session.scalars(select(User).where(User.name == "Gwen")).one()
    changes.confirm(gwen, waiting.number)
    db.session.commit()


def _left() -> set[str]:
    return set(db.session.scalars(select(Audit.case_reference)))


def test_a_hold_placed_since_the_backup_is_carried_over_and_keeps_its_case(
    app: Flask, world: World, file: Path
) -> None:
    old_audit(world, "heldmark", case="HELD1")
    old_audit(world, "othermark", case="GOES1")
    gwen = world.gwen
    making.make(file, db.engine.url)
    reference = _placed(gwen, "held1")
    done = run(app, "restore", file, "--force")
    assert done.exit_code == 0, done.output
    assert f"legal hold {reference}" in done.stdout
    assert _in_force() == {reference: "HELD1"}
    assert _events(reference) == ["placed", "carried over"]
    assert _chain_holds()
    _confirm()
    list(dispose(SIX_YEARS, TODAY))
    assert _left() == {"HELD1"}
    db.session.remove()


def test_nothing_goes_from_what_was_put_back_until_the_holds_are_confirmed(
    app: Flask, world: World, file: Path, elsewhere: str
) -> None:
    old_audit(world, "heldmark", case="HELD1")
    assert world.gwen.roles
    making.make(file, db.engine.url)
    with database_at(elsewhere):
        assert run(app, "restore", file).exit_code == 0
        refused = run(app, "retention")
        assert (refused.exit_code, _left()) == (1, {"HELD1"})
        assert "Information governance confirm" in refused.stderr
        with pytest.raises(HoldsNotConfirmed):
            list(dispose(SIX_YEARS, TODAY))
        dry = run(app, "retention", "--dry-run")
        assert dry.exit_code == 0
        assert "a backup was put back" in dry.stderr
        _confirm()
        assert run(app, "retention").exit_code == 0
        assert _left() == set()
        db.session.remove()


def test_a_backup_from_before_history_was_sealed_waits_for_the_holds_too(
    app: Flask, world: World, file: Path, elsewhere: str
) -> None:
    with database_at(elsewhere):
        db.session.remove()
        assert run(app, "db", "upgrade", "0012").exit_code == 0
        db.engine.dispose()
        making.make(file, db.engine.url)
        assert run(app, "restore", file, "--force").exit_code == 0
        assert run(app, "db", "upgrade").exit_code == 0
        db.session.rollback()
        assert put_back() is not None
        assert _chain_holds()
        db.session.remove()


def test_a_second_restore_has_to_be_confirmed_again(app: Flask, world: World, file: Path) -> None:
    assert world.gwen.roles
    making.make(file, db.engine.url)
    restore(file, force=True)
    _confirm()
    assert put_back() is None
    db.session.remove()
    later = file.with_name("later.zip")
    making.make(later, db.engine.url)
    restore(later, force=True)
    assert put_back() is not None
    db.session.remove()


def test_a_hold_lifted_since_the_backup_is_in_force_again_and_said(
    app: Flask, world: World, file: Path
) -> None:
    gwen = world.gwen
    reference = _placed(gwen, "HELD1")
    making.make(file, db.engine.url)
    _lifted(gwen, reference)
    done = run(app, "restore", file, "--force")
    assert f"Hold {reference} was lifted since" in done.stdout
    assert _in_force() == {reference: "HELD1"}
    db.session.remove()


def test_a_case_lifted_and_held_anew_is_held_for_the_new_reason(
    app: Flask, world: World, file: Path
) -> None:
    gwen = world.gwen
    first = _placed(gwen, "HELD1")
    making.make(file, db.engine.url)
    _lifted(gwen, first)
    second = _placed(gwen, "HELD1", "Claim 8")
    done = run(app, "restore", file, "--force")
    assert "Could not" not in done.stdout
    assert _in_force() == {second: "HELD1"}
    assert _events(first) == ["placed", "lifted", "carried over"]
    assert _chain_holds()
    db.session.remove()


def test_a_hold_whose_person_is_not_in_the_backup_is_named_with_its_case(
    app: Flask, world: World, file: Path
) -> None:
    making.make(file, db.engine.url)
    reference = _placed(world.gwen, "HELD1")
    done = run(app, "restore", file, "--force")
    assert f"Could not be carried over: hold {reference} on case HELD1" in done.stdout
    assert _in_force() == {}
    db.session.remove()


def test_a_certificate_made_since_is_carried_over_and_the_records_that_came_back_are_counted(
    app: Flask, world: World, web: PageClient, file: Path
) -> None:
    audit = old_audit(world, "gonemark", case="GONE1").reference
    world.recorded_audit(on=date(2026, 5, 1))
    carol = world.carol.id
    assert world.gwen.roles
    making.make(file, db.engine.url)
    (made,) = dispose(SIX_YEARS, TODAY)
    web.sign_in(world.carol)
    before = _counted(web)
    done = run(app, "restore", file, "--force")
    assert f"certificate of disposal {made.reference}" in done.stdout
    assert "1 record that was disposed of is here again" in done.stdout
    stored = db.session.scalars(select(DisposalCertificate)).one()
    assert (stored.reference, stored.checksum) == (made.reference, checksum_of(stored))
    assert "disposed of" in _events(audit)
    assert _events(made.reference) == ["disposed", "carried over"]
    assert _chain_holds()
    web.sign_in(db.session.get_one(User, carol))
    assert _counted(web) == before
    _confirm()
    (again,) = dispose(SIX_YEARS, TODAY)
    assert again.references == [audit]
    assert _counted(web) == before
    assert not any(recount.differences(db.session.connection()).values())
    db.session.remove()


def _counted(web: PageClient) -> dict[str, list[str]]:
    """Years of which there is something, without the months that the first begins with."""
    return {label[:4]: n for label, n in year_table(web).items() if set(n) != {"0"}}


@pytest.mark.sqlite_only
def test_what_cannot_be_read_is_said_and_nothing_goes(
    app: Flask, world: World, file: Path, tmp_path: Path
) -> None:
    making.make(file, db.engine.url)
    broken = tmp_path / "broken.sqlite"
    broken.write_bytes(b"SQLite format 3\0" + b"nonsense" * 1000)
    with database_at(f"sqlite:///{broken}"):
        done = run(app, "restore", file, "--force")
        assert "could not be read" in done.stdout
        assert put_back() is not None
        db.session.remove()


def _put_back_now() -> None:
    remember(db.session, None, "put back a backup", "backup", "abc123")
    db.session.commit()


@pytest.mark.sqlite_only
def test_information_governance_are_told_and_confirm_once(web: PageClient, world: World) -> None:
    web.sign_in(world.gwen)
    assert web.get(CONFIRM).h1 == "Keeping and disposing"
    _put_back_now()
    assert CONFIRM in web.get("/").links().values()
    assert CONFIRM in web.get("/disposal/").links().values()
    assert "confirm the holds" in what_waits_for(world.gwen)[0].text
    page = web.get(CONFIRM)
    assert "No case is under hold" in page.text
    other = web.get(CONFIRM)
    assert "The holds are confirmed" in web.send(page, BUTTON).text
    assert "confirmed the holds already" in web.send(other, BUTTON).text
    assert put_back() is None
    assert _events("abc123") == ["put back a backup", "confirmed the holds"]
    assert CONFIRM not in web.get("/").links().values()


@pytest.mark.sqlite_only
def test_a_page_opened_for_one_backup_confirms_no_later_one(web: PageClient, world: World) -> None:
    web.sign_in(world.gwen)
    _put_back_now()
    page = web.get(CONFIRM)
    _put_back_now()
    assert "another backup was put back" in web.send(page, BUTTON).text
    assert put_back() is not None
