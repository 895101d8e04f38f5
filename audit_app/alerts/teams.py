"""By HTTP: that a team talked about an alert, which teams have, and that a person has read it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from audit_app.alerts import queries, talked
from audit_app.alerts.after import check_lets
from audit_app.alerts.step_forms import TalkedForm
from audit_app.alerts.team_changes import acknowledge, say_read
from audit_app.documents.csv_file import csv_lines
from audit_app.models import Alert, AlertAcknowledgement
from audit_app.rules.numbers import whole_number
from audit_app.rules.permissions import Permission
from audit_app.rules.workflow import NotAllowed, Verb
from audit_app.web.access import requires
from audit_app.web.downloads import CSV, download_remembered
from audit_app.web.once import already_acted_on, once

bp = Blueprint("teams", __name__)

_HEADINGS = ("Service", "Team", "Talked about it on", "Where", "What changes", "Said by", "Times")


@bp.post("/<reference>/read")
@requires(Permission.ALERT_CONFIRM)
def read(reference: str) -> Response:
    def act() -> str:
        say_read(current_user, queries.alert_for(current_user, reference))
        flash("It is noted that you have read this alert.", "success")
        return url_for("alerts.alert", reference=reference)

    return redirect(once(act), code=303)


@bp.route("/<reference>/talked", methods=["GET", "POST"])
@requires(Permission.ALERT_ACKNOWLEDGE)
def talk(reference: str) -> str | Response | tuple[str, int]:
    """Say that a team has talked about an alert."""
    if request.method == "POST" and (done := already_acted_on()):
        return redirect(done, code=303)
    alert = queries.alert_for(current_user, reference)
    check_lets(alert, Verb.ACKNOWLEDGE)
    theirs = _theirs(alert)
    form = TalkedForm.opened({"team": _asked_team(theirs)})
    form.team.offer([(line.number, line.name) for line in theirs])
    form.issued_on = alert.issued_on
    if request.method == "POST" and form.validate():
        return redirect(once(lambda: _say(reference, form)), code=303)
    number = queries.number_of(alert)
    page = render_template(
        "alerts/talked.html", alert=alert, number=number, form=form, theirs=theirs
    )
    return page, form.status


def _theirs(alert: Alert) -> list[talked.TeamLine]:
    lines = talked.teams_asked(alert)
    theirs = [line for line in lines if talked.speaks_for(current_user, line)]
    if not theirs:
        raise NotAllowed("The alert is for none of your teams.")
    return theirs


def _asked_team(theirs: list[talked.TeamLine]) -> int | None:
    """The team in the address, or the only one there is."""
    asked = whole_number(request.args.get("team", ""))
    known = [line.number for line in theirs]
    return asked if asked in known else known[0] if len(known) == 1 else None


def _say(reference: str, form: TalkedForm) -> str:
    said = AlertAcknowledgement(
        team_id=form.team.data,
        discussed_on=form.discussed_on.data,
        where_discussed=form.where_discussed.data,
        what_changes=form.what_changes.data,
    )
    acknowledge(current_user, queries.alert_for(current_user, reference), said)
    flash("It is noted that your team has talked about this alert.", "success")
    return url_for("alerts.alert", reference=reference)


@bp.get("/<reference>/teams")
@requires(Permission.ALERT_FOLLOW)
def listed(reference: str) -> str:
    """Which teams have talked about an alert, what changes there, and which have not."""
    alert = queries.alert_for(current_user, reference)
    queries.check_once_issued(alert)
    lines = talked.teams_asked(alert)
    return render_template(
        "alerts/teams.html",
        alert=alert,
        number=queries.number_of(alert),
        silent=[line for line in lines if line.said is None],
        talked=[line for line in lines if line.said is not None],
        readers=talked.count_readers(alert),
    )


@bp.get("/<reference>/teams.csv")
@requires(Permission.ALERT_FOLLOW)
def listed_csv(reference: str) -> Response:
    alert = queries.alert_for(current_user, reference)
    queries.check_once_issued(alert)
    number = str(queries.number_of(alert))
    text = "".join(csv_lines(_HEADINGS, map(_row, talked.teams_asked(alert))))
    name = f"{number.replace(' ', '-').replace('/', '-')}-teams.csv"
    return download_remembered(text, name, CSV, "teams of an alert", alert.reference)


def _row(line: talked.TeamLine) -> list[object]:
    said = line.said
    if said is None:
        return [line.service, line.name, None, None, None, None, 0]
    words = [said.discussed_on, said.where_discussed, said.what_changes, said.by]
    return [line.service, line.name, *words, line.times]
