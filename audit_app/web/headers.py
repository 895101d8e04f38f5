"""The headers every response carries: nothing from elsewhere, nothing inline, nothing kept."""

from __future__ import annotations

from flask import Flask, Response

from audit_app.extensions import talisman
from audit_app.web.papers import DocumentPage

CONTENT_SECURITY_POLICY = {
    "default-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "form-action": "'self'",
}

ONE_YEAR = 31_536_000

#: What a page of ours never asks a browser for.
_NEVER_USED = (
    "accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer",
    "microphone", "midi", "payment", "publickey-credentials-get", "screen-wake-lock", "usb",
)  # fmt: skip


def send_headers(app: Flask, https: bool) -> None:
    """Set the security headers; transport security and secure cookies only where there is HTTPS.

    Transport security holds for whatever is below the service's own host name too, of which nothing
    is known to be served without it; for the council's other names only the council can decide.
    """
    # Before the extension asks to be called, so that this is called after it.
    app.after_request(_policy_of_a_document)
    talisman.init_app(
        app,
        force_https=False,
        strict_transport_security=https,
        strict_transport_security_max_age=ONE_YEAR,
        strict_transport_security_include_subdomains=True,
        session_cookie_secure=https,
        session_cookie_samesite="Lax",
        frame_options="DENY",
        referrer_policy="same-origin",
        content_security_policy=CONTENT_SECURITY_POLICY,
        permissions_policy=dict.fromkeys(_NEVER_USED, "()"),
    )
    app.after_request(_own_headers)


def _policy_of_a_document(response: Response) -> Response:
    # By what it carries, not by what it is: whoever wraps a response gives it another type.
    policy = getattr(response, DocumentPage.POLICY, "")
    if policy:
        response.headers["Content-Security-Policy"] = policy
    return response


def _own_headers(response: Response) -> Response:
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    # Whoever asks for it: a page on the way to sign in names what was asked for. What may be kept,
    # the built files, says so itself by now.
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return response
