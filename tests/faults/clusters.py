"""A PostgreSQL of a test's own, to be killed and begun again, with a small disk to be filled."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from tests.ports import free_port

#: In seconds: the machine may be busy.
_LONGEST_START = 120
_PATIENT = ("-t", str(_LONGEST_START))


def postgres_programs() -> Path | None:
    """Where ``initdb`` and ``pg_ctl`` are; None where there are none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


def may_mount() -> bool:
    """Whether a test may make a disk of its own here: that takes more than a plain user has."""
    tried = ["unshare", "-m", "true"]
    return os.geteuid() == 0 and subprocess.run(tried, check=False).returncode == 0


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    """A disk of so many megabytes that anybody may write to, gone afterwards with what is on it."""
    with TemporaryDirectory() as folder:
        said = f"size={megabytes}m,mode=0777"
        subprocess.run(["mount", "-t", "tmpfs", "-o", said, "tmpfs", folder], check=True)
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "-l", folder], check=True)


@contextmanager
def filled_up(disk: Path) -> Iterator[None]:
    """Not a byte is free on the disk meanwhile."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass
    yield
    ballast.unlink()


@dataclass
class Cluster:
    """A PostgreSQL server that keeps what it acknowledged, as one in earnest does."""

    folder: Path
    port: int
    programs: Path

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://app@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        said = (
            f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}"
        )
        # What was killed may hold its port for a moment yet.
        until = monotonic() + _LONGEST_START
        while monotonic() < until:
            if self._control("-l", str(self.folder / "server.log"), "-o", said, "start"):
                return
            sleep(0.5)
        raise AssertionError((self.folder / "server.log").read_text())

    def kill(self) -> None:
        """Drop everybody at once and write nothing down, as a power cut does."""
        self._control("-m", "immediate", "stop")

    def restart(self) -> None:
        self.kill()
        self.start()

    def make(self) -> None:
        said = ["-U", "app", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        initdb = [str(self.programs / "initdb"), "-D", str(self.folder / "data")]
        assert run(self.folder, initdb + said)

    def put_on(self, disk: Path) -> str:
        """Make a database whose tables are on a disk of their own; its address."""
        own = disk / "tables"
        own.mkdir()
        _give_away(own)
        engine = create_engine(self.url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with engine.connect() as connection:
            connection.execute(text(f"CREATE TABLESPACE small LOCATION '{own}'"))
            connection.execute(text("CREATE DATABASE records TABLESPACE small"))
        return self.url.removesuffix("postgres") + "records"

    def _control(self, *arguments: str) -> bool:
        data = str(self.folder / "data")
        return run(
            self.folder, [str(self.programs / "pg_ctl"), "-D", data, "-w", *_PATIENT, *arguments]
        )


def run(folder: Path, command: list[str]) -> bool:
    """Run a program of PostgreSQL's, which refuses to be run as root; whether it did it."""
    if os.geteuid() == 0:
        command = ["runuser", "-u", "postgres", "--", *command]
    # A server that goes on would hold a pipe open.
    with (folder / "said.log").open("ab") as log:
        done = subprocess.run(command, cwd="/", stdout=log, stderr=log, check=False)
    return done.returncode == 0


@contextmanager
def cluster(programs: Path) -> Iterator[Cluster]:
    """A server that runs, and is gone afterwards with its folder."""
    with TemporaryDirectory() as folder:
        yield from _run(Path(folder), programs)


def _run(folder: Path, programs: Path) -> Iterator[Cluster]:
    _give_away(folder)
    made = Cluster(folder, free_port(), programs)
    made.make()
    made.start()
    try:
        yield made
    finally:
        made.kill()


def _give_away(folder: Path) -> None:
    if os.geteuid() == 0:
        subprocess.run(["chown", "postgres:postgres", str(folder)], check=True)
