"""What people do in a browser, in their words. Every field is found by the name people read."""

from __future__ import annotations

from datetime import date

from playwright.sync_api import Locator, Page, expect

from audit_app.models import User
from audit_app.rules.audits import OVERSIGHT_PROMPTS
from tests.people import PASSWORD
from tests.recording import THREADS


def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    page.goto("/account/sign-in")
    sign_in_here(page, email, password)
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def sign_in_here(page: Page, email: str, password: str = PASSWORD) -> None:
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    press(page, "Sign in")


def sign_in_as(page: Page, user: User) -> Page:
    sign_in(page, user.email)
    return page


def press(page: Page, button: str) -> None:
    """Press a button; the upper one where a long form has it twice."""
    page.get_by_role("button", name=button, exact=True).first.click()


def follow(page: Page, link: str) -> None:
    page.get_by_role("main").get_by_role("link", name=link, exact=True).first.click()


def heading(page: Page, text: str) -> None:
    """See that the page that has opened is the one expected."""
    expect(page.get_by_role("heading", level=1, name=text, exact=True)).to_be_visible()


def group(page: Page, question: str) -> Locator:
    return page.get_by_role("group", name=question, exact=True)


def choose(page: Page, question: str, answer: str) -> None:
    group(page, question).get_by_role("radio", name=answer, exact=True).check()


def write(page: Page, question: str, text: str) -> None:
    page.get_by_role("textbox", name=question, exact=True).fill(text)


def enter_date(page: Page, question: str, day: date) -> None:
    boxes = group(page, question)
    for name, number in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        boxes.get_by_label(name, exact=True).fill(str(number))


def start_audit(page: Page, team: str, case: str = "7654321") -> str:
    """Start an audit from the home page; its reference."""
    page.goto("/")
    follow(page, "Start an audit")
    write(page, "Case reference", case)
    page.get_by_label("Team that holds the case").select_option(team)
    choose(page, "Type of audit", "Full audit")
    press(page, "Start the audit")
    heading(page, "Record the audit")
    return page.url.rpartition("/")[2]


def fill_case(page: Page, on: date) -> None:
    write(page, "Child’s age in years", "12")
    choose(page, "Plan status", "Child in need")
    write(page, "Worker’s staff ID", "E1006")
    choose(page, "How the case was chosen", "Selected at random")
    enter_date(page, "Date of the audit", on)
    enter_date(page, "First day of the period looked at", date(on.year - 1, 4, 1))
    enter_date(page, "Last day of the period looked at", on)
    choose(page, "Where you stand to the worker", "Independent of the worker’s line of management")
    choose(page, "Was the worker involved in the audit?", "Yes, the worker took part in the audit")


def judge_thread(page: Page, judgement: str) -> None:
    choose(page, "Judgement", judgement)
    write(page, "Evidence", "Three visits are written up, and he was seen alone at each.")
    write(page, "What is working well?", "He trusts his worker.")
    write(page, "What are we worried about?", "Two core group meetings were missed.")
    write(page, "What has been the impact for the child?", "He is back at school.")


def fill_overall(page: Page, judgement: str) -> None:
    choose(page, "Overall judgement", judgement)
    write(page, "Why this judgement?", "Standards are met and life is better for him.")
    choose(page, "Is this good practice that others can learn from?", "Yes")
    write(page, "What can others learn?", "How the plan was written with the family.")
    choose(page, "Is there an immediate safeguarding concern?", "No")


def fill_family(page: Page) -> None:
    choose(page, "Was feedback sought from the family?", "Yes, and feedback was given")
    write(page, "Who gave feedback?", "Mother")
    write(page, "How was it gathered?", "By telephone")
    write(page, "What did they say?", "She felt listened to.")


def add_action(page: Page, due: date) -> None:
    press(page, "Add an action")
    heading(page, "Add an action")
    write(page, "What needs to happen?", "Hold the two missed core groups.")
    page.get_by_label("Which golden thread?").select_option(THREADS[1])
    choose(page, "What kind of action is it?", "Quality: it was done, and should be done better")
    write(page, "Job or team that owns it, if nobody listed does", "Team manager")
    enter_date(page, "When is it due?", due)
    choose(page, "Priority", "High")
    press(page, "Save the action")


def record_everything(page: Page, judgement: str, on: date) -> None:
    """From the task list of a new audit to the page where answers are checked."""
    follow(page, "Case and people")
    fill_case(page, on)
    press(page, "Save and continue")
    for thread in THREADS:
        heading(page, thread)
        judge_thread(page, judgement)
        press(page, "Save and continue")
    heading(page, "Overall judgement")
    fill_overall(page, judgement)
    press(page, "Save and continue")
    heading(page, "Family feedback")
    fill_family(page)
    press(page, "Save and continue")
    heading(page, "Management oversight impact statement")
    for prompt in OVERSIGHT_PROMPTS:
        write(page, prompt.question, "An answer in a sentence or two.")
    press(page, "Save and continue")
    heading(page, "Actions")
    add_action(page, on)
    heading(page, "Actions")
    press(page, "Save and continue")
    heading(page, "Check answers before you submit")
