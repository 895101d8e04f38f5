"""What is believed of a request that came through a proxy: nothing, unless it came from ours.

A header such as ``X-Forwarded-For`` can be written by anybody who reaches the service. It counts
only where the connection itself comes from an address that is set to be a proxy's.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from werkzeug.middleware.proxy_fix import ProxyFix

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: What a proxy says of a request, as WSGI names it.
_SAID_BY_PROXY = ("HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_X_REQUEST_ID")


class BehindProxies:
    """Reads what ``hops`` proxies say of a request, and drops what anybody else says.

    ``trusted`` are the addresses and networks that the nearest proxy connects from. What comes
    through a socket file is the proxy's: only whom the file's rights let in can write to it.
    """

    def __init__(self, app: WSGIApplication, hops: int, trusted: Iterable[str]) -> None:
        self.direct = app
        self.forwarded = ProxyFix(app, x_for=hops, x_proto=hops, x_host=hops) if hops else None
        self.trusted = [ip_network(each, strict=False) for each in trusted]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if self.forwarded is not None and self._is_ours(environ.get("REMOTE_ADDR", "")):
            return self.forwarded(environ, start_response)
        for name in list(environ):
            if name in _SAID_BY_PROXY or name.startswith("HTTP_X_FORWARDED_"):
                del environ[name]
        return self.direct(environ, start_response)

    def _is_ours(self, peer: str) -> bool:
        if not peer:
            return True
        try:
            address = ip_address(peer)
        except ValueError:
            return False
        known = getattr(address, "ipv4_mapped", None) or address
        return any(known in network for network in self.trusted)
