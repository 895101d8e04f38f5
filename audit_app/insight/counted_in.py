"""Which database figures are counted in: a copy of the records, where there is one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from flask_login import current_user

from audit_app.insight.counting import judges_blind
from audit_app.web.pages import moment
from audit_app.web.read_copy import copied_up_to, has_copy, reading_copy

READ_FROM = "Read from"
COPY_OF_SOME_AGE = "A copy of the records, which may be some minutes behind"


@contextmanager
def counted_in() -> Iterator[Mapping[str, str]]:
    """Count in here; gives what is to be said of where it is counted, mostly nothing.

    Whoever may judge blind never reads the copy: there, an audit that has since been drawn for a
    blind moderation may still be counted with its judgement.

    Raises:
        CopyDoesNotAnswer: when the copy cannot be reached.
    """
    if not has_copy() or judges_blind(current_user):
        yield {}
        return
    with reading_copy():
        yield {READ_FROM: _said_of_copy(copied_up_to())}


def _said_of_copy(up_to: datetime | None) -> str:
    if up_to is None:
        return COPY_OF_SOME_AGE
    return f"A copy of the records, with what was changed up to {moment(up_to)}"
