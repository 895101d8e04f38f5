"""Signing in with a council account: to the council's own sign-in, back from it, and out of it.

A browser is sent there by a link and not by a form: where a form leads in the end is limited to
this service by its content security policy, and a council's sign-in may lead through several sites.
"""

from __future__ import annotations

from dataclasses import asdict

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_login import current_user
from werkzeug.wrappers import Response

from audit_app.account import council_changes as changes
from audit_app.account.changes import BEGUN
from audit_app.account.council_changes import NoAccess
from audit_app.account.council_provider import (
    Begun,
    CouncilProvider,
    NotProven,
    Proven,
    ProviderAway,
    TurnedBack,
    new_sign_in,
)
from audit_app.account.council_words import DENIED, NOT_PROVEN, OLD, Refusal, away, no_access
from audit_app.extensions import db
from audit_app.web.access import public
from audit_app.web.addresses import own_address
from audit_app.web.guesses import refuse_guess
from config import Settings

bp = Blueprint("council", __name__, url_prefix="/council")

#: How many windows of one browser may be on the way at once; the oldest gives way.
MOST_BEGUN = 5
LONGEST_NEXT = 2000

SIGNED_OUT = "You have signed out."
STILL_SIGNED_IN = (
    "You have signed out of this service, and may still be signed in to your council account. If "
    "you share this computer, sign out of that too, or close the browser."
)

_LEAVING = "council_leaving"


@bp.get("/start")
@public
def start() -> Response | tuple[str, int]:
    """Send somebody to the council's sign-in, remembering where they were going."""
    provider = _provider()
    refuse_guess()
    going_to = request.args.get("next", "")[:LONGEST_NEXT]
    if current_user.is_authenticated:
        return redirect(own_address(going_to))
    begun = new_sign_in(going_to)
    db.session.rollback()
    try:
        address = provider.sign_in_address(begun, _back(), another="another" in request.args)
    except ProviderAway as problem:
        return _away(problem, going_to)
    session[BEGUN] = [*session.get(BEGUN, [])[1 - MOST_BEGUN :], asdict(begun)]
    return redirect(address)


@bp.get("/back")
@public
def back() -> Response | tuple[str, int]:
    """Somebody comes back from the council's sign-in: as whom, and may they come in."""
    provider = _provider()
    refuse_guess()
    begun = _taken_up(request.args.get("state", ""))
    if begun is None and current_user.is_authenticated:
        return redirect(own_address("/"))
    if begun is None:
        return _page(OLD, "")
    try:
        changes.sign_in(_proven(provider, begun))
    except (TurnedBack, NoAccess, NotProven, ProviderAway) as problem:
        return _not_let_in(problem, begun.next)
    return redirect(own_address(begun.next), code=303)


@bp.get("/leave")
@public
def leave() -> Response:
    """After signing out here, sign out of the council's sign-in too, by a page that leads on."""
    provider, id_token = _provider(), session.pop(_LEAVING, None)
    address = None
    if id_token is not None:
        db.session.rollback()
        try:
            address = provider.sign_out_address(id_token, _after_leaving())
        except ProviderAway as problem:
            _log(problem)
    if address is None:
        flash(STILL_SIGNED_IN if id_token else SIGNED_OUT)
        return redirect(url_for("account.sign_in"), code=303)
    answer = make_response(render_template("account/leaving.html", address=address))
    flash(SIGNED_OUT)
    answer.headers["Refresh"] = f"0; url={address}"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def sign_out_of_council(id_token: str | None) -> str:
    """Where signing out leads: to the council's sign-in, if the person came by it."""
    if id_token is None or not _settings().council_sign_in:
        flash(SIGNED_OUT)
        return url_for("account.sign_in")
    session[_LEAVING] = id_token
    return url_for("account.council.leave")


def _provider() -> CouncilProvider:
    """The provider that the settings name; 404 where they name none."""
    settings = _settings()
    if not settings.council_sign_in:
        abort(404)
    kept: CouncilProvider | None = current_app.extensions.get("council")
    if kept is None or kept.settings is not settings:
        kept = current_app.extensions["council"] = CouncilProvider(settings)
    return kept


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def _back() -> str:
    return _whole("account.council.back")


def _after_leaving() -> str:
    return _whole("account.sign_in")


def _whole(endpoint: str) -> str:
    """An address as the provider has to know it, at the host that the person is at."""
    scheme = "https" if _settings().https else request.scheme
    return url_for(endpoint, _external=True, _scheme=scheme)


def _taken_up(state: str) -> Begun | None:
    """The sign-in that this browser began under a state, once; None where it began no such."""
    begun = [Begun(**each) for each in session.get(BEGUN, [])]
    found = next((each for each in begun if each.state == state), None)
    if found is not None:
        session[BEGUN] = [asdict(each) for each in begun if each is not found]
    return found


def _proven(provider: CouncilProvider, begun: Begun) -> Proven:
    """Whom the provider vouches for in what the browser brought back."""
    said = request.args
    if said.get("iss", provider.settings.oidc_issuer) != provider.settings.oidc_issuer:
        raise NotProven("the answer is another issuer’s")
    if said.get("error") in ("server_error", "temporarily_unavailable"):
        raise ProviderAway(said["error"])
    if "code" not in said:
        raise TurnedBack
    # Nobody waits for the database while the provider is asked.
    db.session.rollback()
    return provider.who(said["code"], begun, _back())


def _not_let_in(problem: Exception, going_to: str) -> tuple[str, int]:
    match problem:
        case ProviderAway():
            return _away(problem, going_to)
        case NoAccess():
            return _page(no_access(problem), going_to)
        case NotProven():
            current_app.logger.warning("The council’s sign-in proved nobody: %s", problem)
    changes.note_refusal()
    return _page(NOT_PROVEN if isinstance(problem, NotProven) else DENIED, going_to)


def _away(problem: ProviderAway, going_to: str) -> tuple[str, int]:
    _log(problem)
    return _page(away(_settings().local_accounts), going_to)


def _log(problem: ProviderAway) -> None:
    why = problem.__cause__ or problem
    current_app.logger.warning("The council’s sign-in cannot be used: %r", why)


def _page(refusal: Refusal, going_to: str) -> tuple[str, int]:
    page = render_template("account/not_let_in.html", refusal=refusal, going_to=going_to)
    return page, refusal.status
