"""Good practice worth sharing: a sentence, and nothing of whose case or whose work it was."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from audit_app.extensions import db
from audit_app.models import Audit, Calibration, CalibrationPlace
from audit_app.models.base import now
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.judgements import Judgement
from tests.browser_page import Page, PageClient
from tests.people import World
from tests.statements import statements_of

# The pages are the same on every database.
pytestmark = pytest.mark.sqlite_only

PAGE = "/my-work/good-practice"
QUOTE = "She asked the child to draw the plan, and the family still has it on the wall."


def _quoted(world: World, text: str = QUOTE, **more: object) -> Audit:
    audit = world.recorded_audit(**({"state": AuditState.ACCEPTED} | more))  # type: ignore[arg-type]
    audit.good_practice, audit.good_practice_quote = True, text
    db.session.commit()
    return audit


def _quotes(page: Page) -> list[str]:
    return [each.get_text(" ", strip=True) for each in page.html.select(".app-quote__text")]


def test_whoever_learns_from_practice_reads_the_sentence_with_its_threads_service_and_quarter(
    web: PageClient, world: World
) -> None:
    audit = _quoted(world, on=date(2026, 10, 5))
    audit.findings[1].final_judgement = Judgement.INADEQUATE
    db.session.commit()
    for who in (world.dan, world.carol, world.priya, world.mallory):
        web.sign_out()
        web.sign_in(who)
        page = web.get(PAGE)
        assert _quotes(page) == [QUOTE]
        about = page.html.select_one(".app-quote__about").get_text(" ", strip=True)
        assert "Impact chronology" in about
        assert audit.findings[1].thread.name not in about
        assert "Locality social work, Q3 2026/27 (Oct – Dec 2026)" in about


def test_who_looks_after_people_or_information_reads_no_auditors_words_and_is_led_to_none(
    web: PageClient, world: World
) -> None:
    _quoted(world)
    for who in (world.adam, world.gwen):
        web.sign_out()
        web.sign_in(who)
        web.get(PAGE, 403)
        assert PAGE not in web.get("/").links().values()
    web.sign_out()
    web.sign_in(world.priya)
    assert PAGE in web.get("/").links().values()


def test_only_whoever_may_read_the_audit_finds_out_which_it_was(
    web: PageClient, world: World
) -> None:
    audit = _quoted(world, team=world.north, worker="E9999", case="7654321")
    for who, may_read in (
        (world.dan, False),
        (world.mallory, False),
        (world.priya, False),
        (world.alice, True),
        (world.carol, True),
    ):
        web.sign_out()
        web.sign_in(who)
        page = web.get(PAGE)
        links = page.links().values()
        assert (f"/audits/{audit.reference}" in links) is may_read
        whole = page.response.get_data(as_text=True)
        assert (audit.reference in whole) is may_read
        assert not [each for each in ("7654321", "E9999", "LSW North") if each in page.text]


@pytest.mark.parametrize("state", [AuditState.DRAFT, AuditState.DISCARDED, AuditState.RETURNED])
def test_what_an_auditor_is_still_writing_is_not_quoted(
    web: PageClient, world: World, state: AuditState
) -> None:
    _quoted(world, state=state)
    web.sign_in(world.carol)
    page = web.get(PAGE)
    assert _quotes(page) == []
    assert "Nothing to share yet" in page.text


@pytest.mark.parametrize(
    ("flag", "text"), [(False, QUOTE), (None, QUOTE), (True, " "), (True, None)]
)
def test_only_good_practice_with_a_sentence_is_quoted(
    web: PageClient, world: World, flag: bool | None, text: str | None
) -> None:
    audit = _quoted(world)
    audit.good_practice, audit.good_practice_quote = flag, text
    db.session.commit()
    web.sign_in(world.carol)
    assert _quotes(web.get(PAGE)) == []


def test_whoever_may_still_judge_blind_finds_no_quote_of_it(web: PageClient, world: World) -> None:
    audit = _quoted(world, state=AuditState.SUBMITTED)
    audit.blind = True
    db.session.commit()
    web.sign_in(world.bob)
    assert _quotes(web.get(PAGE)) == []
    web.sign_out()
    web.sign_in(world.dan)
    assert _quotes(web.get(PAGE)) == [QUOTE]


def test_whoever_is_to_calibrate_on_an_audit_finds_no_quote_of_it(
    web: PageClient, world: World
) -> None:
    audit = _quoted(world)
    exercise = Calibration(
        title="Autumn",
        audit_id=audit.id,
        opened_by_id=world.carol.id,
        due_on=date.today(),
        places=[CalibrationPlace(user_id=world.alice.id)],
    )
    db.session.add(exercise)
    db.session.commit()
    web.sign_in(world.alice)
    assert _quotes(web.get(PAGE)) == []
    exercise.closed_at = now()
    db.session.commit()
    assert _quotes(web.get(PAGE)) == [QUOTE]


def test_quotes_are_narrowed_by_thread_and_service_and_the_filters_removed(
    web: PageClient, world: World
) -> None:
    weak = _quoted(world, "Weak in voice.", on=date(2026, 9, 1))
    voice = next(each for each in weak.findings if each.thread.code == "voice")
    voice.final_judgement = Judgement.REQUIRES_IMPROVEMENT
    _quoted(world, "Fostering.", team=world.fostering, on=date(2026, 10, 1))
    web.sign_in(world.dan)
    assert _quotes(web.get(PAGE)) == ["Fostering.", "Weak in voice."]
    page = web.get(f"{PAGE}?thread=voice")
    assert _quotes(page) == ["Fostering."]
    assert page.fields()["thread"] == "voice"
    page = web.get(f"{PAGE}?service={world.north.service_id}")
    assert _quotes(page) == ["Weak in voice."]
    page = web.get(f"{PAGE}?service={world.north.service_id}&thread=voice&team=1")
    assert "No quotes match" in page.text
    removed = [link for text, link in page.links().items() if text.startswith("Remove filter")]
    assert len(removed) == 2


def test_a_long_list_is_paged_and_keeps_its_filters(web: PageClient, world: World) -> None:
    for number in range(14):
        _quoted(world, f"Quote {number}.", on=date(2026, 1, 1) + timedelta(days=number))
    web.sign_in(world.dan)
    page = web.get(f"{PAGE}?thread=plan")
    assert _quotes(page)[0] == "Quote 13."
    assert len(_quotes(page)) == 12
    page = web.get(f"{PAGE}?thread=plan&page=2")
    assert _quotes(page) == ["Quote 1.", "Quote 0."]
    assert "thread=plan" in page.links()["Page 1" if "Page 1" in page.links() else "1"]


def test_more_quotes_ask_no_more_of_the_database(web: PageClient, world: World) -> None:
    web.sign_in(world.carol)
    _quoted(world)
    few = len(statements_of(web, PAGE))
    for number in range(8):
        _quoted(world, f"Quote {number}.")
    assert len(statements_of(web, PAGE)) == few


def test_a_quote_that_points_to_somebody_is_shown_to_nobody(web: PageClient, world: World) -> None:
    _quoted(world, "Ring 07700 900123 and ask how she did it.")
    _quoted(world, "Her NHS number 943 476 5919 was on every letter.")
    _quoted(world, "In 3 of 4 reviews the child spoke first.")
    web.sign_in(world.dan)
    page = web.get(PAGE)
    assert _quotes(page) == ["In 3 of 4 reviews the child spoke first."]
    assert "1 quote" in page.text
