"""Two people at the same moment: a cycle is drawn once, and no child is given to two auditors."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from flask import Flask
from sqlalchemy import func, select

from audit_app.extensions import db
from audit_app.models import Allocation, ProgrammeCycle, User
from audit_app.programme import draw_changes, giving
from audit_app.programme.drawing import replay
from tests.browser_page import Page, PageClient
from tests.people import World
from tests.programme.test_draw import allocations, draw, ready_cycle


def _together(acts: Sequence[Callable[[], None]]) -> None:
    """Do these at the same moment, each by a thread of its own."""
    start = threading.Barrier(len(acts))
    failed: list[BaseException] = []

    def run(act: Callable[[], None]) -> None:
        try:
            start.wait(20)
            act()
        except BaseException as problem:
            failed.append(problem)

    db.session.rollback()
    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    assert not failed
    db.session.rollback()
    db.session.expire_all()


def test_two_leads_who_confirm_at_once_draw_one_cycle_once(app: Flask, world: World) -> None:
    cycle = ready_cycle(world)
    pages = []
    for lead in (world.carol, world.cora):
        web = PageClient(app)
        web.sign_in(lead)
        pages.append((web, web.get(f"/programme/cycles/{cycle.reference}/draw")))
    landed: list[str] = []

    def confirm(web: PageClient, page: Page) -> None:
        with app.app_context():
            landed.append(web.send(page).h1)

    _together([lambda web=web, page=page: confirm(web, page) for web, page in pages])  # type: ignore[misc]
    assert landed == ["The draw", "The draw"]
    assert len(allocations(cycle)) == 4
    assert all(each.same for each in replay(cycle))


def test_two_cycles_drawn_at_once_share_no_child(app: Flask, world: World) -> None:
    first = ready_cycle(world, wanted=8)
    first.name = "First"
    second = ready_cycle(world, wanted=8)
    _together([_drawing(app, world.carol, each) for each in (first, second)])
    drawn = list(db.session.scalars(select(Allocation.case_reference)))
    assert len(drawn) == len(set(drawn)) == 12


def _drawing(app: Flask, by: User, cycle: ProgrammeCycle) -> Callable[[], None]:
    by_id, cycle_id = by.id, cycle.id

    def act() -> None:
        with app.app_context():
            found = db.session.get_one(ProgrammeCycle, cycle_id)
            draw_changes.draw(db.session.get_one(User, by_id), found, str(found.version))
            db.session.commit()

    return act


def test_two_substitutions_at_once_take_two_cases(app: Flask, world: World) -> None:
    cycle = ready_cycle(world)
    draw(cycle, world.carol)
    found = [each.id for each in allocations(cycle)[:2]]
    hester = world.hester.id

    def act(number: int) -> None:
        with app.app_context():
            allocation = db.session.get_one(Allocation, number)
            giving.substitute(db.session.get_one(User, hester), allocation)
            db.session.commit()

    _together([lambda number=number: act(number) for number in found])  # type: ignore[misc]
    wanted = select(func.count()).where(Allocation.in_place_of_id.is_not(None))
    assert db.session.scalar(wanted) == 2
    references = [each.case_reference for each in allocations(cycle)]
    assert len(references) == len(set(references)) == 6
