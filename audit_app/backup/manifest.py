"""What a backup says of itself. It holds counts and checksums: no text, no name, no secret."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from audit_app.backup import Refused
from audit_app.backup.queries import Contents
from config import ROOT

FORMAT = 1
KEEP_TOO = (
    "the secret key, SECRET_KEY or the file of it: second steps at sign-in need the same one",
    "the settings the service is started with",
)
#: How many letters of a checksum people are shown.
SHOWN = 12


@dataclass(frozen=True)
class Manifest:
    """``kind`` is of which database, ``size`` and ``checksum`` are of the copy in the file.

    ``version`` stands for the code that made it: the same code has the same one everywhere.
    """

    made_at: str
    version: str
    kind: str
    contents: Contents
    size: int
    checksum: str

    @property
    def reference(self) -> str:
        """What the backup is called in history."""
        return self.checksum[:SHOWN]

    @property
    def made(self) -> datetime:
        return datetime.fromisoformat(self.made_at)

    def as_json(self) -> str:
        said = {"format": FORMAT, **asdict(self), "keep_too": KEEP_TOO}
        return json.dumps(said, indent=2, sort_keys=True) + "\n"


def read_manifest(written: bytes) -> Manifest:
    """Read what a backup says of itself.

    Raises:
        Refused: when it is not what a backup says, or is of a later kind.
    """
    try:
        said = json.loads(written)
        if said["format"] != FORMAT:
            raise Refused("This backup was made by a newer version of the service: use that one")
        held = said["contents"]
        seal = held["history"]
        history = None if seal is None else (int(seal[0]), str(seal[1]))
        tables = {str(name): int(rows) for name, rows in held["tables"].items()}
        return Manifest(
            made_at=datetime.fromisoformat(said["made_at"]).isoformat(),
            version=str(said["version"]),
            kind=str(said["kind"]),
            contents=Contents(tables, held["migration"], history),
            size=int(said["size"]),
            checksum=str(said["checksum"]),
        )
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        raise Refused("What the backup says of itself cannot be read") from None


def version_of_service() -> str:
    """A checksum of the service's own code: what is running, wherever it came from."""
    code = sha256()
    for each in sorted((ROOT / "audit_app").rglob("*.py")):
        code.update(each.relative_to(ROOT).as_posix().encode() + b"\0")
        code.update(Path(each).read_bytes() + b"\0")
    return code.hexdigest()[:SHOWN]
