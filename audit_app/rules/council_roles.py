"""Which roles the council's own sign-in gives and takes, and which it leaves alone.

The council says *whether* somebody does a kind of work; where they do it, an administrator says. A
role that is for a team or a service is therefore never given from outside, only taken away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from audit_app.rules.permissions import ROLE_REACH, Reach, Role

#: Roles whose reach an administrator chooses: the widest would be wrong for nearly everybody.
PLACED = frozenset(
    role for role, reach in ROLE_REACH.items() if reach in (Reach.TEAM, Reach.GRANTED_SERVICE)
)


@dataclass(frozen=True)
class RoleChanges:
    """What signing in changes in the roles somebody holds.

    ``unplaced`` are those the council says they have, and no administrator has said where yet.
    """

    given: frozenset[Role]
    taken: frozenset[Role]
    unplaced: frozenset[Role]


def read_mapping(text: str) -> dict[str, Role]:
    """The council's names of roles with ours, from ``Theirs=ours, Theirs=ours``.

    Raises:
        ValueError: when it is written otherwise, names a role there is none of, or would give the
            role of inspector, which has to end on a day that only an administrator can say.
    """
    mapping = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        theirs, _, ours = (part.strip() for part in pair.partition("="))
        if not theirs or not ours:
            raise ValueError(f"write it as Theirs=ours, with commas between: “{pair}” is not")
        if theirs in mapping:
            raise ValueError(f"{theirs} is there twice")
        mapping[theirs] = _role(ours)
    return mapping


def _role(name: str) -> Role:
    known = [role.value for role in Role if role is not Role.INSPECTOR]
    if name == Role.INSPECTOR:
        raise ValueError(
            "the role inspector cannot be given by the council’s sign-in, because it must end on a "
            "day: an administrator gives it"
        )
    if name not in known:
        raise ValueError(f"there is no role {name}: the roles are {', '.join(known)}")
    return Role(name)


def role_changes(
    held: Iterable[Role], claimed: Iterable[str], mapping: Mapping[str, Role]
) -> RoleChanges:
    """What the names that the council claims for somebody change in the roles they hold.

    Roles that no name stands for are the administrators' alone, and stay.
    """
    holds = frozenset(held)
    said = frozenset(mapping[name] for name in claimed if name in mapping)
    new = said - holds
    return RoleChanges(
        given=new - PLACED,
        taken=(frozenset(mapping.values()) & holds) - said,
        unplaced=new & PLACED,
    )
