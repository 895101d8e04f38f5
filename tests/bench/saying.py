"""What a measurement says: lines to read as they come, and bars for the report."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

#: Where bars are written to, one a line, for whoever collects them (tests/bench/report.py).
BARS = "BENCH_BARS"


@dataclass(frozen=True)
class Bar:
    """What was measured against what is allowed, both in the same unit; met where not above."""

    what: str
    measured: float
    allowed: float

    @property
    def met(self) -> bool:
        return self.measured <= self.allowed


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def bar(what: str, measured: float, allowed: float) -> bool:
    """Say how something stands against its bar; whether it is met."""
    found = Bar(what, round(measured, 2), allowed)
    say(f"{'met' if found.met else 'MISSED'}: {what}: {found.measured:g}, at most {allowed:g}")
    if file := os.environ.get(BARS):
        with Path(file).open("a") as lines:
            lines.write(json.dumps(asdict(found)) + "\n")
    return found.met
