"""Nonsense in every form of every page: refused in plain words, and nothing typed is lost.

Forms and junk are drawn from a seed. ``JUNK_FORMS`` says how many forms of each role are tried.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from audit_app.demo.people import SIGN_INS
from audit_app.extensions import db
from audit_app.models import User
from audit_app.rules.permissions import Role
from tests.browser_page import PageClient, _fields
from tests.journeys.places import FULL, Place, plain_places
from tests.people import _HASH as HASH

pytestmark = [pytest.mark.sqlite_only, pytest.mark.slow]

FORMS = int(os.environ.get("JUNK_FORMS", "6"))
#: What nobody means to send here: leaving, and being thrown out.
LEAVES = ("/account/sign-out", "/account/password", "/account/sessions", "/account/second-step")
KEPT = "Words nobody may lose 7731"
JUNK: tuple[Any, ...] = (
    "",
    " ",
    "x" * 70_000,
    "nul\0inside",
    "👩‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "\u202eright to left\u202c \u200f",
    "' OR 1=1; DROP TABLE audits; --",
    "<script>alert(7731)</script><img src=x onerror=alert(7731)>",
    '=HYPERLINK("http://x","y")',
    "{{ 7731 * 7731 }}",
    "../../etc/passwd",
    "-1",
    "0",
    "99999999999999999999999",
    "1e309",
    "NaN",
    "31",
    "2026-13-45",
    "\r\nSet-Cookie: a=b",
    "\ud7ff\ufffe\uffff",
    ["one", "two", "three"],
)


@dataclass(frozen=True)
class Form:
    """A form as it stands on a page."""

    page: str
    method: str
    action: str
    fields: dict[str, Any]
    texts: frozenset[str]


@pytest.mark.parametrize("role", Role)
def test_junk_in_any_form_is_refused_in_plain_words(
    demonstration: Flask, records: dict[str, str], role: Role
) -> None:
    chance = Random(f"junk {role}")  # noqa: S311
    with demonstration.app_context():
        web = PageClient(demonstration)
        web.sign_in(_person(role))
        pages = _addresses(demonstration, role, records)
        chance.shuffle(pages)
        tried = 0
        for page in pages:
            if tried >= FORMS:
                break
            for form in _forms(web, page):
                _try(web, form, chance)
                tried += 1
        assert tried


def _try(web: PageClient, form: Form, chance: Random) -> None:
    for sent in _sendings(form, chance):
        if form.method == "GET":
            answer = _got(web, form, sent)
        else:
            answer = web.request(
                "POST", form.action, sent, {"Referer": f"http://localhost{form.page}"}
            )
        said = f"{form.method} {form.action} on {form.page} with {_short(sent)}"
        assert answer.status_code in (200, 303, 400, 403, 404, 409, 413), (
            f"{answer.status_code}: {said}"
        )
        text = answer.get_data(as_text=True) if answer.mimetype == "text/html" else ""
        assert "Traceback (most recent call last)" not in text, said
        assert "<script>alert(7731)" not in text, said
        assert "59768361" not in text, said
        _check_refusal(answer, text, sent, form, said)


def _check_refusal(
    answer: TestResponse, text: str, sent: dict[str, Any], form: Form, said: str
) -> None:
    if answer.status_code != 400:
        return
    page = BeautifulSoup(text, "html.parser")
    assert page.h1 is not None, said
    kept = [name for name in form.texts if sent.get(name) == KEPT]
    if kept and page.select_one(".govuk-error-summary"):
        assert KEPT in text, f"lost {kept}: {said}"


def _sendings(form: Form, chance: Random) -> Iterator[dict[str, Any]]:
    """Junk everywhere; junk in one field; kept words beside junk; fields missing, unknown, old."""
    names = [name for name in form.fields if name not in ("csrf_token", "once")]
    yield form.fields | {name: chance.choice(JUNK) for name in names}
    if names:
        yield form.fields | {chance.choice(names): chance.choice(JUNK)}
    mixed = {name: KEPT if name in form.texts else chance.choice(JUNK) for name in names}
    yield form.fields | mixed
    yield {name: form.fields[name] for name in form.fields if name == "csrf_token"}
    yield form.fields | {"version": "999", "role": "administrator", "id": "1", "state": "closed"}


def _forms(web: PageClient, page: str) -> list[Form]:
    answer = web.request("GET", page)
    assert answer.status_code < 500, f"{answer.status_code} from {page}"
    if answer.status_code != 200:  # An earlier form moved the record on.
        return []
    main = BeautifulSoup(answer.get_data(as_text=True), "html.parser").find("main")
    assert isinstance(main, Tag)
    found = [_form(page, each) for each in main.find_all("form")]
    return [each for each in found if not each.action.startswith(LEAVES)]


def _form(page: str, form: Tag) -> Form:
    fields = _fields(form)
    for each in form.find_all(["input", "textarea", "select", "button"]):
        name, kind = each.get("name"), each.get("type")
        if name and kind in ("radio", "checkbox"):
            fields.setdefault(str(name), each.get("value", "on"))
    texts = {
        str(each["name"])
        for each in form.find_all(["input", "textarea"])
        if each.get("name") and (each.name == "textarea" or each.get("type") == "text")
    }
    method = str(form.get("method") or "get").upper()
    return Form(page, method, str(form.get("action") or page), fields, frozenset(texts))


def _got(web: PageClient, form: Form, sent: dict[str, Any]) -> TestResponse:
    """As a browser asks; what is far too long for an address is cut."""
    short = {name: v[:2000] if isinstance(v, str) else v for name, v in sent.items()}
    return web.request("GET", f"{form.action.partition('?')[0]}?{urlencode(short, doseq=True)}")


def _addresses(app: Flask, role: Role, records: dict[str, str]) -> list[str]:
    return sorted(
        {_address(app, place, records) for place in [*plain_places(app, role), *FULL[role]]}
    )


def _address(app: Flask, place: Place, records: dict[str, str]) -> str:
    values = {name: records.get(value, value) for name, value in place.values.items()}
    return app.url_map.bind("localhost").build(place.endpoint, values)


def _person(role: Role) -> User:
    """Whoever the demonstration has in this role, with the password of the tests."""
    email = next(each.email for each in SIGN_INS if each.role is role)
    person = db.session.scalars(select(User).where(User.email == email)).one()
    person.password_hash = HASH
    db.session.commit()
    return person


def _short(sent: dict[str, Any]) -> dict[str, str]:
    return {name: repr(value)[:60] for name, value in sent.items() if name != "csrf_token"}
