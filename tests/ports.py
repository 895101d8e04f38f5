"""Ports for servers that a test begins, which nobody else is given meanwhile.

A port that the kernel picked and was given back may be anybody's a moment later: another test's, or
that of whoever opens a connection, as the kernel picks those from the same range. These are below
it, and each is kept from every other process that asks here for as long as this one lives.
"""

from __future__ import annotations

import fcntl
import os
import socket
from contextlib import closing, suppress
from itertools import chain
from pathlib import Path
from tempfile import gettempdir

#: Linux picks from 32,768 on, other systems from 49,152.
_FIRST, _END = 20_000, 30_000


def free_port() -> int:
    """A port of this machine on which nobody listens, and which is this process's from now on."""
    folder = Path(gettempdir()) / f"ports-of-tests-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    # Wherever each process begins, so that they seldom ask for the same.
    begin = _FIRST + os.getpid() * 97 % (_END - _FIRST)
    for port in chain(range(begin, _END), range(_FIRST, begin)):
        lock = os.open(folder / str(port), os.O_CREAT | os.O_RDWR)
        with suppress(OSError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with closing(socket.socket()) as probe:
                probe.bind(("127.0.0.1", port))
            # The lock ends with the process, which never closes it.
            return port
        os.close(lock)
    raise AssertionError("no port is free")
