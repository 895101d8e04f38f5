"""An audit recorded through its pages, for tests that need one done by a person."""

from __future__ import annotations

from typing import Any

from tests.browser_page import Page, PageClient
from tests.people import World

THREADS = (
    "Impact chronology",
    "Strengths-based, co-produced plan",
    "Child’s voice and direct work",
    "Analytical assessment",
    "Management oversight and supervision",
    "Working with family and network",
)

CASE = {
    "case_reference": "7654321",
    "child_age": "12",
    "plan_status": "child_in_need",
    "worker_staff_id": "E1006",
    "audit_type": "full",
    "selection": "random",
    "audit_date-day": "5",
    "audit_date-month": "10",
    "audit_date-year": "2026",
    "period_from-day": "1",
    "period_from-month": "4",
    "period_from-year": "2026",
    "period_to-day": "30",
    "period_to-month": "9",
    "period_to-year": "2026",
    "independence": "independent",
    "worker_involvement": "took_part",
}

OVERALL: dict[str, Any] = {
    "overall": "good",
    "rationale": "Standards are met and life is better.",
    "good_practice": "no",
    "safeguarding_concern": "no",
}

FAMILY: dict[str, Any] = {
    "family_feedback": "given",
    "feedback_from": "Mother",
    "feedback_how": "By telephone",
    "feedback_said": "She felt listened to.",
}


def start_audit(web: PageClient, world: World) -> Page:
    """Start a draft of a South team case; the task list."""
    form = web.get("/audits/new")
    return web.send(form, case_reference="7654321", team=str(world.south.id), audit_type="full")


def thread_answers(judgement: str) -> dict[str, Any]:
    return {
        "judgement": judgement,
        "evidence": "Seen on the file.",
        "working_well": "The relationship.",
        "worried_about": "Missed meetings.",
        "impact": "He is back at school.",
    }


def record_everything(web: PageClient, world: World, judgement: str = "good") -> Page:
    """Fill in every section of a new audit; the page to check answers on."""
    tasks = start_audit(web, world)
    page = web.get(tasks.links()["Case and people"])
    page = web.post(page.path, page.fields() | CASE)
    for name in THREADS:
        assert page.h1 == name
        page = web.send(page, "Save and continue", **thread_answers(judgement))
    page = web.send(page, "Save and continue", **(OVERALL | {"overall": judgement}))
    page = web.send(page, "Save and continue", **FAMILY)
    prompts: dict[str, Any] = {
        name: "An answer." for name in page.fields() if name not in ("csrf_token", "version")
    }
    page = web.send(page, "Save and continue", **prompts)
    return web.send(page, "No actions are needed")
