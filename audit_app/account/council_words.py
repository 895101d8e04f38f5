"""What somebody is told who comes back from the council's sign-in and is not let in."""

from __future__ import annotations

from dataclasses import dataclass

from audit_app.account.council_changes import NoAccess, Why
from audit_app.rules.permissions import Role


@dataclass(frozen=True)
class Refusal:
    """One page: its title, what it says, and whether another council account might be let in."""

    title: str
    advice: str
    status: int
    another: bool = False


OLD = Refusal(
    "This sign-in cannot be finished",
    "It was begun too long ago, has been used already, or was begun in another browser. Start "
    "again.",
    400,
)
DENIED = Refusal(
    "You have not been signed in",
    "The council’s sign-in was stopped, or did not let you through.",
    403,
    another=True,
)
NOT_PROVEN = Refusal(
    "You have not been signed in",
    "The answer of the council’s sign-in could not be used, so nobody was signed in. Try again.",
    400,
)


def away(local_accounts: bool) -> Refusal:
    """The provider does not answer; whether a password would help meanwhile."""
    advice = "Nothing you typed in the service is lost. Try again in a few minutes."
    if local_accounts:
        advice += " If you have a password for this service, you can sign in with that."
    return Refusal("The council’s sign-in does not answer", advice, 503)


def no_access(refused: NoAccess) -> Refusal:
    """Somebody is known to the council, and may not come in."""
    title, advice = _NO_ACCESS[refused.why]
    return Refusal(title, advice.format(roles=_said(refused.roles)), 403, another=True)


_NO_ACCESS = {
    Why.UNKNOWN: (
        "You do not have access yet",
        "This service does not know your council account. Ask an administrator to give you access.",
    ),
    Why.SWITCHED_OFF: (
        "Your access is switched off",
        "An administrator has switched off your access to this service.",
    ),
    Why.NO_ROLE: (
        "You do not have a role yet",
        "You have no role in this service, so there is nothing here that you may see.",
    ),
    Why.UNPLACED: (
        "You do not have a place yet",
        "The council says that you are {roles}. Ask an administrator to say where.",
    ),
}


def _said(roles: frozenset[Role]) -> str:
    return " and ".join(f"a {role.label.lower()}" for role in sorted(roles))
