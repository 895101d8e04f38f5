"""How large the letters of an alert may be, guessed before it is set."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest
from flask import Flask
from pypdf import PdfReader

from audit_app.alerts.fitting import SIZES, guess, sizes_to_try
from audit_app.alerts.printing import alert_made
from audit_app.alerts.queries import sheet_of
from audit_app.alerts.sheet import Sheet
from audit_app.rules.judgements import Judgement
from tests.alerts.alerts_to_try import TODAY, issued
from tests.people import World

pytestmark = pytest.mark.sqlite_only
SAID = "The record told us the date of each visit and little of what the child saw. "


def sheet(world: World, found: int) -> Sheet:
    for _ in range(3):
        world.recorded_audit(Judgement.INADEQUATE)
    alert = sheet_of(issued(world), TODAY)
    return replace(alert, found=(SAID * 12)[:found], good_looks_like=(SAID * 12)[:found])


@pytest.mark.parametrize("found", [40, 300, 600])
def test_what_is_printed_fits_one_side_at_the_first_try_or_at_the_second(
    app: Flask, world: World, found: int
) -> None:
    alert = sheet(world, found)
    made = alert_made(alert)
    printed = made.html.decode().partition('class="')[2].partition('"')[0]
    assert printed in sizes_to_try(alert)[:2]
    assert len(PdfReader(BytesIO(made.pdf)).pages) == 1


def test_few_words_are_large_and_many_are_small(app: Flask, world: World) -> None:
    names = [size.name for size in SIZES]
    short, long = sheet(world, 40), sheet(world, 600)
    assert sizes_to_try(short) == names
    full = replace(long, why_now=SAID * 5, standards=SAID * 4, how_checked=SAID * 4)
    assert sizes_to_try(full) == names[-1:]
    assert [guess(full, size) for size in SIZES] == sorted(
        (guess(full, size) for size in SIZES), reverse=True
    )
