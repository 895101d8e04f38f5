"""How audits were done: counted again from the rows by plain loops."""

from __future__ import annotations

import random
from datetime import date, timedelta
from statistics import median
from typing import Any

import pytest
from sqlalchemy import select, update

from audit_app.extensions import db
from audit_app.models import Action, Allocation, Audit, Moderation
from audit_app.models.base import now
from audit_app.rules.action_steps import ActionState
from audit_app.rules.actions import Difference
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.audits import AuditType, FamilyFeedback, Priority, Selection, WorkerInvolvement
from audit_app.rules.judgements import Judgement
from audit_app.rules.shares import Share
from tests.browser_page import PageClient
from tests.people import World

pytestmark = pytest.mark.sqlite_only

DAYS = "from=1/1/2025&to=31/12/2026"
YEARS = {"2025": 2025, "2026": 2026}


@pytest.fixture
def audits(world: World) -> list[Audit]:
    """Audits of two years, done in every way there is, some moderated and some with actions."""
    dealer = random.Random(11)  # noqa: S311  no secret
    made = []
    for number in range(60):
        on = date(2025, 1, 1) + timedelta(days=dealer.randint(0, 700))
        moderated = dealer.random() < 0.5
        audit = world.recorded_audit(
            dealer.choice([Judgement.GOOD, Judgement.INADEQUATE]),
            team=dealer.choice([world.north, world.south, world.fostering]),
            on=on,
            state=AuditState.MODERATED if moderated else AuditState.COMPLETE,
            selection=dealer.choice([*Selection]),
        )
        audit.audit_type = dealer.choice([*AuditType])
        audit.worker_involvement = dealer.choice([*WorkerInvolvement, None])
        audit.family_feedback = dealer.choice([*FamilyFeedback, None])
        if moderated:
            audit.moderation = Moderation(
                moderator_id=world.bob.id,
                moderated_on=on + timedelta(days=dealer.randint(0, 30)),
                overall=audit.overall,
            )
        if number % 3 == 0:
            audit.actions.extend(action(dealer, each) for each in range(dealer.randint(1, 3)))
        made.append(audit)
    db.session.commit()
    return made


def action(dealer: random.Random, number: int) -> Action:
    state = dealer.choice([ActionState.OPEN, ActionState.CLOSED, ActionState.CLOSED])
    closed = state is ActionState.CLOSED
    difference = dealer.choice([*Difference]) if closed else None
    return Action(
        what=f"What has to happen {number}",
        due_on=date(2026, 12, 1),
        priority=Priority.HIGH,
        opened_at=now(),
        state=state,
        closed_at=now() if closed else None,
        difference=difference,
        look_again_on=date(2027, 1, 1) if difference is Difference.TOO_EARLY else None,
    )


def tables(web: PageClient, asked: str = DAYS) -> dict[str, dict[str, dict[str, Any]]]:
    found = web.request("GET", f"/insight/practice.json?{asked}").json
    return {
        sheet["name"]: {
            line["heading"]: {cell["column"]: cell for cell in line["cells"]}
            for line in sheet["rows"]
        }
        for sheet in found["tables"]
    }


def of_year(year: int) -> list[Audit]:
    every = db.session.scalars(select(Audit)).all()
    return [each for each in every if each.audit_date and each.audit_date.year == year]


def test_who_was_involved_is_counted_of_what_was_recorded(
    web: PageClient, world: World, audits: list[Audit]
) -> None:
    web.sign_in(world.carol)
    found = tables(web)
    for label, year in YEARS.items():
        answers = [each.worker_involvement for each in of_year(year)]
        known = [each for each in answers if each is not None]
        not_involved = known.count(WorkerInvolvement.NOT_INVOLVED)
        cells = found["worker"][label]
        assert cells["Audits"]["value"] == len(answers)
        assert cells["Not recorded"]["value"] == len(answers) - len(known)
        assert cells["Not involved"]["text"] == Share(not_involved, len(known)).text
        involved = len(known) - not_involved
        assert cells["Involved"]["text"] == Share(involved, len(known)).text


def test_feedback_nobody_knows_of_is_in_no_percentage(
    web: PageClient, world: World, audits: list[Audit]
) -> None:
    web.sign_in(world.carol)
    found = tables(web)
    for label, year in YEARS.items():
        answers = [each.family_feedback for each in of_year(year)]
        given, sought, not_sought = (
            answers.count(each)
            for each in (FamilyFeedback.GIVEN, FamilyFeedback.SOUGHT, FamilyFeedback.NOT_SOUGHT)
        )
        known = given + sought + not_sought
        cells = found["feedback"][label]
        assert cells["Sought"]["text"] == Share(given + sought, known).text
        assert cells["Sought and given"]["text"] == Share(given, known).text
        assert cells["Not sought"]["text"] == Share(not_sought, known).text
        assert cells["Not known"]["value"] == len(answers) - known


def test_types_and_ways_of_choosing_lead_to_their_audits(
    web: PageClient, world: World, audits: list[Audit]
) -> None:
    web.sign_in(world.carol)
    found = tables(web)
    for label, year in YEARS.items():
        made = of_year(year)
        for word in AuditType:
            counted = sum(each.audit_type is word for each in made)
            assert found["types"][label][word.label]["text"] == Share(counted, len(made)).text
        for way in Selection:
            counted = sum(each.selection is way for each in made)
            assert found["chosen"][label][way.label]["text"] == Share(counted, len(made)).text
    page = web.get(f"/insight/practice?{DAYS}")
    for link in page.html.select("#types td a"):
        counted = int(link.get_text(strip=True).split(" ")[0])
        listed = web.get(str(link["href"]))
        assert len(listed.tables[0]) - 1 == min(counted, 25)


def test_days_to_moderation_are_those_of_the_rows(
    web: PageClient, world: World, audits: list[Audit]
) -> None:
    web.sign_in(world.carol)
    found = tables(web)["moderation"]
    for label, year in YEARS.items():
        made = of_year(year)
        days = [
            (each.moderation.moderated_on - each.audit_date).days
            for each in made
            if each.moderation and each.audit_date
        ]
        assert found[label]["Moderated"]["text"] == Share(len(days), len(made)).text
        assert found[label]["Half of them within, days"]["value"] == median(days)
        assert found[label]["Longest, days"]["value"] == max(days)


def test_actions_are_followed_to_the_difference_they_made(
    web: PageClient, world: World, audits: list[Audit]
) -> None:
    web.sign_in(world.carol)
    found = tables(web)["actions"]
    for label, year in YEARS.items():
        actions = [action for each in of_year(year) for action in each.actions]
        closed = [each for each in actions if each.state is ActionState.CLOSED]
        made = sum(each.difference is Difference.YES for each in closed)
        assert found[label]["Raised"]["value"] == len(actions)
        assert found[label]["Closed"]["text"] == Share(len(closed), len(actions)).text
        assert found[label]["Made a difference"]["text"] == Share(made, len(closed)).text


def test_an_action_that_was_joined_or_is_still_being_written_is_not_counted_twice(
    web: PageClient, world: World, audits: list[Audit]
) -> None:
    web.sign_in(world.carol)
    before = tables(web)["actions"]
    audit = next(each for each in audits if each.actions)
    dealer = random.Random(1)  # noqa: S311  no secret
    joined, written = action(dealer, 8), action(dealer, 9)
    for each in (joined, written):
        each.closed_at = each.difference = each.look_again_on = None
    joined.state, joined.joined_to_id = ActionState.JOINED, audit.actions[0].id
    written.state, written.opened_at = ActionState.OPEN, None
    audit.actions.extend([joined, written])
    db.session.commit()
    assert tables(web)["actions"] == before


def test_completion_is_the_programmes_and_needs_no_type_or_theme(
    web: PageClient, world: World, audits: list[Audit]
) -> None:
    for number in range(12):
        db.session.add(
            Allocation(
                chosen_because="random",
                case_reference=f"900000{number}",
                service_id=world.north.service_id,
                locality_id=world.north.locality_id,
                team_id=world.north.id,
                auditor_id=world.alice.id,
                due_on=date(2026, 6, 1),
                first_due_on=date(2026, 5, 1),
                audit_id=audits[number].id if number < 7 else None,
            )
        )
    db.session.commit()
    web.sign_in(world.carol)
    line = tables(web)["programme"]["2026"]
    assert line["Done, of those to be done"]["text"] == "7 of 12 (58%)"
    assert (line["Allocated"]["value"], line["Overdue"]["value"]) == (12, 5)
    assert "programme" not in tables(web, f"{DAYS}&team={world.south.id}")
    assert "programme" not in tables(web, f"{DAYS}&type=full")
    assert (
        "a case given out for audit has no theme"
        in web.get(f"/insight/practice?{DAYS}&type=full").text
    )


def test_a_moderator_is_shown_nothing_of_what_they_may_judge_blind(
    web: PageClient, world: World, audits: list[Audit]
) -> None:
    hidden = next(each for each in audits if each.state is AuditState.COMPLETE and each.actions)
    db.session.execute(
        update(Audit).where(Audit.id == hidden.id).values(blind=True, state=AuditState.SUBMITTED)
    )
    db.session.commit()
    assert hidden.audit_date
    year = str(hidden.audit_date.year)
    web.sign_in(world.carol)
    every = tables(web)
    web.sign_out()
    web.sign_in(world.bob)
    seen = tables(web)
    assert seen["worker"][year]["Audits"]["value"] == every["worker"][year]["Audits"]["value"] - 1
    raised = every["actions"][year]["Raised"]["value"]
    assert seen["actions"][year]["Raised"]["value"] == raised - len(hidden.actions)


def test_the_message_is_of_the_latest_period_with_audits_enough(
    web: PageClient, world: World, audits: list[Audit]
) -> None:
    world.recorded_audit(on=date(2027, 1, 5), state=AuditState.COMPLETE)
    web.sign_in(world.carol)
    text = web.get("/insight/practice?from=1/1/2025&to=31/12/2027").text
    assert "2026: the worker was involved in" in text
    assert "Nothing on this page was tested for change." in text
    page = web.get("/insight/practice?from=1/1/2027&to=31/12/2027")
    assert "Too few audits in any period for percentages." in page.text
    assert not page.html.select("#worker svg")


def test_the_days_to_moderation_are_said_where_enough_audits_were_moderated(
    web: PageClient, world: World, audits: list[Audit]
) -> None:
    web.sign_in(world.carol)
    text = web.get("/insight/practice?from=1/1/2025&to=31/12/2025").text
    moderated = [each for each in of_year(2025) if each.moderation]
    assert len(moderated) >= 10
    assert f"2025: {len(moderated)} audits have been moderated, half of them within" in text


def test_the_intervals_of_the_pictures_are_said_to_rest_on_how_cases_were_chosen(
    web: PageClient, world: World, audits: list[Audit]
) -> None:
    web.sign_in(world.carol)
    every = of_year(2025)
    chosen = sum(each.selection is Selection.RANDOM for each in every)
    said = f"{chosen} of the {len(every)} audits judged were chosen at random."
    asked = "/insight/practice?from=1/1/2025&to=31/12/2025"
    assert said in web.get(asked).text
    assert "chosen at random. Intervals" not in web.get(f"{asked}&selection=random").text
