"""A role that has ended is held no more, wherever anybody asks who holds one."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from audit_app.extensions import db
from audit_app.models import RoleGrant, User, people
from audit_app.rules.permissions import Role
from config import ROOT
from tests.people import World


def _end(user: User, on: date) -> None:
    for grant in user.every_grant:
        grant.ends_on = on
    db.session.commit()


def _moderate() -> list[str]:
    by_roles = select(User.name).where(User.grants.any(RoleGrant.role == Role.MODERATOR))
    joined = select(User.name).join(User.grants).where(RoleGrant.role == Role.MODERATOR)
    found = list(db.session.scalars(by_roles))
    assert found == list(db.session.scalars(joined))
    db.session.expunge_all()
    loaded = db.session.scalars(select(User).options(selectinload(User.grants)))
    assert found == [each.name for each in loaded if Role.MODERATOR in each.roles]
    return found


def test_a_role_is_held_to_the_end_of_its_last_day_and_not_a_day_longer(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = date(2026, 11, 20)
    _end(world.bob, last)
    for day, held in ((last, ["Bob"]), (last + timedelta(days=1), []), (last, ["Bob"])):
        monkeypatch.setattr(people, "today", lambda day=day: day)
        assert _moderate() == held


def test_whoever_asks_for_roles_by_themselves_asks_for_those_held() -> None:
    asking = re.compile(r"(join|select|select_from|exists)\(RoleGrant\b|RoleGrant\.user_id ==")
    silent = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "audit_app").rglob("*.py"))
        if asking.search(path.read_text()) and ".holds" not in path.read_text()
    ]
    assert silent == []


def test_what_ended_is_still_there_to_be_seen(world: World) -> None:
    _end(world.bob, date(2020, 1, 1))
    bob = db.session.get_one(User, world.bob.id)
    assert bob.grants == []
    assert bob.permissions == frozenset()
    assert [each.role for each in bob.every_grant] == [Role.MODERATOR]
