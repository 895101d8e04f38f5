"""How one auditor's judgements compare with moderators', for them and practice leads alone.

There are pages and no files: figures about one person are not made to travel.
"""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request
from flask_login import current_user
from markupsafe import Markup

from audit_app.documents.chart_moves import moves_chart
from audit_app.insight import judging
from audit_app.insight.judging_changes import remember_opened
from audit_app.insight.moderation_figures import WAYS, Way
from audit_app.insight.moderation_sheets import ALL
from audit_app.rules.permissions import Permission
from audit_app.web.access import requires
from audit_app.web.guesses import refuse_guess
from audit_app.web.paging import Paging, page_asked
from audit_app.web.reads import room_names

bp = Blueprint("profiles", __name__)
room_names(bp, "user", "who opens how somebody judges is remembered by itself")


@bp.get("/profiles")
@requires(Permission.JUDGING_READ)
def profiles() -> str:
    paging = Paging(judging.count_auditors(), page_asked(), judging.PEOPLE_ON_A_PAGE)
    return render_template("insight/profiles.html", paging=paging, people=judging.auditors(paging))


@bp.get("/profiles/<reference>")
@requires(Permission.JUDGING_READ)
def profile(reference: str) -> str:
    auditor = judging.auditor_for(reference)
    refuse_guess()
    if auditor.id != current_user.id and request.method == "GET":
        remember_opened(current_user, auditor)
    return _shown(judging.profile_of(auditor, _way()))


@bp.get("/my-judging")
@requires(Permission.AUDIT_RECORD)
def my_judging() -> str:
    return _shown(judging.profile_of(current_user, _way()), judging.opened_by(current_user))


def _shown(found: judging.Profile, opened: object = None) -> str:
    return render_template(
        "insight/profile.html", profile=found, opened=opened, pictures=_pictures(found)
    )


def _way() -> Way | None:
    """The way of moderating that the address asks to see in full; 404 where there is none such."""
    asked = request.args.get("way", "").strip()
    if not asked:
        return None
    found = {way.key: way for way in WAYS}.get(asked)
    return found or abort(404)


def _pictures(found: judging.Profile) -> dict[str, list[Markup]]:
    """All periods of what is set out in full as one bar, where there are audits enough."""
    shown = found.shown
    if shown is None or shown.all.pairs < found.floor:
        return {}
    drawn = moves_chart([(ALL, shown.all)], shown.way.blind, found.message, "moves")
    return {"periods": [drawn]}
