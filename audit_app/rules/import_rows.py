"""One row of a file of audits, from its cells to an audit that can be written.

History is taken as it was judged: a rule that asks a person for a reason while recording never
refuses it. Vocabulary, dates and references are always checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from audit_app.rules.audits import (
    AuditType,
    FamilyFeedback,
    Selection,
    WorkerInvolvement,
)
from audit_app.rules.import_cells import (
    case_reference,
    day,
    email_address,
    graded,
    long_text,
    one_of,
    place_name,
    thread_judgement,
    word_of,
    yes_or_no,
)
from audit_app.rules.import_columns import Header, Problem, RawRow
from audit_app.rules.import_reading import RowReading, slipped
from audit_app.rules.judgements import Judgement

EARLIEST = date(2000, 1, 1)


@dataclass(frozen=True)
class ThreadSetWords:
    """A thread set as an import needs it."""

    codes: tuple[str, ...]
    overall_judged: bool = True


@dataclass(frozen=True)
class ModerationRow:
    """The second judgement of an imported audit."""

    on: date
    moderator: str
    overall: Judgement
    note: str


@dataclass(frozen=True)
class AuditRow:
    """One imported audit. People are named by e-mail address, places by name."""

    number: int
    case_reference: str
    audit_date: date
    audit_type: AuditType
    selection: Selection | None
    service: str
    locality: str
    team: str
    auditor: str
    worker_involved: bool
    family_feedback: bool
    thread_set: str
    threads: Mapping[str, Judgement]
    overall: Judgement | None
    moderation: ModerationRow | None

    @property
    def key(self) -> tuple[str, date, str, AuditType]:
        """What makes two rows the same audit: the case, the day, the auditor and the type."""
        return (self.case_reference.casefold(), self.audit_date, self.auditor, self.audit_type)

    @property
    def final_overall(self) -> Judgement | None:
        return self.moderation.overall if self.moderation else self.overall

    @property
    def worker_involvement(self) -> WorkerInvolvement:
        involved = self.worker_involved
        return WorkerInvolvement.INVOLVED if involved else WorkerInvolvement.NOT_INVOLVED

    @property
    def feedback(self) -> FamilyFeedback:
        return FamilyFeedback.GIVEN if self.family_feedback else FamilyFeedback.NONE_RECORDED

    def as_said(self) -> dict[str, object]:
        """What each column says, with names as they are compared; the row number is left out."""
        second = self.moderation
        return {
            "selection": self.selection,
            "service": self.service.casefold(),
            "locality": self.locality.casefold(),
            "team": self.team.casefold(),
            "worker_involved": self.worker_involved,
            "family_feedback": self.family_feedback,
            "thread_set": self.thread_set,
            **self.threads,
            "overall": self.overall,
            "moderated_on": second and second.on,
            "moderator": second and second.moderator,
            "moderated_overall": second and second.overall,
            "moderation_note": second.note if second else "",
        }


def read_row(
    row: RawRow, header: Header, sets: Mapping[str, ThreadSetWords], today: date
) -> tuple[AuditRow | None, list[Problem]]:
    """Read one row: the audit, or everything that is wrong with the row."""
    if problem := slipped(row, header):
        return None, [problem]
    reading = RowReading(row, header)
    audit = _read(reading, sets, today)
    return (None if reading.problems else audit), reading.problems


def _read(reading: RowReading, sets: Mapping[str, ThreadSetWords], today: date) -> AuditRow | None:
    read = reading.read
    audit_date = _day(reading, "audit_date", EARLIEST, f"before {EARLIEST.year}", today)
    auditor = read("auditor", email_address)
    thread_set = read("thread_set", one_of(sets, "a thread set"))
    words = sets[thread_set] if thread_set else ThreadSetWords(())
    parts = {
        "case_reference": read("case_reference", case_reference),
        "audit_type": read("audit_type", word_of(AuditType)),
        "selection": read("selection", word_of(Selection)),
        "service": read("service", place_name),
        "locality": read("locality", place_name),
        "team": read("team", place_name),
        "worker_involved": read("worker_involved", yes_or_no),
        "family_feedback": read("family_feedback", yes_or_no),
    }
    threads = _threads(reading, sets, words, known=thread_set is not None)
    overall = _overall(reading, words)
    moderation = _moderation(reading, words, audit_date, auditor, today)
    if reading.problems or audit_date is None or auditor is None or thread_set is None:
        return None
    return AuditRow(
        number=reading.row.number,
        audit_date=audit_date,
        auditor=auditor,
        thread_set=thread_set,
        threads=threads,
        overall=overall,
        moderation=moderation,
        **parts,  # type: ignore[arg-type]  # nothing is None where there are no problems
    )


def _threads(
    reading: RowReading, sets: Mapping[str, ThreadSetWords], words: ThreadSetWords, known: bool
) -> dict[str, Judgement]:
    every = {code for each in sets.values() for code in each.codes}
    for code in sorted(every - set(words.codes)) if known else ():
        if not reading.empty(code):
            reading.wrong(code, "This thread is not in the row’s thread set, so it must be empty")
    found = {code: reading.read(code, thread_judgement) for code in words.codes}
    return {code: judgement for code, judgement in found.items() if judgement is not None}


def _overall(reading: RowReading, words: ThreadSetWords) -> Judgement | None:
    if words.overall_judged:
        return reading.read("overall", graded)
    if not reading.empty("overall"):
        reading.wrong("overall", "The row’s thread set has no overall judgement")
    return None


def _moderation(
    reading: RowReading,
    words: ThreadSetWords,
    audit_date: date | None,
    auditor: str | None,
    today: date,
) -> ModerationRow | None:
    together = ("moderated_on", "moderator", "moderated_overall")
    missing = [column for column in together if reading.empty(column)]
    if len(missing) == len(together):
        if not reading.empty("moderation_note"):
            reading.wrong("moderation_note", "This audit was not moderated, so it can have no note")
        return None
    for column in missing:
        reading.wrong(column, f"This is empty. {', '.join(together)} must all be there, or none")
    if not words.overall_judged:
        reading.wrong("moderated_overall", "The row’s thread set has no overall judgement")
    if missing:
        return None
    on = _day(reading, "moderated_on", audit_date or EARLIEST, "before the audit", today)
    moderator = reading.read("moderator", email_address)
    overall = reading.read("moderated_overall", graded)
    note = reading.read("moderation_note", long_text)
    if moderator is not None and moderator == auditor:
        reading.wrong("moderator", "The moderator must not be the auditor")
    if on is None or moderator is None or overall is None or note is None:
        return None
    return ModerationRow(on, moderator, overall, note)


def _day(reading: RowReading, column: str, first: date, too_early: str, today: date) -> date | None:
    found = reading.read(column, day)
    if found is not None and found < first:
        reading.wrong(column, f"{found.day} {found:%B %Y} is {too_early}")
    if found is not None and found > today:
        reading.wrong(column, f"{found.day} {found:%B %Y} is in the future")
    return found
