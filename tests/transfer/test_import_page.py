"""The page: check first, then import exactly what was shown, once."""

from __future__ import annotations

import io
import threading
from contextlib import ExitStack
from datetime import timedelta

from flask import Flask
from sqlalchemy import select, update

from audit_app.extensions import db
from audit_app.models import HeldFile, HistoryEvent, Team, User
from audit_app.models.base import now
from audit_app.transfer.changes import import_audits
from config import Settings
from tests.browser_page import Page, PageClient
from tests.own_service import own_service
from tests.people import World
from tests.transfer.audit_files import audit, count_of, csv_file, held, workbook_file

CHECK = "Check the file"
GONE = "The file is no longer held"


def choose(
    web: PageClient, content: bytes, name: str = "audits.csv", status: int = 200, **typed: str
) -> Page:
    """Open the page, choose a file and have it checked."""
    page = web.get("/transfer/import")
    checked = web.send(page, CHECK, status, file=(io.BytesIO(content), name), **typed)
    # The test client leaves the file it made of a large form open.
    checked.response.request.environ["wsgi.input"].close()
    return checked


def summary(page: Page) -> dict[str, str]:
    keys, values = page.html.select("dt"), page.html.select("dd")
    return {
        k.get_text(strip=True): v.get_text(strip=True) for k, v in zip(keys, values, strict=True)
    }


def held_files() -> list[HeldFile]:
    return list(db.session.scalars(select(HeldFile)))


def grow_old() -> None:
    db.session.execute(update(HeldFile).values(held_at=now() - timedelta(seconds=3601)))
    db.session.commit()


def test_checking_writes_nothing_and_importing_writes_what_was_shown(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.carol)
    shown = choose(web, csv_file([audit(), audit("1000002")]))
    assert summary(shown) == {
        "File": "audits.csv",
        "Rows": "2",
        "New audits": "2",
        "Already held": "0",
        "Rows with a problem": "0",
    }
    assert not held()
    done = web.send(shown, "Import 2 audits")
    assert done.h1 == "2 audits added"
    assert done.links()["See the audits"] == "/audits/"
    assert [each.case_reference for each in held()] == ["1000001", "1000002"]
    assert not held_files()
    [event] = db.session.scalars(select(HistoryEvent).where(HistoryEvent.record_type == "import"))
    assert event.user_id == world.carol.id


def test_confirming_twice_imports_once_and_both_see_the_same_page(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.carol)
    shown = choose(web, workbook_file([audit()]), "audits.xlsx")
    first, second = (web.send(shown, "Import 1 audit") for _ in range(2))
    assert first.h1 == second.h1 == "1 audit added"
    assert len(held()) == 1


def test_a_file_held_already_offers_nothing_to_import(web: PageClient, world: World) -> None:
    web.sign_in(world.carol)
    file = csv_file([audit()])
    web.send(choose(web, file), "Import 1 audit")
    again = choose(web, file)
    assert "There is nothing to import" in again.text
    assert not again.html.select("main form[method=post]")


def test_problems_are_shown_by_row_and_column_and_nothing_can_be_imported(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.carol)
    page = choose(web, csv_file([audit(), audit("1000002", overall="Fair")]))
    [table] = page.tables
    assert table[1][:2] == ["3", "overall"]
    assert "“Fair” is not a judgement" in table[1][2]
    assert not page.html.select("main form[method=post]")


def test_wrong_columns_are_named(web: PageClient, world: World) -> None:
    web.sign_in(world.carol)
    page = choose(web, b"case_reference,colour\n1,red\n")
    assert ["1", "colour", "This is not a column of the import format"] in page.tables[0]


def test_unknown_names_are_shown_and_made_only_when_asked(web: PageClient, world: World) -> None:
    web.sign_in(world.carol)
    file = csv_file([audit(team="LSW North 9", auditor="jo@example.gov.uk")])
    page = choose(web, file)
    assert "LSW North 9 (Locality social work, North)" in page.text
    assert not page.html.select("main form[method=post]")
    form = page.html.find("main").find("form")
    page = web.get(f"{form['action']}?make=yes")
    assert "Names that will be made" in page.text
    assert count_of(Team) == 3
    web.send(page, "Import 1 audit")
    assert count_of(Team) == 4
    jo = db.session.scalars(select(User).where(User.email == "jo@example.gov.uk")).one()
    assert jo.password_hash is None


def test_the_box_makes_names_in_the_same_check(web: PageClient, world: World) -> None:
    web.sign_in(world.carol)
    page = choose(web, csv_file([audit(team="LSW North 9")]), make="y")
    assert web.send(page, "Import 1 audit").h1 == "1 audit added"


def test_a_file_that_will_not_do_is_told_beside_the_field(web: PageClient, world: World) -> None:
    web.sign_in(world.carol)
    large = b"x" * (1024 * 1024 + 1)
    for content, name, said in (
        (b"", "", "Select a file"),
        (b"", "a.csv", "The selected file is empty"),
        (b"hello", "a.docx", "The selected file must be a CSV or XLSX"),
        (large, "a.csv", "The selected file must be smaller than 1MB"),
    ):
        page = choose(web, content, name, status=400)
        assert page.errors == [said]
        assert page.title.startswith("Error: ")


def test_a_file_far_too_large_is_told_in_the_same_words(web: PageClient, world: World) -> None:
    web.sign_in(world.carol)
    page = choose(web, b"x" * (3 * 1024 * 1024), status=413)
    assert page.errors == ["The selected file must be smaller than 1MB"]


def test_other_pages_still_take_no_large_form(web: PageClient, world: World) -> None:
    web.sign_in(world.carol)
    typed = {"csrf_token": web.get("/transfer/import").csrf, "shown": "x" * 3_000_000}
    web.post(f"/transfer/import/{'a' * 32}", typed, status=413)


def test_a_held_file_is_for_the_person_who_chose_it_and_for_nobody_else(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.carol)
    shown = choose(web, csv_file([audit()]))
    web.sign_out()
    web.sign_in(world.cora)
    refused = web.get(shown.path)
    assert GONE in refused.text
    typed = shown.fields("Import 1 audit") | {"csrf_token": refused.csrf}
    assert GONE in web.post(shown.path, typed).text
    assert not held()


def test_after_an_hour_the_file_is_gone_and_the_person_is_told(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.carol)
    shown = choose(web, csv_file([audit()]))
    grow_old()
    page = web.send(shown, "Import 1 audit")
    assert page.path == "/transfer/import"
    assert GONE in page.text
    assert not held()
    assert not held_files()


def test_a_held_file_that_was_changed_is_not_imported(web: PageClient, world: World) -> None:
    web.sign_in(world.carol)
    shown = choose(web, csv_file([audit()]))
    [file] = held_files()
    file.content = file.content.replace(b",Good,", b",Outstanding,")
    db.session.commit()
    assert GONE in web.send(shown, "Import 1 audit").text
    assert not held()


def test_what_changed_since_the_check_is_shown_again_before_anything_is_written(
    app: Flask, web: PageClient, world: World
) -> None:
    web.sign_in(world.carol)
    rows = [audit(), audit("1000002")]
    shown = choose(web, csv_file(rows))
    db.session.rollback()
    import_audits(csv_file(rows[:1]), "half.csv")
    again = web.send(shown, "Import 2 audits")
    assert "has changed since you checked" in again.text
    assert summary(again)["New audits"] == "1"
    assert len(held()) == 1
    assert web.send(again, "Import 1 audit").h1 == "1 audit added"
    assert len(held()) == 2


def test_only_those_who_may_import_see_any_of_it(web: PageClient, world: World) -> None:
    for person in (world.alice, world.bob, world.dan, world.priya, world.adam):
        web.sign_in(person)
        web.get("/transfer/import", status=403)
        web.get(f"/transfer/import/{'a' * 32}", status=403)
        web.sign_out()


def test_an_address_made_up_leads_nowhere(web: PageClient, world: World) -> None:
    web.sign_in(world.carol)
    assert GONE in web.get("/transfer/import/short").text
    web.get("/transfer/imported/b79b06a05ac7-99", status=404)


def test_two_imports_of_one_file_at_once_add_its_audits_once(
    app: Flask, world: World, settings: Settings
) -> None:
    file = csv_file([audit(str(2_000_000 + each), team="New 1") for each in range(40)])
    db.session.rollback()
    start, written = threading.Barrier(3, timeout=60), []

    def run(service: Flask) -> None:
        with service.app_context():
            start.wait()
            written.append(import_audits(file, "a.csv", create_missing=True).written)

    with ExitStack() as ending:
        services = [ending.enter_context(own_service(settings)) for _ in range(3)]
        threads = [threading.Thread(target=run, args=(each,)) for each in services]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(written) == [0, 0, 40]
    assert len(held()) == 40
    assert count_of(Team) == 4
