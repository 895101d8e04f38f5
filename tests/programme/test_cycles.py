"""Cycles: who sees them, set up from the last one, changed until drawn, then frozen."""

from __future__ import annotations

from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import HistoryEvent, ModerationCycle, ProgrammeCycle, ProgrammeTarget, Theme
from audit_app.rules.allocation_steps import AllocationState
from audit_app.rules.audits import AuditType
from audit_app.rules.deeds import Refusal
from audit_app.rules.permissions import Role
from audit_app.rules.programme import ModerationWay, next_month
from tests.browser_page import Page, PageClient
from tests.people import World
from tests.programme.given import allocate, cycle_of
from tests.programme.preparing import add_case, ask_for, mark_drawn, prepared_cycle
from tests.statements import statements

MONTH = next_month(None, date.today())
NEW = "/programme/cycles/new"


def _on(field: str, day: date | None) -> dict[str, str]:
    parts = ("day", "month", "year")
    return {f"{field}-{name}": str(getattr(day, name)) if day else "" for name in parts}


def _cycles() -> list[ProgrammeCycle]:
    db.session.expire_all()
    return list(db.session.scalars(select(ProgrammeCycle).order_by(ProgrammeCycle.id)))


def _verbs() -> list[str]:
    wanted = select(HistoryEvent.verb).where(HistoryEvent.record_type == "programme cycle")
    return list(db.session.scalars(wanted.order_by(HistoryEvent.id)))


def _tasks(page: Page) -> dict[str, str]:
    """What stands beside each thing to prepare."""
    return {
        _words(item, ".govuk-task-list__name-and-hint"): _words(item, ".govuk-task-list__status")
        for item in page.html.select(".govuk-task-list__item")
    }


def _words(item: Any, part: str) -> str:
    return " ".join(item.select_one(part).get_text(" ").split())


@pytest.mark.parametrize("who", ["alice", "bob", "priya", "adam"])
def test_only_seniors_see_the_programme(web: PageClient, world: World, who: str) -> None:
    cycle = prepared_cycle(world.carol)
    web.sign_in(getattr(world, who))
    web.get("/programme/", status=403)
    for ending in ("", "/change", "/remove", "/targets", "/open-cases", f"/open-cases/{'a' * 32}"):
        web.get(f"/programme/cycles/{cycle.reference}{ending}", status=403)
    web.get(NEW, status=403)
    web.get("/programme/absences", status=403)


def test_the_dcs_office_sees_how_many_and_opens_no_cycle(web: PageClient, world: World) -> None:
    cycle = prepared_cycle(world.carol)
    web.sign_in(world.dan)
    page = web.get("/programme/")
    assert cycle.name in page.text
    assert cycle.name not in page.links()
    web.get(f"/programme/cycles/{cycle.reference}", status=403)


def test_a_head_of_service_reads_a_cycle_and_changes_nothing(web: PageClient, world: World) -> None:
    cycle = prepared_cycle(world.carol)
    web.sign_in(world.hester)
    page = web.get(web.get("/programme/").links()[cycle.name])
    assert page.h1 == cycle.name
    links = [each["href"] for each in page.html.select(".govuk-task-list a")]
    assert links == [f"/programme/cycles/{cycle.reference}/exemptions"]
    for ending in ("/change", "/remove", "/targets", "/open-cases"):
        web.get(f"/programme/cycles/{cycle.reference}{ending}", status=403)


def test_a_programme_without_a_cycle_says_so(web: PageClient, world: World) -> None:
    web.sign_in(world.hester)
    page = web.get(web.get("/").links("header")["Programme"])
    assert page.h1 == "Audit programme"
    assert "No cycle has been set up yet" in page.text


def test_a_lead_sets_up_the_first_cycle_for_next_month_with_a_seed_nobody_sees(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.carol)
    page = web.get(web.get("/programme/").links()["Set up a cycle"])
    answers = page.fields() | {"seed": "mine", "audits_each": "0"}
    web.post(page.path, answers)
    shown = web.post(page.path, answers)
    (made,) = _cycles()
    assert shown.h1 == made.name == MONTH.label
    assert (made.starts_on, made.ends_on, made.due_on) == (MONTH.first, MONTH.last, MONTH.last)
    assert (made.audit_type, made.moderation) == (AuditType.FULL, ModerationWay.AS_SET)
    assert made.audits_each == 0
    assert len(made.seed) == 32
    assert made.seed not in str(shown.html)
    assert sha256(made.seed.encode()).hexdigest() in shown.text
    assert _verbs() == [f"set up the cycle (seed {made.seed_checksum[:8]})"]
    assert _tasks(shown)["Targets"] == _tasks(shown)["List of open cases"] == "Not started"


def test_a_new_cycle_is_filled_in_from_the_last_one_for_the_month_after_it(
    web: PageClient, world: World
) -> None:
    last = prepared_cycle(world.carol, look_back_months=6, moderation=ModerationWay.BLIND)
    world.fostering.service.active = False
    ask_for(last, 7, service_id=world.north.service_id)
    ask_for(last, 3, service_id=world.fostering.service_id)
    ask_for(last, 0, auditor_id=world.alice.id)
    web.sign_in(world.carol)
    page = web.get(NEW)
    web.send(page)
    _, made = _cycles()
    month = next_month(last.starts_on, date.today())
    assert (made.name, made.starts_on, made.due_on) == (month.label, month.first, month.last)
    assert (made.look_back_months, made.moderation) == (6, ModerationWay.BLIND)
    assert made.seed != last.seed
    copied = {(each.service_id, each.auditor_id, each.number) for each in made.targets}
    assert copied == {(world.north.service_id, None, 7), (None, world.alice.id, 0)}


def test_the_targets_of_the_last_cycle_are_left_behind_when_not_wanted(
    web: PageClient, world: World
) -> None:
    ask_for(prepared_cycle(world.carol), 7, service_id=world.north.service_id)
    web.sign_in(world.carol)
    web.send(web.get(NEW), copy_targets="no")
    assert _cycles()[1].targets == []


def test_a_month_gone_by_is_skipped_and_a_year_turned() -> None:
    assert next_month(None, date(2026, 11, 22)).label == "December 2026"
    assert next_month(date(2026, 12, 1), date(2026, 11, 22)).label == "January 2027"
    assert next_month(date(2026, 3, 1), date(2026, 11, 22)).label == "November 2026"
    assert next_month(date(2026, 10, 15), date(2026, 11, 22)).first == date(2026, 11, 1)


YESTERDAY = date.today() - timedelta(days=1)
LOOK_BACK = "The months to look back must be a whole number from 1 to 36"
EACH = "The audits each auditor does must be a whole number from 0 to 20"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": " "}, "Enter a name for the cycle"),
        (_on("starts_on", None), "Enter the first day of the cycle"),
        (_on("ends_on", None), "Enter the last day of the cycle"),
        ({"ends_on-month": "13"}, "The last day must be a real date, like 27 3 2026"),
        (
            _on("ends_on", MONTH.first - timedelta(days=1)),
            "The last day must be in the year that follows the first day",
        ),
        (
            _on("due_on", MONTH.first - timedelta(days=1)),
            "Audits must be due on or after the first day",
        ),
        (
            _on("starts_on", YESTERDAY) | _on("ends_on", YESTERDAY) | _on("due_on", None),
            "Audits must be due today or later",
        ),
        ({"audit_type": "re_audit"}, "Choose one of the answers listed"),
        ({"audit_type": "thematic"}, "Select the theme of a thematic audit"),
        ({"theme_id": "99"}, "Choose a theme from the list"),
        ({"look_back_months": "0"}, LOOK_BACK),
        ({"look_back_months": "1e9"}, LOOK_BACK),
        ({"moderation": "secret"}, "Choose one of the answers listed"),
        ({"audits_each": ""}, EACH),
        ({"audits_each": "21"}, EACH),
    ],
)
def test_what_cannot_be_a_cycle_is_refused(
    web: PageClient, world: World, typed: dict[str, str], said: str
) -> None:
    web.sign_in(world.carol)
    page = web.get(NEW)
    refused = web.post(page.path, page.fields() | typed, status=400)
    assert refused.errors == [said]
    chosen = ("audit_type", "theme_id", "moderation")
    kept = {name: value for name, value in typed.items() if name not in chosen}
    assert {name: refused.fields()[name] for name in kept} == kept
    assert _cycles() == []


def test_a_due_day_left_empty_is_the_last_day(web: PageClient, world: World) -> None:
    web.sign_in(world.carol)
    page = web.get(NEW)
    web.post(page.path, page.fields() | _on("due_on", None))
    assert _cycles()[0].due_on == MONTH.last


def test_a_thematic_cycle_has_a_theme_in_use(web: PageClient, world: World) -> None:
    neglect, old = Theme(name="Neglect"), Theme(name="Drift", active=False)
    db.session.add_all([neglect, old])
    db.session.commit()
    web.sign_in(world.carol)
    page = web.get(NEW)
    web.send(page, status=400, audit_type="thematic", theme_id=str(old.id))
    shown = web.send(page, audit_type="thematic", theme_id=str(neglect.id))
    assert "Neglect" in shown.text
    assert _cycles()[0].theme == neglect


def test_two_cycles_cannot_have_one_name(web: PageClient, world: World) -> None:
    prepared_cycle(world.carol)
    web.sign_in(world.carol)
    page = web.get(NEW)
    assert web.send(page, status=400, name=MONTH.label).errors == ["Another cycle has that name"]
    assert len(_cycles()) == 1


def test_a_cycle_is_changed_and_keeps_its_seed(web: PageClient, world: World) -> None:
    cycle = prepared_cycle(world.carol)
    seed, version = cycle.seed, cycle.version
    web.sign_in(world.cora)
    page = web.get(f"/programme/cycles/{cycle.reference}/change")
    shown = web.send(page, moderation="blind", name="Winter")
    (changed,) = _cycles()
    assert shown.h1 == changed.name == "Winter"
    assert (changed.seed, changed.version) == (seed, version + 1)
    assert changed.moderation is ModerationWay.BLIND
    assert "Cora changed the days, type or moderation." in shown.text


@pytest.mark.parametrize(("share", "told"), [(0, True), (1, False)])
def test_a_blind_cycle_under_which_being_chosen_tells_is_warned_of(
    web: PageClient, world: World, share: int, told: bool
) -> None:
    share_of_moderation(share)
    cycle = prepared_cycle(world.carol, moderation=ModerationWay.BLIND)
    openly = prepared_cycle(world.carol, name="Openly", moderation=ModerationWay.OPEN)
    web.sign_in(world.carol)
    page = f"/programme/cycles/{cycle.reference}"
    for address in (NEW, f"{page}/change", page):
        assert ("chooses no audit at random" in web.get(address).text) is told
    opened = web.get(f"/programme/cycles/{openly.reference}")
    assert "chooses no audit at random" not in opened.text


def share_of_moderation(percent: int) -> None:
    db.session.add(
        ModerationCycle(
            name="In force",
            starts_on=date.today(),
            blind=False,
            every_inadequate=True,
            every_outstanding=True,
            random_percent=percent,
            days_allowed=10,
            resolved_by=Role.PRACTICE_LEAD,
            seed="5" * 32,
        )
    )
    db.session.commit()


def test_two_leads_changing_one_cycle_see_both(web: PageClient, world: World) -> None:
    cycle = prepared_cycle(world.carol)
    web.sign_in(world.carol)
    page = web.get(f"/programme/cycles/{cycle.reference}/change")
    web.send(page, look_back_months="6")
    clash = web.send(page, status=409, look_back_months="3")
    assert clash.fields()["look_back_months"] == "3"
    assert "6 months" in clash.text
    assert _cycles()[0].look_back_months == 6
    web.send(clash)
    assert _cycles()[0].look_back_months == 3


def test_a_cycle_takes_no_name_of_another_when_changed(web: PageClient, world: World) -> None:
    prepared_cycle(world.carol, name="Winter")
    cycle = prepared_cycle(world.carol)
    web.sign_in(world.carol)
    page = web.get(f"/programme/cycles/{cycle.reference}/change")
    assert web.send(page, status=400, name="Winter").errors == ["Another cycle has that name"]
    assert _cycles()[1].name == MONTH.label


def test_an_undrawn_cycle_is_removed_with_all_it_was_given(web: PageClient, world: World) -> None:
    cycle = prepared_cycle(world.carol)
    ask_for(cycle, 7, service_id=world.north.service_id)
    add_case(cycle, world.north, "3000001")
    web.sign_in(world.carol)
    asked = web.get(f"/programme/cycles/{cycle.reference}/remove")
    assert web.send(asked).h1 == web.send(asked).h1 == "Audit programme"
    assert _cycles() == []
    assert list(db.session.scalars(select(ProgrammeTarget))) == []
    assert _verbs() == ["removed"]


def test_a_cycle_that_changed_meanwhile_is_not_removed(web: PageClient, world: World) -> None:
    cycle = prepared_cycle(world.carol)
    web.sign_in(world.carol)
    asked = web.get(f"/programme/cycles/{cycle.reference}/remove")
    web.send(web.get(f"/programme/cycles/{cycle.reference}/change"), look_back_months="3")
    assert "Look at it again" in web.send(asked).text
    assert len(_cycles()) == 1


def test_a_drawn_cycle_stays_as_it_was_drawn(web: PageClient, world: World) -> None:
    cycle = prepared_cycle(world.carol)
    ask_for(cycle, 7, service_id=world.north.service_id)
    at = f"/programme/cycles/{cycle.reference}"
    web.sign_in(world.carol)
    pages = {each: web.get(f"{at}/{each}") for each in ("change", "remove", "targets")}
    mark_drawn(cycle, world.cora)
    typed: dict[str, dict[str, Any]] = {
        "change": {"look_back_months": "3"},
        "remove": {},
        "targets": {f"service_{world.north.service_id}": "1"},
    }
    for each, page in pages.items():
        assert "stay as they were" in web.send(page, status=403, **typed[each]).text
        web.get(f"{at}/{each}", status=403)
    (same,) = _cycles()
    assert (same.look_back_months, [each.number for each in same.targets]) == (12, [7])
    assert "Drawn by Cora" in web.get(at).text
    # Sending and opening each was refused, and nothing else happened to it.
    assert _verbs() == [Refusal.NOT_ALLOWED] * 6


def test_the_list_of_cycles_counts_what_became_of_each_in_as_many_queries_for_many(
    web: PageClient, world: World
) -> None:
    first = cycle_of(world)
    ask_for(first, 9, service_id=world.north.service_id)
    ask_for(first, 4, team_id=world.north.id)
    for state in (None, AllocationState.EXEMPT, AllocationState.SUBSTITUTED):
        allocate(first, world.mallory, world.north).put_aside = state
    allocate(first, None, world.north)
    db.session.commit()
    web.sign_in(world.carol)
    with statements() as few:
        shown = web.get("/programme/")
    # To audit, allocated, exempt and done: what was put in another's place counts, that one not.
    assert shown.tables[0][1][2:] == ["9", "3", "1", "0"]
    for number in range(12):
        ask_for(cycle_of(world, f"Cycle {number}"), 5, service_id=world.north.service_id)
    with statements() as many:
        assert len(web.get("/programme/").tables[0]) == 14
    assert len(many) == len(few)


def test_a_made_up_reference_leads_nowhere(web: PageClient, world: World) -> None:
    web.sign_in(world.carol)
    for ending in ("", "/change", "/remove", "/targets", "/open-cases"):
        web.get(f"/programme/cycles/AAAA-AAAA{ending}", status=404)
