"""What happened to an action, each thing as a sentence, the newest first."""

from __future__ import annotations

from audit_app.audits.sentences import Told
from audit_app.improvement.standing import verifying_hidden
from audit_app.models import Action, ActionEntry, User
from audit_app.rules.actions import ActionEvent, ActionSource, Difference
from audit_app.web.pages import day

_RAISED = {
    ActionSource.AUDIT: "{by} raised it in the audit",
    ActionSource.MODERATION: "{by} raised it after the audit was moderated",
    ActionSource.THEME: "{by} raised it from a theme",
    ActionSource.ACTION: "{by} raised it because an earlier action made no difference",
}
_SENTENCES = {
    ActionEvent.NOTE: "{by} added a note.",
    ActionEvent.CLOSED: "{by} recorded that it is done.",
    ActionEvent.VERIFIED: "{by} verified that it was done.",
    ActionEvent.NOT_VERIFIED: "{by} found that it was not done as recorded, so it is open again.",
    ActionEvent.JOINED: "{by} joined it to action {other}, which says the same.",
    ActionEvent.FOLLOWED: "{by} raised action {other}, as this one made no difference.",
    ActionEvent.SEPARATED: "{by} found that it is not the same, so it is followed on its own.",
    ActionEvent.REOPENED: "{by} opened it again.",
    ActionEvent.RECHECKED: "{by} looked at it again after it was closed.",
}
#: What would tell a judgement to whoever may still judge the same practice blind.
_TELLING = {
    ActionEvent.VERIFIED: "",
    ActionEvent.NOT_VERIFIED: "{by} opened it again.",
}
#: What is said of another action, whose reference stands before any words.
_NAMES_ANOTHER = (ActionEvent.JOINED, ActionEvent.FOLLOWED)


def timeline(action: Action, user: User) -> list[Told]:
    """Everything recorded that this person may know."""
    hidden = verifying_hidden(user, action)
    told = [_told(action, each, hidden) for each in reversed(action.entries)]
    return [each for each in told if each is not None]


def _told(action: Action, entry: ActionEntry, hidden: bool) -> Told | None:
    by = entry.by.name
    sentence = _sentence(action, entry, by)
    if hidden and entry.event in _TELLING:
        sentence = _TELLING[entry.event].format(by=by)
    _, words = _other_and_words(entry)
    return Told(entry.at, sentence, words=words) if sentence else None


def _other_and_words(entry: ActionEntry) -> tuple[str | None, str | None]:
    """The action an entry names, if it names one, and what was said besides."""
    if entry.event not in _NAMES_ANOTHER or entry.text is None:
        return None, entry.text
    other, _, words = entry.text.partition("\n")
    return other, words or None


def _sentence(action: Action, entry: ActionEntry, by: str) -> str:
    match entry.event:
        case ActionEvent.OPENED:
            due = entry.due_on or action.first_due_on
            return f"{_RAISED[action.source].format(by=by)}, to be done by {day(due)}."
        case ActionEvent.ASSIGNED:
            return f"{by} gave it to {entry.owner.name if entry.owner else 'nobody'}."
        case ActionEvent.EXTENDED:
            longer = f"until {day(entry.due_on)} instead of {day(entry.was_due_on)}"
            return f"{by} gave it longer: {longer}."
        case ActionEvent.ANSWERED:
            return _answered(entry, by)
    return _SENTENCES[entry.event].format(by=by, other=_other_and_words(entry)[0])


def _answered(entry: ActionEntry, by: str) -> str:
    asked = "Did it make a difference for the child?"
    if entry.difference is Difference.TOO_EARLY:
        return f"{asked} {by}: too early to say. To be looked at again on {day(entry.due_on)}."
    assert entry.difference is not None
    return f"{asked} {by}: {entry.difference.label.lower()}."
