"""The headers every response carries: nothing from elsewhere, nothing inline, nothing kept."""

from __future__ import annotations

from flask import Flask, Response, request
from flask_login import current_user

from audit_app.extensions import talisman

CONTENT_SECURITY_POLICY = {
    "default-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "form-action": "'self'",
}

ONE_YEAR = 31_536_000


def send_headers(app: Flask, https: bool) -> None:
    """Set the security headers; transport security and secure cookies only where there is HTTPS."""
    talisman.init_app(
        app,
        force_https=False,
        strict_transport_security=https,
        strict_transport_security_max_age=ONE_YEAR,
        session_cookie_secure=https,
        session_cookie_samesite="Lax",
        frame_options="DENY",
        referrer_policy="same-origin",
        content_security_policy=CONTENT_SECURITY_POLICY,
        permissions_policy={"geolocation": "()", "camera": "()", "microphone": "()"},
    )
    app.after_request(_own_headers)


def _own_headers(response: Response) -> Response:
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if request.endpoint != "static" and "Cache-Control" not in response.headers:
        signed_in = current_user.is_authenticated
        response.headers["Cache-Control"] = "no-store" if signed_in else "no-cache"
    return response
