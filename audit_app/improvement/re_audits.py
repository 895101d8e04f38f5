"""What moved between an audit and its re-audit."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template, request
from flask_login import current_user

from audit_app.audits.queries import filter_choices
from audit_app.improvement.re_audit_queries import MovedCounts, movements, re_audit_lines
from audit_app.rules.permissions import Permission
from audit_app.rules.re_audits import Moved
from audit_app.rules.shares import Share
from audit_app.web.access import requires
from audit_app.web.filters import AuditFilter, read_filter
from audit_app.web.paging import Paging, page_asked

bp = Blueprint("re_audits", __name__)


@bp.get("/re-audits")
@requires(Permission.AUDIT_READ)
def re_audits() -> str:
    by = _asked(read_filter(request.args))
    found = movements(current_user, by)
    paging = Paging(found.found, page_asked())
    return render_template(
        "improvement/re_audits.html",
        by=by,
        found=found,
        lines=re_audit_lines(current_user, by, paging),
        paging=paging,
        choices=filter_choices(),
        Moved=Moved,
        share=_share,
    )


def _asked(by: AuditFilter) -> AuditFilter:
    """Only what narrows by place and day: by judgement, a list would tell what is hidden."""
    return AuditFilter(
        service=by.service,
        locality=by.locality,
        team=by.team,
        first=by.first,
        last=by.last,
        problems=by.problems,
    )


def _share(counts: MovedCounts, which: Moved) -> Share:
    """How many moved so, out of those that can be compared."""
    floor = current_app.config["SETTINGS"].small_base
    return Share(counts[which], counts.compared, floor=floor)
