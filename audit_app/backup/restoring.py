"""Putting a backup back, so that it is the service's database from then on.

It is verified before, and again where it was put. Nobody is signed in afterwards, and no program:
who was let in when the backup was made may have been turned out since.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import (
    URL,
    DateTime,
    Engine,
    column,
    create_engine,
    delete,
    insert,
    inspect,
    table,
    update,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from audit_app.backup import Refused, postgresql, sqlite
from audit_app.backup.container import opened
from audit_app.backup.making import make
from audit_app.backup.manifest import Manifest
from audit_app.backup.outliving import Carried, Written, carry_over, written
from audit_app.backup.queries import is_empty, is_ours, keeps
from audit_app.backup.verifying import (
    problems_of,
    problems_of_sqlite,
    refuse_other_counts,
)
from audit_app.extensions import db
from audit_app.models import HistoryEvent, HistorySeal, remember
from audit_app.models.base import now
from audit_app.rules.deeds import PUT_BACK


@dataclass(frozen=True)
class Restored:
    """``kept`` is where what was there before is; ``problems`` are those of its history.

    There are none where it holds, and nothing at all where it could not be followed. ``carried`` is
    what outlived what was there before; None where nothing was.
    """

    manifest: Manifest
    kept: Path | None
    problems: tuple[str, ...] | None
    carried: Carried | None


def restore(path: Path, force: bool) -> Restored:
    """Put a backup where the service's database is: an empty place, unless forced.

    Raises:
        Refused: when it was not; what was there is there still.
    """
    url = db.engine.url
    db.session.remove()
    db.engine.dispose()
    with opened(path) as (manifest, copy):
        if manifest.kind != url.get_backend_name():
            raise Refused(
                f"This is a backup of {manifest.kind}, and DATABASE_URL names a database of "
                f"{url.get_backend_name()}"
            )
        put = _sqlite if manifest.kind == "sqlite" else _postgresql
        try:
            return put(path, manifest, copy, force)
        except DBAPIError as problem:
            raise Refused(f"The backup cannot be put back: {problem.orig}") from None
        except OSError as problem:
            raise Refused(f"The backup cannot be put back: {problem.strerror}") from None


def _sqlite(path: Path, manifest: Manifest, copy: Path, force: bool) -> Restored:
    """Made ready beside the place where it goes, and moved there when it is whole."""
    target = sqlite.file_of(db.engine.url)
    there = sqlite.holds_something(target)
    if there and not force:
        raise Refused(_not_empty(str(target)))
    problems = problems_of_sqlite(copy, manifest)
    with sqlite.copied_beside(copy, target) as ready:
        sqlite.refuse_if_in_use(target)
        old = written(sqlite.read_only(target)) if there else Written()
        engine = create_engine(f"sqlite:///{ready}", hide_parameters=True)
        carried = _settle(engine, manifest, old)
        engine.dispose()
        sqlite.refuse_if_in_use(target)
        kept = sqlite.put_in_place(ready, target, keep=there)
    return Restored(manifest, kept, problems, carried if there else None)


def _postgresql(path: Path, manifest: Manifest, copy: Path, force: bool) -> Restored:
    """Put back in one transaction; what was there is dropped when the new is found to be whole."""
    url = db.engine.url
    postgresql.listed(copy)
    refuse_other_counts(postgresql.rows_dumped(copy), manifest)
    engine = postgresql.engine_for(url)
    try:
        there = not is_empty(engine)
        if there and not force:
            raise Refused(_not_empty(f"the database {url.database}"))
        if there and not is_ours(engine):
            raise Refused(f"The database {url.database} holds tables of something else")
        postgresql.refuse_if_shared(engine)
        postgresql.refuse_if_in_use(engine)
        kept = _kept_beside(path, url) if there else None
        old = written(engine) if there else Written()
        with postgresql.instead_of_what_is_there(engine):
            postgresql.load(copy, engine)
            problems = problems_of(engine, manifest)
            carried = _settle(engine, manifest, old)
    finally:
        engine.dispose()
    return Restored(manifest, kept, problems, carried if there else None)


def _not_empty(place: str) -> str:
    return (
        f"There are records at {place}. With --force they are kept beside it and the backup takes "
        "their place"
    )


def _kept_beside(path: Path, url: URL) -> Path:
    """Back up what is there, beside the backup that takes its place."""
    kept = path.with_name(f"before-restore-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}.zip")
    make(kept, url)
    return kept


def _settle(engine: Engine, manifest: Manifest, old: Written | None) -> Carried:
    """End every session and access token, have history say that it goes on from a backup, and carry
    over what must outlive what was there before: all of it in one transaction.

    What people had typed and not yet sent is kept for them, and so are the marks of forms that were
    sent, so that none is acted on a second time.
    """
    with Session(engine) as session, session.begin():
        connection = session.connection()
        names = set(inspect(connection).get_table_names())
        if "sessions" in names:
            connection.execute(delete(table("sessions")))
        if "access_tokens" in names:
            revoked = column("revoked_at", DateTime(timezone=True))
            tokens = table("access_tokens", revoked)
            connection.execute(update(tokens).where(revoked.is_(None)).values(revoked_at=now()))
        _remember(session, manifest)
        return carry_over(session, old)


def _remember(session: Session, manifest: Manifest) -> None:
    """However old the backup is: until the holds are confirmed, this is what keeps records."""
    connection = session.connection()
    if keeps(connection, HistoryEvent) and keeps(connection, HistorySeal):
        remember(session, None, PUT_BACK, "backup", manifest.reference)
    elif inspect(connection).has_table(HistoryEvent.__tablename__):
        # Before there were seals. The step up seals it with the others.
        said = {"verb": PUT_BACK, "record_type": "backup", "record_reference": manifest.reference}
        at = column("at", DateTime(timezone=True))
        events = table(HistoryEvent.__tablename__, at, *(column(name) for name in said))
        connection.execute(insert(events).values(at=now(), **said))
