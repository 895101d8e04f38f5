"""A view keeps a question for one person, under a name of its own."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from sqlalchemy import func, select

from audit_app.extensions import db
from audit_app.models import HistoryEvent, SavedView
from tests.browser_page import Page, PageClient
from tests.insight.judged import published_audits, record
from tests.people import World

pytestmark = pytest.mark.sqlite_only

ASKED = "/insight/explore?measure=inadequate&split=service"


@pytest.fixture
def held(world: World, web: PageClient) -> World:
    record(world, published_audits()[::50])
    web.sign_in(world.carol)
    return world


def save(web: PageClient, name: str, address: str = ASKED, status: int = 200) -> Page:
    form = web.get(f"/insight/views/new?view={quote(address)}")
    return web.send(form, "Save the view", status=status, name=name)


def kept() -> list[SavedView]:
    return list(db.session.scalars(select(SavedView).order_by(SavedView.id)))


def test_a_view_opens_the_page_as_it_was_asked(web: PageClient, held: World) -> None:
    saving = web.get(web.get(ASKED).links()["Save this view"])
    landed = web.send(saving, "Save the view", name="  Inadequate  by service ")
    assert "is saved" in landed.text
    assert landed.h1 == "Explore: inadequate by service"
    links = landed.links()
    assert links["Inadequate by service"] == ASKED
    assert web.get(links["Inadequate by service"]).h1 == "Explore: inadequate by service"


def test_other_pages_of_insight_can_be_kept_too(web: PageClient, held: World) -> None:
    address = web.get("/insight/threads?by=quarter").links()["Save this view"]
    saved = web.send(web.get(address), "Save the view", name="Threads")
    assert saved.h1 == "Golden threads"
    assert saved.links()["JSON"] == "/insight/threads.json?by=quarter"
    assert web.get("/insight/explore").links()["Threads"] == "/insight/threads?by=quarter"


@pytest.mark.parametrize(
    "address",
    [
        "/people/",
        "/insight/explore.csv",
        "https://evil.example/insight/explore",
        "//evil.example/insight/explore",
        "javascript:alert(1)",
        "http://[",
        "/insight/explore?" + "x" * 2000,
    ],
)
def test_nothing_but_a_page_of_insight_can_be_kept(
    web: PageClient, held: World, address: str
) -> None:
    web.get(f"/insight/views/new?view={quote(address)}", status=404)
    form = web.get(f"/insight/views/new?view={quote(ASKED)}")
    web.post(form.path, form.fields() | {"view": address, "name": "A trap"}, status=404)
    assert kept() == []


@pytest.mark.parametrize(
    ("address", "page", "arguments"),
    [
        ("insight/places?basis=final", "/insight/places", "basis=final"),
        ("/insight/words?words=bruise&type=full&w%6Frds=b", "/insight/words", "type=full"),
        ("/insight/places", "/insight/places", ""),
    ],
)
def test_a_view_leads_to_its_page_and_holds_no_words(
    web: PageClient, held: World, address: str, page: str, arguments: str
) -> None:
    save(web, "Mine", address)
    assert [(view.page, view.arguments) for view in kept()] == [(page, arguments)]


def test_a_name_is_needed_and_is_its_own(web: PageClient, held: World) -> None:
    assert save(web, " ", status=400).errors == ["Enter a name for the view"]
    save(web, "Mine")
    taken = save(web, "Mine", status=400)
    assert taken.errors == ["You have another view of this name. Give this one a name of its own"]
    assert taken.fields("Save the view")["name"] == "Mine"
    assert [view.name for view in kept()] == ["Mine"]
    long = save(web, "x" * 81, status=400)
    assert long.errors == ["Use 80 characters or fewer"]


def test_two_people_may_use_one_name(web: PageClient, held: World) -> None:
    save(web, "Mine")
    web.sign_out()
    web.sign_in(held.cora)
    save(web, "Mine")
    assert len(kept()) == 2


def test_saving_twice_saves_once(web: PageClient, held: World) -> None:
    form = web.get(f"/insight/views/new?view={quote(ASKED)}")
    for _ in range(2):
        assert web.send(form, "Save the view", name="Mine").path == "/insight/explore"
    assert len(kept()) == 1


def test_a_view_is_renamed_and_deleted(web: PageClient, held: World) -> None:
    save(web, "Mine")
    save(web, "Other")
    change = web.get(web.get("/insight/explore").links()["Change Mine"])
    taken = web.send(change, "Rename the view", status=400, name="Other")
    assert taken.errors[0].startswith("You have another view of this name")
    landed = web.send(change, "Rename the view", name="Ours")
    assert "Ours" in landed.links()
    gone = web.send(web.get(landed.links()["Change Ours"]), "Delete the view")
    assert "Ours" not in gone.links()
    assert [view.name for view in kept()] == ["Other"]
    verbs = select(HistoryEvent.verb).where(HistoryEvent.record_type == "view")
    assert list(db.session.scalars(verbs.order_by(HistoryEvent.id))) == [
        "saved a view",
        "saved a view",
        "renamed a view",
        "deleted a view",
    ]


def test_nobody_sees_or_changes_anothers_view(web: PageClient, held: World) -> None:
    save(web, "Mine")
    reference = kept()[0].reference
    web.sign_out()
    web.sign_in(held.cora)
    assert "Mine" not in web.get("/insight/explore").links()
    web.get(f"/insight/views/{reference}", status=404)
    token = {"csrf_token": web.get("/").csrf, "name": "Stolen"}
    web.post(f"/insight/views/{reference}", token, status=404)
    web.post(f"/insight/views/{reference}/delete", token, status=404)
    assert db.session.scalar(select(func.count()).select_from(SavedView)) == 1


def test_a_view_of_what_is_gone_says_so(web: PageClient, held: World) -> None:
    save(web, "Gone", "/insight/explore?service=999", status=400)
    page = web.get(web.get("/insight/explore").links()["Gone"], status=400)
    assert page.errors == ["“999” is not one of the choices"]
