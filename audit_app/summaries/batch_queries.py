"""Reading batches of summaries. Each is its maker's alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import abort
from sqlalchemy import Engine, select
from sqlalchemy.orm import joinedload, selectinload

from audit_app.extensions import db
from audit_app.models import SummaryBatch, SummaryBatchPart, User
from audit_app.models.sqlite import READS
from audit_app.summaries.queries import WHOLE


def batch_for(user: User, reference: str) -> SummaryBatch:
    """A person's own batch with its parts; otherwise 404."""
    wanted = (
        select(SummaryBatch)
        .where(SummaryBatch.reference == reference, SummaryBatch.made_by_id == user.id)
        .options(selectinload(SummaryBatch.parts).joinedload(SummaryBatchPart.service))
        .execution_options(populate_existing=True)
    )
    batch = db.session.scalar(wanted)
    if batch is None:
        abort(404)
    return batch


def next_part(batch_id: int) -> SummaryBatchPart | None:
    """The first of a batch that has neither been made nor failed."""
    return db.session.scalar(
        select(SummaryBatchPart)
        .where(
            SummaryBatchPart.batch_id == batch_id,
            SummaryBatchPart.made_at.is_(None),
            SummaryBatchPart.problem.is_(None),
        )
        .options(joinedload(SummaryBatchPart.service))
        .order_by(SummaryBatchPart.position)
        .limit(1)
    )


def place_of_part(part: SummaryBatchPart) -> str:
    return part.service.name if part.service else WHOLE


@dataclass(frozen=True)
class Progress:
    """How far a batch has come."""

    parts: Sequence[SummaryBatchPart]

    @property
    def made(self) -> Sequence[SummaryBatchPart]:
        return [each for each in self.parts if each.made_at]

    @property
    def failed(self) -> Sequence[SummaryBatchPart]:
        return [each for each in self.parts if each.problem]

    @property
    def settled(self) -> int:
        return len(self.made) + len(self.failed)

    @property
    def done(self) -> bool:
        return self.settled == len(self.parts)


@dataclass(frozen=True)
class File:
    """One file of a batch: its name, when it was made, and the number its bytes are found by."""

    part_id: int
    name: str
    made_at: datetime


def files_of(batch: SummaryBatch) -> list[File]:
    return [File(each.id, each.file_name, each.made_at) for each in batch.parts if each.made_at]


def content_of(part_id: int, engine: Engine) -> bytes:
    """The bytes of one file; read one at a time, as a batch does not fit a page's memory."""
    wanted = select(SummaryBatchPart.pdf).where(SummaryBatchPart.id == part_id)
    with engine.connect().execution_options(**READS) as connection:
        return connection.scalars(wanted).one() or b""
