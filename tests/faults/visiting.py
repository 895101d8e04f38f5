"""A browser for one person among many: it keeps a cookie, follows where it is led, times answers.

Nothing else is needed of a client here, so it is the standard library's; a tool that simulates
crowds would bring an event loop and a web page of its own, and would know none of these forms.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from http.client import HTTPConnection, HTTPException
from time import monotonic
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from tests.faults.pages import Page
from tests.people import PASSWORD

#: In seconds: longer than anybody is made to wait before a plain page says so.
PATIENCE = 120
_FOLLOWED = 5


class NoAnswer(Exception):
    """The connection was refused, or broke before the whole answer had come."""


@dataclass(frozen=True)
class Answer:
    """What came back, whole."""

    status: int
    path: str
    body: bytes
    leads_to: str
    seconds: float

    @cached_property
    def page(self) -> Page:
        return Page(self.body.decode())

    @property
    def told(self) -> dict[str, Any]:
        """What a script is told."""
        said: dict[str, Any] = json.loads(self.body)
        return said


@dataclass
class Visitor:
    """Somebody at a browser. ``told`` hears of each answer, with the kind of page it was."""

    port: int
    email: str = ""
    told: Callable[[str, Answer], None] = lambda kind, answer: None
    cookies: dict[str, str] = field(default_factory=dict)

    def sign_in(self) -> None:
        page = self.get("/account/sign-in").page
        typed = {"email": self.email, "password": PASSWORD}
        answer = self.send_once("/account/sign-in", page.form().filled(typed))
        assert answer.status == 303, f"{self.email} was not let in"

    def get(self, path: str, kind: str = "") -> Answer:
        """A page, wherever it leads."""
        answer = self._ask("GET", path, None, kind)
        for _ in range(_FOLLOWED):
            if not answer.leads_to:
                break
            answer = self._ask("GET", answer.leads_to, None, kind)
        return answer

    def send_once(self, path: str, answers: dict[str, list[str]], kind: str = "") -> Answer:
        """A form as it is, and its own answer."""
        return self._ask("POST", path, urlencode(answers, doseq=True), kind)

    def send(
        self, at: Answer, button: str, kind: str = "", read_as: str = "", **typed: str
    ) -> Answer:
        """Fill in the form with this button, press it, and go where it leads."""
        form = at.page.form(button)
        pressed = form.buttons[button]
        typed = {name.replace("__", "-"): value for name, value in typed.items()}
        answers = form.filled(typed | dict([pressed] if pressed else []))
        answer = self.send_once(urljoin(at.path, form.action), answers, kind)
        return self.get(answer.leads_to, read_as or kind) if answer.leads_to else answer

    def _ask(self, method: str, path: str, body: str | None, kind: str) -> Answer:
        begun = monotonic()
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, self._headers(body))
            response = connection.getresponse()
            content = response.read()
        except (OSError, HTTPException) as problem:
            raise NoAnswer(repr(problem)) from problem
        finally:
            connection.close()
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                self._keep(value)
        leads = response.getheader("Location") or ""
        address = urlsplit(urljoin(path, leads)) if leads else None
        answer = Answer(
            response.status,
            urlsplit(path).path,
            content,
            "" if address is None else address._replace(scheme="", netloc="", fragment="").geturl(),
            monotonic() - begun,
        )
        self.told(kind, answer)
        return answer

    def _headers(self, body: str | None) -> dict[str, str]:
        said = {"Accept": "text/html,application/json", "Connection": "close"}
        if body is not None:
            said["Content-Type"] = "application/x-www-form-urlencoded"
            said["Origin"] = f"http://127.0.0.1:{self.port}"
        if self.cookies:
            said["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return said

    def _keep(self, cookie: str) -> None:
        name, _, value = cookie.partition(";")[0].partition("=")
        self.cookies[name.strip()] = value
