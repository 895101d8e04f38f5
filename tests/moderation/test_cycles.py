"""Moderation cycles: set up, changed until something is drawn, then superseded; replayed."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select, update

from audit_app.audits.drawing import cycle_on
from audit_app.extensions import db
from audit_app.models import Audit, HistoryEvent, ModerationCycle, ModerationDraw
from audit_app.rules.judgements import Judgement
from audit_app.rules.permissions import Role
from audit_app.rules.sampling import DrawnBecause
from tests.browser_page import PageClient
from tests.moderation.waiting import a_cycle, given_to, moderated
from tests.people import World
from tests.recording import record_everything

NEXT_WEEK = date.today() + timedelta(days=7)


def _starting(day: date) -> dict[str, str]:
    parts = (("day", day.day), ("month", day.month), ("year", day.year))
    return {f"starts_on-{name}": str(number) for name, number in parts}


def _answers(**other: str) -> dict[str, Any]:
    return {
        "name": "Winter 2026",
        **_starting(NEXT_WEEK),
        "blind": "yes",
        "every_inadequate": "yes",
        "every_outstanding": "no",
        "random_percent": "20",
        "days_allowed": "14",
        "resolved_by": "moderator",
    } | other


TELLING = (
    "A blind cycle needs a random share of at least 1. Without one, that an audit was chosen tells "
    "its moderator how it was judged"
)


def _cycles() -> list[ModerationCycle]:
    db.session.expire_all()
    return list(db.session.scalars(select(ModerationCycle).order_by(ModerationCycle.starts_on)))


def test_a_lead_sets_up_a_cycle_with_a_seed_nobody_chose(web: PageClient, world: World) -> None:
    web.sign_in(world.carol)
    page = web.get(web.get("/moderation/cycles").links()["Set up a cycle"])
    answers = page.fields() | _answers(seed="mine")
    web.post(page.path, answers)
    shown = web.post(page.path, answers)
    (made,) = _cycles()
    assert shown.h1 == "Winter 2026"
    assert made.seed in shown.text
    assert len(made.seed) == 32
    assert (made.starts_on, made.blind, made.random_percent) == (NEXT_WEEK, True, 20)
    assert made.resolved_by is Role.MODERATOR
    assert made.set_up_by_id == world.carol.id
    assert "set up" in db.session.scalars(select(HistoryEvent.verb)).all()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": " "}, "Enter a name for the cycle"),
        (_starting(date.today() - timedelta(days=1)), "The first day must be today or later"),
        ({"starts_on-day": ""}, "The first day must include a day"),
        ({"random_percent": "101"}, "The random share must be a whole number from 0 to 100"),
        ({"random_percent": "a few"}, "The random share must be a whole number from 0 to 100"),
        (
            {"random_percent": "0"},
            TELLING,
        ),
        ({"days_allowed": "0"}, "The days allowed must be a whole number from 1 to 90"),
        ({"resolved_by": "dcs_office"}, "Choose one of the answers listed"),
    ],
)
def test_what_cannot_be_a_cycle_is_refused(
    web: PageClient, world: World, typed: dict[str, str], said: str
) -> None:
    web.sign_in(world.carol)
    page = web.get("/moderation/cycles/new")
    assert web.post(page.path, page.fields() | _answers(**typed), status=400).errors == [said]
    assert _cycles() == []


def test_an_open_cycle_may_go_without_a_random_share(web: PageClient, world: World) -> None:
    web.sign_in(world.carol)
    page = web.get("/moderation/cycles/new")
    web.post(page.path, page.fields() | _answers(random_percent="0", blind="no"))
    assert [each.random_percent for each in _cycles()] == [0]


def test_two_cycles_cannot_start_on_one_day(web: PageClient, world: World) -> None:
    a_cycle(starts_on=NEXT_WEEK)
    web.sign_in(world.carol)
    page = web.get("/moderation/cycles/new")
    refused = web.post(page.path, page.fields() | _answers(), status=400)
    assert refused.errors == ["Another cycle starts on that day"]


def test_a_cycle_nothing_was_drawn_under_is_changed_and_removed(
    web: PageClient, world: World
) -> None:
    a_cycle()
    later = a_cycle(name="Later", starts_on=NEXT_WEEK)
    seed = later.seed
    web.sign_in(world.carol)
    page = web.get(f"/moderation/cycles/{later.reference}/change")
    web.send(page, random_percent="35")
    assert [(each.random_percent, each.seed) for each in _cycles()][1] == (35, seed)
    asked = web.get(f"/moderation/cycles/{later.reference}/remove")
    assert web.send(asked).h1 == "Moderation cycles"
    assert web.send(asked).h1 == "Moderation cycles"
    assert [each.name for each in _cycles()] == ["Autumn 2026"]


def test_two_leads_changing_one_cycle_see_both(web: PageClient, world: World) -> None:
    later = a_cycle(name="Later", starts_on=NEXT_WEEK)
    web.sign_in(world.carol)
    page = web.get(f"/moderation/cycles/{later.reference}/change")
    web.send(page, random_percent="35")
    clash = web.send(page, status=409, random_percent="50")
    assert clash.fields()["random_percent"] == "50"
    assert "35%" in clash.text
    web.send(clash)
    assert _cycles()[0].random_percent == 50


def test_a_cycle_something_was_drawn_under_stays_as_it_is(web: PageClient, world: World) -> None:
    cycle = a_cycle()
    web.sign_in(world.carol)
    page = web.get(f"/moderation/cycles/{cycle.reference}/change")
    given_to(world.bob, world, cycle)
    assert "stays as it is" in web.send(page, status=403, random_percent="1").text
    web.get(f"/moderation/cycles/{cycle.reference}/remove", status=403)
    shown = web.get(f"/moderation/cycles/{cycle.reference}")
    assert "Change the cycle" not in shown.links()
    assert _cycles()[0].random_percent == 100


def test_the_only_cycle_in_force_can_neither_go_nor_be_put_off(
    web: PageClient, world: World
) -> None:
    cycle = a_cycle()
    web.sign_in(world.carol)
    asked = web.get(f"/moderation/cycles/{cycle.reference}/remove")
    assert "only cycle in force" in web.send(asked, status=403).text
    page = web.get(f"/moderation/cycles/{cycle.reference}/change")
    put_off = web.post(page.path, page.fields() | _starting(NEXT_WEEK), status=403)
    assert "only cycle in force" in put_off.text


@pytest.mark.parametrize("who", ["alice", "bob", "dan", "priya"])
def test_only_leads_see_cycles_and_their_seeds(web: PageClient, world: World, who: str) -> None:
    cycle = a_cycle()
    web.sign_in(getattr(world, who))
    for ending in ("", f"/{cycle.reference}", f"/{cycle.reference}/replay", "/new"):
        web.get(f"/moderation/cycles{ending}", status=403)


def test_the_cycle_of_the_day_decides(app: Flask, world: World) -> None:
    old = a_cycle(starts_on=date(2026, 1, 1))
    new = a_cycle(starts_on=date(2026, 6, 1))
    assert cycle_on(date(2026, 5, 31)) == old
    assert cycle_on(date(2026, 6, 1)) == new


def test_a_cycles_page_counts_what_came_of_it(web: PageClient, world: World) -> None:
    cycle = a_cycle()
    done, late, _ = (given_to(world.bob, world, cycle) for _ in range(3))
    assert late.draw is not None
    late.draw.due_on = date.today() - timedelta(days=1)
    left_out = given_to(None, world, cycle)
    assert left_out.draw is not None
    left_out.draw.chosen_because = None
    db.session.commit()
    moderated(web, world, done, Judgement.GOOD)
    web.sign_in(world.carol)
    page = web.get(f"/moderation/cycles/{cycle.reference}")
    counted = {row[0]: row[1] for row in page.tables[0][1:]}
    assert counted["Submitted"] == "4"
    assert counted["Chosen in all"] == counted["Chosen: drawn at random"] == "3"
    assert (counted["Moderated"], counted["Of these, overdue"]) == ("1", "1")
    assert "Half of the moderations or more were done on the day" in page.text


def _run(app: Flask, *arguments: str) -> Result:
    db.session.rollback()
    return app.test_cli_runner().invoke(args=["moderation-sample", *arguments])


def _drawn_for_real(web: PageClient, world: World) -> ModerationCycle:
    """A cycle under which two audits were submitted through their pages."""
    cycle = a_cycle(random_percent=50)
    web.sign_in(world.alice)
    for judgement in ("good", "inadequate"):
        web.send(record_everything(web, world, judgement), "Submit the audit")
    web.sign_out()
    return cycle


def test_a_replay_draws_what_was_drawn_on_the_page_and_by_the_command(
    app: Flask, web: PageClient, world: World
) -> None:
    cycle = _drawn_for_real(web, world)
    web.sign_in(world.carol)
    page = web.get(f"/moderation/cycles/{cycle.reference}/replay")
    assert "All 2 draws came out the same." in page.text
    done = _run(app, cycle.name, "--replay", "--format", "csv")
    assert done.exit_code == 0
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [(row["judgement"], row["same"]) for row in rows] == [
        ("good", "yes"),
        ("inadequate", "yes"),
    ]
    assert rows[1]["chosen"] == "inadequate"
    told = json.loads(_run(app, cycle.reference, "--format", "json").stdout)
    assert [each["reference"] for each in told["draws"]] == [row["reference"] for row in rows]
    assert cycle.seed not in json.dumps(told)
    assert rows[0]["reference"] in _run(app, cycle.name).stdout


def test_a_replay_finds_a_draw_that_was_tampered_with(
    app: Flask, web: PageClient, world: World
) -> None:
    cycle = _drawn_for_real(web, world)
    inadequate = select(Audit.id).where(Audit.overall == Judgement.INADEQUATE).scalar_subquery()
    db.session.execute(
        update(ModerationDraw)
        .where(ModerationDraw.audit_id == inadequate)
        .values(chosen_because=None)
    )
    db.session.commit()
    refused = _run(app, cycle.name, "--replay")
    assert refused.exit_code == 1
    assert "1 of 2 draws came out otherwise" in refused.stderr
    web.sign_in(world.carol)
    page = web.get(f"/moderation/cycles/{cycle.reference}/replay")
    assert page.tables[0][1][-2:] == ["No", "Judged Inadequate"]


def test_an_audit_called_in_replays_as_one_the_draw_left_out(
    app: Flask, web: PageClient, world: World
) -> None:
    cycle = a_cycle(random_percent=0)
    audit = given_to(world.bob, world, cycle)
    assert audit.draw is not None
    audit.draw.chosen_because = DrawnBecause.CALLED_IN
    db.session.commit()
    assert _run(app, cycle.name, "--replay").exit_code == 0


def test_a_cycle_that_is_not_there_is_refused(app: Flask, world: World) -> None:
    refused = _run(app, "Spring 1999")
    assert refused.exit_code == 1
    assert "Spring 1999" in refused.stderr
