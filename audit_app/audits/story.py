"""The audit's story: everything that happened to it, told from the rows that each thing left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, time
from itertools import groupby

from audit_app.audits import sentences
from audit_app.audits.copies import read_field
from audit_app.audits.judged import changes_made, changes_submitted
from audit_app.audits.sections import TITLES, Kind, sections_of
from audit_app.audits.sentences import Told
from audit_app.audits.story_sources import Event, Source, source_for
from audit_app.models import (
    Audit,
    EntryKind,
    EscalationCause,
    EscalationEntry,
    ModerationDraw,
    Stage,
    Submission,
    User,
)
from audit_app.rules.actions import ActionEvent
from audit_app.rules.deeds import PRINTED
from audit_app.rules.judgements import Judgement
from audit_app.rules.sampling import DrawnBecause
from audit_app.web.moments import LONDON, in_london

SIMPLE = {
    PRINTED: sentences.printed,
    "was shown words of it": sentences.found_by_words,
    "was shown the last audit of the case": sentences.shown_earlier,
    "was shown its judgements and actions": sentences.shown_to_next,
    "started a re-audit": sentences.re_audited,
    "raised an action": sentences.raised,
    "allocated for moderation": sentences.allocating,
    "took over the moderation": sentences.took_over,
}

#: What somebody did as the audit passed from one moderator to another.
GIVING = {"allocated for moderation", "took over the moderation"}


def story_of(audit: Audit, user: User) -> list[Told]:
    """Everything that happened to an audit that this person may know, oldest first."""
    source = source_for(audit, user)
    tellers = (_recorded, _submitted, _drawn, _returned, _moderated, _answered, _resolved)
    told = [each for tell in (*tellers, *_OF_WHAT_FOLLOWED) for each in tell(source)]
    if not source.sight.working:
        told = [each for each in told if not each.minor]
    # What one step leaves behind, it leaves in one second: the order above is the order of causes.
    return sorted(told, key=lambda each: in_london(each.at).replace(microsecond=0))


def last_of(told: Iterable[Told], most: int = 3) -> list[Told]:
    """The last few things that matter to everybody, newest first."""
    return short_story(told)[::-1][:most]


def short_story(told: Iterable[Told]) -> list[Told]:
    """What matters to everybody: without saving, reading and printing."""
    return [each for each in told if not each.minor]


def _recorded(source: Source) -> Iterator[Told]:
    audit, by = source.audit, source.name(source.audit.auditor_id)
    if audit.imported:
        if audit.audit_date:
            yield Told(_noon(audit.audit_date), sentences.carried_out(by), by_day=True)
        yield Told(audit.started_at, sentences.imported())
    else:
        yield Told(audit.started_at, sentences.started(by))
    yield from _saved(source)
    for earlier, event in zip([None, *source.history], source.history, strict=False):
        if event.verb in GIVING and earlier and earlier.given and earlier.by == event.by:
            continue  # told with the names of who had it and who has it
        if event.verb in SIMPLE:
            yield Told(event.at, SIMPLE[event.verb](source.name(event.by)), minor=True)
        elif event.verb == "discarded":
            yield Told(event.at, sentences.discarded(source.name(event.by)))


def _saved(source: Source) -> Iterator[Told]:
    """Sections saved, a run of them as one: by one person on one day, with nothing in between."""
    titles = {each.key: each.title for each in sections_of(source.audit)} | TITLES
    for (by, _day, saving), run in groupby(source.history, _one_go):
        events = list(run)
        if saving:
            named = [titles.get(each.section or "", "a section") for each in events]
            said = sentences.saved(source.name(by), named, events[0].at, events[-1].at)
            yield Told(events[0].at, said, by_day=True, minor=True)


def _one_go(event: Event) -> tuple[int | None, date, bool]:
    return event.by, in_london(event.at).date(), event.section is not None


def _submitted(source: Source) -> Iterator[Told]:
    audit, by = source.audit, source.name(source.audit.auditor_id)
    replies = {each.answered_at: each.answer for each in audit.evidence_requests}
    copies = [(each.submitted_at, _overall(each)) for each in audit.submissions]
    if not copies and audit.submitted_at and not audit.imported:
        copies = [(audit.submitted_at, _first_audited(audit))]
    for number, (at, overall) in enumerate(copies):
        sees = source.sight.judgement
        said = sentences.submitted(by, number > 0, overall if sees else None)
        changes = changes_submitted(audit, number) if number and sees else ()
        yield Told(at, said, words=replies.get(at), changes=changes, printed_above=True)


def _overall(submission: Submission) -> Judgement | None:
    kept = submission.answers[Kind.OVERALL]["overall"]
    overall: Judgement | None = read_field(Kind.OVERALL, "overall", kept)
    return overall


def _first_audited(audit: Audit) -> Judgement | None:
    rows = (each for each in audit.judgements if each.thread_id is None)
    return next((each.judgement for each in rows if each.stage is Stage.AUDITED), None)


def _drawn(source: Source) -> Iterator[Told]:
    draw = source.audit.draw
    if draw is None or not source.sight.working:
        return
    given = [each for each in source.history if each.given]
    first = given[0].at if given else draw.allocated_at or draw.drawn_at
    if not source.sight.judgement:
        yield Told(first, sentences.drawn_somehow())
    elif draw.chosen_because is DrawnBecause.CALLED_IN:
        yield from _called_in(source, draw)
    else:
        yield Told(draw.drawn_at, sentences.drawn(draw.chosen_because))
    if given:
        yield from _given(source, draw, given)
    elif draw.moderator_id:
        yield Told(first, sentences.allocated(source.name(draw.moderator_id), draw.due_on))


def _given(source: Source, draw: ModerationDraw, events: list[Event]) -> Iterator[Told]:
    """Who had it to moderate, one after the other; only the last has until the day it is due."""
    for event in events:
        assert event.given is not None
        was, to = (source.named(each) for each in event.given)
        if event is events[0] and was:
            yield Told(draw.drawn_at, sentences.allocated(was, None))
        by = None if event.by is None else source.name(event.by)
        due_on = draw.due_on if event is events[-1] else None
        yield Told(event.at, sentences.given(by, was, to, due_on))


def _called_in(source: Source, draw: ModerationDraw) -> Iterator[Told]:
    """Called in after the draw left it out; one that waited before there was a draw was not."""
    if left_out := source.last("not drawn for moderation"):
        yield Told(left_out.at, sentences.drawn(None))
    if event := source.last("called in for moderation"):
        by = source.name(draw.called_in_by_id)
        yield Told(event.at, sentences.called_in(by), words=draw.called_in_reason)


def _escalated(source: Source) -> Iterator[Told]:
    if not source.sight.escalations:
        return
    for one in source.audit.escalations:
        if one.cause is EscalationCause.INADEQUATE and not source.sight.judgement:
            continue
        # What is opened again gets another date, and the first is no more known.
        again = any(each.kind is EntryKind.REOPENED for each in one.entries)
        by = source.name(one.entries[0].by_id if one.entries else source.audit.auditor_id)
        due_on, closed = None if again else one.due_on, one.closed_at is not None
        yield Told(one.started_at, sentences.escalated(by, one.cause, due_on, closed))
        for entry in one.entries:
            if entry.kind is not EntryKind.STARTED:
                yield _entry(source, one.cause, entry)


def _entry(source: Source, cause: EscalationCause, entry: EscalationEntry) -> Told:
    """What was recorded about an escalation, with its words for whoever may read them."""
    by, concern = source.name(entry.by_id), entry.kind is EntryKind.CONCERN
    said = sentences.escalation_entry(by, entry.kind, cause)
    if concern and entry.by_id != source.audit.auditor_id:
        said = sentences.concern_kept(by)
    return Told(entry.at, said, None if concern and not source.sight.concern else entry.text)


def _returned(source: Source) -> Iterator[Told]:
    for each in source.audit.evidence_requests:
        said = sentences.returned(source.name(each.asked_by_id))
        yield Told(each.asked_at, said, words=each.needed, printed_above=True)


def _moderated(source: Source) -> Iterator[Told]:
    moderation = source.audit.moderation
    if moderation is None:
        return
    rows = [each for each in source.audit.judgements if each.stage is Stage.MODERATED]
    event = source.last("moderated")
    known = event.at if event else max((each.made_at for each in rows), default=None)
    by_day = source.audit.imported or known is None
    changes = changes_made(source.audit, Stage.MODERATED)
    by = source.name(moderation.moderator_id)
    yield Told(
        _noon(moderation.moderated_on) if known is None or by_day else known,
        sentences.moderated(by, moderation.blind, len(changes)),
        changes=changes,
        by_day=by_day,
    )


def _answered(source: Source) -> Iterator[Told]:
    if answer := source.audit.answer:
        said = sentences.answered(source.name(answer.answered_by_id), answer.disputed)
        yield Told(answer.answered_at, said, answer.reason, printed_above=True)


def _resolved(source: Source) -> Iterator[Told]:
    audit = source.audit
    if resolution := audit.resolution:
        by = source.name(resolution.resolved_by_id)
        # Its one reason is told once, below them.
        changes = tuple(replace(each, reason=None) for each in changes_made(audit, Stage.RESOLVED))
        yield Told(
            resolution.resolved_at,
            sentences.resolved(by, resolution.overall, len(changes)),
            words=resolution.reason,
            changes=changes,
            printed_above=True,
        )


def _reflected(source: Source) -> Iterator[Told]:
    """Only what was shared: until then a reflection is nobody's but its writer's."""
    reflection = source.audit.reflection
    if reflection is None or reflection.shared_at is None or not source.sight.judgement:
        return
    whose = source.name(reflection.user_id)
    yield Told(reflection.shared_at, sentences.reflected(whose))
    if reflection.acknowledged_at is not None:
        by = source.name(reflection.acknowledged_by_id)
        yield Told(reflection.acknowledged_at, sentences.acknowledged(by, whose))


def _acted(source: Source) -> Iterator[Told]:
    """What became of its actions, as far as the source knows."""
    for entry in source.acted:
        by, reference = source.name(entry.by_id), entry.action.reference
        match entry.event:
            case ActionEvent.CLOSED:
                yield Told(entry.at, sentences.action_done(by, reference, entry.difference))
            case ActionEvent.VERIFIED:
                yield Told(entry.at, sentences.action_verified(by, reference))
            case ActionEvent.REOPENED | ActionEvent.NOT_VERIFIED:
                yield Told(entry.at, sentences.action_reopened(by, reference))


_OF_WHAT_FOLLOWED = (_escalated, _reflected, _acted)


def _noon(on: date) -> datetime:
    """A moment of a day of which only the day is known."""
    return datetime.combine(on, time(12), LONDON)
