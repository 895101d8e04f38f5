"""The service on a free port of this machine, for a browser to open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from threading import Condition, Thread
from typing import TYPE_CHECKING, Any

from flask import Flask
from werkzeug.exceptions import ServiceUnavailable
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wsgi import ClosingIterator

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


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


class _Door:
    """Lets requests into the service until it is shut, and then waits for those inside.

    The next test has a database of its own: what a page of this one still asks must not reach it.
    """

    def __init__(self, app: Flask) -> None:
        self._app, self._inside, self._shut = app, 0, False
        self._changed = Condition()

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        with self._changed:
            if self._shut:
                return ServiceUnavailable()(environ, start)
            self._inside += 1
        try:
            # Whole, as a browser may leave the connection on which it reads open for long.
            with closing(ClosingIterator(self._app(environ, start))) as answer:
                return list(answer)
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    def shut(self) -> None:
        with self._changed:
            self._shut = True
            assert self._changed.wait_for(lambda: not self._inside, timeout=60)


@contextmanager
def served(app: Flask) -> Iterator[Site]:
    door = _Door(app)
    server = make_server("127.0.0.1", 0, door, threaded=True, request_handler=_Silent)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Site(app, f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    thread.join()
    door.shut()
    server.server_close()
