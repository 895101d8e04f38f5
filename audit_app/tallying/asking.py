"""Asking the database for figures.

What only the tallies answer is kept in memory, by the question and the stamp of the tallies it was
counted from: whoever changes them changes the stamp in the same transaction, so no figure outlives
what it counted, in this process or beside others.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from typing import Any

from sqlalchemy import CompoundSelect, Select, select

from audit_app.extensions import db
from audit_app.models import TallyStamp
from audit_app.tallying.counted import Counted

Wanted = Select[Any] | CompoundSelect[Any]
Meaning = Mapping[str, Callable[[Any], Any]]

#: How many answers a process keeps, and the most rows of one: some megabytes together.
_MOST_KEPT, _MOST_ROWS = 200, 2_000
_STAMP = select(TallyStamp.stamp)

_kept: OrderedDict[tuple[str, Wanted], Counted] = OrderedDict()
_keeping = Lock()


def tallied(wanted: Wanted, columns: Sequence[str], meaning: Meaning) -> Counted:
    """As :func:`counted`, for a select that reads nothing but tallies.

    ``wanted`` is the same object each time the same is asked: it is what an answer is kept by.
    """
    db.session.flush()
    # Read first: what is counted after it is of this stamp or a newer one, never an older.
    stamp = db.session.connection().scalar(_STAMP)
    if stamp is None:
        return counted(wanted, columns, meaning)
    key = (stamp, wanted)
    with _keeping:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    found = counted(wanted, columns, meaning)
    if len(found) <= _MOST_ROWS:
        with _keeping:
            _kept[key] = found
            while len(_kept) > _MOST_KEPT:
                _kept.popitem(last=False)
    return found


def counted(wanted: Wanted, columns: Sequence[str], meaning: Meaning) -> Counted:
    """The rows that a select over the tallies or the records finds.

    They are asked for as rows and not as records, and words as they are stored: a table of figures
    may have thousands. ``meaning`` gives what the values of a column stand for, once for each.
    """
    db.session.flush()
    rows = db.session.connection().execute(wanted).all()
    each = zip(*rows, strict=True) if rows else ((),) * len(columns)
    found = dict(zip(columns, map(list, each), strict=True))
    for name in meaning.keys() & found.keys():
        known = {value: meaning[name](value) for value in set(found[name]) if value is not None}
        found[name] = [known.get(value) for value in found[name]]
    return Counted(found)
