"""The list of escalations: what is due first stands first, and a longer list costs no more."""

from __future__ import annotations

from tests.browser_page import PageClient
from tests.escalations.escalated import inadequate
from tests.people import World
from tests.statements import statements_of


def test_a_longer_list_costs_no_more_queries(web: PageClient, world: World) -> None:
    inadequate(world)
    web.sign_in(world.hester)
    web.get("/escalations/")
    counts = []
    for _ in range(2):
        for address in ("/escalations/", "/"):
            counts.append(len(statements_of(web, address)))
        for _ in range(28):
            inadequate(world)
    assert counts[:2] == counts[2:]
    assert min(counts) > 2


def test_the_list_is_paged_and_the_first_due_comes_first(web: PageClient, world: World) -> None:
    made = [inadequate(world) for _ in range(26)]
    web.sign_in(world.hester)
    first = web.get("/escalations/?state=open")
    assert "26 open escalations" in first.text
    assert len(first.tables[0]) == 1 + 25
    assert first.links()[f"Judged Inadequate , {made[0].reference}"]
    assert len(web.get("/escalations/?state=open&page=2").tables[0]) == 1 + 1
    assert "None has been closed yet" in web.get("/escalations/?state=closed").text
