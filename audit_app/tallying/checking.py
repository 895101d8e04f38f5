"""The tallies compared with the records, for whoever runs the service."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from audit_app.extensions import db
from audit_app.models.sqlite import reading
from audit_app.tallying import recount
from audit_app.tallying.changing import Counts
from audit_app.tallying.facts import TALLIES

#: How many counts of one tally are told; a tally that was lost differs in every one.
_TOLD = 20


@dataclass(frozen=True)
class Found:
    """Where the tallies are not what the records say; ``mended`` says that now they are."""

    short: Counts
    mended: bool = False

    @property
    def right(self) -> bool:
        return not any(self.short.values())

    def lines(self) -> Iterator[str]:
        if self.right:
            yield "Every tally is what the records say"
            return
        for kept in TALLIES:
            wrong = self.short[kept.table.name]
            for key, n in list(wrong.items())[:_TOLD]:
                where = ", ".join(
                    f"{name} {value}" for name, value in zip(kept.key, key, strict=True)
                )
                yield f"{kept.table.name}: {abs(n):,} too {'few' if n > 0 else 'many'}: {where}"
            if len(wrong) > _TOLD:
                yield f"{kept.table.name}: {len(wrong) - _TOLD:,} other counts differ"
        if self.mended:
            yield "Mended"


def check() -> Found:
    """Count every record again; nothing is written and nobody waits."""
    with reading(db.session):
        return Found(recount.differences(db.session.connection()))


def mend() -> Found:
    """Make every tally what the records say. Committed."""
    found = Found(recount.mend(db.session.connection()), mended=True)
    db.session.commit()
    return found
