"""Searching what people wrote, within what the searcher may read."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from audit_app.extensions import db
from audit_app.insight import queries
from audit_app.insight.searching import FoundAudit, find
from audit_app.insight.word_changes import remember_search
from audit_app.insight.words_form import WordsForm
from audit_app.models.sqlite import reading
from audit_app.rules.numbers import whole_number
from audit_app.rules.permissions import Permission
from audit_app.rules.word_search import LONGEST
from audit_app.web.access import reads, requires
from audit_app.web.paging import Paging

bp = Blueprint("words", __name__)


@bp.route("/words", methods=["GET", "POST"])
@requires(Permission.AUDIT_READ)
@reads
def words() -> str | tuple[str, int]:
    """Words are looked for by POST, so that they are in no address and no log.

    An address can choose the filter; words in it are not looked at.
    """
    if request.method != "POST":
        return _page(WordsForm(_without_words(), queries.choices()))
    # Looking takes a while and changes nothing, so nobody who writes waits for it.
    with reading(db.session):
        form = WordsForm(request.form, queries.choices())
        if not form.validate():
            return _page(form), 400
        page = whole_number(request.form.get("page", "")) or 1
        paging, found = find(current_user, form.search, page)
    remember_search(current_user, paging.found, [each.reference for each in found])
    return _page(form, paging, found)


def _without_words() -> MultiDict[str, str]:
    return MultiDict((name, value) for name, value in request.args.items() if name != "words")


def _page(
    form: WordsForm, paging: Paging | None = None, found: list[FoundAudit] | None = None
) -> str:
    return render_template(
        "insight/words.html", form=form, paging=paging, found=found, longest=LONGEST
    )
