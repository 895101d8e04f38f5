"""Fifty people at work at once, each doing what they come for again and again.

Every text they type is like no other, so that what is lost, doubled or mixed up is seen.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from threading import Event, Thread

from tests.faults.promises import Promises
from tests.faults.visiting import Answer, Visitor
from tests.recording import CASE, FAMILY, OVERALL, THREADS

_FILLER = (
    "The record says what happened and when, why each decision was taken and by whom, and what it "
    "meant for the child. Visits were kept to, and what he said of them was written down that day. "
)
_TEXTS = ("evidence", "working_well", "worried_about", "impact")
_CASES = count(1)

#: What a reader opens, one after the other: the lists and the reports.
READ_BY_LEADS = (
    ("/", "home"),
    ("/audits/", "list of audits"),
    ("/audits/?page=2", "list of audits"),
    ("/insight/distribution", "report: distribution"),
    ("/insight/trends", "report: trends"),
    ("/insight/moderation", "report: moderation"),
    ("/moderation/", "queue of moderation"),
    ("/improvement/", "board of actions"),
)
READ_BY_THE_OFFICE = (
    ("/", "home"),
    ("/insight/distribution", "report: distribution"),
    ("/summaries/", "summaries"),
    ("/summaries/year-on-year", "report: year on year"),
    ("/summaries/year-on-year.pdf", "print: year on year (PDF)"),
)


class Over(Exception):
    """The time is up: nothing more is begun."""


@dataclass
class Person:
    """Somebody at work. ``pause`` is how long they think, in seconds, on the average."""

    visitor: Visitor
    promises: Promises
    over: Event
    pause: float
    chance: random.Random
    #: What they read, where reading is what they come for.
    pages: tuple[tuple[str, str], ...] = ()
    #: What they submitted, and what they have written and not yet submitted.
    mine: list[str] = field(default_factory=list)
    drafts: list[str] = field(default_factory=list)

    def get(self, path: str, kind: str) -> Answer:
        self._think()
        return self.visitor.get(path, kind)

    def send(self, at: Answer, button: str, kind: str, read_as: str, **typed: str) -> Answer:
        self._think()
        return self.visitor.send(at, button, kind, read_as, **typed)

    def _think(self) -> None:
        if self.over.wait(self.chance.uniform(0.5, 1.5) * self.pause):
            raise Over

    # --- recording --------------------------------------------------------------------------------

    def record(self, team: str) -> None:
        """Start an audit, write every section as one types, check and submit it."""
        case = f"7{next(_CASES):07}"
        new = self.get("/audits/new", "page to start an audit")
        at = self.send(
            new,
            "Start the audit",
            "start an audit",
            "page of tasks",
            case_reference=case,
            team=team,
            audit_type="full",
        )
        reference = at.path.rsplit("/", 1)[1]
        self.promises.started[reference] = case
        at = self.get(f"{at.path}/section/case", "page of a section")
        about = {"case_reference": case}
        at = self._section(at, reference, "case", about, CASE | about)
        for name in THREADS:
            assert at.page.h1 == name, f"{at.status} “{at.page.h1}” at {at.path}"
            key = at.path.rsplit("/", 1)[1]
            texts = {field: f"{field} of {key}, {reference}. {_FILLER}" for field in _TEXTS}
            at = self._section(at, reference, key, texts, texts | {"judgement": "good"})
        rationale = {"rationale": f"Rationale of {reference}. {_FILLER}"}
        at = self._section(at, reference, "overall", rationale, OVERALL | rationale)
        said = {"feedback_said": f"Said of {reference}. {_FILLER}"}
        at = self._section(at, reference, "family", said, FAMILY | said)
        prompts = [name for name, _ in at.page.form("Save and continue").fields]
        typed = {name: f"{name} of {reference}. {_FILLER}" for name in prompts if "_" in name}
        typed = {name: text for name, text in typed.items() if not name.endswith("_token")}
        at = self._section(at, reference, "oversight", typed, typed)
        at = self.send(at, "No actions are needed", "save a section", "page to check answers")
        self._submit(at, reference)

    def submit_draft(self) -> None:
        """Check and submit an audit that was written before."""
        if self.drafts:
            reference = self.drafts.pop()
            at = self.get(f"/audits/{reference}/check", "page to check answers")
            self._submit(at, reference)

    def _submit(self, at: Answer, reference: str) -> None:
        at = self.send(at, "Submit the audit", "submit an audit", "page after submitting")
        assert at.path == f"/audits/{reference}/submitted", f"{at.status} at {at.path}"
        self.promises.submitted.add(reference)
        self.mine.append(reference)

    def _section(
        self, at: Answer, reference: str, key: str, told: dict[str, str], typed: dict[str, str]
    ) -> Answer:
        """Type, while the page saves by itself; then save and go on to the next section."""
        form = at.page.form("Save and continue")
        answers = form.filled(typed)
        where = (reference, key)
        half = {name: text[: len(text) // 2].strip() for name, text in told.items()}
        for number, texts in enumerate((half, told), 1):
            if key == "case" and texts is half:
                continue
            self._think()
            sent = answers | {name: [text] for name, text in texts.items()}
            saved = self._autosave(at.path, sent, number)
            answers["version"] = [str(saved.told["version"])]
            self.promises.written[where] = {name: text.strip() for name, text in texts.items()}
        kept = dict(form.fields) | typed | {"version": answers["version"][0]}
        after = self.send(at, "Save and continue", "save a section", "page of a section", **kept)
        self.promises.written[where] = {name: text.strip() for name, text in told.items()}
        return after

    def _autosave(self, path: str, answers: dict[str, list[str]], number: int) -> Answer:
        """What the script of the page sends at a pause in typing."""
        own = {"then": ["autosave"], "sending": [str(number)]}
        saved = self.visitor.send_once(path, answers | own, "autosave")
        assert saved.status == 200, f"{saved.status} for what was typed at {path}: {saved.body!r}"
        return saved

    def answer_moderation(self) -> None:
        """Look at an audit that was submitted; accept or dispute what its moderator changed."""
        if not self.mine:
            return
        reference = self.chance.choice(self.mine)
        at = self.get(f"/audits/{reference}", "page of an audit")
        here = f"/moderation/{reference}/answer"
        if here not in at.page.links:
            return
        disputed = self.chance.random() < 0.3
        reason = f"Disputed, {reference}. {_FILLER}" if disputed else ""
        page = self.get(here, "page to answer a moderation")
        self.send(
            page,
            "Send your answer",
            "answer a moderation",
            "page of an audit",
            accepted="no" if disputed else "yes",
            reason=reason,
        )
        self.promises.answered.add(reference)
        self.mine.remove(reference)

    # --- moderating -------------------------------------------------------------------------------

    def moderate(self) -> None:
        """Open the queue, judge one of the audits that wait, and change some of the judgements."""
        queue = self.get("/moderation/", "queue of moderation")
        waiting = [each for each in queue.page.links if _is_to_moderate(each)]
        chosen = next((each for each in waiting if each[-9:] in self.promises.started), None)
        if chosen is None:
            return
        reference = chosen[-9:]
        page = self.get(chosen, "page to moderate")
        changes = self.chance.random() < 0.6
        note = f"Note on {reference}. {_FILLER}".strip()
        typed = {
            "overall": "requires_improvement" if changes else "good",
            "overall_reason": f"Why, {reference}. {_FILLER}",
            "practice_note": note,
        }
        button = "Save my judgement for good"
        own = {"then": "autosave", "sending": "1"}
        sent = page.page.form(button).filled(typed | own)
        kept = self.visitor.send_once(page.path, sent, "autosave")
        assert kept.status == 200, f"{kept.status} for what was typed at {page.path}"
        where = (self.visitor.email, page.path)
        self.promises.typed[where] = note
        after = self.send(page, button, "moderate", "page after moderating", **typed)
        assert after.path.endswith("/done"), f"{after.status} at {after.path}"
        del self.promises.typed[where]
        self.promises.moderated[reference] = note

    # --- reading ----------------------------------------------------------------------------------

    def read(self, pages: Iterator[tuple[str, str]]) -> None:
        self.get(*next(pages))


def _is_to_moderate(link: str) -> bool:
    rest = link.removeprefix("/moderation/")
    return rest != link and len(rest) == 9 and rest[4] == "-"


def at_work(person: Person, does: Callable[[Person], None], failed: list[str]) -> Thread:
    """The person works until the time is up, or something happens that should not."""

    def work() -> None:
        try:
            while not person.over.is_set():
                does(person)
        except Over:
            pass
        except Exception as problem:
            failed.append(f"{person.visitor.email}: {problem!r}")

    thread = Thread(target=work)
    thread.start()
    return thread
