"""A bare Flask view that writes the rows of a submitted audit, and does nothing else.

It has neither people nor forms nor checks, and reads and works out nothing: the same rows of the
same tables, through the ORM, in one commit, on the same kind of database, which is opened by the
service's own settings. What is put into the tallies it puts by the service's own statement.
"""

from __future__ import annotations

import os
import pickle
import secrets
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, request
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from audit_app.models import Audit, Base, HistoryEvent, HistorySeal, OnceToken

app = Flask(__name__)


@dataclass(frozen=True)
class Recipe:
    """What submitting one audit wrote.

    The rows it added; what it changed of the audit, and of its findings by their thread; and the
    statements that put it into the tallies, each with what it was given.
    """

    added: list[tuple[type[Base], dict[str, Any]]]
    changed: dict[str, Any]
    findings: dict[int, Any]
    tallied: list[tuple[str, Any]]


@cache
def _recipe() -> Recipe:
    found: Recipe = pickle.loads(Path(os.environ["BENCH_RECIPE"]).read_bytes())  # noqa: S301
    return found


@cache
def _engine() -> Engine:
    return create_engine(os.environ["DATABASE_URL"])


@app.get("/healthz")
def healthz() -> str:
    return "ready"


@app.post("/")
def submit() -> str:
    number = int(request.form["audit"])
    with Session(_engine()) as session:
        audit = session.get_one(Audit, number)
        for name, value in _recipe().changed.items():
            setattr(audit, name, value)
        for finding in audit.findings:
            finding.final_judgement = _recipe().findings[finding.thread_id]
        rows = [kind(**_own(kind, held, number)) for kind, held in _recipe().added]
        session.add_all(rows)
        session.flush()
        for statement, given in _recipe().tallied:
            session.connection().exec_driver_sql(statement, given)
        _add_seals(session, rows, number)
        session.commit()
    return "written"


def _own(kind: type[Base], held: dict[str, Any], number: int) -> dict[str, Any]:
    """A row's values, with those that must be its own."""
    if "audit_id" in held:
        held = held | {"audit_id": number}
    return held | {"token": secrets.token_hex(32)} if kind is OnceToken else held


def _add_seals(session: Session, rows: list[Base], number: int) -> None:
    """As many rows as the history has events, at places nobody else has."""
    events = [row for row in rows if isinstance(row, HistoryEvent)]
    for place, each in enumerate(events):
        position = 1_000_000 + number * 100 + place
        session.add(HistorySeal(position=position, event_id=each.id, checksum="0" * 64))
