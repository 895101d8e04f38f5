"""The service as it runs in earnest, to be killed, kept waiting and begun again by a test."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

from config import ROOT
from tests.faults.visiting import NoAnswer, Visitor
from tests.ports import free_port

#: In seconds: a start reads much, and the machine may be busy.
_LONGEST_START = 120


class Service:
    """Gunicorn with the settings it is shipped with.

    The application is read once and the workers are forked from it, so that a test may kill them
    often. ``options`` are further ones of gunicorn's.
    """

    def __init__(
        self, url: str, folder: Path, workers: int = 2, options: tuple[str, ...] = ()
    ) -> None:
        self.port = free_port()
        self.log = folder / "service.log"
        self.environment = os.environ | {
            "DATABASE_URL": url,
            "SECRET_KEY": "x" * 40,
            "TRUSTED_HOSTS": "127.0.0.1",
        }
        self.command = [
            str(Path(sys.executable).parent / "gunicorn"),
            "--config=python:audit_app.web.serving",
            f"--workers={workers}",
            "--preload",
            f"--bind=127.0.0.1:{self.port}",
            *options,
        ]

    def start(self) -> None:
        """Begin, and wait until it answers."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until = monotonic() + _LONGEST_START
        while not self._answers():
            assert self.process.poll() is None, self.log.read_text()
            assert monotonic() < until, "the service does not answer"
            sleep(0.05)

    def kill(self) -> None:
        """As a power cut does: every process, whatever it is doing."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def kill_workers(self) -> None:
        """As the kernel does when memory runs out; gunicorn begins new ones by itself."""
        for worker in self.workers():
            with suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)

    def workers(self) -> list[int]:
        pid = self.process.pid
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def _answers(self) -> bool:
        with suppress(NoAnswer):
            return Visitor(self.port).get("/healthz").status == 200
        return False
