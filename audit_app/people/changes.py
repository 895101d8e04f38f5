"""What an administrator does for people: lets them in, with roles that say what they may do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from audit_app.account.council_queries import ways_in
from audit_app.account.queries import (
    others_administer,
    tokens_that_work,
    user_by_email,
)
from audit_app.account.tries import tries_for
from audit_app.extensions import db
from audit_app.models import (
    RoleGrant,
    SignInTries,
    StoredSession,
    User,
    remember,
)
from audit_app.models.base import now
from audit_app.people.answers import (
    Refused,
    RoleAsked,
    address_typed,
    name_typed,
    staff_id_typed,
    taken,
    team_typed,
)
from audit_app.people.sign_in_changes import ask_second_step
from audit_app.rules.permissions import Role
from audit_app.web.passwords import about_person, hash_password, password_problem


class Stale(Exception):
    """Somebody changed the person after the page was opened; nothing was written."""


@dataclass(frozen=True)
class CreatedUser:
    """Who can now sign in, and whether imported history already named them."""

    user: User
    was_imported: bool


def create_user(
    email: str,
    name: str,
    role: Role,
    team: str | None,
    password: str | None,
    by: User | None = None,
    ends_on: date | None = None,
) -> CreatedUser:
    """Let a person sign in with one role, the team by its name; as :func:`admit`, committed."""
    asked = RoleAsked(role, team_typed(team), ends_on=ends_on)
    created = admit(by, email, name, None, asked, password)
    db.session.commit()
    return created


def admit(
    by: User | None,
    email: str,
    name: str,
    staff_id: str | None,
    asked: RoleAsked,
    password: str | None,
) -> CreatedUser:
    """Let a person sign in with one role; not committed. Without a password: by the council.

    Somebody whom only imported history names, and who cannot sign in, is the same person: they get
    the name, password and role given here, and the role the import guessed for them goes.

    Raises:
        Refused: when an answer will not do, or somebody with the e-mail address can sign in
            already. Nothing is written then.
    """
    address, name = address_typed(email), name_typed(name)
    asked.check()
    _check_first_password(password, name, address)
    user = user_by_email(address)
    was_imported = user is not None
    if user is not None and (user.signs_in or not user.active):
        raise taken(address)
    staff_id = staff_id_typed(staff_id, user)
    if user is None:
        user = User(email=address)
        db.session.add(user)
    user.name, user.staff_id = name, staff_id or user.staff_id
    user.password_hash = None if password is None else hash_password(password)
    user.issuer = ways_in().issuer if password is None else None
    user.grants = [asked.grant()]
    _flush(address)
    remember(db.session, by, "gave access", "user", user.reference)
    return CreatedUser(user, was_imported)


def _check_first_password(password: str | None, name: str, address: str) -> None:
    """Raises Refused when it will not do; only where the council signs people in is none needed."""
    if password is None and not ways_in().council:
        raise Refused("password", "Enter a password")
    guesses = about_person(name, address)
    if password is not None and (problem := password_problem(password, guesses)) is not None:
        raise Refused("password", problem)


def await_council_account(by: User, user: User) -> None:
    """Let a person sign in with the council account that next comes with their e-mail address.

    The one they had is theirs no more: whoever signed in with it is signed out.

    Raises:
        Refused: when nobody signs in with a council account here.
    """
    issuer = ways_in().issuer
    if issuer is None:
        raise Refused("council", "Nobody signs in with a council account here")
    db.session.refresh(user, with_for_update=True)
    user.issuer, user.subject = issuer, None
    _end_sessions(user)
    remember(db.session, by, "awaits council account", "user", user.reference)
    db.session.commit()


def read_at(user: User) -> str:
    """What a page that shows a person's details carries, to notice that they were changed since."""
    details = "\n".join((user.name, user.email, user.staff_id or ""))
    return sha256(details.encode()).hexdigest()[:16]


def change_details(
    by: User, user: User, seen: str, email: str, name: str, staff_id: str | None
) -> None:
    """Change a person's name, e-mail address and staff ID.

    Raises:
        Stale: when the details are no longer those that were ``seen``.
        Refused: when an answer will not do, or belongs to somebody else.
    """
    db.session.refresh(user, with_for_update=True)
    if read_at(user) != seen:
        raise Stale
    address, name, staff_id = address_typed(email), name_typed(name), staff_id_typed(staff_id, user)
    other = user_by_email(address)
    if other is not None and other.id != user.id:
        raise taken(address)
    if (address, name, staff_id) != (user.email, user.name, user.staff_id):
        user.email, user.name, user.staff_id = address, name, staff_id
        _flush(address)
        remember(db.session, by, "changed details", "user", user.reference)
    db.session.commit()


def give_role(by: User, user: User, asked: RoleAsked) -> None:
    """Give a person one more role, or one they hold or held another last day; not committed.

    Who is made an administrator signs in again where that needs a second step.

    Raises:
        Refused: when they hold it already, its place or last day does not go with it, or somebody
            would give it to themselves: administrators see no case text.
    """
    asked.check()
    if by.id == user.id:
        raise Refused("role", "Somebody else who administers must give you a role")
    db.session.refresh(user, with_for_update=True)
    new = asked.grant()
    held = next((each for each in user.every_grant if _same(new, each)), None)
    if held is None:
        user.grants.append(new)
    elif held.ends_on == new.ends_on:
        raise Refused("role", f"{user.name} holds this role already")
    else:
        held.ends_on = new.ends_on
    remember(db.session, by, f"gave role {asked.role.value}", "user", user.reference)
    if asked.role is Role.ADMINISTRATOR:
        ask_second_step(by, user)


def take_role(by: User, user: User, grant_id: int) -> None:
    """Take a role away; nothing happens where it is gone already.

    Raises:
        Refused: when nobody would be left to administer.
    """
    _lock_administrators(user)
    grant = next((each for each in user.grants if each.id == grant_id), None)
    if grant is not None:
        if grant.role is Role.ADMINISTRATOR and not others_administer(user):
            raise Refused("role", _last(user))
        user.grants.remove(grant)
        remember(db.session, by, f"took role {grant.role.value}", "user", user.reference)
    db.session.commit()


def set_password(by: User, user: User, password: str) -> None:
    """Give a person a new password, unlock their sign-in, end their sessions and their tokens.

    Raises:
        Refused: when the password is too easy to guess.
    """
    if (problem := password_problem(password, about_person(user.name, user.email))) is not None:
        raise Refused("password", problem)
    user.password_hash = hash_password(password)
    _forget_tries(user)
    _end_sessions(user)
    _end_tokens(by, user)
    remember(db.session, by, "set a password", "user", user.reference)
    db.session.commit()


def switch_off(by: User, user: User) -> None:
    """Keep a person from signing in; end their sessions and tokens at once. Their work stays.

    Raises:
        Refused: when nobody would be left to administer.
    """
    _lock_administrators(user)
    if Role.ADMINISTRATOR in {each.role for each in user.grants} and not others_administer(user):
        raise Refused("active", _last(user))
    if user.active:
        user.active = False
        remember(db.session, by, "switched off", "user", user.reference)
    _end_sessions(user)
    _end_tokens(by, user)
    db.session.commit()


def switch_on(by: User, user: User) -> None:
    """Let a person sign in again, with the password and roles they had. No token works again."""
    if not user.active:
        user.active = True
        remember(db.session, by, "switched on", "user", user.reference)
    db.session.commit()


def unlock(by: User, user: User) -> None:
    """Forget a person's wrong passwords, so that the right one works at once."""
    _forget_tries(user)
    remember(db.session, by, "unlocked", "user", user.reference)
    db.session.commit()


def revoke_tokens(by: User, user: User) -> None:
    """End every token a person made; the person and their sessions stay as they are."""
    _end_tokens(by, user)
    db.session.commit()


def _lock_administrators(user: User) -> None:
    """Two administrators who demote each other at one moment take turns here."""
    administrators = User.grants.any(RoleGrant.role == Role.ADMINISTRATOR)
    db.session.execute(
        select(User.id).where(administrators).order_by(User.id).with_for_update()
    ).all()
    db.session.refresh(user)


def _last(user: User) -> str:
    return (
        f"{user.name} is the only administrator who can sign in. Give somebody else the role first"
    )


def _same(one: RoleGrant, other: RoleGrant) -> bool:
    return (one.role, one.team_id, one.service_id) == (other.role, other.team_id, other.service_id)


def _forget_tries(user: User) -> None:
    db.session.execute(delete(SignInTries).where(tries_for(user.email)))


def _end_sessions(user: User) -> None:
    db.session.execute(delete(StoredSession).where(StoredSession.user_id == user.id))


def _end_tokens(by: User, user: User) -> None:
    for token in tokens_that_work(user):
        token.revoked_at = now()
        remember(db.session, by, "revoked a token", "token", token.reference)


def _flush(address: str) -> None:
    try:
        db.session.flush()
    except IntegrityError:
        # Somebody else made the same person since we looked.
        db.session.rollback()
        raise taken(address) from None
