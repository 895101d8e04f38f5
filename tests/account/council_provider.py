"""A small identity provider of a made-up council, on this machine, with keys of its own.

It does what OpenID Connect asks of one (discovery, code flow with PKCE, signed tokens, keys that
change, signing out) and, where a test asks for it, what a broken or hostile one would do.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from werkzeug.exceptions import HTTPException, abort
from werkzeug.routing import Map, Rule
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from config import Settings
from tests.browser_page import Page, PageClient

CLIENT_ID = "practice-audit"
CLIENT_SECRET = "a secret of the made-up council: 100% & more"

Claims = dict[str, Any]

_PAGES = Map(
    [
        Rule("/.well-known/openid-configuration", endpoint="discovery"),
        Rule("/authorize", endpoint="authorize"),
        Rule("/chosen", endpoint="chosen", methods=["POST"]),
        Rule("/token", endpoint="token", methods=["POST"]),
        Rule("/keys", endpoint="published_keys"),
        Rule("/userinfo", endpoint="userinfo"),
        Rule("/end", endpoint="end"),
    ]
)


def rsa_key(kid: str) -> RSAKey:
    return RSAKey.generate_key(2048, parameters={"kid": kid, "use": "sig"})


class Provider:
    """One council's sign-in: who is at it now, and how it behaves."""

    def __init__(self) -> None:
        self.issuer = ""
        self.first_key, self.second_key = rsa_key("first"), rsa_key("second")
        self.ec_key = ECKey.generate_key("P-256", parameters={"kid": "curve", "use": "sig"})
        self.go_on = Event()
        self.begin_anew()

    def begin_anew(self) -> None:
        """Behave again, with nobody at it."""
        self.person: Claims = {"sub": "nobody"}
        self.more: Claims | None = None
        self.key: RSAKey | ECKey = self.first_key
        self.keys: list[Any] = [self.first_key]
        self.algorithm = "RS256"
        self.change: Callable[[Claims], Claims] = dict
        self.sign: Callable[[Claims], str] = self.signed
        self.says: Claims = {}
        self.broken: dict[str, int] = {}
        self.slow: set[str] = set()
        self.asks_first = False
        self.refuses = ""
        self.asked: list[dict[str, str]] = []
        self.ended: list[dict[str, str]] = []
        self.read: list[str] = []
        self.codes: dict[str, dict[str, str]] = {}
        self.go_on.set()

    def settings(self, **more: object) -> dict[str, object]:
        """The settings of a service that this provider knows."""
        own = Settings(
            oidc_issuer=self.issuer, oidc_client_id=CLIENT_ID, oidc_client_secret=CLIENT_SECRET
        )
        return {
            "oidc_issuer": self.issuer,
            "oidc_client_id": CLIENT_ID,
            "oidc_client_secret": own.oidc_client_secret,
        } | more

    def signed(self, claims: Claims) -> str:
        header = {"alg": self.algorithm, "kid": self.key.kid}
        return jwt.encode(header, claims, self.key, algorithms=[self.algorithm])

    def unsigned(self, claims: Claims) -> str:
        """With no signature at all, and a header that says so."""
        return f"{_part({'alg': 'none'})}.{_part(claims)}."

    def signed_with_what_is_public(self, claims: Claims) -> str:
        """With the key that verifies, taken for a shared secret."""
        head = f"{_part({'alg': 'HS256', 'kid': 'first'})}.{_part(claims)}"
        public = self.first_key.as_pem(private=False)
        return f"{head}.{_text(hmac.new(public, head.encode(), hashlib.sha256).digest())}"

    def signed_by_another(self, claims: Claims) -> str:
        """With a key of somebody else's, under the name of the right one."""
        other = RSAKey.import_key(self.second_key.as_dict(private=True) | {"kid": "first"})
        return jwt.encode({"alg": "RS256", "kid": "first"}, claims, other, algorithms=["RS256"])

    def altered(self, claims: Claims) -> str:
        """Changed after it was signed."""
        head, _, seal = self.signed(claims).split(".")
        return f"{head}.{_part(claims | {'sub': 'another'})}.{seal}"

    def __call__(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        try:
            endpoint, _ = _PAGES.bind_to_environ(environ).match()
            self.read.append(endpoint)
            if endpoint in self.slow:
                self.go_on.wait()
            if endpoint in self.broken:
                abort(Response("It is broken.", self.broken[endpoint]))
            answer = getattr(self, f"_{endpoint}")(request)
        except HTTPException as problem:
            return problem.get_response()(environ, start_response)
        return answer(environ, start_response)

    def _discovery(self, request: Request) -> Response:
        about = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "end_session_endpoint": f"{self.issuer}/end",
            "response_types_supported": ["code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }
        if self.more is not None:
            about["userinfo_endpoint"] = f"{self.issuer}/userinfo"
        said: Claims = about | self.says
        return _json({name: value for name, value in said.items() if value is not None})

    def _authorize(self, request: Request) -> Response:
        asked = request.args.to_dict()
        self.asked.append(asked)
        assert asked["client_id"] == CLIENT_ID
        assert asked["response_type"] == "code"
        assert "openid" in asked["scope"].split()
        assert asked["code_challenge_method"] == "S256"
        if self.refuses:
            said = {"error": self.refuses, "state": asked["state"]}
            return redirect(f"{asked['redirect_uri']}?{urlencode(said)}")
        if self.asks_first:
            return _page(_CHOOSE.format(number=len(self.asked) - 1))
        return self._code_for(asked)

    def _chosen(self, request: Request) -> Response:
        return self._code_for(self.asked[int(request.form["number"])])

    def _code_for(self, asked: dict[str, str]) -> Response:
        code = secrets.token_urlsafe(24)
        self.codes[code] = asked
        said = {"code": code, "state": asked["state"], "iss": self.issuer}
        return redirect(f"{asked['redirect_uri']}?{urlencode(said)}")

    def _token(self, request: Request) -> Response:
        sent = request.form
        asked = self.codes.pop(sent.get("code", ""), None)
        proof = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        secret = (sent.get("client_id"), sent.get("client_secret"))
        if secret != (CLIENT_ID, CLIENT_SECRET):
            return _json({"error": "invalid_client"}, 401)
        if (
            asked is None
            or asked["code_challenge"] != _text(proof)
            or asked["redirect_uri"] != sent.get("redirect_uri")
        ):
            return _json({"error": "invalid_grant"}, 400)
        claims = self.change(self._claims(asked["nonce"]))
        token = {"access_token": "for userinfo", "token_type": "Bearer", "expires_in": 300}
        return _json(token | {"id_token": self.sign(claims)})

    def _claims(self, nonce: str) -> Claims:
        now = int(time.time())
        said = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 300, "nonce": nonce}
        return said | self.person

    def _published_keys(self, request: Request) -> Response:
        public = [each.as_dict(private=False) for each in self.keys]
        shared = {"kty": "oct", "kid": "shared", "k": _text(b"known to everybody")}
        return _json({"keys": [shared, *public]})

    def _userinfo(self, request: Request) -> Response:
        assert request.headers["Authorization"] == "Bearer for userinfo"
        return _json({"sub": self.person["sub"]} | (self.more or {}))

    def _end(self, request: Request) -> Response:
        self.ended.append(request.args.to_dict())
        return redirect(request.args["post_logout_redirect_uri"])


_CHOOSE = """<!DOCTYPE html><html lang="en"><title>Made-up council</title><h1>Who are you?</h1>
<form method="post" action="/chosen"><input type="hidden" name="number" value="{number}">
<button>It is me</button></form></html>"""


def _page(html: str) -> Response:
    return Response(html, content_type="text/html; charset=utf-8")


def _json(said: Claims, status: int = 200) -> Response:
    return Response(json.dumps(said), status, content_type="application/json")


def _part(said: Claims) -> str:
    return _text(json.dumps(said).encode())


def _text(said: bytes) -> str:
    return base64.urlsafe_b64encode(said).rstrip(b"=").decode()


class _Silent(WSGIRequestHandler):
    def log(self, *args: Any, **kwargs: Any) -> None:
        """Say nothing."""


@contextmanager
def provider_running() -> Iterator[Provider]:
    """A provider that listens until the end."""
    provider = Provider()
    server = make_server("127.0.0.1", 0, provider, threaded=True, request_handler=_Silent)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield provider
    provider.go_on.set()
    server.shutdown()
    thread.join()
    server.server_close()


def way_back(web: PageClient, start: str = "/account/council/start") -> str:
    """Press the council's button and do what the provider asks; the address it leads back to."""
    there = web.request("GET", start)
    assert there.status_code == 302, there.status_code
    back = urlsplit(
        requests.get(there.location, allow_redirects=False, timeout=30).headers["Location"]
    )
    return f"{back.path}?{back.query}"


def come_by_council(
    web: PageClient, start: str = "/account/council/start", status: int = 200
) -> Page:
    """Sign in with a council account, and land where that leads."""
    return web.get(way_back(web, start), status)


def verified(email: str, subject: str = "s-1", **more: object) -> Claims:
    """Somebody whose address the provider has verified."""
    return {"sub": subject, "email": email, "email_verified": True} | more
