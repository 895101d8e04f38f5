"""Which open cases of a cycle stay out of the draw, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from audit_app.audits.lately import being_audited, last_audits
from audit_app.models import OpenCase, ProgrammeCycle
from audit_app.programme.stakes import Auditors, references_in, small
from audit_app.rules.guidance import audited_lately
from audit_app.rules.programme import ExcludedBecause


@dataclass(frozen=True)
class Standing:
    """Whether a case can be drawn: why not, and when it was last audited where that is why."""

    excluded_because: ExcludedBecause | None
    last_audited_on: date | None = None


def standings(
    cycle: ProgrammeCycle, cases: Iterable[OpenCase], auditors: Auditors, on: date
) -> Mapping[int, Standing]:
    """How each open case stands on a day, by its row number."""
    references = references_in(cycle)
    audited, under_way = last_audits(references, on), being_audited(references)
    return {case.id: _standing(case, audited, under_way, auditors, on) for case in cases}


def _standing(
    case: OpenCase,
    audited: Mapping[str, date],
    under_way: frozenset[str],
    auditors: Auditors,
    on: date,
) -> Standing:
    last = audited.get(small(case))
    if case.exempted_at is not None:
        return Standing(ExcludedBecause.EXEMPTED)
    if last is not None and audited_lately(last, on):
        return Standing(ExcludedBecause.AUDITED_LATELY, last)
    if small(case) in under_way:
        return Standing(ExcludedBecause.UNDER_WAY)
    if not auditors.can_be_given(case):
        return Standing(ExcludedBecause.NOBODY_WITHOUT_STAKE)
    return Standing(None)
