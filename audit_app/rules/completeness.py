"""What each section of an audit still needs before it can be submitted.

A draft may be saved at any time with anything missing; these rules decide what the task list calls
completed and what stands in the way of submitting.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from audit_app.rules.audits import (
    OVERSIGHT_PROMPTS,
    AuditType,
    FamilyFeedback,
    WorkerInvolvement,
)
from audit_app.rules.judgements import SCALE, Judgement, steps_better, weakest

Answers = Mapping[str, object]

#: What the judgement of the practice as a whole is called beside those of threads.
OVERALL = "Overall judgement"


@dataclass(frozen=True)
class Problem:
    """Something a section still needs before the audit can be submitted."""

    field: str
    message: str


@dataclass(frozen=True)
class _Need:
    field: str
    message: str
    when: Callable[[Answers], bool] = lambda answers: True


def _is(field: str, *values: object) -> Callable[[Answers], bool]:
    return lambda answers: answers.get(field) in values


_CASE_NEEDS = (
    _Need("case_reference", "Enter the case reference"),
    _Need("child_age", "Enter the child’s age in years"),
    _Need("plan_status", "Select the child’s plan status"),
    _Need("team", "Select the team that holds the case"),
    _Need("worker_staff_id", "Enter the worker’s staff ID"),
    _Need("audit_type", "Select the type of audit"),
    _Need(
        "themes",
        "Select at least one theme, as this is a thematic audit",
        _is("audit_type", AuditType.THEMATIC),
    ),
    _Need("selection", "Select how the case was chosen"),
    _Need("audit_date", "Enter the date of the audit"),
    _Need("period_from", "Enter the first day of the period looked at"),
    _Need("period_to", "Enter the last day of the period looked at"),
    _Need("independence", "Select where the auditor stands to the worker’s line of management"),
    _Need("worker_involvement", "Select whether the worker was involved"),
    _Need(
        "worker_not_involved_reason",
        "Say why the worker was not involved",
        _is("worker_involvement", WorkerInvolvement.NOT_INVOLVED),
    ),
)

#: What must be known at once when a child may be at risk now; a draft is asked for it too.
_CONCERN_NEEDS = (
    _Need("concern_what", "Say what the concern is", _is("safeguarding_concern", True)),
    _Need("concern_told", "Say who was told", _is("safeguarding_concern", True)),
    _Need("concern_told_on", "Enter when they were told", _is("safeguarding_concern", True)),
)


def thread_problems(thread_name: str, answers: Answers) -> list[Problem]:
    """What one thread's section still needs. "Not enough evidence" needs only its evidence."""
    needs = (
        _Need("judgement", f"Select the judgement for {thread_name}"),
        _Need("evidence", "Describe the evidence for the judgement"),
        _Need("working_well", "Say what is working well", _is("judgement", *SCALE)),
        _Need("worried_about", "Say what you are worried about", _is("judgement", *SCALE)),
        _Need("impact", "Describe the impact for the child", _is("judgement", *SCALE)),
    )
    return _unmet(needs, answers)


def case_problems(answers: Answers) -> list[Problem]:
    """What the case-and-people section still needs."""
    return _unmet(_CASE_NEEDS, answers)


def overall_problems(
    answers: Answers, threads: Mapping[str, Judgement | None], overall_judged: bool
) -> list[Problem]:
    """What the overall section still needs, given each thread's judgement by thread name.

    ``overall_judged`` is False under a thread set that gives no overall judgement.
    """
    problems = _unmet(
        (
            _Need("overall", "Select the overall judgement", lambda answers: overall_judged),
            _Need("rationale", "Explain the overall judgement"),
            _Need("good_practice", "Select whether this is good practice others can learn from"),
            _Need(
                "good_practice_note",
                "Say what others can learn",
                _is("good_practice", True),
            ),
            _Need("safeguarding_concern", "Select whether there is an immediate concern"),
            *_CONCERN_NEEDS,
        ),
        answers,
    )
    overall = answers.get("overall")
    if isinstance(overall, Judgement) and not _has(answers.get("overall_reason")):
        reasons = reasons_needed(overall, threads)
        if reasons:
            problems.append(Problem("overall_reason", f"Give a reason: {reasons[0]}"))
    return problems


def concern_problems(answers: Answers) -> list[Problem]:
    """What an immediate safeguarding concern needs without delay, finished draft or not."""
    return _unmet(_CONCERN_NEEDS, answers)


def family_problems(answers: Answers) -> list[Problem]:
    """What the family-feedback section still needs."""
    return _unmet(
        (
            _Need("family_feedback", "Select whether feedback was sought from the family"),
            _Need(
                "feedback_not_sought_reason",
                "Say why feedback was not sought",
                _is("family_feedback", FamilyFeedback.NOT_SOUGHT),
            ),
            *(
                _Need(name, message, _is("family_feedback", FamilyFeedback.GIVEN))
                for name, message in (
                    ("feedback_from", "Say who gave the feedback, by their part in the family"),
                    ("feedback_how", "Say how the feedback was gathered"),
                    ("feedback_said", "Say what they told you"),
                )
            ),
        ),
        answers,
    )


def oversight_problems(answers: Answers) -> list[Problem]:
    """What the management oversight statement still needs: an answer to each prompt."""
    return _unmet(
        tuple(
            _Need(prompt.field, f"Answer “{prompt.question.rstrip('?')}”")
            for prompt in OVERSIGHT_PROMPTS
        ),
        answers,
    )


def reasons_needed(overall: Judgement, threads: Mapping[str, Judgement | None]) -> list[str]:
    """Why this overall judgement needs a reason beside its threads; empty when it does not.

    A reason is asked for, never a block: when overall is two or more grades better than the weakest
    thread, or when any thread is Inadequate and overall is not.
    """
    judged = {name: each for name, each in threads.items() if each is not None and each.on_scale}
    worst = weakest(judged.values())
    if worst is None:
        return []
    names = ", ".join(name for name, each in judged.items() if each is worst)
    reasons = []
    if worst is Judgement.INADEQUATE and overall is not Judgement.INADEQUATE:
        reasons.append(f"{names} is judged Inadequate and the overall judgement is not")
    elif steps_better(overall, worst) >= 2:
        reasons.append(
            f"the overall judgement is two or more grades better than {names} ({worst.label})"
        )
    return reasons


def _unmet(needs: tuple[_Need, ...], answers: Answers) -> list[Problem]:
    return [
        Problem(need.field, need.message)
        for need in needs
        if need.when(answers) and not _has(answers.get(need.field))
    ]


def _has(answer: object) -> bool:
    if isinstance(answer, str):
        return bool(answer.strip())
    return answer is not None and answer != []


def moderation_problems(
    answers: Answers,
    audited: Mapping[str, Judgement | None],
    overall_judged: bool,
    names: Mapping[str, str],
    blind: bool = False,
) -> list[Problem]:
    """What a moderator still has to say.

    ``audited`` is the auditor's judgement by the field that holds the moderator's, and ``names``
    the thread that a field is about. A thread may be left as the auditor judged it; a change always
    needs its reason, in ``<field>_reason``. When ``blind``, every judgement needs one: asking only
    for some would tell which differ.
    """
    problems = []
    if overall_judged and not _has(answers.get("overall")):
        problems.append(Problem("overall", "Select your overall judgement"))
    given = [field for field in audited if _has(answers.get(field))]
    why = "say why you judge it so" if blind else "give the reason for changing the judgement"
    for field in given:
        reason = f"{field}_reason"
        needed = blind or answers[field] != audited[field]
        if needed and not _has(answers.get(reason)):
            problems.append(Problem(reason, _of(field, names, why)))
    if blind and not overall_judged and not given:
        first = next(field for field in audited if field != "overall")
        problems.append(Problem(first, "Judge at least one thread"))
    return problems


def resolution_problems(answers: Answers, asked: Mapping[str, str]) -> list[Problem]:
    """What somebody who ends a dispute still has to say: each judgement asked for, and why.

    ``asked`` is the name of what is judged, by the field that holds its judgement.
    """
    needs = [_Need(each, _of(each, asked, "select the judgement that stands")) for each in asked]
    return _unmet((*needs, _Need("reason", "Say why these judgements stand")), answers)


def _of(field: str, names: Mapping[str, str], message: str) -> str:
    """A message that says which of several questions alike it is about."""
    return f"{names.get(field, OVERALL)}: {message}"
