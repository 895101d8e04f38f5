"""How gunicorn serves: ``gunicorn --config python:audit_app.web.serving``.

The address and the number of workers are the machine's business: ``--bind`` and ``--workers``, or
``WEB_CONCURRENCY``. docs/deploy.md says why each limit is what it is.
"""

from __future__ import annotations

import logging
import os
import sys
from typing import Any

from gunicorn.glogging import Logger

from audit_app.web.logs import formatter

wsgi_app = "audit_app:create_app()"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))

#: One request a worker at a time: what prints is not made for threads, and a worker that dies
#: takes one request with it. The proxy in front waits for slow readers.
worker_class = "sync"
#: In seconds. The longest that anybody waits for: an import of as many audits as a file may hold.
timeout = 120
graceful_timeout = 120
#: Whatever a library does not give back is given back with its worker; not all at one moment.
max_requests = 5_000
max_requests_jitter = 500

limit_request_line = 4_094
limit_request_fields = 64
limit_request_field_size = 8_190
#: What proxies say is read by audit_app.web.proxies and by nothing else: not the scheme, and not
#: the path an address begins with, which anybody could send through a proxy that passes it on.
forwarded_allow_ips = ""
forwarder_headers = ""
secure_scheme_headers: dict[str, str] = {}
header_map = "drop"

control_socket_disable = True
#: Every request has its line from the service itself, without its query and its filled address.
accesslog = None


class ServerLog(Logger):
    """Whatever the server, the service or a library has to say, in the same lines to one place."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        lines = logging.StreamHandler(sys.stdout)
        lines.setFormatter(formatter(os.environ.get("LOG_FORMAT", "json").lower()))
        logging.getLogger().handlers = [lines]
        logging.getLogger("audit_app").setLevel(self.loglevel)
        self.error_log.handlers = [lines]
        self.error_log.filters = [_without_what_was_sent]


def _without_what_was_sent(record: logging.LogRecord) -> bool:
    """The server quotes the request it could not read, and the address it could not answer."""
    said = record.getMessage()
    for quotes in ("Invalid request", "Error handling request"):
        if said.startswith(quotes):
            record.msg, record.args = quotes, ()
    return True


logger_class = ServerLog
