"""What an auditor is told at the point of judging, in both ways to record."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from audit_app.audits.earlier import earlier_audit, earlier_reference
from audit_app.extensions import db
from audit_app.models import Action, Audit, HistoryEvent
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.audits import OVERSIGHT_PROMPTS, Independence, Priority
from audit_app.rules.guidance import audited_lately, independence_note
from audit_app.rules.judgements import Judgement
from tests.browser_page import Page, PageClient
from tests.people import World
from tests.recording import CASE, start_audit, thread_answers

#: What a page shows; what it reads and writes is tried on every database elsewhere.
pytestmark = pytest.mark.sqlite_only

THE_CASE = "7654321"
LATELY = date(2026, 6, 1)


@pytest.fixture
def earlier(world: World) -> Audit:
    """An audit by Mallory of the case that start_audit starts one of, with two actions."""
    audit = world.recorded_audit(
        Judgement.REQUIRES_IMPROVEMENT, auditor=world.mallory, case=THE_CASE, on=LATELY
    )
    chronology = audit.findings[0]
    chronology.judgement = chronology.final_judgement = Judgement.INADEQUATE
    for what, thread in (("Draw the genogram.", chronology.thread_id), ("Visit.", None)):
        audit.actions.append(
            Action(
                what=what,
                owner="Team manager",
                due_on=date(2026, 7, 1),
                priority=Priority.HIGH,
                thread_id=thread,
            )
        )
    db.session.commit()
    return audit


def test_the_auditor_is_shown_the_last_audit_of_the_case(
    web: PageClient, world: World, earlier: Audit
) -> None:
    web.sign_in(world.alice)
    tasks = start_audit(web, world)
    for page in (web.get(f"{tasks.path}/section/case"), web.get(f"{tasks.path}/page")):
        panel = page.html.select_one(".app-earlier")
        assert "The last audit of this case: 1 June 2026" in panel.text
        shown = {row.dt.text: row.dd.text.strip() for row in panel.select("dl > div")}
        assert shown["Overall"] == "Requires Improvement to be Good"
        assert shown["Impact chronology"] == "Inadequate"
        assert "Draw the genogram." in panel.text
        assert "Visit." in panel.text


def test_its_judgement_of_a_thread_is_folded_beside_that_thread(
    web: PageClient, world: World, earlier: Audit
) -> None:
    web.sign_in(world.alice)
    tasks = start_audit(web, world)
    for page in (
        web.get(f"{tasks.path}/section/thread-chronology"),
        web.get(f"{tasks.path}/page"),
    ):
        fold = page.html.select_one("[data-section] form .app-earlier-fold")
        assert "Inadequate" in fold.text
        assert "Draw the genogram." in fold.text
        assert "Visit." not in fold.text


def test_capitals_make_no_other_case(world: World) -> None:
    before = world.recorded_audit(case="ab1234")
    for case, shown in (("AB1234", before.reference), ("AB1235", None)):
        draft = world.recorded_audit(case=case, state=AuditState.DRAFT)
        assert earlier_reference(draft) == shown


def test_nothing_of_the_earlier_audit_is_shown_but_its_judgements_and_actions(
    web: PageClient, world: World, earlier: Audit
) -> None:
    web.sign_in(world.alice)
    tasks = start_audit(web, world)
    page = web.get(f"{tasks.path}/page")
    seen = page.response.get_data(as_text=True)
    for kept in ("Evidence for", "The evidence of the six threads", "Mallory", earlier.reference):
        assert kept not in seen
    web.get(f"/audits/{earlier.reference}", status=404)


def test_a_case_never_audited_shows_no_panel(web: PageClient, world: World) -> None:
    world.recorded_audit(case="1111111")
    world.recorded_audit(case=THE_CASE, state=AuditState.DRAFT)
    web.sign_in(world.alice)
    tasks = start_audit(web, world)
    page = web.get(f"{tasks.path}/page")
    assert (
        page.html.select_one(".app-earlier, .app-earlier-fold, .app-warned[data-note*=a]") is None
    )


def test_the_newest_of_several_is_shown_and_never_the_draft_itself(
    world: World, earlier: Audit
) -> None:
    newest = world.recorded_audit(Judgement.GOOD, case=THE_CASE, on=date(2026, 9, 1))
    draft = world.recorded_audit(case=THE_CASE, on=date(2026, 11, 1), state=AuditState.DRAFT)
    shown = earlier_audit(draft, world.alice)
    assert shown is not None
    assert shown.reference == newest.reference
    assert shown.overall is Judgement.GOOD


def test_a_judgement_hidden_for_blind_moderation_stays_hidden_here(
    world: World, earlier: Audit
) -> None:
    draft = world.recorded_audit(case=THE_CASE, on=date(2026, 11, 1), state=AuditState.DRAFT)
    earlier.blind = True
    db.session.commit()
    to_bob, to_alice = (earlier_audit(draft, who) for who in (world.bob, world.alice))
    assert to_bob is not None
    assert to_bob.hidden
    assert (to_bob.overall, list(to_bob.threads)) == (None, [])
    assert len(to_bob.actions) == 2
    assert to_alice is not None
    assert to_alice.overall is Judgement.REQUIRES_IMPROVEMENT


def test_history_says_once_who_was_shown_which_audit(
    web: PageClient, world: World, earlier: Audit
) -> None:
    web.sign_in(world.alice)
    tasks = start_audit(web, world)
    case = web.get(f"{tasks.path}/section/case")
    for _ in range(2):
        case = web.send(case, "Save and come back later", child_age="9")
        case = web.get(f"{tasks.path}/section/case")
    web.get(f"{tasks.path}/page")
    draft = tasks.path.rpartition("/")[2]
    assert _events(draft).count("was shown the last audit of the case") == 1
    assert _events(earlier.reference) == ["was shown its judgements and actions"]


def test_history_says_so_when_the_case_is_changed_to_one_audited_before(
    web: PageClient, world: World, earlier: Audit
) -> None:
    web.sign_in(world.alice)
    form = web.get("/audits/new")
    tasks = web.send(form, case_reference="5555555", team=str(world.south.id), audit_type="full")
    assert _events(earlier.reference) == []
    case = web.get(f"{tasks.path}/section/case")
    assert case.html.select_one(".app-earlier") is None
    web.send(case, "Save and come back later", case_reference=THE_CASE)
    assert _events(earlier.reference) == ["was shown its judgements and actions"]
    assert web.get(case.path).html.select_one(".app-earlier") is not None


def test_what_was_recorded_since_the_case_was_saved_is_not_shown_unremembered(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.alice)
    tasks = start_audit(web, world)
    later = world.recorded_audit(case=THE_CASE, auditor=world.mallory, on=LATELY)
    case = web.get(f"{tasks.path}/section/case")
    assert case.html.select_one(".app-earlier") is None
    web.send(case, "Save and come back later")
    assert web.get(case.path).html.select_one(".app-earlier") is not None
    assert _events(later.reference) == ["was shown its judgements and actions"]


def test_an_audit_within_twelve_months_is_a_warning_and_no_block(
    web: PageClient, world: World, earlier: Audit
) -> None:
    web.sign_in(world.alice)
    tasks = start_audit(web, world)
    case = web.get(f"{tasks.path}/section/case")
    assert [words for words in _warnings(case) if "less than 12 months" in words]
    onward = web.post(case.path, case.fields() | CASE)
    assert onward.h1 == "Impact chronology"


@pytest.mark.parametrize(
    ("before", "on", "lately"),
    [
        (date(2025, 3, 4), date(2026, 3, 3), True),
        (date(2025, 3, 4), date(2026, 3, 4), False),
        (date(2025, 3, 31), date(2026, 3, 1), True),
        (date(2024, 2, 29), date(2025, 2, 28), True),
        (date(2024, 1, 1), date(2026, 3, 1), False),
        (date(2026, 3, 4), date(2026, 3, 4), True),
    ],
)
def test_twelve_months_are_counted_by_the_calendar(before: date, on: date, lately: bool) -> None:
    assert audited_lately(before, on) is lately


def test_a_manager_of_the_worker_is_told_so_and_nothing_is_chosen_for_them(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.mallory)
    tasks = start_audit(web, world)
    case = web.get(f"{tasks.path}/section/case")
    assert [words for words in _warnings(case) if "You manage this team" in words]
    assert case.html.select_one("[name=independence][checked]") is None
    answers = case.fields() | CASE | {"independence": "independent"}
    onward = web.post(case.path, answers)
    assert onward.h1 == "Impact chronology"
    assert [words for words in _warnings(web.get(case.path)) if "says otherwise" in words]


def test_nobody_else_is_told_that_they_manage_the_worker() -> None:
    assert independence_note(False, Independence.INDEPENDENT) is None
    assert independence_note(False, None) is None


def test_a_reason_is_asked_for_where_the_overall_judgement_is(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.alice)
    tasks = start_audit(web, world)
    thread = web.get(f"{tasks.path}/section/thread-voice")
    web.send(thread, "Save and continue", **thread_answers("inadequate"))
    overall = web.get(f"{tasks.path}/section/overall")
    assert _warnings(overall) == []
    refused = web.send(overall, "Save and continue", status=400, overall="good")
    reason = "Child’s voice and direct work is judged Inadequate and the overall judgement is not"
    assert f"{reason}. Give a reason below." in _warnings(refused)
    assert f"{reason}. Give a reason below." in _warnings(web.get(f"{tasks.path}/page"))
    web.send(refused, "Save and come back later", overall_reason="Put right in May.")
    assert _warnings(web.get(overall.path)) == [f"{reason}. Your reason is below."]


@pytest.mark.parametrize("button", ["Save and continue", "Save and come back later"])
def test_a_safeguarding_concern_asks_at_once_who_was_told_and_when(
    web: PageClient, world: World, button: str
) -> None:
    web.sign_in(world.alice)
    tasks = start_audit(web, world)
    overall = web.get(f"{tasks.path}/section/overall")
    refused = web.send(
        overall, button, status=400, safeguarding_concern="yes", concern_what="Seen with a bruise."
    )
    assert {"Say who was told", "Enter when they were told"} <= set(refused.errors)
    assert refused.fields()["concern_what"] == "Seen with a bruise."
    again = web.get(overall.path)
    assert again.fields()["concern_what"] == "Seen with a bruise."
    assert again.fields()["safeguarding_concern"] == "yes"


def test_each_prompt_says_what_a_useful_answer_holds(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    tasks = start_audit(web, world)
    for page in (web.get(f"{tasks.path}/section/oversight"), web.get(f"{tasks.path}/page")):
        hints = {hint.text.strip() for hint in page.html.select(".govuk-hint")}
        assert {prompt.useful for prompt in OVERSIGHT_PROMPTS} <= hints


def test_a_sentence_to_quote_is_kept_and_shown_where_the_audit_is_read(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.alice)
    tasks = start_audit(web, world)
    overall = web.get(f"{tasks.path}/section/overall")
    quote = "They drew the family’s map together on the first visit."
    web.send(overall, "Save and come back later", good_practice="yes", good_practice_quote=quote)
    assert quote in web.get(f"{tasks.path}/check").text
    refused = web.send(
        web.get(overall.path), "Save and continue", status=400, good_practice_quote="x" * 301
    )
    assert "Use 300 characters or fewer" in refused.errors


def _warnings(page: Page) -> list[str]:
    notes = page.html.select("[data-notes] [data-words]")
    return [" ".join(note.text.split()) for note in notes]


def _events(reference: str) -> list[str]:
    """What history says of an audit after it was started, saves left out."""
    verbs = db.session.scalars(
        select(HistoryEvent.verb).where(HistoryEvent.record_reference == reference)
    )
    return [verb for verb in verbs if verb.startswith("was shown")]
