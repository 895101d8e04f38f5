"""Drawing pages quickly: what would be worked out again for every page is worked out once.

Nothing of a person's or a case's is kept here: only addresses that name no record, and lists of
choices.
"""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from flask import Flask, has_request_context, request
from flask import url_for as flask_url_for
from flask.templating import Environment
from markupsafe import Markup, escape


class PageEnvironment(Environment):
    """Jinja with one set of globals for every template.

    A template may be given globals of its own, on top of everybody's; none is here. Jinja prepares
    for it all the same, and goes through every global there is at each import of each page.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return super().make_globals(d) if d else self.globals


class Addresses:
    """Addresses for the templates of one application, as ``url_for`` makes them.

    One that names no record is made once, and what follows its question mark is put behind it.
    """

    def __init__(self, app: Flask, assets_version: str) -> None:
        self._app, self._version = app, assets_version
        self._made = lru_cache(maxsize=1024)(self._make)
        self._assets = lru_cache(maxsize=64)(self._asset)

    def url_for(self, endpoint: str, **values: Any) -> str:
        usual = has_request_context() and endpoint[0] != "."
        if not usual or any(not _is_plain(*each) for each in values.items()):
            return flask_url_for(endpoint, **values)
        plain = self._made(request.script_root, endpoint)
        if plain is None:
            return flask_url_for(endpoint, **values)
        return f"{plain}?{urlencode(values, safe=_SAFE)}" if values else plain

    def asset(self, filename: str) -> str:
        """The address of a built file. It changes when the files do, so browsers may keep them."""
        return self._assets(request.script_root if has_request_context() else "", filename)

    def _asset(self, root: str, filename: str) -> str:
        return flask_url_for("static", filename=filename, v=self._version)

    def _make(self, root: str, endpoint: str) -> str | None:
        rules = self._app.url_map.iter_rules(endpoint)
        return None if any(rule.arguments for rule in rules) else flask_url_for(endpoint)


#: What Werkzeug leaves as it is behind a question mark.
_SAFE = "!$'()*,/:;?@"


def _is_plain(name: str, value: object) -> bool:
    return name[0] != "_" and isinstance(value, str | int)


def choices_of(pairs: Iterable[tuple[Any, str]], chosen: object) -> Markup:
    """The options of a list to choose from, by value and words, the one that is chosen marked."""
    return _choices(tuple(pairs), str(chosen))


@lru_cache(maxsize=256)
def _choices(pairs: tuple[tuple[Any, str], ...], chosen: str) -> Markup:
    drawn = (
        f'<option value="{escape(value)}"{" selected" if str(value) == chosen else ""}>'
        f"{escape(words)}</option>\n"
        for value, words in pairs
    )
    return Markup("".join(drawn))  # noqa: S704  every word of it is escaped
