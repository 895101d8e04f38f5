"""A test client that fetches pages as a browser without JavaScript does, and checks each one.

Every page it is given must be strict HTML with one h1, a title, unique ids, and error links that
land on a field.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import Context
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import uuid4

from bs4 import BeautifulSoup, Tag
from bs4.builder._html5lib import HTML5TreeBuilder
from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from audit_app.extensions import db
from audit_app.models import User
from tests.people import PASSWORD
from tests.quick_html import QuickParser

BASE = "http://localhost"

_Answer = TypeVar("_Answer")


class _Reading(HTML5TreeBuilder):
    """Parses a page once, as a soup and for its mistakes."""

    def feed(self, markup: Any) -> None:
        builder: Any = self.create_treebuilder
        parser = QuickParser(tree=builder)
        parser.parse(markup).original_encoding = None
        self.mistakes = list(parser.errors)


class Page:
    """A page as parsed, with what tests ask of it in the words people use."""

    def __init__(self, response: TestResponse) -> None:
        self.response = response
        self.status = response.status_code
        self.path = response.request.path
        reading = _Reading()
        # A file that is fetched, such as a PDF, is no text.
        text = response.get_data(as_text=True) if response.mimetype == "text/html" else ""
        self.html = BeautifulSoup(text, builder=reading)
        self.mistakes = reading.mistakes

    @property
    def h1(self) -> str:
        return _words(self.html.h1)

    @property
    def title(self) -> str:
        return _words(self.html.title)

    @property
    def text(self) -> str:
        return _words(self.html.find("main"))

    @property
    def csrf(self) -> str:
        return str(self.html.find("input", attrs={"name": "csrf_token"})["value"])

    @property
    def errors(self) -> list[str]:
        """The error summary's lines, in order."""
        summary = self.html.find(class_="govuk-error-summary")
        return [_words(link) for link in summary.find_all("li")] if summary else []

    @property
    def tables(self) -> list[list[list[str]]]:
        """Every table in the main part as rows of cells."""
        return [
            [[_words(cell) for cell in row.find_all(["th", "td"])] for row in table.find_all("tr")]
            for table in self.html.find("main").find_all("table")
        ]

    def links(self, within: str = "main") -> dict[str, str]:
        return {_words(a): str(a.get("href", "")) for a in self.html.find(within).find_all("a")}

    def fields(self, button: str | None = None) -> dict[str, Any]:
        """What a browser would send with the form as it stands (the form holding the button)."""
        return _fields(self._form(button))

    def action(self, button: str | None = None) -> str:
        return str(self._form(button).get("action") or self.path)

    def _form(self, button: str | None) -> Tag:
        forms = self.html.find("main").find_all("form")
        if button is None:
            # What a person came for is never the form that throws their text away.
            asked = [form for form in forms if "app-throw-away" not in (form.get("class") or [])]
            assert asked, f"no form on {self.path}"
            return asked[0]
        for form in forms:
            if any(_words(each) == button for each in form.find_all("button")):
                return form
        raise AssertionError(f"no form with a button “{button}” on {self.path}")


class PageClient:
    """Signs people in and out, opens pages, and fills in and sends the forms on them."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()

    def sign_in(self, user: User) -> None:
        """Sign in by the form of the sign-in page, without looking at the pages on the way.

        The first page of a session writes its form token and when its person was seen, and a test
        that counts statements must not be handed that: they are there already.
        """
        token = self._note_in_session()
        typed = {"csrf_token": token, "email": user.email, "password": PASSWORD}
        answer = self.request("POST", "/account/sign-in", typed)
        assert answer.status_code == 303, f"{user.name} was not let in"
        self._note_in_session()

    def _note_in_session(self) -> str:
        """Leave in the browser's session what a page would; the token its forms would have."""

        def note() -> str:
            with self.client.session_transaction(base_url=BASE) as session:
                session["csrf_token"] = uuid4().hex
                session["seen"] = int(datetime.now(UTC).timestamp() // 60)
                return str(signer.dumps(session["csrf_token"]))

        key = self.client.application.config["SECRET_KEY"]
        signer = URLSafeTimedSerializer(key, salt="wtf-csrf-token")
        return _as_a_request(note)

    def sign_in_here(self, page: Page, user: User) -> Page:
        """Sign in on a page that asks for it, and land where it leads."""
        return self.send(page, email=user.email, password=PASSWORD)

    def sign_out(self) -> None:
        self.client.delete_cookie("session")

    def request(
        self,
        method: str,
        path: str,
        data: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> TestResponse:
        """One request as it is, with no redirect followed and nothing checked."""
        return _as_a_request(
            self.client.open,
            path,
            method=method,
            data=data,
            base_url=BASE,
            headers={"Origin": BASE} | (headers or {}),
        )

    def get(self, path: str, status: int = 200) -> Page:
        response = _as_a_request(self.client.get, path, base_url=BASE, follow_redirects=True)
        return _checked(response, status)

    def send(self, page: Page, button: str | None = None, status: int = 200, **typed: Any) -> Page:
        """Send the form on a page with these answers changed, pressing the named button."""
        data = page.fields(button) | {name.replace("__", "-"): v for name, v in typed.items()}
        if button is not None:
            pressed = next(
                each for each in page._form(button).find_all("button") if _words(each) == button
            )
            if pressed.get("name"):
                data[pressed["name"]] = pressed.get("value", "")
        return self.post(page.action(button), data, status)

    def post(
        self,
        path: str,
        data: dict[str, Any],
        status: int = 200,
        headers: dict[str, str] | None = None,
    ) -> Page:
        response = _as_a_request(
            self.client.post,
            path,
            data=data,
            base_url=BASE,
            follow_redirects=True,
            headers={"Origin": BASE} | (headers or {}),
        )
        return _checked(response, status)


def _as_a_request(send: Callable[..., _Answer], *args: Any, **kwargs: Any) -> _Answer:
    """Send with none of the test's context: its own database session, its own signed-in person.

    The test's transaction ends first, as SQLite has one writer at once, so that what the test
    reads afterwards is what the request left.
    """
    db.session.rollback()
    return Context().run(send, *args, **kwargs)


def _checked(response: TestResponse, status: int) -> Page:
    assert response.status_code == status, f"{response.status_code} from {response.request.path}"
    page = Page(response)
    if response.mimetype == "text/html":
        assert page.mistakes == [], f"{page.path} is not HTML"
        assert len(page.html.find_all("h1")) == 1, f"{page.path} needs exactly one h1"
        assert not page.title.startswith("–"), f"{page.path} has no title"
        ids = [str(tag["id"]) for tag in page.html.find_all(id=True)]
        assert len(ids) == len(set(ids)), f"{page.path} repeats an id"
        _check_errors(page, ids)
    return page


def _check_errors(page: Page, ids: list[str]) -> None:
    """Each error leads to its field, in the order of the page; those about no field come last."""
    errors = [str(link["href"])[1:] for link in page.html.select(".govuk-error-summary a")]
    for each in errors:
        assert each in ids, f"#{each} on {page.path} leads nowhere"
    places = [len(ids) if each == "main-content" else ids.index(each) for each in errors]
    assert places == sorted(places), f"the errors of {page.path} are not in its order: {errors}"


def _fields(form: Tag) -> dict[str, Any]:
    sent: dict[str, Any] = {}
    for field in form.find_all(["input", "textarea", "select"]):
        name, kind = field.get("name"), field.get("type")
        if not name or kind in ("submit", "button", "file"):
            continue
        if kind in ("radio", "checkbox"):
            if field.has_attr("checked"):
                sent.setdefault(str(name), []).append(field.get("value", "on"))
        elif field.name == "textarea":
            sent[name] = field.text.removeprefix("\n")
        elif field.name == "select":
            chosen = field.find("option", selected=True) or field.find("option")
            sent[name] = chosen.get("value", "") if chosen else ""
        else:
            sent[name] = field.get("value", "")
    return {name: v[0] if isinstance(v, list) and len(v) == 1 else v for name, v in sent.items()}


def _words(tag: Any) -> str:
    return "" if tag is None else " ".join(tag.get_text(" ").split())
