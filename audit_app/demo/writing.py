"""The writing in made-up audits: what an auditor, a family and a moderator put down."""

from __future__ import annotations

from random import Random
from typing import Any

from audit_app.demo.cases import Case
from audit_app.demo.judging import Judged
from audit_app.demo.sentences import fitting, say, some, stock
from audit_app.rules.audits import FamilyFeedback, PlanStatus
from audit_app.rules.completeness import reasons_needed
from audit_app.rules.judgements import Judgement, steps_better

FINDING_PARTS = ("evidence", "working_well", "worried_about", "impact")
_OVERSIGHT_PARTS = (
    "issue", "options", "likely_impact", "decision", "expected_impact", "contingency", "review",
)  # fmt: skip


def finding_texts(
    rng: Random, code: str, judgement: Judgement, case: Case, most: int
) -> dict[str, str | None]:
    """What stands under one thread; ``most`` is how many sentences the evidence may have."""
    parts = FINDING_PARTS if judgement.on_scale else FINDING_PARTS[:1]
    most = most if judgement.on_scale else 1
    texts = {
        part: some(
            rng,
            fitting(f"threads/{code}", part, judgement.value, case.age),
            case.words,
            most if part == "evidence" else 1,
        )
        for part in parts
    }
    return dict.fromkeys(FINDING_PARTS) | texts


def overall_texts(rng: Random, judged: Judged, case: Case, names: dict[str, str]) -> dict[str, Any]:
    """The overall section: rationale, a reason where the rules ask for one, flags with notes."""
    words = _with_threads(case, judged)
    by_name = {names[code]: each for code, each in judged.threads.items()}
    reason = reasons_needed(judged.overall, by_name)
    good_practice = judged.overall is Judgement.OUTSTANDING and rng.random() < 0.8
    return {
        "rationale": _one(rng, "overall", "rationale", judged.overall.value, case, words),
        "overall_reason": _one(rng, "overall", "overall_reason", "any", case, words)
        if reason
        else None,
        "good_practice": good_practice,
        "good_practice_note": _one(rng, "overall", "good_practice", "any", case, words)
        if good_practice
        else None,
    }


def concern_texts(rng: Random, case: Case) -> dict[str, str]:
    """An immediate safeguarding concern: what it was and who was told."""
    return {
        "concern_what": _one(rng, "overall", "concern", "what", case, case.words),
        "concern_told": _one(rng, "overall", "concern", "told", case, case.words),
    }


def family_texts(
    rng: Random, feedback: FamilyFeedback, judgement: Judgement, case: Case
) -> dict[str, str | None]:
    """What the family said, or why nobody asked."""
    texts: dict[str, str | None] = dict.fromkeys(
        ("feedback_not_sought_reason", "feedback_from", "feedback_how", "feedback_said")
    )
    if feedback is FamilyFeedback.NOT_SOUGHT:
        texts["feedback_not_sought_reason"] = family_text(rng, case, "not_sought")
    elif feedback is FamilyFeedback.GIVEN:
        texts["feedback_from"] = family_text(rng, case, "from", _asked(case))
        texts["feedback_how"] = family_text(rng, case, "how")
        texts["feedback_said"] = family_text(rng, case, "said", judgement.value)
    return texts


def family_text(rng: Random, case: Case, part: str, group: str = "any") -> str:
    return _one(rng, "family", part, group, case, case.words)


def one_of(rng: Random, part: str, case: Case) -> str:
    """A sentence of the overall section that suits any judgement."""
    return _one(rng, "overall", part, "any", case, case.words)


def oversight_texts(rng: Random, judgement: Judgement, case: Case) -> dict[str, str]:
    """One whole management oversight statement: its seven answers belong together."""
    about = [each for each in stock("oversight")["statement"] if each["issues"] == case.issues]
    planned = [each for each in about if case.plan.value in each["plans"]] or about
    fits = [each for each in planned if judgement.value in each.get("after", [judgement.value])]
    statement = rng.choice(fits)
    return {part: say(statement[part], case.words) for part in _OVERSIGHT_PARTS}


def change_reason(rng: Random, judged: Judged, case: Case) -> str:
    """Why the moderator's overall judgement is another one."""
    better = steps_better(judged.final, judged.overall) > 0
    part = "moderated_up" if better else "moderated_down"
    return _one(rng, "overall", part, judged.final.value, case, case.words)


def thread_reason(rng: Random, before: Judgement, after: Judgement, case: Case) -> str:
    group = "up" if steps_better(after, before) > 0 else "down"
    return _one(rng, "overall", "moderated_thread", group, case, case.words)


def practice_note(rng: Random, judged: Judged, case: Case) -> str:
    """What the moderator says of the practice, in step with whether the judgement was changed."""
    group = "changed" if judged.changed else "same"
    return _one(rng, "overall", "practice_note", group, case, case.words)


def action_text(rng: Random, code: str, case: Case) -> str:
    return _one(rng, f"threads/{code}", "actions", "what", case, case.words)


def _asked(case: Case) -> str:
    if case.plan is PlanStatus.CARE_LEAVER:
        return "young_adult"
    return "care" if case.plan is PlanStatus.LOOKED_AFTER else "any"


def _with_threads(case: Case, judged: Judged) -> dict[str, str]:
    """The case's words, and the best and least well judged threads as a sentence names them."""
    called: dict[str, str] = stock("cast")["threads"]
    strong, weak = judged.strongest(), judged.weakest()
    return case.words | {"strong": called[strong], "weak": called[weak]}


def _one(rng: Random, file: str, part: str, group: str, case: Case, words: dict[str, str]) -> str:
    return some(rng, fitting(file, part, group, case.age), words)
