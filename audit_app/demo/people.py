"""The made-up people: one sign-in for every role, and the managers and workers around them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random

from audit_app.demo.places import worker_ids
from audit_app.demo.references import reference
from audit_app.extensions import db
from audit_app.models import RoleGrant, Team, User
from audit_app.rules.permissions import Role
from audit_app.web.passwords import hash_password

#: Printed beside the sign-ins; it opens nothing but made-up data.
PASSWORD = "copper kettle morning"  # noqa: S105
HOME_TEAM = "LSW North 2"

_DOMAIN = "example.gov.uk"
_BEGAN = datetime(2019, 8, 1, 9, tzinfo=UTC)


@dataclass(frozen=True)
class SignIn:
    """A made-up person whom anybody trying the service can be."""

    address: str
    name: str
    role: Role

    @property
    def email(self) -> str:
        return f"{self.address}@{_DOMAIN}"


SIGN_INS: tuple[SignIn, ...] = (
    SignIn("team.manager", "Tamsin Okafor", Role.TEAM_MANAGER),
    SignIn("moderator", "Marcus Delaney", Role.MODERATOR),
    SignIn("head.of.service", "Harriet Nuttall", Role.HEAD_OF_SERVICE),
    SignIn("practice.lead", "Parveen Iqbal", Role.PRACTICE_LEAD),
    SignIn("second.lead", "Sian Pritchard", Role.PRACTICE_LEAD),
    SignIn("dcs.office", "Dorothy Mensah", Role.DCS_OFFICE),
    SignIn("practitioner", "Precious Adeyinka", Role.PRACTITIONER),
    SignIn("administrator", "Adrian Wolstenholme", Role.ADMINISTRATOR),
    SignIn("information.governance", "Ingrid Fairbairn", Role.INFORMATION_GOVERNANCE),
    SignIn("inspector", "Isaac Thornley", Role.INSPECTOR),
)
#: Those who have no part in the work that is audited.
_LOOKING_ON = (Role.INFORMATION_GOVERNANCE, Role.INSPECTOR)

_FIRST_NAMES = (
    "Aisha", "Alan", "Amelia", "Anita", "Bilal", "Bridget", "Callum", "Carla", "Chidi", "Clare",
    "Daniela", "Darren", "Ebony", "Eleanor", "Farah", "Fergus", "Grace", "Gurpreet", "Hannah",
    "Hussain", "Imogen", "Jerome", "Joanne", "Kamal", "Kirsty", "Leon", "Lorraine", "Maryam",
    "Nathan", "Nkechi", "Oliver", "Rosalind", "Samira", "Stephen", "Tomasz", "Yvonne",
)  # fmt: skip
_LAST_NAMES = (
    "Ashworth", "Bamford", "Begum", "Birtwistle", "Chaudhry", "Clegg", "Coleman", "Devlin",
    "Entwistle", "Faulkner", "Greenhalgh", "Haworth", "Igwe", "Jolly", "Kaur", "Kershaw", "Lomax",
    "Mistry", "Moss", "Ndlovu", "Ogden", "Pickup", "Quigley", "Ramsbottom", "Rahman", "Sharples",
    "Tattersall", "Unsworth", "Varley", "Whittaker", "Wojcik", "Yates",
)  # fmt: skip

#: Teams in which a worker besides the home team's can sign in.
_TEAMS_WITH_PRACTITIONER = 17


@dataclass(frozen=True)
class Staff:
    """Who audits, who moderates, and whose work is looked at; people by their row numbers."""

    everybody: list[User]
    sign_ins: dict[str, User]
    managers: dict[int, User]
    moderators: list[User]
    workers: dict[int, list[str]]


def add_people(rng: Random, teams: list[Team]) -> Staff:
    """Make everybody. The people in :data:`SIGN_INS` can sign in, and managers later."""
    workers = worker_ids(teams)
    home = next(team for team in teams if team.name == HOME_TEAM)
    password_hash = hash_password(PASSWORD)
    staff_ids = (f"S2{number:03d}" for number in range(1, 1000))
    names = _names(rng)
    sign_ins = {}
    for each in SIGN_INS:
        if each.role is Role.HEAD_OF_SERVICE or each.role in _LOOKING_ON:
            continue
        practises = each.role is Role.PRACTITIONER
        staff_id = workers[home.id][0] if practises else next(staff_ids)
        user = _user(rng, each.email, each.name, staff_id)
        user.password_hash = password_hash
        at_home = each.role in (Role.TEAM_MANAGER, Role.PRACTITIONER)
        user.grants.append(RoleGrant(role=each.role, team_id=home.id if at_home else None))
        sign_ins[each.address] = user
    managers = {
        team.id: sign_ins["team.manager"]
        if team is home
        else _held(rng, next(names), next(staff_ids), RoleGrant(role=Role.TEAM_MANAGER, team=team))
        for team in teams
    }
    services = dict.fromkeys(team.service_id for team in teams)
    heads = [
        _held(rng, next(names), next(staff_ids), RoleGrant(role=Role.MODERATOR, service_id=service))
        for service in services
    ]
    # Two managers also moderate for the whole authority; the one people sign in as does not.
    also_moderating = [managers[team.id] for team in teams[5:30:20] if team is not home]
    for manager in also_moderating:
        manager.grants.append(RoleGrant(role=Role.MODERATOR))
    others = [team for team in teams if team is not home][:: len(teams) // _TEAMS_WITH_PRACTITIONER]
    practitioners = [
        _held(rng, next(names), workers[team.id][0], RoleGrant(role=Role.PRACTITIONER, team=team))
        for team in others[:_TEAMS_WITH_PRACTITIONER]
    ]
    moderators = [sign_ins["moderator"], *heads, *also_moderating]
    heads_of_service = _heads_of_service(home, password_hash)
    sign_ins["head.of.service"] = heads_of_service[0]
    sign_ins |= _looking_on(password_hash)
    everybody = list(
        dict.fromkeys(
            [*sign_ins.values(), *managers.values(), *heads, *practitioners, *heads_of_service]
        )
    )
    db.session.add_all(everybody)
    db.session.flush()
    return Staff(everybody, sign_ins, managers, moderators, workers)


def let_managers_sign_in(staff: Staff) -> None:
    """The programme gives audits only to people who can sign in and do them."""
    password_hash = staff.sign_ins["team.manager"].password_hash
    for manager in staff.managers.values():
        manager.password_hash = password_hash
    db.session.flush()


def _heads_of_service(home: Team, password_hash: str) -> list[User]:
    """One for the whole authority, who can sign in, and one for the home team's service.

    Drawn apart from everybody else, so that the figures stay what they were without them.
    """
    rng = Random("heads of service")  # noqa: S311
    of_all = next(each for each in SIGN_INS if each.role is Role.HEAD_OF_SERVICE)
    first = _user(rng, of_all.email, of_all.name, "S2901")
    first.password_hash = password_hash
    first.grants.append(RoleGrant(role=Role.HEAD_OF_SERVICE))
    of_one = RoleGrant(role=Role.HEAD_OF_SERVICE, service_id=home.service_id)
    return [first, _held(rng, "Bernadette Holroyd", "S2902", of_one)]


def _names(rng: Random) -> Iterator[str]:
    """Names nobody else has, first and last name each as often as the others."""
    lasts = list(_LAST_NAMES)
    while True:
        firsts = list(_FIRST_NAMES)
        rng.shuffle(firsts)
        rng.shuffle(lasts)
        yield from (f"{first} {last}" for first, last in zip(firsts, lasts, strict=False))


def _held(rng: Random, name: str, staff_id: str, grant: RoleGrant) -> User:
    user = _user(rng, f"{name.lower().replace(' ', '.')}@{_DOMAIN}", name, staff_id)
    user.grants.append(grant)
    return user


def _looking_on(password_hash: str) -> dict[str, User]:
    """Who keeps the records safe, and who inspects: for a year, as the latter's role ends."""
    found = {}
    for each in SIGN_INS:
        if each.role in _LOOKING_ON:
            rng = Random(each.address)  # noqa: S311  made-up people
            user = _user(rng, each.email, each.name, None)
            user.password_hash = password_hash
            ends_on = date.today() + timedelta(days=365) if each.role is Role.INSPECTOR else None
            user.grants.append(RoleGrant(role=each.role, ends_on=ends_on))
            found[each.address] = user
    return found


def _user(rng: Random, email: str, name: str, staff_id: str | None) -> User:
    return User(
        reference=reference(rng), email=email, name=name, staff_id=staff_id, created_at=_BEGAN
    )
