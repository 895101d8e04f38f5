"""What is typed and not sent: kept for its writer, shown to nobody else, forgotten once sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from audit_app.extensions import db
from audit_app.models import Alert, Audit, KeptForm, Moderation, StoredSession
from audit_app.models.base import now
from tests.alerts.alerts_to_try import submitted
from tests.browser_page import Page, PageClient
from tests.people import World
from tests.programme.preparing import mark_drawn, prepared_cycle
from tests.recording import start_audit
from tests.web.typing import autosave

LONG = "Forty minutes of careful writing about what was found."


@pytest.fixture
def audit(world: World) -> Audit:
    return world.recorded_audit()


@pytest.fixture
def page(web: PageClient, world: World, audit: Audit) -> Page:
    """Bob's page to moderate an audit on."""
    web.sign_in(world.bob)
    return web.get(f"/moderation/{audit.reference}")


def _kept() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(KeptForm)) or 0


def _listed(page: Page) -> dict[str, str]:
    """What the page lists, by what the field is called."""
    rows = page.html.find("main").find_all(class_="govuk-summary-list__row")
    return {each.dt.get_text(strip=True): each.dd.get_text(strip=True) for each in rows}


def _end_sessions() -> None:
    db.session.rollback()
    db.session.execute(update(StoredSession).values(expires_at=now() - timedelta(minutes=1)))
    db.session.commit()


def test_what_is_typed_is_in_the_boxes_when_the_page_opens_again(
    web: PageClient, page: Page
) -> None:
    told = autosave(web, page, overall="good", overall_reason=LONG)
    assert told.get_json()["said"].startswith("Draft saved at ")
    again = web.get(page.path)
    assert (again.fields()["overall"], again.fields()["overall_reason"]) == ("good", LONG)
    assert "Not yet sent" in again.text


def test_what_waits_to_be_sent_is_named_on_the_home_page_and_listed_for_its_writer(
    web: PageClient, audit: Audit, page: Page
) -> None:
    assert "Not yet sent" not in web.get("/").text
    autosave(web, page, overall="requires_improvement", practice_note=LONG)
    assert "Not yet sent 1 Page you typed on" in web.get("/").text
    listed = web.get(web.get("/").links()["See what you typed"])
    assert f"{audit.reference}, typed on" in listed.text
    shown = _listed(listed)
    assert shown["Overall"] == "Requires Improvement to be Good"
    assert shown["Note on the practice (optional)"] == LONG
    assert set(shown) == {"Overall", "Note on the practice (optional)"}
    assert page.path in listed.links().values()


def test_nothing_is_moderated_by_typing(web: PageClient, page: Page) -> None:
    autosave(web, page, overall="good", overall_reason=LONG)
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Moderation)) == 0


def test_another_moderator_is_not_shown_it(web: PageClient, world: World, page: Page) -> None:
    mo = world.another_moderator()
    autosave(web, page, overall="good", overall_reason=LONG)
    web.sign_out()
    web.sign_in(mo)
    for address in (page.path, "/account/not-sent"):
        assert LONG not in str(web.get(address).html)


def test_what_was_sent_is_forgotten_and_does_not_come_back(web: PageClient, page: Page) -> None:
    autosave(web, page, 1, overall="good", practice_note=LONG)
    again = web.get(page.path)
    assert _kept() == 1
    web.send(again, "Save my judgement for good", sending="1")
    assert _kept() == 0


def test_what_arrives_after_the_form_was_sent_does_not_come_back(
    web: PageClient, page: Page
) -> None:
    web.send(page, "Save my judgement for good", overall="good", practice_note=LONG, sending="3")
    autosave(web, page, 2, overall="good", practice_note=LONG)
    assert _kept() == 0


def test_text_goes_on_being_kept_once_in_the_page_that_shows_it(
    web: PageClient, page: Page
) -> None:
    autosave(web, page, 5, practice_note="First.")
    again = web.get(page.path)
    autosave(web, again, 1, practice_note="First. Second.")
    wrong = web.send(
        again, "Save my judgement for good", status=400, practice_note="First. Second."
    )
    autosave(web, wrong, 1, practice_note="First. Second. Third.")
    assert web.get(page.path).fields()["practice_note"] == "First. Second. Third."
    assert _kept() == 1


def test_a_window_left_open_keeps_what_is_typed_there_after_its_text_opened_elsewhere(
    web: PageClient, page: Page
) -> None:
    autosave(web, page, 1, practice_note="Here.")
    elsewhere = web.get(page.path)
    autosave(web, elsewhere, 1, practice_note="Here. And elsewhere.")
    autosave(web, page, 2, practice_note="Here. And here.")
    shown = web.get(page.path)
    assert shown.fields()["practice_note"] == "Here. And here."
    assert "Here. And elsewhere." in shown.text


def test_what_arrives_late_replaces_nothing_newer(web: PageClient, page: Page) -> None:
    autosave(web, page, 2, practice_note="All of it.")
    autosave(web, page, 1, practice_note="All")
    assert web.get(page.path).fields()["practice_note"] == "All of it."


def test_two_windows_keep_two_texts(web: PageClient, page: Page) -> None:
    other = web.get(page.path)
    autosave(web, page, practice_note="In the first window.")
    autosave(web, other, practice_note="In the second window.")
    again = web.get(page.path)
    assert again.fields()["practice_note"] == "In the second window."
    assert "In the first window." in again.text


def test_text_that_somebody_else_overtook_is_kept(
    web: PageClient, world: World, audit: Audit, page: Page
) -> None:
    mo = world.another_moderator()
    web.sign_out()
    web.sign_in(mo)
    web.send(web.get(page.path), "Save my judgement for good", overall="good")
    web.sign_out()
    web.sign_in(world.bob)
    token = {"csrf_token": web.get("/").csrf}
    web.post(page.path, page.fields() | token | {"overall": "good", "practice_note": LONG}, 409)
    assert LONG in web.get("/account/not-sent").text


def test_a_person_throws_only_their_own_text_away(
    web: PageClient, world: World, page: Page
) -> None:
    autosave(web, page, practice_note=LONG)
    number = db.session.scalars(select(KeptForm.id)).one()
    web.sign_out()
    web.sign_in(world.alice)
    forget = f"/account/not-sent/{number}/forget"
    web.post(forget, {"csrf_token": web.get("/").csrf}, status=404)
    web.sign_out()
    web.sign_in(world.bob)
    thrown = web.send(web.get(page.path), "Throw away what I typed")
    assert thrown.path == page.path
    assert thrown.fields()["practice_note"] == ""
    assert _kept() == 0


def test_a_password_is_never_kept(web: PageClient, world: World) -> None:
    web.sign_in(world.adam)
    form = web.get(f"/people/{world.priya.reference}/password")
    names = [name for name in form.fields() if "password" in name]
    assert names
    typed: dict[str, Any] = dict.fromkeys(names, "correct horse battery")
    autosave(web, form, **typed)
    _end_sessions()
    web.send(form, **typed)
    db.session.rollback()
    assert "horse" not in str(db.session.scalars(select(KeptForm.typed)).all())


def test_what_is_typed_after_the_session_ran_out_waits_for_its_writer(
    web: PageClient, world: World, page: Page
) -> None:
    _end_sessions()
    told = autosave(web, page, practice_note=LONG, at="practice_note")
    assert told.status_code == 401
    address = told.get_json()["sign_in"]
    assert address == f"/account/sign-in?next={page.path}%23practice_note"
    web.sign_in_here(web.get(address), world.bob)
    assert web.get(page.path).fields()["practice_note"] == LONG


def test_signing_in_leads_to_the_field_that_was_in_use(
    web: PageClient, world: World, page: Page
) -> None:
    asked = web.get(f"/account/sign-in?next={page.path}%23practice_note")
    if asked.path != "/account/sign-in":
        web.sign_out()
        asked = web.get(f"/account/sign-in?next={page.path}%23practice_note")
    sent = asked.fields() | {"email": world.bob.email, "password": "three quiet purple otters"}
    assert web.request("POST", asked.path, sent).location == f"{page.path}#practice_note"


def test_a_page_goes_on_saving_after_its_person_signed_in_again_elsewhere(
    web: PageClient, world: World, page: Page
) -> None:
    web.sign_out()
    web.sign_in(world.bob)
    told = autosave(web, page, 1, practice_note=LONG)
    assert told.status_code == 400
    token = told.get_json()["csrf_token"]
    assert autosave(web, page, 2, practice_note=LONG, csrf_token=token).status_code == 200
    assert _kept() == 1


def test_a_page_of_somebody_who_left_is_kept_for_them_and_not_for_who_came(
    web: PageClient, world: World, page: Page
) -> None:
    mo = world.another_moderator()
    web.sign_out()
    web.sign_in(mo)
    told = autosave(web, page, practice_note=LONG)
    assert told.status_code == 409
    assert "csrf_token" not in told.get_json()
    db.session.rollback()
    assert db.session.scalars(select(KeptForm.user_id)).all() == [world.bob.id]


@pytest.mark.parametrize("token", ["", "made up", "AAAA-AAAA.made.up"])
def test_a_form_that_no_page_of_ours_sent_is_not_kept(
    web: PageClient, page: Page, token: str
) -> None:
    assert autosave(web, page, practice_note=LONG, once_token=token).status_code == 413
    _end_sessions()
    autosave(web, page, practice_note=LONG, once_token=token)
    assert _kept() == 0


def test_more_text_than_any_form_holds_is_not_kept_and_the_page_says_so(
    web: PageClient, page: Page
) -> None:
    told = autosave(web, page, practice_note="w" * 1_000_000)
    assert told.status_code == 413
    assert told.get_json()["said"].startswith("Not saved")
    assert _kept() == 0


def test_what_nobody_comes_back_to_is_deleted_after_a_month(
    web: PageClient, world: World, page: Page
) -> None:
    other = web.get(page.path)
    autosave(web, page, practice_note="Old.")
    db.session.execute(update(KeptForm).values(kept_at=now() - timedelta(days=31)))
    db.session.commit()
    autosave(web, other, practice_note="New.")
    web.sign_out()
    web.sign_in(world.alice)
    db.session.rollback()
    kept: list[dict[str, Any]] = list(db.session.scalars(select(KeptForm.typed)))
    assert [each["practice_note"] for each in kept] == [["New."]]


def test_a_form_kept_for_an_address_too_long_to_keep_breaks_nothing(
    web: PageClient, page: Page
) -> None:
    sent = page.fields() | {"then": "autosave", "practice_note": LONG}
    assert web.request("POST", f"/moderation/{'A' * 300}", sent).status_code == 413


def test_typing_on_after_somebody_else_was_faster_keeps_one_text_and_not_many(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.alice)
    mine = web.get(start_audit(web, world).links()["Impact chronology"])
    autosave(web, web.get(mine.path), evidence="From the other window.")
    for number, text in enumerate(["Mine.", "Mine, longer.", "Mine, longer still."], 1):
        assert autosave(web, mine, number, evidence=text).status_code == 409
    db.session.rollback()
    kept: list[dict[str, Any]] = list(db.session.scalars(select(KeptForm.typed)))
    assert [each["evidence"] for each in kept] == [["Mine, longer still."]]


def test_what_led_on_without_being_used_is_kept(web: PageClient, world: World) -> None:
    waiting = submitted(world.carol)
    web.sign_in(world.dan)
    page = web.get(f"/alerts/{waiting.reference}")
    typed = page.fields("Return this alert") | {"note": LONG, "then": "autosave", "sending": "1"}
    web.request("POST", page.path, typed)
    db.session.execute(update(Alert).values(version=Alert.version + 1))
    db.session.commit()
    again = web.send(page, "Return this alert", note=LONG, sending="2")
    assert "changed since you opened it" in str(again.html)
    assert again.fields("Return this alert")["note"] == LONG


def test_what_a_button_that_acts_each_time_used_is_forgotten(web: PageClient, world: World) -> None:
    web.sign_in(world.adam)
    details = web.get(f"/people/{world.priya.reference}/details")
    autosave(web, details, name="Priya P")
    assert _kept() == 1
    web.send(details, name="Priya P", sending="2")
    assert _kept() == 0


def test_what_was_typed_on_is_thrown_away_with_what_the_page_opened_with(
    web: PageClient, page: Page
) -> None:
    autosave(web, page, practice_note="First.")
    again = web.get(page.path)
    autosave(web, again, practice_note="First. Second.")
    for _ in range(2):
        thrown = web.send(again, "Throw away what I typed")
        assert thrown.path == page.path
    assert _kept() == 0


def test_text_of_something_saved_gives_way_to_what_is_saved(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    thread = web.get(start_audit(web, world).links()["Impact chronology"])
    other = web.get(thread.path)
    web.send(thread, "Save and come back later", evidence="Saved.")
    autosave(web, other, evidence="Typed in a page that was overtaken.")
    both = web.get(thread.path)
    assert web.send(both, "Use what is saved instead").fields()["evidence"] == "Saved."


def test_what_nobody_filled_in_is_neither_kept_nor_counted(
    web: PageClient, audit: Audit, page: Page
) -> None:
    untouched = page.fields()
    assert "submission" in untouched
    assert autosave(web, page, 1).status_code == 200
    _end_sessions()
    web.request("POST", page.path, untouched)
    assert _kept() == 0


def test_a_form_that_was_emptied_again_leaves_nothing(web: PageClient, page: Page) -> None:
    autosave(web, page, 1, practice_note="Mistyped.")
    assert _kept() == 1
    autosave(web, page, 2, practice_note="")
    assert _kept() == 0


def test_a_choice_alone_comes_back_when_the_page_said_that_it_was_saved(
    web: PageClient, page: Page
) -> None:
    autosave(web, page, overall="good")
    assert web.get(page.path).fields()["overall"] == "good"
    assert _listed(web.get("/account/not-sent")) == {"Overall": "Good"}


def test_the_list_shows_what_was_typed_as_it_was_and_no_words_of_the_machine(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.carol)
    cycle = prepared_cycle(world.carol)
    targets = web.get(f"/programme/cycles/{cycle.reference}/targets")
    service, auditor = f"service_{world.north.service_id}", f"auditor_{world.alice.id}"
    typed: dict[str, Any] = {service: "nosuch", auditor: "6"}
    autosave(web, targets, **typed)
    assert _listed(web.get("/account/not-sent")) == {"Text": "nosuch"}


def test_the_list_names_fields_as_their_forms_do_and_shows_no_number_of_a_row(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.carol)
    away = web.get("/programme/absences")
    day = {"first_day__day": "4", "first_day__month": "may", "first_day__year": "2026"}
    typed: dict[str, Any] = day | {"person": str(world.alice.id)}
    autosave(web, away, **typed)
    assert _listed(web.get("/account/not-sent")) == {"First day away": "4 may 2026"}


def test_what_the_page_refused_is_listed_to_be_copied_and_thrown_away(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.carol)
    cycle = prepared_cycle(world.carol)
    targets = web.get(f"/programme/cycles/{cycle.reference}/targets")
    autosave(web, targets, 1, share="some of them")
    assert targets.path in web.get("/account/not-sent").links().values()
    mark_drawn(cycle, world.carol)
    web.send(targets, "Save the targets", status=403, share="some of them", sending="2")
    listed = web.get("/account/not-sent")
    assert "some of them" in _listed(listed).values()
    assert targets.path not in listed.links().values()
    web.send(listed, "Throw it away")
    assert _kept() == 0


def test_what_is_typed_into_a_form_of_nothing_saved_is_thrown_away_by_that_name(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.carol)
    prepared_cycle(world.carol)
    new = web.get("/programme/cycles/new")
    assert new.fields()["look_back_months"]
    autosave(web, new, name="The next one")
    again = web.get(new.path)
    assert "Use what is saved instead" not in again.text
    web.send(again, "Throw away what I typed")
    assert _kept() == 0


def test_a_page_that_is_refused_now_shows_what_was_typed_there_to_its_writer_alone(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.carol)
    cycle = prepared_cycle(world.carol)
    targets = web.get(f"/programme/cycles/{cycle.reference}/targets")
    autosave(web, targets, share="some of them")
    mark_drawn(cycle, world.cora)
    web.sign_out()
    web.sign_in(world.cora)
    assert "some of them" not in web.get(targets.path, status=403).text
    web.sign_out()
    web.sign_in(world.carol)
    refused = web.get(targets.path, status=403)
    assert "some of them" in _listed(refused).values()
    assert web.send(refused, "Throw it away").path == "/account/not-sent"
    assert _kept() == 0
