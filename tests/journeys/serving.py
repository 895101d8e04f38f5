"""The service on a free port of this machine, for a browser to open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread
from typing import Any

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server


@dataclass(frozen=True)
class Site:
    """A service that is listening, and how its pages are addressed."""

    app: Flask
    url: str

    def path(self, endpoint: str, **values: Any) -> str:
        """The address of a page within the site; what the route does not name is its query."""
        return self.app.url_map.bind("127.0.0.1").build(endpoint, values)

    def endpoint(self, url: str) -> str:
        """Which view answers a GET of the address."""
        path = url.removeprefix(self.url).partition("?")[0]
        return str(self.app.url_map.bind("127.0.0.1").match(path, method="GET")[0])


class _Silent(WSGIRequestHandler):
    def log(self, *args: Any, **kwargs: Any) -> None:
        """Say nothing: a failing test says which page it was on."""


@contextmanager
def served(app: Flask) -> Iterator[Site]:
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Silent)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Site(app, f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    thread.join()
    server.server_close()
