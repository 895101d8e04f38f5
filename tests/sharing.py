"""What the workers of a run share: made by whichever asks first, while the others wait for it."""

from __future__ import annotations

import fcntl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Shared:
    """The folder of a run, which each of its workers can reach, and the name of the run."""

    folder: Path
    run: str

    def address(self, what: str, make: Callable[[], str]) -> str:
        """The address that ``make`` returned, called once in the whole run."""
        made = self.folder / f"{what}.address"
        with (self.folder / f"{what}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not made.exists():
                made.write_text(make())
            return made.read_text()
