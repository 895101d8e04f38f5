"""A reference finds a print again, for whoever may know it; a file is what it was, or is not."""

from __future__ import annotations

import io
from datetime import date
from urllib.parse import parse_qsl, urlencode

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from audit_app.extensions import db
from audit_app.models import Audit, HistoryEvent, Print, PublishedDocument, User
from audit_app.rules.judgements import Judgement
from tests.alerts.alerts_to_try import issued, written
from tests.browser_page import Page, PageClient
from tests.people import World
from tests.summaries.summaries_to_try import fetched, signed_off

pytestmark = pytest.mark.sqlite_only

CHECK = "Check the file"


def _printed(web: PageClient, by: User, address: str) -> tuple[Print, bytes]:
    """What somebody printed; nobody is signed in afterwards."""
    web.sign_in(by)
    answer = web.request("GET", address)
    assert answer.status_code == 200
    web.sign_out()
    db.session.rollback()
    found = db.session.scalars(select(Print).order_by(Print.id.desc())).first()
    assert found is not None
    return found, answer.data


def _report(web: PageClient, world: World) -> tuple[Print, bytes]:
    world.recorded_audit(Judgement.GOOD)
    return _printed(web, world.bob, f"/insight/distribution.pdf?service={world.north.service_id}")


def _facts(page: Page) -> dict[str, str]:
    keys, values = (page.html.select(f".govuk-summary-list__{part}") for part in ("key", "value"))
    return {
        key.get_text(strip=True): value.get_text(strip=True)
        for key, value in zip(keys, values, strict=True)
    }


def _check(web: PageClient, content: bytes, status: int = 200) -> Page:
    page = web.get("/prints/")
    checked = web.send(page, CHECK, status, file=(io.BytesIO(content), "paper.pdf"))
    # The test client leaves the file it made of a large form open.
    checked.response.request.environ["wsgi.input"].close()
    return checked


def _told(page: Page) -> str:
    return str(page.html.select_one(".govuk-notification-banner__title").get_text(strip=True))


@pytest.mark.parametrize("typed", ["{}", " {} ", "lower", "joined", "Reference {} · Data 0a1b2c"])
def test_a_reference_is_found_however_it_is_typed(
    web: PageClient, world: World, typed: str
) -> None:
    found, _ = _report(web, world)
    words = {"lower": found.reference.lower(), "joined": found.reference.replace("-", "").lower()}
    web.sign_in(world.dan)
    page = web.get(f"/prints/?reference={words.get(typed) or typed.format(found.reference)}")
    assert page.path == f"/prints/{found.reference}"


def test_its_page_says_who_made_it_when_and_what_was_counted(web: PageClient, world: World) -> None:
    found, _ = _report(web, world)
    web.sign_in(world.carol)
    page = web.get(f"/prints/{found.reference}")
    facts = _facts(page)
    assert page.h1 == found.title
    assert (facts["Kind"], facts["Printed by"]) == ("Report", "Bob")
    assert facts["Service"] == world.north.service.name
    assert facts["SHA-256 checksum of the file"] == found.checksum
    again = page.links()["Open the same with today’s figures"]
    assert again == f"/insight/distribution?service={world.north.service_id}"
    assert web.get(again).h1 == found.title


def test_of_an_address_only_what_was_understood_is_kept(web: PageClient, world: World) -> None:
    service = world.north.service_id
    world.recorded_audit(Judgement.GOOD, on=date(2021, 5, 4))
    for address, kept in (
        ("/insight/distribution.pdf", {"service": str(service), "by": "month"}),
        ("/summaries/year-on-year.pdf", {"by": "financial-year"}),
    ):
        sent = urlencode({**kept, "child": "Jane Doe", "nhs": "9434765919"})
        found, _ = _printed(web, world.carol, f"{address}?{sent}")
        assert (found.address, dict(parse_qsl(found.arguments))) == (address, kept)
    audit = world.recorded_audit(auditor=world.carol)
    found, _ = _printed(web, world.carol, f"/audits/{audit.reference}.pdf?child=Jane+Doe")
    assert found.arguments == ""


def test_the_same_figures_have_the_same_fingerprint_and_others_have_not(
    web: PageClient, world: World
) -> None:
    first, _ = _report(web, world)
    again, _ = _printed(web, world.bob, f"{first.address}?{first.arguments}")
    later, _ = _report(web, world)
    assert first.fingerprint == again.fingerprint != later.fingerprint
    assert len({first.checksum, again.checksum, later.checksum}) == 3


def test_two_prints_of_an_audit_say_the_same_and_nothing_of_the_case(
    web: PageClient, world: World
) -> None:
    audit: Audit = world.recorded_audit(case="7654321", auditor=world.alice)
    prints = [_printed(web, world.alice, f"/audits/{audit.reference}.pdf")[0] for _ in range(2)]
    assert prints[0].fingerprint == prints[1].fingerprint
    web.sign_in(world.alice)
    page = web.get(f"/prints/{prints[0].reference}")
    assert page.h1 == f"Audit {audit.reference}"
    assert "7654321" not in page.text


def test_others_prints_are_for_leads_and_the_dcs_office_alone(
    web: PageClient, world: World
) -> None:
    found, content = _report(web, world)
    for who in (world.alice, world.hester, world.priya, world.adam, world.mallory):
        web.sign_in(who)
        web.get(f"/prints/{found.reference}", status=404)
        web.get(f"/prints/?reference={found.reference}", status=404)
        assert _told(_check(web, content)) == "The file is not known"
        assert "You have printed nothing yet." in web.get("/prints/").text
        web.sign_out()
    for who in (world.bob, world.carol, world.dan):
        web.sign_in(who)
        assert web.get(f"/prints/{found.reference}").h1 == found.title
        web.sign_out()


def test_looking_at_what_others_printed_is_remembered_and_looking_at_ones_own_is_not(
    web: PageClient, world: World
) -> None:
    found, _ = _report(web, world)
    for who in (world.bob, world.dan):
        web.sign_in(who)
        web.get(f"/prints/{found.reference}")
        assert web.request("HEAD", f"/prints/{found.reference}").status_code == 200
        guess = {"Sec-Purpose": "prefetch"}
        guessed = web.request("GET", f"/prints/{found.reference}", headers=guess)
        assert guessed.status_code == 503
        web.sign_out()
    looked = select(HistoryEvent).where(HistoryEvent.verb == "looked up")
    assert [(each.user, each.record_reference) for each in db.session.scalars(looked)] == [
        (world.dan, found.reference)
    ]


def test_my_prints_are_mine_newest_first_and_paged(web: PageClient, world: World) -> None:
    mine, _ = _report(web, world)
    _printed(web, world.carol, "/insight/distribution.pdf")
    kept = {name: getattr(mine, name) for name in ("kind", "title", "address", "printed_by_id")}
    kept |= {"fingerprint": mine.fingerprint, "checksum": mine.checksum}
    db.session.add_all(Print(**kept) for _ in range(25))
    db.session.commit()
    web.sign_in(world.bob)
    first, second = web.get("/prints/"), web.get("/prints/?page=2")
    assert (len(first.tables[0]), len(second.tables[0])) == (26, 2)
    assert second.tables[0][1][-1] == mine.reference


def test_a_published_document_says_its_edition_and_every_time_it_was_opened(
    web: PageClient, world: World
) -> None:
    alert = issued(world)
    assert alert.published is not None
    document = alert.published
    for who, ending in ((world.alice, "pdf"), (world.priya, "html")):
        _printed(web, who, f"/alerts/{alert.reference}.{ending}")
    web.sign_in(world.dan)
    page = web.get(f"/prints/?reference={document.reference.lower()}")
    facts = _facts(page)
    assert (facts["Edition"], facts["Published by"]) == ("1", "Cora")
    assert facts["Stored as published"] == "Yes, checked just now"
    assert [row[1:] for row in page.tables[0][1:]] == [["Priya", "Page"], ["Alice", "PDF"]]
    assert page.links()["Open the practice alert"] == f"/alerts/{alert.reference}"
    web.sign_out()
    web.sign_in(world.alice)
    own = web.get(f"/prints/{document.reference}")
    assert [row[1] for row in own.tables[0][1:]] == ["Alice"]


def test_a_summary_is_known_to_those_who_may_read_summaries(web: PageClient, world: World) -> None:
    summary = signed_off(web, world)
    assert summary.published is not None
    reference = summary.published.reference
    for who, status in ((world.alice, 404), (world.priya, 404), (world.hester, 200)):
        web.sign_in(who)
        web.get(f"/prints/{reference}", status=status)
        web.sign_out()
    web.sign_in(world.hester)
    assert _told(_check(web, fetched(web, summary, "pdf"))) == "The file is as it was made"


@pytest.mark.parametrize("ending", ["pdf", "html"])
def test_a_file_is_what_was_made_or_was_altered_or_is_not_known(
    web: PageClient, world: World, ending: str
) -> None:
    alert = issued(world)
    web.sign_in(world.priya)
    content = web.request("GET", f"/alerts/{alert.reference}.{ending}").data
    assert alert.published is not None
    same = _check(web, content)
    assert _told(same) == "The file is as it was made"
    assert alert.published.title in same.text
    altered = _check(web, content.replace(b"\n", b"\n\n", 1))
    assert _told(altered) == "The file was altered"
    assert alert.published.title in altered.text
    assert _told(_check(web, b"%PDF-1.7 another")) == "The file is not known"
    assert db.session.scalar(select(func.count(PublishedDocument.id))) == 1


def test_a_checksum_can_be_pasted_and_a_wrong_one_is_told_beside_its_box(
    web: PageClient, world: World
) -> None:
    found, _ = _printed(web, world.carol, f"/alerts/{written(world.carol).reference}.pdf")
    web.sign_in(world.carol)
    page = web.get("/prints/")
    spaced = " ".join(found.checksum[n : n + 8] for n in range(0, 64, 8)).upper()
    assert _told(web.send(page, CHECK, checksum=spaced)) == "The file is as it was made"
    assert web.send(page, CHECK, 400).errors == ["Choose a file, or paste its checksum"]
    wrong = web.send(page, CHECK, 400, checksum="12")
    assert wrong.errors == ["A SHA-256 checksum has 64 digits and letters from a to f"]
    assert wrong.fields(CHECK)["checksum"] == "12"
    assert _check(web, b"", 400).errors == ["The selected file is empty"]


def test_a_file_that_is_too_large_is_refused_beside_its_field(
    app: Flask, web: PageClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = app.config["SETTINGS"].model_copy(update={"import_max_megabytes": 1})
    monkeypatch.setitem(app.config, "SETTINGS", small)
    web.sign_in(world.priya)
    for size, status in ((1_500_000, 400), (2_500_000, 413)):
        page = _check(web, b"x" * size, status)
        assert page.errors == ["The selected file must be smaller than 1MB"]


def test_a_file_is_not_taken_without_the_forms_token(web: PageClient, world: World) -> None:
    web.sign_in(world.priya)
    answer = web.request("POST", "/prints/", {"checksum": "a" * 64})
    assert (answer.status_code, answer.location) == (303, "/")


def test_words_that_are_no_reference_are_told_beside_the_box(web: PageClient, world: World) -> None:
    web.sign_in(world.carol)
    for typed, status in (("K7QM", 400), ("nothing at all", 400), ("ZZZZ-ZZZZ", 404)):
        page = web.get(f"/prints/?reference={typed}", status=status)
        assert page.html.select_one("#reference")["value"] == typed
        assert page.html.select_one("#reference-error") is not None


@pytest.mark.parametrize("ending", ["pdf", "html"])
def test_what_cannot_be_written_down_is_not_sent(
    web: PageClient, world: World, ending: str
) -> None:
    published, begun = issued(world), written(world.carol)
    audit = world.recorded_audit(auditor=world.carol)
    db.session.execute(text("DROP TABLE prints"))
    db.session.commit()
    web.sign_in(world.carol)
    papers = [f"/alerts/{each.reference}.{ending}" for each in (published, begun)]
    if ending == "pdf":
        papers.append(f"/audits/{audit.reference}.pdf")
    for paper in papers:
        answer = web.request("GET", paper)
        assert (answer.status_code, answer.mimetype) == (500, "text/html")
        assert begun.title not in answer.text
    assert not db.session.scalars(select(HistoryEvent).where(HistoryEvent.verb == "printed")).all()
