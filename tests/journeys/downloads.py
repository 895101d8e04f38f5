"""Files as somebody gets them who asks a service that is listening, whole or not."""

from __future__ import annotations

from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import urlsplit

from tests.browser_page import PageClient
from tests.journeys.serving import Site


@dataclass(frozen=True)
class Fetched:
    """What came over the wire."""

    status: int
    kind: str
    content: bytes


def fetch(site: Site, address: str, signed_in: PageClient) -> Fetched:
    """The whole of an answer, for whoever is signed in by that client.

    Raises:
        http.client.HTTPException: when the service ended it before it was whole.
    """
    cookie = signed_in.client.get_cookie("session")
    assert cookie is not None, "nobody is signed in"
    connection = HTTPConnection(urlsplit(site.url).netloc, timeout=60)
    try:
        connection.request("GET", address, headers={"Cookie": f"session={cookie.value}"})
        answer = connection.getresponse()
        return Fetched(answer.status, answer.headers.get_content_type(), answer.read())
    finally:
        connection.close()
