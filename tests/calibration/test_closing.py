"""Closing an exercise: the spread, by name to whoever leads and by number to everybody else."""

from __future__ import annotations

import re

import pytest

from audit_app.calibration import changes
from audit_app.extensions import db
from audit_app.models import Audit, Calibration, User
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.judgements import Judgement
from tests.browser_page import Page, PageClient
from tests.calibration.exercises import (
    SECRETS,
    TITLE,
    colleagues,
    judge_as,
    moderated_audit,
    opened,
)
from tests.people import World
from tests.statements import statements_of

#: What a page shows; what it reads and writes is tried on every database elsewhere.
pytestmark = pytest.mark.sqlite_only


def _three(web: PageClient, world: World, audit: Audit) -> tuple[Calibration, list[User]]:
    """An exercise in which two of three have judged: Good, and Requires Improvement."""
    nora, noel, _nell = people = colleagues("nora", "noel", "nell")
    exercise = opened(world, audit, people)
    judge_as(web, nora, exercise, "good", overall_reason="Seen alone.")
    judge_as(web, noel, exercise, "requires_improvement", overall_reason="Drift.")
    web.sign_out()
    return exercise, people


def _close(web: PageClient, world: World, exercise: Calibration) -> Page:
    web.sign_out()
    web.sign_in(world.carol)
    page = web.get(f"/calibration/{exercise.reference}/close")
    return web.send(page, "Close it and show the spread")


def _seen_by(web: PageClient, user: User, exercise: Calibration) -> Page:
    web.sign_out()
    web.sign_in(user)
    return web.get(f"/calibration/{exercise.reference}")


def _captioned(page: Page, caption: str) -> list[list[str]]:
    captions = [each.caption.get_text(strip=True) for each in page.html.select("main table")]
    return page.tables[captions.index(caption)]


def test_nobody_sees_a_judgement_before_it_is_closed(web: PageClient, world: World) -> None:
    exercise, (nora, _noel, _nell) = _three(web, world, moderated_audit(world))
    page = _seen_by(web, world.carol, exercise)
    assert [row[0] for row in page.tables[0][1:]] == ["Nell", "Noel", "Nora"]
    assert page.tables[0][1][1] == "Not yet"
    assert "Seen alone." not in page.text
    assert "Good" not in page.text
    page = _seen_by(web, nora, exercise)
    assert "Drift." not in page.text
    assert "Seen alone." in page.text


def test_closing_says_who_is_missing_and_shows_the_spread(web: PageClient, world: World) -> None:
    exercise, _ = _three(web, world, moderated_audit(world, Judgement.OUTSTANDING))
    web.sign_in(world.carol)
    page = web.get(f"/calibration/{exercise.reference}/close")
    assert "1 person has not judged yet" in page.text
    assert "Nell" in page.text
    page = web.send(page, "Close it and show the spread")
    assert "1 person did not judge: Nell." in page.text
    close = _captioned(page, "How close the judgements are")
    assert close[1] == [
        "Impact chronology",
        "1 said Good and 1 said Requires Improvement to be Good; one grade apart at most",
        "0 of 1",
        "1 of 1",
    ]
    assert len(close) == 8
    side = _captioned(page, "Judgements side by side")
    assert side[0] == ["Thread", "Noel", "Nora"]
    assert side[7] == ["The practice as a whole", "Requires Improvement to be Good", "Good"]
    apart = _captioned(page, "How the audit was judged")
    assert apart[7] == ["The practice as a whole", "Outstanding", "Outstanding"]
    assert "Seen alone." in page.text


def test_whoever_judged_sees_colleagues_by_a_number_that_all_share(
    web: PageClient, world: World
) -> None:
    exercise, (nora, noel, nell) = _three(web, world, moderated_audit(world))
    _close(web, world, exercise)
    seen = {}
    for reader in (nora, noel, nell):
        page = _seen_by(web, reader, exercise)
        seen[reader.name] = _captioned(page, "Judgements side by side")
        main = page.html.find("main").get_text(" ")
        assert not [each for each in ("Nora", "Noel", "Nell", *SECRETS) if each in main]
    heads = {name: table[0][1:] for name, table in seen.items()}
    assert heads["Nora"].index(_own(heads["Nora"])) != heads["Noel"].index(_own(heads["Noel"]))
    assert not any(each.startswith("You") for each in heads["Nell"])
    numbers = {tuple(re.findall(r"\d", " ".join(each))) for each in heads.values()}
    assert len(numbers) == 1
    assert len({str(table[1:]) for table in seen.values()}) == 1


def _own(heads: list[str]) -> str:
    (own,) = (each for each in heads if each.startswith("You (colleague"))
    return own


def test_an_exercise_closed_before_anybody_judged_says_so(web: PageClient, world: World) -> None:
    (nora,) = colleagues("nora")
    exercise = opened(world, moderated_audit(world), [nora])
    page = _close(web, world, exercise)
    assert "closed before anybody judged" in page.text


def test_closing_twice_closes_once(web: PageClient, world: World) -> None:
    exercise, _ = _three(web, world, moderated_audit(world))
    web.sign_in(world.carol)
    page = web.get(f"/calibration/{exercise.reference}/close")
    for _ in range(2):
        again = web.send(page, "Close it and show the spread")
        assert again.path == f"/calibration/{exercise.reference}"
        db.session.rollback()
    first = db.session.get_one(Calibration, exercise.id).closed_at
    web.get(f"/calibration/{exercise.reference}/close")
    assert db.session.get_one(Calibration, exercise.id).closed_at == first


def test_an_audit_called_in_afterwards_hides_its_judgement_from_whoever_may_moderate_it(
    web: PageClient, world: World
) -> None:
    audit = moderated_audit(world)
    exercise, (nora, *_) = _three(web, world, audit)
    _close(web, world, exercise)
    audit.state, audit.blind = AuditState.SUBMITTED, True
    db.session.commit()
    page = _seen_by(web, nora, exercise)
    assert "waits for a moderation" in page.text
    captions = [each.caption.get_text(strip=True) for each in page.html.select("main table")]
    assert "How the audit was judged" not in captions
    assert "Judgements side by side" in captions


def test_the_lead_writes_down_what_was_learned_for_everybody(web: PageClient, world: World) -> None:
    exercise, (nora, *_) = _three(web, world, moderated_audit(world))
    page = _close(web, world, exercise)
    page = web.get(page.links()["Write it down"])
    page = web.send(page, "Save", learning="We read “drift” differently.")
    assert "We read “drift” differently." in page.text
    page = _seen_by(web, nora, exercise)
    assert "We read “drift” differently." in page.text
    assert "Change it" not in page.links()


def test_two_leads_writing_show_both_texts_and_lose_neither(web: PageClient, world: World) -> None:
    exercise, _ = _three(web, world, moderated_audit(world))
    _close(web, world, exercise)
    first = web.get(f"/calibration/{exercise.reference}/learning")
    second = web.get(f"/calibration/{exercise.reference}/learning")
    web.send(first, "Save", learning="First.")
    page = web.send(second, "Save", status=409, learning="Second.")
    assert "written somewhere else" in page.errors[0]
    assert page.fields()["learning"] == "Second."
    assert "Saved now First." in page.text
    web.send(page, "Save", learning="Both.")
    db.session.rollback()
    assert db.session.get_one(Calibration, exercise.id).learning == "Both."


def test_nothing_is_learned_of_an_open_exercise(web: PageClient, world: World) -> None:
    exercise, _ = _three(web, world, moderated_audit(world))
    web.sign_in(world.carol)
    page = web.get(f"/calibration/{exercise.reference}/learning")
    assert page.h1 == "Close the exercise"


def test_another_lead_can_close_what_one_opened(web: PageClient, world: World) -> None:
    exercise, _ = _three(web, world, moderated_audit(world))
    web.sign_in(world.cora)
    assert TITLE in web.get("/calibration/").links()
    changes.close(world.cora, exercise)
    db.session.commit()
    assert "How close the judgements are" in web.get(f"/calibration/{exercise.reference}").text


def test_results_of_many_people_ask_no_more_of_the_database(web: PageClient, world: World) -> None:
    asked = []
    ann, *others = colleagues("ann", "ben", "cat", "dee", "eve")
    web.sign_in(world.carol)
    for people in ([ann], others):
        exercise = opened(world, moderated_audit(world), people)
        changes.close(world.carol, exercise)
        db.session.commit()
        asked.append(len(statements_of(web, f"/calibration/{exercise.reference}")))
    assert asked[0] == asked[1]
