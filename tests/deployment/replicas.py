"""A PostgreSQL of a test's own and a streaming standby of it, to be stopped and begun again."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from time import monotonic, sleep

import psycopg

from tests.deployment.tools import missing
from tests.ports import free_port

#: In seconds: a busy machine may be slow to start a server or to pass a change on.
_LONGEST = 120


def binaries() -> Path:
    """Where initdb is; the newest where there are several."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    known = shutil.which("initdb")
    if not found and known is None:
        missing("initdb", "postgresql")
    return found[-1].parent if found else Path(str(known)).parent


class PostgreSQL:
    """A server on a port of its own; what is written need not outlive a power cut here."""

    def __init__(self, folder: Path, name: str) -> None:
        self.bin, self.folder, self.data = binaries(), folder, folder / name
        self.port = free_port()

    def make(self) -> None:
        self._run("initdb", "-D", self.data, "-U", "app", "-A", "trust", "-E", "UTF8",
                  "--locale=C.UTF-8", "--no-sync")  # fmt: skip

    def copy(self, primary: PostgreSQL) -> None:
        """Begin as a standby that follows the other's stream of changes."""
        follow = ("-R", "-X", "stream", "--checkpoint=fast", "--no-sync")
        where = ("-h", "127.0.0.1", "-p", str(primary.port), "-U", "app")
        self._run("pg_basebackup", *where, "-D", self.data, *follow)

    def start(self) -> None:
        options = (f"-p {self.port} -c listen_addresses=127.0.0.1 -c fsync=off "
                   f"-c unix_socket_directories={self.folder}")  # fmt: skip
        log = self.folder / f"{self.data.name}.log"
        self._run(
            "pg_ctl", "-D", self.data, "-w", "-t", str(_LONGEST), "-l", log, "-o", options, "start"
        )

    def stop(self) -> None:
        self._run("pg_ctl", "-D", self.data, "-m", "immediate", "stop", check=False)

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://app@127.0.0.1:{self.port}/{database}"

    def ask(self, statement: str) -> str:
        address = f"postgresql://app@127.0.0.1:{self.port}/postgres"
        with psycopg.connect(address, autocommit=True) as connection:
            found = connection.execute(statement.encode())
            return str(found.fetchone()[0]) if found.description else ""

    def wait_for(self, primary: PostgreSQL) -> None:
        """Until what the other has written by now has arrived here."""
        written = primary.ask("SELECT pg_current_wal_lsn()")
        until = monotonic() + _LONGEST
        while self.ask(f"SELECT pg_last_wal_replay_lsn() >= '{written}'") != "True":
            assert monotonic() < until, "the standby does not catch up"
            sleep(0.05)

    def _run(self, program: str, *words: str | Path, check: bool = True) -> None:
        # A server that is started keeps what it is given open.
        with (self.folder / "said").open("ab") as said:
            done = subprocess.run(
                [self.bin / program, *words], cwd="/", user=_user(), check=False,
                stdin=subprocess.DEVNULL, stdout=said, stderr=said,
            )  # fmt: skip
        assert not check or done.returncode == 0, (self.folder / "said").read_text()


def folder_for_servers() -> Path:
    """A folder that the servers' own user may write to: PostgreSQL refuses to run as root."""
    folder = Path(tempfile.mkdtemp(prefix="replica"))
    if (user := _user()) is not None:
        shutil.chown(folder, user)
    return folder


def _user() -> str | None:
    if os.getuid() != 0:
        return None
    pwd.getpwnam("postgres")
    return "postgres"
