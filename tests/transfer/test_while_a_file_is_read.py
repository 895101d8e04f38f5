"""A long file is read while everybody else goes on working, and held against what they wrote."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import Connection, update

from audit_app.extensions import db
from audit_app.models import Team, User
from audit_app.models.sqlite import WRITES
from audit_app.transfer import changes
from audit_app.transfer.changes import import_audits
from audit_app.transfer.checking import FileRead, read_file
from tests.browser_page import PageClient
from tests.people import World
from tests.transfer.audit_files import audit, csv_file, held
from tests.transfer.test_import_page import choose

Write = Callable[[Connection], object]


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Write], list[str]]:
    """Let something be written from elsewhere as soon as a file is read; the files read."""
    read: list[str] = []

    def arrange(write: Write) -> list[str]:
        def read_and_let_it_happen(content: bytes, name: str) -> FileRead:
            file = read_file(content, name)
            with db.engine.connect().execution_options(**WRITES) as elsewhere:
                write(elsewhere)
                elsewhere.commit()
            read.append(name)
            return file

        monkeypatch.setattr(changes, "read_file", read_and_let_it_happen)
        return read

    return arrange


def _rename(person: User) -> Write:
    number = person.id
    return lambda elsewhere: elsewhere.execute(
        update(User).where(User.id == number).values(name="Robert")
    )


def test_others_write_while_the_command_reads(
    app: Flask, world: World, meanwhile: Callable[[Write], list[str]]
) -> None:
    read = meanwhile(_rename(world.bob))
    assert import_audits(csv_file([audit()]), "audits.csv").written == 1
    assert read == ["audits.csv"]
    assert (world.bob.name, len(held())) == ("Robert", 1)


def test_others_write_while_the_page_reads(
    web: PageClient, world: World, meanwhile: Callable[[Write], list[str]]
) -> None:
    web.sign_in(world.carol)
    shown = choose(web, csv_file([audit()]))
    read = meanwhile(_rename(world.bob))
    assert web.send(shown, "Import 1 audit").h1 == "1 audit added"
    assert read == ["audits.csv"]
    db.session.rollback()
    assert (world.bob.name, len(held())) == ("Robert", 1)


def test_what_others_write_while_the_page_reads_is_shown_before_anything_is_written(
    web: PageClient, world: World, meanwhile: Callable[[Write], list[str]]
) -> None:
    web.sign_in(world.carol)
    shown = choose(web, csv_file([audit()]))
    north = world.north.id
    meanwhile(
        lambda elsewhere: elsewhere.execute(
            update(Team).where(Team.id == north).values(name="LSW North 2")
        )
    )
    again = web.send(shown, "Import 1 audit")
    assert "has changed since you checked" in again.text
    assert "LSW North 1" in again.text
    assert not held()
