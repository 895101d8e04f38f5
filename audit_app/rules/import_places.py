"""The services, localities, teams and people a file names: known here, or to be made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from audit_app.rules.import_columns import Problem
from audit_app.rules.import_rows import AuditRow, ThreadSetWords
from audit_app.rules.permissions import Role

#: A team's service and locality, as names are compared: in lower case.
Where = tuple[str, str]


@dataclass(frozen=True)
class Known:
    """What there is before an import. Names are in lower case, people are e-mail addresses."""

    services: frozenset[str] = frozenset()
    localities: frozenset[str] = frozenset()
    teams: Mapping[str, Where] = field(default_factory=dict)
    people: frozenset[str] = frozenset()
    thread_sets: Mapping[str, ThreadSetWords] = field(default_factory=dict)


@dataclass(frozen=True)
class TeamToMake:
    name: str
    service: str
    locality: str


@dataclass(frozen=True)
class PersonToMake:
    """Somebody history names. They get no password, so they cannot sign in."""

    email: str
    roles: tuple[Role, ...]

    @property
    def name(self) -> str:
        """Their name as far as the e-mail address tells: ``jane.smith@`` is Jane Smith."""
        local = self.email.partition("@")[0]
        words = local.replace(".", " ").replace("_", " ").replace("+", " ").split()
        return " ".join(word[:1].upper() + word[1:] for word in words) or self.email


@dataclass(frozen=True)
class Unknown:
    """What rows name and nobody has made, each as first spelt, in the order of the names."""

    services: tuple[str, ...] = ()
    localities: tuple[str, ...] = ()
    teams: tuple[TeamToMake, ...] = ()
    people: tuple[PersonToMake, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.services or self.localities or self.teams or self.people)

    def problems(self, audits: Iterable[AuditRow]) -> list[Problem]:
        """One for each cell that names something unknown."""
        emails = {each.email for each in self.people}
        names = {
            "service": {each.casefold() for each in self.services},
            "locality": {each.casefold() for each in self.localities},
            "team": {each.name.casefold() for each in self.teams},
            "auditor": emails,
            "moderator": emails,
        }
        return [
            Problem(audit.number, column, f"“{said}” is not known here")
            for audit in audits
            for column, said in _named(audit)
            if said.casefold() in names[column]
        ]


def _named(audit: AuditRow) -> list[tuple[str, str]]:
    named = [
        ("service", audit.service),
        ("locality", audit.locality),
        ("team", audit.team),
        ("auditor", audit.auditor),
    ]
    return [*named, ("moderator", audit.moderation.moderator)] if audit.moderation else named


def unknown_in(audits: Sequence[AuditRow], known: Known) -> Unknown:
    """What these rows name that is not known, spelt as in the first row that names it."""
    services: dict[str, str] = {}
    localities: dict[str, str] = {}
    teams: dict[str, TeamToMake] = {}
    people: dict[str, set[Role]] = defaultdict(set)
    for audit in audits:
        services.setdefault(audit.service.casefold(), audit.service)
        localities.setdefault(audit.locality.casefold(), audit.locality)
        teams.setdefault(
            audit.team.casefold(), TeamToMake(audit.team, audit.service, audit.locality)
        )
        people[audit.auditor].add(Role.TEAM_MANAGER)
        if audit.moderation is not None:
            people[audit.moderation.moderator].add(Role.MODERATOR)
    return Unknown(
        tuple(services[name] for name in sorted(services.keys() - known.services)),
        tuple(localities[name] for name in sorted(localities.keys() - known.localities)),
        tuple(teams[name] for name in sorted(teams.keys() - known.teams.keys())),
        tuple(
            PersonToMake(email, tuple(sorted(people[email])))
            for email in sorted(people.keys() - known.people)
        ),
    )


def wrong_teams(audits: Iterable[AuditRow], known: Known) -> list[Problem]:
    """Rows that put a team where it is not, or one unknown team in two places."""
    rows_of: dict[str, dict[Where, list[AuditRow]]] = defaultdict(lambda: defaultdict(list))
    for audit in audits:
        where = (audit.service.casefold(), audit.locality.casefold())
        rows_of[audit.team.casefold()][where].append(audit)
    problems: list[Problem] = []
    for team, wheres in rows_of.items():
        if team in known.teams:
            problems += _not_there(wheres, known.teams[team])
        elif len(wheres) > 1:
            problems += _in_two_places(wheres)
    return problems


def _not_there(wheres: Mapping[Where, Sequence[AuditRow]], right: Where) -> list[Problem]:
    return [
        Problem(row.number, "team", f"“{row.team}” is not a team of {row.service}, {row.locality}")
        for where, rows in wheres.items()
        if where != right
        for row in rows
    ]


def _in_two_places(wheres: Mapping[Where, Sequence[AuditRow]]) -> list[Problem]:
    firsts = [rows[0] for rows in wheres.values()]
    places = "; ".join(f"{row.service}, {row.locality} (row {row.number})" for row in firsts)
    return [
        Problem(row.number, "team", f"“{row.team}” is in more than one place: {places}")
        for rows in wheres.values()
        for row in rows
    ]
