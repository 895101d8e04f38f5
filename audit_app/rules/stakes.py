"""Who has a stake in a case, and so must not audit it: worked out from plain facts.

An auditor reads the work of a team they neither belong to nor manage, of a worker who is not
theirs, of a service they do not head, and of a child they have had nothing to do with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Stake(StrEnum):
    """Why somebody may not audit a case."""

    OWN_TEAM = "own_team"
    WORKER = "worker"
    OWN_WORKER = "own_worker"
    HEADS = "heads"
    AUDITED_IT = "audited_it"
    ESCALATED = "escalated"
    DECLARED = "declared"

    @property
    def label(self) -> str:
        return {
            Stake.OWN_TEAM: "It is a case of their own team",
            Stake.WORKER: "They are the worker",
            Stake.OWN_WORKER: "They manage a team the worker practises in",
            Stake.HEADS: "They head the service",
            Stake.AUDITED_IT: "They did the audit that is to be done again",
            Stake.ESCALATED: "An audit of the case was escalated to them",
            Stake.DECLARED: "They declared a stake in the case",
        }[self]


@dataclass(frozen=True)
class CaseFacts:
    """What of a case decides who has a stake in it; teams and services by their row numbers.

    ``audited_by`` is who did the audit that is to be done again; nobody but for a re-audit.
    """

    reference: str
    team: int
    service: int
    worker: str | None
    audited_by: int | None = None


@dataclass(frozen=True)
class AuditorFacts:
    """What of an auditor decides in which cases they have a stake.

    ``heads`` are the services they are head of; None in it stands for the whole authority.
    """

    id: int
    staff_id: str | None = None
    manages: frozenset[int] = frozenset()
    belongs_to: frozenset[int] = frozenset()
    heads: frozenset[int | None] = frozenset()


@dataclass(frozen=True)
class KnownStakes:
    """What is known of workers and cases beyond the auditor and the case themselves.

    Attributes:
        teams_of_worker: by staff ID the teams somebody practises in, or holds cases of.
        escalated: by case reference the services whose heads were told of one of its audits.
        declared: by case reference who said that they have a stake in it.
    """

    teams_of_worker: Mapping[str, frozenset[int]] = field(default_factory=dict)
    escalated: Mapping[str, frozenset[int]] = field(default_factory=dict)
    declared: Mapping[str, frozenset[int]] = field(default_factory=dict)


def stakes_of(auditor: AuditorFacts, case: CaseFacts, known: KnownStakes) -> frozenset[Stake]:
    """Every stake an auditor has in a case; nothing when they may be given it."""
    held = {
        Stake.OWN_TEAM: case.team in _own_teams(auditor, known),
        Stake.WORKER: bool(auditor.staff_id) and auditor.staff_id == case.worker,
        Stake.OWN_WORKER: bool(
            auditor.manages & known.teams_of_worker.get(case.worker or "", frozenset())
        ),
        Stake.HEADS: _heads_any(auditor, frozenset({case.service})),
        Stake.AUDITED_IT: auditor.id == case.audited_by,
        Stake.ESCALATED: _heads_any(auditor, known.escalated.get(case.reference, frozenset())),
        Stake.DECLARED: auditor.id in known.declared.get(case.reference, frozenset()),
    }
    return frozenset(stake for stake, holds in held.items() if holds)


def _own_teams(auditor: AuditorFacts, known: KnownStakes) -> frozenset[int]:
    """Those they manage, belong to, or hold cases of."""
    holds_cases_of = known.teams_of_worker.get(auditor.staff_id or "", frozenset())
    return auditor.manages | auditor.belongs_to | holds_cases_of


def _heads_any(auditor: AuditorFacts, services: frozenset[int]) -> bool:
    return bool(services) and (None in auditor.heads or bool(auditor.heads & services))
