"""Whether pages stay as quick when audits become many: two databases, asked in turn.

Run by scripts/bench. Each page is opened in pairs, first with ten audits and then with 50,000, so
that whatever else the machine does falls on both alike. Only the ratio means anything.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import perf_counter

import flask_migrate
from flask import Flask
from sqlalchemy import select

from audit_app import create_app
from audit_app.audits.lists import SORTS
from audit_app.extensions import db
from audit_app.models import User
from config import Settings
from tests.bench import made_up
from tests.browser_page import BASE, PageClient

FEW, MANY = 10, 50_000
#: A page with many audits may take so many times as long as with few.
ALLOWED = 1.5
_WARMING, _PAIRS, _FEWER_PAIRS = 3, 60, 10


@dataclass(frozen=True)
class Case:
    """A page as one person opens it; the default pages must stay within what is allowed."""

    email: str
    path: str
    default: bool = False

    @property
    def name(self) -> str:
        return f"{self.email.partition('@')[0].rstrip('0')}: {self.path}"


CASES = (
    *(Case(who, "/audits/", True) for who in (made_up.LEAD, made_up.MANAGER, made_up.MODERATOR)),
    Case(made_up.PRACTITIONER, "/audits/", True),
    Case(made_up.MODERATOR, "/moderation/", True),
    Case(made_up.LEAD, "/moderation/", True),
    *(
        Case(made_up.LEAD, f"/audits/?sort={by}&order={order}")
        for by in SORTS
        for order in ("asc", "desc")
    ),
    Case(made_up.LEAD, "/audits/?judgement=inadequate"),
    Case(made_up.LEAD, "/audits/?thread=voice&judgement=good"),
    Case(made_up.LEAD, "/audits/?type=full&from=2024-01-01"),
    Case(made_up.LEAD, "/audits/?page=400"),
)


@dataclass(frozen=True)
class Measured:
    """Milliseconds with few audits and with many, pair by pair."""

    few: list[float]
    many: list[float]

    @property
    def ratio(self) -> float:
        return median(self.many) / median(self.few)

    @property
    def spread(self) -> tuple[float, float]:
        """The middle half of the pairs' ratios lies between these."""
        low, _, high = quantiles([b / a for a, b in zip(self.few, self.many, strict=True)], n=4)
        return low, high


def main() -> int:
    _say(f"Making two databases, with {FEW} audits and with {MANY:,}")
    with TemporaryDirectory() as folder:
        few, many = (_service(Path(folder) / f"{n}.sqlite", n) for n in (FEW, MANY))
        # What is there by now stays: collecting garbage between pages need not look at it again.
        gc.freeze()
        _say(f"{'':52}{FEW:>8}{MANY:>10,}   ratio   middle half")
        return 1 if list(_too_slow(few, many)) else 0


def _too_slow(few: Flask, many: Flask) -> Iterable[Case]:
    """Measure every case and say what came out; those that take longer than allowed."""
    for case in CASES:
        measured = _measure(case, few, many)
        over = case.default and measured.ratio > ALLOWED
        allowed = f"at most {ALLOWED}" if case.default else ""
        _say(
            f"{case.name:52}{median(measured.few):>5.1f} ms{median(measured.many):>7.1f} ms"
            f"{measured.ratio:>8.2f}   {measured.spread[0]:.2f} to {measured.spread[1]:.2f}"
            f"   {'TOO SLOW: ' if over else ''}{allowed}".rstrip()
        )
        if over:
            yield case


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _measure(case: Case, few: Flask, many: Flask) -> Measured:
    pairs = _PAIRS if case.default else _FEWER_PAIRS
    times: tuple[list[float], list[float]] = ([], [])
    with _signed_in(few, case.email) as first, _signed_in(many, case.email) as second:
        for turn in range(_WARMING + pairs):
            for web, taken in zip((first, second), times, strict=True):
                took = _open(web, case.path)
                if turn >= _WARMING:
                    taken.append(took)
    return Measured(*times)


def _open(web: PageClient, path: str) -> float:
    """How many milliseconds it takes to open a page."""
    gc.collect()
    started = perf_counter()
    response = web.client.get(path, base_url=BASE)
    taken = (perf_counter() - started) * 1000
    if response.status_code != 200:
        raise SystemExit(f"{path} answered {response.status_code}")
    return taken


@contextmanager
def _signed_in(app: Flask, email: str) -> Iterator[PageClient]:
    web = PageClient(app)
    with app.app_context():
        web.sign_in(db.session.scalars(select(User).where(User.email == email)).one())
    yield web


def _service(file: Path, audits: int) -> Flask:
    """The service on a new database of so many audits."""
    app = create_app(Settings(database_url=f"sqlite:///{file}", secret_key="x" * 40))
    with app.app_context():
        flask_migrate.upgrade()
        made_up.fill(audits, in_full=True)
        db.session.remove()
    return app


if __name__ == "__main__":
    sys.exit(main())
