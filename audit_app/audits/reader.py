"""What of a person decides which audits they may read, and what they are shown of each.

A statement made for a person takes long to make, and somebody who looks at a list looks at it
again. It may be kept for whoever is the same in all of this, and is made from nothing else: a
person who is given another role, or whose role ends, is another reader from their next page on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from audit_app.models import User
from audit_app.rules.permissions import Permission, Role


@dataclass(frozen=True)
class Held:
    """A role held today, for one team or one service, or for the whole authority."""

    role: Role
    team_id: int | None
    service_id: int | None


@dataclass(frozen=True)
class Reader:
    """A person, as far as reading audits goes."""

    id: int
    staff_id: str | None
    grants: tuple[Held, ...]
    permissions: frozenset[Permission]

    @classmethod
    def of(cls, user: User) -> Self:
        grants = (Held(each.role, each.team_id, each.service_id) for each in user.grants)
        return cls(user.id, user.staff_id, tuple(grants), user.permissions)

    def can(self, permission: Permission) -> bool:
        return permission in self.permissions
