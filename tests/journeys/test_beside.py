"""What stands beside a field comes and goes while somebody types, without the page being opened."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import OpenBrowser
from tests.journeys.inspection import barriers
from tests.journeys.serving import Site
from tests.journeys.steps import sign_in_as, start_audit
from tests.people import World

pytestmark = [pytest.mark.browser, pytest.mark.sqlite_only]

PHONE = "Ring her aunt on 07700 900123."


def test_personal_data_and_half_a_date_are_pointed_out_and_the_mended_text_is_left_alone(
    site: Site, open_browser: OpenBrowser, world: World
) -> None:
    page = open_browser(site)
    sign_in_as(page, world.alice)
    reference = start_audit(page, world.south.name)
    page.goto(f"/audits/{reference}/page")
    thread = page.locator("#section-thread-chronology")
    evidence = thread.locator("[name=evidence]")
    evidence.fill(PHONE)
    expect(thread.get_by_text("This looks like a phone number")).to_be_visible()
    assert (evidence.get_attribute("aria-describedby") or "").endswith("evidence-found")
    case = page.locator("#section-case")
    case.locator("[name=audit_date-day]").fill("5")
    expect(case.get_by_text("The date of the audit must include a month and year")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-saved-all]")).to_have_text("Saved. 2 things need your attention.")
    assert barriers(page) == []
    thread.get_by_label("Why must it stay?").fill("It is the number of the school.")
    expect(thread.get_by_text("Your reason is kept with it.")).to_be_visible()
    evidence.fill("Ring her aunt.")
    expect(thread.get_by_text("This holds")).to_be_hidden()
    case.locator("[name=audit_date-day]").fill("")
    expect(case.locator(".govuk-error-message")).to_have_count(0)
