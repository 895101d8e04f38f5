"""Many who submit at once, each until the service has acknowledged it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from queue import Empty, SimpleQueue
from time import monotonic, sleep

from tests.faults.visiting import Answer, NoAnswer, Visitor

_AT_ONCE = 8
#: In seconds, for one audit: a service that does not come back fails the test.
_LONGEST = 120


@dataclass
class Submitting:
    """What the clients saw so far."""

    references: Sequence[str]
    acknowledged: list[str] = field(default_factory=list)
    unanswered: set[str] = field(default_factory=set)

    @contextmanager
    def under_way(self, visitor: Visitor) -> Iterator[None]:
        """Submit all of them, several at once, and wait until each was acknowledged."""
        waiting: SimpleQueue[str] = SimpleQueue()
        for each in self.references:
            waiting.put(each)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            done = [pool.submit(self._work_through, waiting, visitor) for _ in range(_AT_ONCE)]
            yield
            for future in done:
                future.result()
        assert sorted(self.acknowledged) == sorted(self.references)

    def _work_through(self, waiting: SimpleQueue[str], visitor: Visitor) -> None:
        while True:
            try:
                self._submit(visitor, waiting.get_nowait())
            except Empty:
                return

    def _submit(self, visitor: Visitor, reference: str) -> None:
        """Read the page to check, press the button, and press it again until it was answered."""
        check, submit = f"/audits/{reference}/check", f"/audits/{reference}/submit"
        page = _answered(partial(visitor.get, check), lambda: None).page
        answers = page.form("Submit the audit").filled({})
        again = partial(self.unanswered.add, reference)
        answer = _answered(partial(visitor.send_once, submit, answers), again)
        assert (answer.status, answer.leads_to) == (303, f"/audits/{reference}/submitted")
        self.acknowledged.append(reference)


def _answered(ask: Callable[[], Answer], again: Callable[[], None]) -> Answer:
    until = monotonic() + _LONGEST
    while monotonic() < until:
        try:
            return ask()
        except NoAnswer:
            again()
            sleep(0.1)
    raise AssertionError("the service did not come back")
