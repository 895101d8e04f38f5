"""Signing in whom the council's provider vouches for."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from flask import current_app, session
from sqlalchemy import delete, or_, select
from sqlalchemy.exc import IntegrityError

from audit_app.account.changes import forget_who_was_here, start_session
from audit_app.account.council_provider import Proven
from audit_app.account.queries import (
    others_administer,
    tokens_that_work,
    user_by_email,
    user_of_council,
)
from audit_app.account.sessions import delete_old
from audit_app.account.try_changes import count_try, is_shut, tries_held
from audit_app.extensions import db
from audit_app.models import RoleGrant, StoredSession, User, WayIn, remember
from audit_app.models.base import now
from audit_app.models.sqlite import WRITES
from audit_app.rules.council_roles import RoleChanges, read_mapping, role_changes
from audit_app.rules.permissions import Role
from config import Settings

#: Where the session keeps what the provider asks for when its person signs out.
ID_TOKEN = "council_id_token"  # noqa: S105


class Why(StrEnum):
    """Why somebody whom the council vouches for is not let in."""

    UNKNOWN = "unknown"
    SWITCHED_OFF = "switched_off"
    NO_ROLE = "no_role"
    UNPLACED = "unplaced"


_WITHOUT_ROLE = (Why.NO_ROLE, Why.UNPLACED)


#: What a provider may say in place of true, in words that hold nothing of what it said.
_KINDS = {type(None): "missing", bool: "false", str: "text", int: "a number"}


class NoAccess(Exception):
    """Somebody is who they say they are, and may not come in; ``roles`` are those without place."""

    def __init__(self, why: Why, user: User | None = None, roles: frozenset[Role] = frozenset()):
        super().__init__(why.value)
        self.why, self.user, self.roles = why, user, roles


def sign_in(proven: Proven) -> User:
    """Sign in whoever was proven with a new session, and link them the first time.

    From then on a password for this service is only for when the council's sign-in is out of order:
    it ends once they come by the council again.

    Raises:
        NoAccess: when they may not come in; only the refusal is written then, and that whoever is
            linked and has no role is out everywhere.
    """
    _begin_writing()
    try:
        user = _let_in(proven)
    except NoAccess as refused:
        who = refused.user.id if refused.user else None
        _begin_writing()
        known = db.session.get(User, who) if who is not None else None
        if known is not None and refused.why in _WITHOUT_ROLE:
            _put_out(known)
        _refused(known)
        raise
    delete_old(db.session)
    remember(db.session, user, "signed in", "user", user.reference)
    db.session.commit()
    forget_who_was_here()
    start_session(user, WayIn.COUNCIL)
    session[ID_TOKEN] = proven.id_token
    return user


def note_refusal() -> None:
    """Write down that somebody came back from the provider and was proven to be nobody."""
    _begin_writing()
    _refused(None)


def _refused(user: User | None) -> None:
    """Write it down, unless it was written down very often of late: anybody may come again."""
    reference = user.reference if user is not None else "unknown"
    counted_as = f"council account of {reference}"
    tries = tries_held(db.session, counted_as)
    if not is_shut(tries, counted_as):
        count_try(tries)
        remember(db.session, user, "sign-in refused", "user", reference)
    db.session.commit()


def _put_out(user: User) -> None:
    """End what else lets a person in whom the council says to have no role here. Not committed.

    Somebody who is linked to no council account has what an administrator gave them, and keeps it.
    """
    _hold(user)
    if user.subject is None:
        return
    theirs = delete(StoredSession).where(StoredSession.user_id == user.id)
    if db.session.scalars(theirs.returning(StoredSession.id_digest)).all():
        remember(db.session, None, "ended sessions", "user", user.reference)
    for token in tokens_that_work(user):
        token.revoked_at = now()
        remember(db.session, None, "revoked a token", "token", token.reference)
    _end_password(user)


def _end_password(user: User) -> None:
    if user.password_hash is not None:
        user.password_hash = None
        remember(db.session, None, "ended password", "user", user.reference)


def _begin_writing() -> None:
    """A browser comes back from the provider with a GET, which otherwise only reads."""
    db.session.rollback()
    db.session.connection(execution_options=WRITES)


def _let_in(proven: Proven) -> User:
    user = user_of_council(proven.issuer, proven.subject)
    if user is None:
        user = _link(proven)
    else:
        _hold(user)
    if not user.active:
        raise NoAccess(Why.SWITCHED_OFF, user)
    _follow_roles(user, _settings(), proven.claims)
    _end_password(user)
    return user


def _link(proven: Proven) -> User:
    """Whoever an administrator made in advance with the address that the council says is theirs.

    Two first sign-ins at one moment take turns: the second finds what the first has linked.
    """
    address = trusted_address(_settings(), proven.claims)
    user = user_by_email(address) if address else None
    if user is not None:
        _hold(user)
    if user is None or not _is_expected(user, proven):
        raise NoAccess(Why.UNKNOWN)
    if user.subject is not None:
        return user
    user.issuer, user.subject, user.password_hash = proven.issuer, proven.subject, None
    remember(db.session, user, "linked council account", "user", user.reference)
    try:
        db.session.flush()
    except IntegrityError:
        # The same account was linked to somebody else a moment ago, whose address it had before.
        db.session.rollback()
        raise NoAccess(Why.UNKNOWN) from None
    return user


def _is_expected(user: User, proven: Proven) -> bool:
    """Whether an administrator let this person in, and nobody else's council account is theirs."""
    if user.subject is not None:
        return (user.issuer, user.subject) == (proven.issuer, proven.subject)
    return user.password_hash is not None or user.issuer == proven.issuer


def trusted_address(settings: Settings, claims: Mapping[str, object]) -> str | None:
    """The e-mail address that the claims prove; None where anybody could have typed it.

    The log says why there is none, and nothing of whoever came.
    """
    name = settings.oidc_trusted_email_claim
    if name is None and (said := claims.get("email_verified")) is not True:
        _log_unproven(f"email_verified is {_KINDS.get(type(said), 'something else')}, and not true")
        return None
    address = claims.get(name or "email")
    if isinstance(address, str) and "@" in address:
        return address
    _log_unproven("OIDC_TRUSTED_EMAIL_CLAIM names none" if name else "email is none")
    return None


def _log_unproven(why: str) -> None:
    current_app.logger.warning(
        "The council’s sign-in proves no e-mail address, so nobody is found by it: %s. "
        "See OIDC_TRUSTED_EMAIL_CLAIM",
        why,
    )


def _hold(user: User) -> None:
    """Nobody else changes them until this transaction ends; nor, of one, any administrator."""
    which = User.id == user.id
    if any(grant.role is Role.ADMINISTRATOR for grant in user.grants):
        which = or_(which, User.grants.any(RoleGrant.role == Role.ADMINISTRATOR))
    db.session.execute(select(User.id).where(which).order_by(User.id).with_for_update()).all()
    db.session.refresh(user)


def _follow_roles(user: User, settings: Settings, claims: Mapping[str, object]) -> None:
    """Give and take the roles that the council's names stand for; what it has none for stays.

    Where nothing would be left nothing is taken either: a mistake in the council's directory must
    not cost the places an administrator chose. Nor does a claim that is not there, which says
    nothing; it lets nobody in either whom only the council's word would let in.
    """
    held = frozenset(grant.role for grant in user.grants if grant.holds)
    mapping = read_mapping(settings.oidc_roles or "")
    said = claims.get(settings.oidc_role_claim)
    if said is None and mapping:
        current_app.logger.warning(
            "The council’s sign-in says no roles, so none is given or taken: see OIDC_ROLE_CLAIM"
        )
    change = role_changes(held, _claimed(said), mapping)
    taken = change.taken
    if Role.ADMINISTRATOR in taken and not others_administer(user):
        taken -= {Role.ADMINISTRATOR}
    if not (held - taken) | change.given:
        raise NoAccess(Why.UNPLACED if change.unplaced else Why.NO_ROLE, user, change.unplaced)
    if said is None:
        return
    _change_roles(user, RoleChanges(change.given, taken, change.unplaced))


def _change_roles(user: User, change: RoleChanges) -> None:
    for grant in [each for each in user.grants if each.role in change.taken]:
        user.grants.remove(grant)
    for role in sorted(change.taken):
        remember(db.session, None, f"council took role {role.value}", "user", user.reference)
    for role in sorted(change.given):
        user.grants.append(RoleGrant(role=role))
        remember(db.session, None, f"council gave role {role.value}", "user", user.reference)


def _claimed(said: object) -> list[str]:
    """The names of roles in a claim: a list of them, or one."""
    names = said if isinstance(said, list) else [said]
    return [name for name in names if isinstance(name, str)]


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
