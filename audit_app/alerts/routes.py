"""Practice alerts by HTTP: the list, one alert and what can be done with it, and its paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from audit_app.alerts import changes, listing, queries, talked
from audit_app.alerts.after import bp as after
from audit_app.alerts.listing import Standing
from audit_app.alerts.printing import blocks, file_name, printed
from audit_app.alerts.publication_changes import document_of, ready_to_issue
from audit_app.alerts.step_forms import ReturnForm
from audit_app.alerts.teams import bp as teams
from audit_app.alerts.writing import bp as writing
from audit_app.extensions import db
from audit_app.models import Alert
from audit_app.models.base import now
from audit_app.models.sqlite import reading
from audit_app.rules.alert_evidence import Evidence
from audit_app.rules.alert_steps import ONCE_ISSUED_STATES
from audit_app.rules.permissions import Permission
from audit_app.rules.workflow import Verb
from audit_app.web.access import requires
from audit_app.web.forms import version_sent
from audit_app.web.once import already_acted_on, once
from audit_app.web.paging import Paging, page_asked
from audit_app.web.papers import (
    send_print,
    send_print_page,
    send_published,
    send_published_page,
)
from audit_app.web.reads import room_names

bp = Blueprint("alerts", __name__, url_prefix="/alerts")
room_names(bp, "alert", "an alert tells of many audits and of no case")
bp.add_app_template_filter(blocks, "blocks")
bp.register_blueprint(writing)
bp.register_blueprint(after)
bp.register_blueprint(teams)


@dataclass(frozen=True)
class Told:
    """What one person is told of an issued alert's teams.

    ``every`` is empty for whoever does not follow all of them, and ``readers`` None.
    """

    every: Sequence[talked.TeamLine]
    own: Sequence[talked.TeamLine]
    speaks_for: Sequence[talked.TeamLine]
    readers: int | None
    has_read: bool


#: How often to try for a number when others issue at the same moment.
_TRIES = 5
_REFUSALS: Mapping[type[Exception], str] = {
    changes.Stale: "This alert has changed since you opened it. Read it again before you go on.",
    changes.FiguresChanged: (
        "The figures have changed since you opened this page. Read them again, then go on if the "
        "alert’s words still fit them."
    ),
    changes.NothingToShow: (
        "No figure of this alert may be shown any more. Return it to its author, who can choose "
        "other audits."
    ),
    changes.NumberTaken: "Others are issuing alerts at this moment. Nothing is lost: try again.",
}


@bp.get("/")
@requires(Permission.ALERT_READ)
def alerts() -> str:
    today, counts = date.today(), listing.count_issued(date.today())
    asked = request.args.get("standing", "")
    standing = Standing(asked) if asked in list(Standing) else Standing.IN_FORCE
    paging = Paging(counts[standing], page_asked())
    return render_template(
        "alerts/alerts.html",
        counts=counts,
        standing=standing,
        paging=paging,
        issued=listing.latest_issued(paging.per_page, paging.offset, standing, today),
        under_way=listing.open_alerts(current_user) if _takes_part() else None,
        today=today,
    )


def _takes_part() -> bool:
    """Whether this person writes or approves alerts, and so sees those on their way."""
    return current_user.can(Permission.ALERT_WRITE) or current_user.can(Permission.ALERT_APPROVE)


@bp.route("/<reference>", methods=["GET", "POST"])
@requires(Permission.ALERT_READ)
def alert(reference: str) -> str | Response | tuple[str, int]:
    """One alert. What can be done with it is sent to the same address and names its verb."""
    form = ReturnForm.opened({})
    if request.method == "GET":
        return _page(queries.alert_for(current_user, reference), None, form)
    if request.form.get("verb") == Verb.RETURN and not form.validate():
        return _page(queries.alert_for(current_user, reference), form, form), 400
    return redirect(_act(reference, form), code=303)


def _page(alert: Alert, invalid: ReturnForm | None, return_form: ReturnForm) -> str:
    today = date.today()
    sheet = queries.sheet_of(alert, today)
    approved = queries.approved_evidence(alert)
    return render_template(
        "alerts/alert.html",
        alert=alert,
        sheet=sheet,
        form=invalid,
        return_form=return_form,
        approved=approved if approved and approved.figures() != sheet.evidence.figures() else None,
        may={verb for verb in Verb if alert.lets(current_user, verb)},
        successor=queries.successor_of(alert),
        replacement=queries.replacement_under_way(alert),
        number_of=queries.number_of,
        told=_told(alert),
        today=today,
        seen=queries.figures_seen(sheet.evidence),
    )


def _told(alert: Alert) -> Told | None:
    """What this person is told of who talked about an issued alert, and who read it."""
    if alert.state not in ONCE_ISSUED_STATES:
        return None
    lines = talked.teams_asked(alert)
    follows = current_user.can(Permission.ALERT_FOLLOW)
    return Told(
        every=lines if follows else [],
        own=[line for line in lines if talked.belongs_to(current_user, line)],
        speaks_for=[line for line in lines if talked.speaks_for(current_user, line)],
        readers=talked.count_readers(alert) if follows else None,
        has_read=talked.has_read(current_user, alert),
    )


def _act(reference: str, form: ReturnForm) -> str:
    """Do what the button says, once, and say where to go on."""
    here = url_for("alerts.alert", reference=reference)
    try:
        if request.form.get("verb") == Verb.ISSUE:
            return already_acted_on() or _issue(reference)
        return once(lambda: _step(reference, form) or here)
    except tuple(_REFUSALS) as why:
        flash(_REFUSALS[type(why)])
        return here
    except changes.NotReady:
        return url_for("alerts.writing.edit", reference=reference, check=1)


def _step(reference: str, form: ReturnForm) -> str | None:
    """One step of the workflow; where to go after it, or None for the alert's own page."""
    alert, today = queries.alert_for(current_user, reference), date.today()
    version = version_sent()
    match request.form.get("verb"):
        case Verb.SUBMIT:
            changes.submit(current_user, alert, version, today)
            flash("Submitted for approval.", "success")
        case Verb.RETURN:
            changes.return_to_author(current_user, alert, version, form.note.data)
            flash(f"Returned to {alert.author.name}.", "success")
            return url_for("alerts.alerts")
        case Verb.APPROVE:
            changes.approve(current_user, alert, version, today)
            _check_seen(queries.approved_evidence(alert))
            flash("Approved. It can now be issued.", "success")
        case Verb.DISCARD:
            changes.discard(current_user, alert, version)
            flash("The draft is discarded.", "success")
            return url_for("alerts.alerts")
        case _:
            abort(400)
    return None


def _check_seen(table: Evidence | None) -> None:
    """Refuse to act on figures that this person has not had before them."""
    if table is None or queries.figures_seen(table) != request.form.get("seen"):
        raise changes.FiguresChanged


def _issue(reference: str) -> str:
    """Issue an alert; again with the next number, while others take the one that was drawn."""
    for _ in range(_TRIES - 1):
        with suppress(changes.NumberTaken):
            return _drawn_and_issued(reference)
    return _drawn_and_issued(reference)


def _drawn_and_issued(reference: str) -> str:
    """Draw first, while nobody has to wait; then keep what was drawn, if it still holds."""
    today, version = date.today(), version_sent()
    with reading(db.session):
        alert = queries.alert_for(current_user, reference)
        changes.allow(current_user, alert, Verb.ISSUE)
        if alert.version != version:
            raise changes.Stale
        ready = ready_to_issue(current_user, alert, today, now())
    _check_seen(ready.sheet.evidence)

    def act() -> str:
        alert = queries.alert_for(current_user, reference)
        changes.issue(current_user, alert, version, ready, today)
        flash(f"Issued as {ready.sheet.number}.", "success")
        return url_for("alerts.alert", reference=reference)

    return once(act)


@bp.get("/<reference>.pdf")
@requires(Permission.ALERT_READ)
def pdf(reference: str) -> Response:
    """An issued alert as it was published; a draft as it stands."""
    alert = queries.alert_for(current_user, reference)
    sheet = queries.sheet_of(alert, date.today())
    name = file_name(sheet)
    if alert.state in ONCE_ISSUED_STATES:
        return send_published(document_of(alert), name)
    printing, made = printed(sheet)
    return send_print(printing, made.pdf, name)


@bp.get("/<reference>.html")
@requires(Permission.ALERT_READ)
def page(reference: str) -> Response:
    """The paper as a page of its own, to be read or printed by the browser."""
    alert = queries.alert_for(current_user, reference)
    if alert.state in ONCE_ISSUED_STATES:
        return send_published_page(document_of(alert))
    printing, made = printed(queries.sheet_of(alert, date.today()))
    return send_print_page(printing, made.html)
