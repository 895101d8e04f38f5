"""What a browser fetches ahead is refused, however the browser says that it does."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.exceptions import ServiceUnavailable

from audit_app.web.guesses import refuse_guess


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Sec-Purpose", "prefetch;prerender"),
        ("Purpose", "prefetch"),
        ("Purpose", "Prefetch"),
        ("X-Moz", "prefetch"),
    ],
)
def test_a_guess_is_refused(name: str, said: str) -> None:
    with (
        Flask(__name__).test_request_context("/", headers={name: said}),
        pytest.raises(ServiceUnavailable),
    ):
        refuse_guess()


def test_what_somebody_asked_for_is_not() -> None:
    with Flask(__name__).test_request_context("/", headers={"Purpose": "navigate"}):
        refuse_guess()
    refuse_guess()
