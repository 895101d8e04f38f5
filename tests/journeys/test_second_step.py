"""A second step in a real browser: set up by hand, asked for, and no barrier on the way."""

from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest

from tests.account.half_minutes import STEP, stands_still
from tests.journeys.conftest import OpenBrowser
from tests.journeys.inspection import barriers
from tests.journeys.serving import Site
from tests.journeys.steps import press, sign_in_as, write
from tests.people import PASSWORD, World

pytestmark = [pytest.mark.browser, pytest.mark.sqlite_only]


def test_it_is_set_up_asked_for_and_removed_without_barriers(
    site: Site, world: World, open_browser: OpenBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = stands_still(monkeypatch)
    page = sign_in_as(open_browser(site), world.alice)
    page.goto("/account/second-step/")
    page.get_by_label("Your password", exact=True).fill(PASSWORD)
    press(page, "Begin")
    found = barriers(page)
    secret = page.locator("#secret").inner_text().replace(" ", "")
    write(page, "Code", "1")
    press(page, "Set up the second step")
    found += barriers(page)
    codes = pyotp.TOTP(secret)
    write(page, "Code", codes.at(at - timedelta(seconds=STEP)))
    press(page, "Set up the second step")
    press(page, "Sign out")
    write(page, "Email address", world.alice.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    press(page, "Sign in")
    found += barriers(page)
    write(page, "Code", "000000")
    press(page, "Sign in")
    found += barriers(page)
    write(page, "Code", codes.at(at + timedelta(seconds=STEP)))
    press(page, "Sign in")
    page.goto("/account/second-step/remove")
    found += barriers(page)
    page.goto("/account/")
    assert found + barriers(page) == []
