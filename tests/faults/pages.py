"""The forms and links of a page, read quickly: many people share one machine with the service."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

Attributes = dict[str, str | None]

_THROW_AWAY = "app-throw-away"


@dataclass
class Form:
    """A form as a browser would send it; ``buttons`` are what they say, and what they add."""

    action: str = ""
    throws_away: bool = False
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: dict[str, tuple[str, str] | None] = field(default_factory=dict)

    def filled(self, typed: dict[str, str]) -> dict[str, list[str]]:
        """The answers as they stand, with these in place of those of the same name."""
        answers: dict[str, list[str]] = {}
        for name, value in self.fields:
            answers.setdefault(name, []).append(value)
        return answers | {name: [value] for name, value in typed.items()}


class Page(HTMLParser):
    """What a person finds on a page: its heading, the links and the forms of its main part."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.h1 = ""
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._in_main = self._in_form = False
        self._words: list[str] | None = None
        self._named = self._chosen = ""
        self._button: tuple[str, str] | None = None
        self.feed(text)

    def form(self, button: str | None = None) -> Form:
        """The form with this button; without one, the first that throws nothing away."""
        for each in self.forms:
            if button in each.buttons if button else not each.throws_away:
                return each
        raise AssertionError(f"no form with “{button}” on “{self.h1}”")

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        told: Attributes = dict(attributes)
        if tag == "main":
            self._in_main = True
        elif tag in ("h1", "button", "textarea"):
            self._words, self._named = [], told.get("name") or ""
            self._button = (self._named, told.get("value") or "") if self._named else None
        if not self._in_main:
            return
        if tag == "a":
            self.links.append(told.get("href") or "")
        elif tag == "form":
            self._in_form = True
            throws = _THROW_AWAY in (told.get("class") or "").split()
            self.forms.append(Form(told.get("action") or "", throws))
        elif self._in_form:
            self._field(tag, told)

    def _field(self, tag: str, told: Attributes) -> None:
        name, kind = told.get("name") or "", told.get("type") or ""
        if tag == "select":
            self._named, self._chosen = name, ""
        elif tag == "option":
            if "selected" in told or not self._chosen:
                self._chosen = told.get("value") or ""
        elif tag == "input" and name and _is_sent(kind, told):
            self._add(name, told.get("value") or "")

    def handle_data(self, text: str) -> None:
        if self._words is not None:
            self._words.append(text)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("main", "form"):
            self._in_form = False
            self._in_main = self._in_main and tag != "main"
        elif tag == "select" and self._in_form:
            self._add(self._named, self._chosen)
        elif tag in ("h1", "button", "textarea") and self._words is not None:
            self._end_of_words(tag, "".join(self._words))
            self._words = None

    def _end_of_words(self, tag: str, text: str) -> None:
        if tag == "h1":
            self.h1 = " ".join(text.split())
        elif self._in_form and tag == "button":
            self.forms[-1].buttons[" ".join(text.split())] = self._button
        elif self._in_form:
            self._add(self._named, text.removeprefix("\n"))

    def _add(self, name: str, value: str) -> None:
        self.forms[-1].fields.append((name, value))


def _is_sent(kind: str, told: Attributes) -> bool:
    if kind in ("radio", "checkbox"):
        return "checked" in told
    return kind not in ("submit", "button", "file")
