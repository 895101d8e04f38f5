"""What moved between an audit and its re-audit is said thread by thread, and only where it can."""

from __future__ import annotations

from itertools import pairwise

import pytest

from audit_app.rules.judgements import SCALE, Judgement
from audit_app.rules.re_audits import Judged, JudgedThread, Moved, moved, movement

GOOD, WORST = Judgement.GOOD, Judgement.INADEQUATE
SILENT = Judgement.NOT_ENOUGH_EVIDENCE


def judged(overall: Judgement | None, **threads: Judgement | None) -> Judged:
    return Judged(overall, [JudgedThread(code, code.upper(), j) for code, j in threads.items()])


def test_one_step_either_way_is_better_or_worse() -> None:
    for better, worse in pairwise(SCALE):
        assert moved(worse, better) is Moved.BETTER
        assert moved(better, worse) is Moved.WORSE
        assert moved(better, better) is Moved.SAME


@pytest.mark.parametrize("missing", [None, SILENT])
def test_what_one_audit_did_not_judge_is_neither_better_nor_worse(
    missing: Judgement | None,
) -> None:
    assert moved(missing, GOOD) is Moved.NOT_COMPARABLE
    assert moved(WORST, missing) is Moved.NOT_COMPARABLE
    assert moved(missing, missing) is Moved.NOT_COMPARABLE


def test_threads_are_compared_by_their_code_across_thread_sets() -> None:
    then = judged(WORST, plan=WORST, voice=GOOD, old=WORST)
    now = judged(GOOD, voice=GOOD, plan=GOOD, new=GOOD)
    found = movement(then, now)
    assert found.overall.moved is Moved.BETTER
    assert [(each.code, each.moved) for each in found.threads] == [
        ("voice", Moved.SAME),
        ("plan", Moved.BETTER),
        ("new", Moved.NOT_COMPARABLE),
        ("old", Moved.NOT_COMPARABLE),
    ]
    assert (found.threads[3].then, found.threads[3].now) == (WORST, None)
    assert [found.count(which) for which in Moved] == [1, 1, 0, 2]
