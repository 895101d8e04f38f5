"""The made-up children whose cases are audited: an age, a plan, a team, and what it is about."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from audit_app.demo.sentences import stock
from audit_app.models import Team
from audit_app.rules.audits import PlanStatus

P = PlanStatus


@dataclass(frozen=True)
class Kind:
    """Whom a service works with: ages, and how often each plan."""

    ages: tuple[int, int]
    plans: dict[PlanStatus, int]
    issues: str = "any"
    worker: str = "the social worker"


_KINDS: dict[str, Kind] = {
    "LSW": Kind((0, 17), {P.CHILD_IN_NEED: 5, P.CHILD_PROTECTION: 4, P.LOOKED_AFTER: 2}),
    "AGS": Kind((0, 17), {P.CHILD_IN_NEED: 5, P.EARLY_HELP: 3, P.OTHER: 2}),
    "P": Kind((1, 17), {P.LOOKED_AFTER: 1}, "care"),
    "CWD": Kind((2, 17), {P.CHILD_IN_NEED: 8, P.LOOKED_AFTER: 1}, "disability"),
    "LC": Kind((18, 24), {P.CARE_LEAVER: 1}, "young_adult", "the personal adviser"),
    "YJ": Kind(
        (12, 17), {P.CHILD_IN_NEED: 4, P.OTHER: 4, P.LOOKED_AFTER: 1}, "older",
        "the youth justice worker",
    ),
    "F": Kind((2, 17), {P.LOOKED_AFTER: 1}, "care"),
}  # fmt: skip

_ADOLESCENT = 13


@dataclass(frozen=True)
class Case:
    """One child's case as an audit names it. ``words`` fill the braces of the sentences."""

    reference: str
    age: int
    plan: PlanStatus
    team: Team
    worker_staff_id: str
    issues: str
    words: dict[str, str]


def make_case(rng: Random, team: Team, workers: list[str]) -> Case:
    kind = _KINDS[team.name.split()[0]]
    age = rng.randint(*kind.ages)
    plan = rng.choices(list(kind.plans), weights=list(kind.plans.values()))[0]
    issues = _issues(rng, kind, age, plan)
    return Case(
        reference=str(rng.randint(3_200_000, 3_999_999)),
        age=age,
        plan=plan,
        team=team,
        worker_staff_id=rng.choice(workers),
        issues=issues,
        words=_words(rng, kind, age, plan, issues),
    )


def _issues(rng: Random, kind: Kind, age: int, plan: PlanStatus) -> str:
    if kind.issues == "any" and plan is P.LOOKED_AFTER:
        return "care"
    if kind.issues == "any" and age >= _ADOLESCENT and rng.random() < 0.4:
        return "older"
    return kind.issues


def _words(rng: Random, kind: Kind, age: int, plan: PlanStatus, issues: str) -> dict[str, str]:
    cast = stock("cast")
    parent = rng.choice(cast["parents"])
    words = {
        "child": _child(age),
        "parent": parent,
        "carer": _carer(rng, plan, parent),
        "relative": rng.choice(cast["relatives"]),
        "partner": rng.choice(_partners(age)),
        "issue": rng.choice(cast["issues"][issues]),
        "worker": kind.worker,
        "plan": cast["plans"][plan],
        "meeting": cast["meetings"][plan],
    }
    return words | {name.capitalize(): _capital(word) for name, word in words.items()}


def _child(age: int) -> str:
    if age == 0:
        return "the baby"
    return "the child" if age < _ADOLESCENT else "the young person"


def _carer(rng: Random, plan: PlanStatus, parent: str) -> str:
    if plan is P.LOOKED_AFTER:
        return rng.choice(("their foster carer", "their foster carer", "their kinship carer"))
    return "their former foster carer" if plan is P.CARE_LEAVER else parent


def _partners(age: int) -> list[str]:
    by_age: dict[str, list[str]] = stock("cast")["partners"]
    return next(
        partners
        for ages, partners in by_age.items()
        if int(ages.split("-")[0]) <= age <= int(ages.split("-")[1])
    )


def _capital(word: str) -> str:
    return word[0].upper() + word[1:]
