"""The council's identity provider: where it is, whom it vouches for, and how to sign out of it.

Nothing is asked of it before somebody presses its button, so the service starts without it. What it
says of itself is kept by each process for an hour, and its keys until one is missing.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from requests import RequestException

from config import DISCOVERY, Settings

#: Signatures that only the holder of a private key can make.
ALGORITHMS = ("RS256", "PS256", "ES256")
#: In seconds: to connect, and between two pieces of an answer.
PATIENCE = (3, 5)
#: In seconds, how far the two machines' clocks may be apart.
LEEWAY = 60
KEPT_SECONDS = 3600
SCOPE = "openid profile email"

_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_MORE_ENDPOINTS = ("userinfo_endpoint", "end_session_endpoint")


class ProviderAway(Exception):
    """The provider cannot be reached, or answers with nothing that can be used."""


class TurnedBack(Exception):
    """The provider let nobody through: somebody thought better of it, or it had its reasons."""


class NotProven(Exception):
    """What came back proves nobody: it was altered, is old, or was meant for another."""


@dataclass(frozen=True)
class Begun:
    """A sign-in that was begun in one browser window, and what only its answer can match."""

    state: str
    nonce: str
    verifier: str
    next: str


def new_sign_in(going_to: str) -> Begun:
    """A sign-in that nobody could have guessed, to end at an address."""
    state, nonce, verifier = (secrets.token_urlsafe(48) for _ in range(3))
    return Begun(state, nonce, verifier, going_to)


@dataclass(frozen=True)
class Proven:
    """Who somebody is, as the provider signed it; ``id_token`` is asked for when they sign out."""

    issuer: str
    subject: str
    claims: dict[str, Any]
    id_token: str


class CouncilProvider:
    """One provider as the settings name it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._said: dict[str, Any] = {}
        self._said_at = 0.0
        self._keys: KeySet | None = None

    def sign_in_address(self, begun: Begun, back: str, *, another: bool = False) -> str:
        """Where to send a browser to sign in; ``another``: to choose who they are anew.

        Raises:
            ProviderAway: when it does not say where.
        """
        asked = {"nonce": begun.nonce} | ({"prompt": "select_account"} if another else {})
        address, _ = self._client(back).create_authorization_url(
            self._about()["authorization_endpoint"],
            state=begun.state,
            code_verifier=begun.verifier,
            **asked,
        )
        return str(address)

    def who(self, code: str, begun: Begun, back: str) -> Proven:
        """Whom the provider vouches for with this code, which works once.

        Raises:
            ProviderAway: when it does not answer.
            NotProven: when it does not take the code, or its answer is not signed by it, for us,
                for this sign-in, and now.
        """
        token = self._redeemed(code, begun, back)
        claims = self._checked(token, begun)
        subject = claims["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= 255:
            raise NotProven("sub")
        claims = self._with_address(claims, token)
        return Proven(claims["iss"], subject, claims, token["id_token"])

    def sign_out_address(self, id_token: str, back: str) -> str | None:
        """Where to send a browser to sign out of the provider too; None where that cannot be.

        Raises:
            ProviderAway: when it does not say where.
        """
        end = self._about().get("end_session_endpoint")
        if end is None:
            return None
        asked = {
            "id_token_hint": id_token,
            "client_id": self.settings.oidc_client_id,
            "post_logout_redirect_uri": back,
        }
        return f"{end}{'&' if urlsplit(end).query else '?'}{urlencode(asked)}"

    def _redeemed(self, code: str, begun: Begun, back: str) -> dict[str, Any]:
        about = self._about()
        with self._client(back) as client:
            try:
                token = client.fetch_token(
                    about["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=begun.verifier,
                )
            except OAuthError as refused:
                raise NotProven(f"code refused: {refused.error}") from None
            except (RequestException, ValueError) as problem:
                raise ProviderAway from problem
        if not isinstance(token.get("id_token"), str):
            raise NotProven("no id_token")
        return dict(token)

    def _checked(self, token: dict[str, Any], begun: Begun) -> dict[str, Any]:
        """The claims of the ID token, once its signature and all that binds it to us are right."""
        try:
            decoded = self._decoded(token["id_token"])
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                {
                    "iss": {"essential": True, "value": self.settings.oidc_issuer},
                    "aud": {"essential": True, "value": self.settings.oidc_client_id},
                    "exp": {"essential": True},
                    "nonce": {"essential": True, "value": begun.nonce},
                },
                {
                    "client_id": self.settings.oidc_client_id,
                    "nonce": begun.nonce,
                    "access_token": token.get("access_token"),
                },
            )
            claims.validate(leeway=LEEWAY)
        except (JoseError, ValueError, TypeError) as problem:
            raise NotProven(type(problem).__name__) from None
        return dict(claims)

    def _decoded(self, id_token: str) -> jwt.Token:
        """A provider changes its keys as it likes: one that is not known is asked for, once."""
        registry = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
        if self._keys is None:
            self._keys = self._read_keys()
        try:
            return jwt.decode(id_token, self._keys, registry=registry)
        except InvalidKeyIdError:
            self._keys = self._read_keys()
            return jwt.decode(id_token, self._keys, registry=registry)

    def _read_keys(self) -> KeySet:
        """The keys that verify signatures; a shared secret among them would let us sign for it."""
        said = self._read(self._about()["jwks_uri"])
        keys = said.get("keys")
        if not isinstance(keys, list):
            raise ProviderAway("no keys")
        public = [each for each in keys if isinstance(each, dict) and _verifies(each)]
        try:
            return KeySet.import_key_set({"keys": public})
        except (JoseError, ValueError) as problem:
            raise ProviderAway("no usable keys") from problem

    def _with_address(self, claims: dict[str, Any], token: dict[str, Any]) -> dict[str, Any]:
        """The claims with those of the userinfo endpoint, where providers tell the address."""
        endpoint = self._about().get("userinfo_endpoint")
        wanted = self.settings.oidc_trusted_email_claim or "email"
        if wanted in claims or endpoint is None or not token.get("access_token"):
            return claims
        more = self._read(endpoint, {"Authorization": f"Bearer {token['access_token']}"})
        if more.get("sub") != claims["sub"]:
            raise NotProven("userinfo is about somebody else")
        return more | claims

    def _about(self) -> dict[str, Any]:
        """What the provider says of itself: where its endpoints are."""
        if not self._said or time.monotonic() - self._said_at > KEPT_SECONDS:
            said = self._read(str(self.settings.oidc_issuer).rstrip("/") + DISCOVERY)
            if said.get("issuer") != self.settings.oidc_issuer:
                raise ProviderAway("it calls itself otherwise than OIDC_ISSUER")
            self._said, self._said_at = self._endpoints_of(said), time.monotonic()
        return self._said

    def _endpoints_of(self, said: dict[str, Any]) -> dict[str, Any]:
        """What of it is used; refused where anything would go to an address less safe."""
        scheme = urlsplit(str(self.settings.oidc_issuer)).scheme
        for name in (*_ENDPOINTS, *_MORE_ENDPOINTS):
            address = said.get(name)
            if address is None and name in _MORE_ENDPOINTS:
                continue
            if not isinstance(address, str) or urlsplit(address).scheme not in ("https", scheme):
                raise ProviderAway(f"no safe {name}")
        return said

    def _read(self, address: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
        """A JSON object from the provider."""
        with self._client() as client:
            try:
                answer = client.get(address, withhold_token=True, headers=headers)
                answer.raise_for_status()
                said = answer.json()
            except (RequestException, ValueError) as problem:
                raise ProviderAway(address) from problem
        if not isinstance(said, dict):
            raise ProviderAway(address)
        return said

    def _client(self, back: str | None = None) -> OAuth2Session:
        secret = self.settings.oidc_client_secret
        offered = self._said.get("token_endpoint_auth_methods_supported") or []
        return OAuth2Session(
            self.settings.oidc_client_id,
            secret.get_secret_value() if secret else None,
            # In a form a secret is written in one way only.
            token_endpoint_auth_method="client_secret_post"
            if "client_secret_post" in offered
            else "client_secret_basic",
            scope=SCOPE,
            redirect_uri=back,
            code_challenge_method="S256",
            default_timeout=PATIENCE,
            max_redirects=0,
        )


def _verifies(key: dict[str, Any]) -> bool:
    return key.get("kty") in ("RSA", "EC") and key.get("use", "sig") == "sig"
