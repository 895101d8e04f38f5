"""What becomes of a drawn case: who has it, what was asked about it, and what was decided."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum, auto

from audit_app.demo import bulk
from audit_app.demo.open_cases import Held
from audit_app.models import User
from audit_app.rules.allocation_steps import AllocationState, RequestKind
from audit_app.rules.deed_words import GIVEN, NOBODY

E, S, X = RequestKind.EXEMPTION, RequestKind.SUBSTITUTION, RequestKind.EXTENSION


class Fate(Enum):
    """What became of a drawn case of which no audit was made."""

    SUBSTITUTED = auto()
    OF_TAMSIN = auto()
    NOBODYS = auto()
    EXEMPT = auto()
    EXTENDED = auto()
    DECLINED = auto()
    ASKED_TIME = auto()
    ASKED_ANOTHER = auto()
    STAKE = auto()
    TO_DO = auto()


#: In the cycle of two months ago, of last month and of this month.
FATES = (
    (Fate.SUBSTITUTED, Fate.EXEMPT, Fate.EXEMPT, Fate.TO_DO),
    (Fate.SUBSTITUTED, Fate.OF_TAMSIN, Fate.EXEMPT, Fate.EXTENDED, Fate.DECLINED, Fate.TO_DO),
    (Fate.SUBSTITUTED, Fate.OF_TAMSIN, Fate.NOBODYS, Fate.EXEMPT, Fate.EXTENDED, Fate.ASKED_TIME,
     Fate.ASKED_ANOTHER, Fate.STAKE),
)  # fmt: skip
#: How many cases without an audit each service has, the first service first.
TO_DO = ((2, 1, 1), (3, 1, 1, 1, 1, 1), (9, 4, 4, 2, 2, 2, 2))
MORE_TIME = timedelta(days=26)
#: What was asked, and whether it was granted; None while it waits.
ASKED: dict[Fate, tuple[RequestKind, bool | None]] = {
    Fate.EXEMPT: (E, True),
    Fate.SUBSTITUTED: (S, True),
    Fate.EXTENDED: (X, True),
    Fate.DECLINED: (E, False),
    Fate.ASKED_TIME: (X, None),
    Fate.ASKED_ANOTHER: (S, None),
}
PUT_ASIDE = {
    Fate.EXEMPT: AllocationState.EXEMPT,
    Fate.SUBSTITUTED: AllocationState.SUBSTITUTED,
}


@dataclass
class Given:
    """One drawn case that somebody is to audit: its row, and what was asked about it."""

    case: Held
    row: bulk.Row
    auditor: User | None = None
    requests: list[bulk.Row] = field(default_factory=list)


def given_from(was: User | None, to: User | None) -> str:
    """How the history says who had an audit to do, and who has it."""
    names = (each.reference if each else NOBODY for each in (was, to))
    return GIVEN + " to ".join(names)
