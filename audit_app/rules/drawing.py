"""The draw of an audit programme: which open cases are audited, so that nobody chose them.

Every case draws a number of its own from the cycle's seed and its reference. The seed is made
before the list of open cases is known, and nobody makes up a case reference to suit it; so within
a stratum each case is as likely to stand first as any other, and anybody who holds the seed and the
list comes to the same order again. The first so many of each stratum are audited.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

#: A digest's first so many bits are a case's number, which any database can hold.
NUMBER_BITS = 60
_DIGEST_BITS = 256


@dataclass(frozen=True)
class Numbers:
    """How many cases are audited, by service; and by team, where a team has a number of its own.

    A team's number is part of its service's.
    """

    of_service: Mapping[int, int] = field(default_factory=dict)
    of_team: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class ListedCase:
    """An open case as the draw knows it: where it is held, and whether it is left out."""

    reference: str
    service: int
    team: int
    excluded: bool = False


@dataclass(frozen=True)
class Stratum:
    """Cases that are drawn from together, and how many of them.

    ``team`` is None for the teams of a service that have no number of their own.
    """

    service: int
    team: int | None
    wanted: int

    @property
    def key(self) -> str:
        return f"service-{self.service}" if self.team is None else f"team-{self.team}"


@dataclass(frozen=True)
class Drawn:
    """What the draw made of one case. A case that is left out has a number and no place."""

    reference: str
    stratum: str
    number: int
    place: int | None
    chosen: bool


def case_number(seed: str, reference: str) -> int:
    """The number a case draws: the first 60 bits of sha256 of ``seed:reference``."""
    return _digest(f"{seed}:{reference}") >> (_DIGEST_BITS - NUMBER_BITS)


def shown_number(number: int) -> str:
    """A case's number as people read it: 15 hexadecimal digits in threes of five.

    They are the first 15 of the digest, and no spreadsheet takes them for a number and rounds it.
    """
    digits = f"{number:0{NUMBER_BITS // 4}x}"
    return " ".join(digits[start : start + 5] for start in range(0, len(digits), 5))


def tie_break(seed: str, reference: str, auditor: str) -> int:
    """What decides between auditors of whom either could be given a case."""
    return _digest(f"{seed}:{reference}:{auditor}") >> (_DIGEST_BITS - NUMBER_BITS)


def _digest(text: str) -> int:
    return int(sha256(text.encode()).hexdigest(), 16)


def strata_of(cases: Iterable[ListedCase], numbers: Numbers) -> list[Stratum]:
    """The strata of a list: each team with a number of its own, and the rest of each service.

    Which service a team is part of, the list itself says, so that a draw replays after the team
    has moved. A team of which no case is open takes nothing from its service's number.
    """
    service_of = {case.team: case.service for case in cases}
    teams = [
        Stratum(service_of[team], team, wanted)
        for team, wanted in numbers.of_team.items()
        if team in service_of
    ]
    taken: defaultdict[int, int] = defaultdict(int)
    for each in teams:
        taken[each.service] += each.wanted
    services = {*service_of.values(), *numbers.of_service}
    rest = [
        Stratum(service, None, max(0, numbers.of_service.get(service, 0) - taken[service]))
        for service in services
    ]
    return sorted([*teams, *rest], key=lambda each: each.key)


def stratum_of(case: ListedCase, numbers: Numbers) -> str:
    """The stratum a case is drawn in."""
    return f"team-{case.team}" if case.team in numbers.of_team else f"service-{case.service}"


def draw(seed: str, cases: Sequence[ListedCase], numbers: Numbers) -> dict[str, Drawn]:
    """Draw a cycle: every case of the list, by its reference."""
    wanted = {each.key: each.wanted for each in strata_of(cases, numbers)}
    found: dict[str, Drawn] = {}
    places: defaultdict[str, int] = defaultdict(int)
    for case in sorted(cases, key=lambda each: (case_number(seed, each.reference), each.reference)):
        stratum, number = stratum_of(case, numbers), case_number(seed, case.reference)
        if case.excluded:
            found[case.reference] = Drawn(case.reference, stratum, number, None, chosen=False)
            continue
        places[stratum] += 1
        place = places[stratum]
        chosen = place <= wanted[stratum]
        found[case.reference] = Drawn(case.reference, stratum, number, place, chosen)
    return found
