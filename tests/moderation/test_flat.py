"""The moderation page costs the same with 50,000 audits as with ten."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.bench.asking import reading
from tests.bench.made_up import LEAD, MODERATOR

pytestmark = pytest.mark.slow

#: The session, who it is and their roles; how many wait, which, and their lines; disputes to
#: resolve; what was returned, and moderated lately.
MOST = 10
READERS = pytest.mark.parametrize("email", [MODERATOR, LEAD])


@READERS
def test_the_queue_asks_as_much_of_50_000_audits_as_of_ten(
    few_and_many: tuple[Flask, Flask], email: str
) -> None:
    asked = []
    for app in few_and_many:
        with reading(app, email) as reader:
            asked.append(len(reader.questions("/moderation/")))
    assert asked[0] == asked[1] <= MOST


@READERS
def test_no_page_of_the_queue_reads_every_audit(
    few_and_many: tuple[Flask, Flask], email: str
) -> None:
    with reading(few_and_many[1], email) as reader:
        for path in ("/moderation/", "/moderation/?page=3"):
            assert not reader.read_whole(path) & {"audits", "moderations", "moderation_draws"}, path
