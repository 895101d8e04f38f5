"""Every measurement in one run and one report, saved as Markdown.

Run by ``scripts/bench``. Each part runs in a process of its own, so that none leaves anything
behind for the next; what it says is shown as it comes and kept for the report.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from config import INSTANCE, ROOT
from tests.bench.saying import BARS, Bar, say

#: Each part: its title, and whether it takes ``--quick`` and ``--keep``.
PARTS = {
    "pages": ("Pages beside a bare Flask application that says hello", "--quick"),
    "submits": ("Submitting audits beside a bare view that writes the same rows", "--quick"),
    "growth": ("Pages as audits become many", "--quick --keep"),
    "flat": ("Lists with ten audits and with 50,000", ""),
    "insight": ("Figures of a million audits beside DuckDB, bare SQL and pandas", "--keep"),
    "paper": ("Documents beside Chromium", ""),
    "start": ("Start-up and memory", "--quick"),
}
#: Other names a part goes by.
ALSO = {"memory": "start"}
#: With --quick these are made small, or left out where they have no small size.
_QUICK_AUDITS = "20000"


@dataclass(frozen=True)
class Part:
    """What one part said, how it ended and how many seconds it took."""

    name: str
    said: str
    status: int
    seconds: float
    bars: list[Bar]


def main() -> int:
    asked = _asked()
    names = list(dict.fromkeys(ALSO.get(each, each) for each in asked.parts or PARTS))
    began = datetime.now(UTC)
    parts = []
    for name in names:
        say(f"\n==> {PARTS[name][0]}")
        parts.append(_run(name, asked))
        # Saved after each, so that what was measured is there if somebody interrupts the next.
        asked.out.parent.mkdir(parents=True, exist_ok=True)
        asked.out.write_text(_report(parts, began))
    say(f"\nThe report is in {asked.out}")
    return 1 if any(part.status for part in parts) else 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"of {', '.join([*PARTS, *ALSO])}; all of them")
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that it works")
    parser.add_argument("--keep", type=Path, help="a database of a million audits, made or reused")
    parser.add_argument("--out", type=Path, default=INSTANCE / "bench.md", help="the report")
    asked = parser.parse_args()
    if unknown := [each for each in asked.parts if each not in {**PARTS, **ALSO}]:
        parser.error(f"there is no part {unknown[0]}: choose of {', '.join([*PARTS, *ALSO])}")
    return asked


def _run(name: str, asked: argparse.Namespace) -> Part:
    began = perf_counter()
    with TemporaryDirectory() as folder:
        bars = Path(folder) / "bars"
        process = subprocess.Popen(
            [sys.executable, "-m", f"tests.bench.{name}", *_options(name, asked)],
            cwd=ROOT,
            env=os.environ | {BARS: str(bars)},
            stdout=subprocess.PIPE,
            text=True,
        )
        lines = []
        for line in process.stdout or ():
            sys.stdout.write(line)
            sys.stdout.flush()
            lines.append(line)
        status = process.wait()
        found = bars.read_text().splitlines() if bars.exists() else []
    read = [Bar(**json.loads(each)) for each in found]
    return Part(name, "".join(lines).strip("\n"), status, perf_counter() - began, read)


def _options(name: str, asked: argparse.Namespace) -> list[str]:
    takes = PARTS[name][1].split()
    options = ["--quick"] if asked.quick and "--quick" in takes else []
    if asked.keep and "--keep" in takes and not asked.quick:
        options += ["--keep", str(asked.keep)]
    if asked.quick and name == "insight":
        options += ["--audits", _QUICK_AUDITS]
    return options


def _report(parts: list[Part], began: datetime) -> str:
    lines = [
        "# Bench",
        "",
        f"Measured on {began:%-d %B %Y at %H:%M} UTC with Python {platform.python_version()} on",
        f"{os.cpu_count()} processors with {_memory():.0f} GB of memory.",
        f"{os.getloadavg()[2]:.1f} processes wanted to run at once, on average.",
        "What is compared was asked in turn in one run, and a ratio is the one in the middle: only",
        "ratios mean anything on another machine.",
        "",
        "| what | measured | at most | |",
        "|---|--:|--:|---|",
        *(
            f"| {bar.what} | {bar.measured:g} | {bar.allowed:g} | {_met(bar.met)} |"
            for part in parts
            for bar in part.bars
        ),
        *(
            f"| {PARTS[part.name][0]} | | | {_met(not part.status)} |"
            for part in parts
            if not part.bars
        ),
    ]
    for part in parts:
        lines += ["", f"## {PARTS[part.name][0]}", "", "```", part.said, "```"]
        lines += ["", f"Took {part.seconds:.0f} s."]
    return "\n".join(lines) + "\n"


def _met(met: bool) -> str:
    return "met" if met else "**missed**"


def _memory() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


if __name__ == "__main__":
    sys.exit(main())
