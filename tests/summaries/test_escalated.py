"""What became of the Inadequates, and of those that moderation judged otherwise, is told apart."""

from __future__ import annotations

import pytest

from audit_app.models import EscalationCause
from audit_app.summaries.escalated import Clocks, Escalated, answered_said

NONE = Clocks()


@pytest.mark.parametrize(
    ("inadequate", "kept", "changed", "said"),
    [
        (
            5,
            Clocks(in_time=4, open=1, overdue=1),
            Clocks(late=1),
            (
                "An escalation was started for all 5 (4 closed in time, 1 still open and overdue); "
                "1 more for an audit once judged Inadequate and finally judged otherwise "
                "(1 closed late)."
            ),
        ),
        (1, Clocks(open=1), NONE, "An escalation was started for it (1 still open)."),
        (4, Clocks(late=2), NONE, "An escalation was started for 2 of the 4 (2 closed late)."),
        (
            0,
            NONE,
            Clocks(in_time=2),
            (
                "2 escalations were started for audits once judged Inadequate and finally judged "
                "otherwise (2 closed in time)."
            ),
        ),
    ],
)
def test_escalations_are_held_against_what_is_finally_inadequate(
    inadequate: int, kept: Clocks, changed: Clocks, said: str
) -> None:
    causes = {EscalationCause.INADEQUATE: kept}
    found = Escalated(causes, kept, changed, without=inadequate - kept.started, imported=0)
    assert list(answered_said(found, inadequate)) == [said]


def test_nothing_is_said_of_escalations_where_there_are_none() -> None:
    assert list(answered_said(Escalated({}, NONE, NONE, 3, 0), 3)) == []
