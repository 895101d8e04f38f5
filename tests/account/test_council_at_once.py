"""First sign-ins by the council that meet at one moment."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread

from flask import Flask
from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import HistoryEvent, User
from config import Settings
from tests.account.council_provider import Claims, Provider, verified, way_back
from tests.browser_page import PageClient
from tests.own_service import own_service
from tests.people import World

AT_ONCE = 4


def _come_at_once(
    settings: Settings, council: Provider, person: Callable[[int], Claims]
) -> list[tuple[int, int]]:
    """Come back from the provider in as many browsers; which of them, and with what answer."""
    with own_service(settings.model_copy(update=council.settings())) as app:
        return _come_at_once_to(app, council, person)


def _come_at_once_to(
    app: Flask, council: Provider, person: Callable[[int], Claims]
) -> list[tuple[int, int]]:
    start, answers = Barrier(AT_ONCE, timeout=60), []
    ways = []
    for number in range(AT_ONCE):
        web = PageClient(app)
        with app.app_context():
            back = way_back(web)
        ways.append((number, web, back))
    by_nonce = {asked["nonce"]: person(n) for n, asked in enumerate(council.asked)}
    council.change = lambda claims: claims | by_nonce[claims["nonce"]]

    def come(number: int, web: PageClient, back: str) -> None:
        with app.app_context():
            start.wait()
            answers.append((web.request("GET", back).status_code, number))

    threads = [Thread(target=come, args=each) for each in ways]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return sorted(answers)


def test_one_account_in_several_windows_is_linked_once_and_let_in_everywhere(
    app: Flask, world: World, settings: Settings, council: Provider
) -> None:
    email = world.alice.email
    db.session.rollback()
    answers = _come_at_once(settings, council, lambda number: verified(email))
    assert [status for status, _ in answers] == [303] * AT_ONCE
    assert _linked() == 1


def test_of_several_accounts_with_one_address_the_first_gets_the_person(
    app: Flask, world: World, settings: Settings, council: Provider
) -> None:
    email = world.alice.email
    db.session.rollback()
    answers = _come_at_once(settings, council, lambda number: verified(email, f"s-{number}"))
    assert [status for status, _ in answers] == [303] + [403] * (AT_ONCE - 1)
    first = answers[0][1]
    assert db.session.scalar(select(User.subject).where(User.email == email)) == f"s-{first}"
    assert _linked() == 1


def test_of_several_people_one_account_gets_the_first(
    app: Flask, world: World, settings: Settings, council: Provider
) -> None:
    emails = [each.email for each in (world.alice, world.bob, world.carol, world.dan)]
    db.session.rollback()
    answers = _come_at_once(settings, council, lambda number: verified(emails[number]))
    assert {status for status, _ in answers} <= {303, 403}
    assert len(db.session.scalars(select(User).where(User.subject == "s-1")).all()) == 1
    assert _linked() == 1


def _linked() -> int:
    db.session.rollback()
    linked = select(HistoryEvent).where(HistoryEvent.verb == "linked council account")
    return len(db.session.scalars(linked).all())
