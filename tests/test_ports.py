"""Servers of tests that run side by side get ports of their own."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from config import ROOT
from tests.ports import free_port

#: Keeps its ports until its input ends.
_ASKS = "import sys; from tests.ports import free_port; print(*[free_port() for _ in range(20)])"


def test_no_port_is_given_twice_while_whoever_asked_is_there() -> None:
    others = [
        subprocess.Popen(
            [sys.executable, "-c", f"{_ASKS}; sys.stdout.flush(); sys.stdin.read()"],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(3)
    ]  # fmt: skip
    with ThreadPoolExecutor() as at_once:
        given = [*at_once.map(lambda _: free_port(), range(20))]
    for each in others:
        assert each.stdout is not None
        given += [int(port) for port in each.stdout.readline().split()]
    for each in others:
        each.communicate()
    assert len(given) == len(set(given)) == 80
