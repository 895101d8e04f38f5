"""A mail server, and people for whom something waits."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from audit_app.models import Escalation
from tests.escalations.escalated import inadequate
from tests.people import World
from tests.reminders.servers import MailServer, Notify, notify_running, running


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with running(MailServer()) as server:
        yield server


@pytest.fixture
def notify() -> Iterator[Notify]:
    with notify_running(Notify()) as standing_in:
        yield standing_in


@pytest.fixture
def escalation(world: World) -> Escalation:
    """An escalation of the South team's, of which several people are told."""
    return inadequate(world)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A certificate for this machine that nobody trusts yet, and its key."""
    folder: Path = tmp_path_factory.mktemp("certificate")
    made, key = str(folder / "made.pem"), str(folder / "key.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
         "-keyout", key, "-out", made],
        check=True, capture_output=True,
    )  # fmt: skip
    return made, key
