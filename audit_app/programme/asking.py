"""Asking a named senior about an allocated audit: its auditor, or a lead where nobody has it."""

from __future__ import annotations

from flask import flash, redirect, request
from flask_login import current_user

from audit_app.models import Allocation
from audit_app.programme import allocation_changes as changes
from audit_app.programme.acting import Answer, allow, answer, drawn, page_of
from audit_app.programme.allocation_forms import AskForm
from audit_app.programme.allocations import allocation_for
from audit_app.rules.allocation_steps import ASKED_FOR
from audit_app.rules.workflow import Verb


def ask_about(reference: str) -> Answer:
    """Show what could be asked for now, or ask for it."""
    found = allocation_for(current_user, reference)
    form = AskForm.opened({})
    form.due_on = found.due_on
    form.offer([kind for kind in ASKED_FOR if changes.could_be_asked(kind, found)])
    if request.method == "GET":
        allow(found, Verb.ASK)
        if found.asked is not None:
            flash("Something was asked about this audit already, and waits for a decision.")
            return redirect(page_of(reference), code=303)

    def act(held: Allocation) -> str:
        answers = (form.kind.data, form.reason.data, form.until.data)
        changes.ask(current_user, held, *answers)
        flash("A named senior decides. You see here what they decide.", "success")
        return page_of(reference)

    return answer(found, form, act, lambda held: drawn("ask", held, form))
