"""Every page there is, by who may open it, as addresses into a site.

A page whose address names no record is found by itself. One that names a record needs a place here:
a test fails until it has one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Flask

from audit_app.rules.permissions import ROLE_PERMISSIONS, Role
from audit_app.web.access import PUBLIC, access_of

#: Answers that are no pages for people.
NOT_PAGES = {"static", "health.healthz", "health.readyz", "account.left", "insight.claims.insight"}
#: Ways to the council's own sign-in and back: they are gone through, and nobody stays there.
NOT_PAGES |= {f"account.council.{name}" for name in ("start", "back", "leave")}
#: Asked for between a password and signing in, so it has a tour of its own.
NOT_PAGES |= {"account.second_step.code"}
#: Of one record that waits for it, though their addresses name none: without it there is no page.
WAITS = {"disposal.confirm"}
FILES = (".csv", ".ics", ".json", ".pdf", ".txt", ".xlsx", ".zip")

TEAM_MANAGER, MODERATOR, LEAD = Role.TEAM_MANAGER, Role.MODERATOR, Role.PRACTICE_LEAD
HEAD = Role.HEAD_OF_SERVICE
DCS, PRACTITIONER, ADMINISTRATOR = Role.DCS_OFFICE, Role.PRACTITIONER, Role.ADMINISTRATOR


@dataclass(frozen=True)
class Place:
    """A page by its view; a value in angle brackets stands for a record of the demonstration."""

    endpoint: str
    values: dict[str, str] = field(default_factory=dict)


def at(endpoint: str, **values: str) -> Place:
    return Place(endpoint, {name.removesuffix("_"): value for name, value in values.items()})


def pages_open_to(app: Flask, role: Role | None) -> dict[str, bool]:
    """The views that a role (None for somebody not signed in) may open as pages.

    For each, whether its address names a record, or it is there for one only.
    """
    held = {PUBLIC} if role is None else ROLE_PERMISSIONS[role]
    return {
        rule.endpoint: bool(rule.arguments) or rule.endpoint in WAITS
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
        and rule.endpoint not in NOT_PAGES
        and not rule.rule.endswith(FILES)
        and access_of(app, rule.endpoint) in held
    }


def plain_places(app: Flask, role: Role | None) -> list[Place]:
    """The pages that name no record."""
    return [at(view) for view, named in pages_open_to(app, role).items() if not named]


_THREAD_SET = at("framework.thread_set", code="2021")
_ONCE_ISSUED = ("issued", "withdrawn", "superseded")
#: An issued alert as everybody meets it: in force or not, and its paper as a page.
_ISSUED = (
    at("prints.print_made", reference="<published alert>"),
    *(
        at("alerts.alert", reference=f"<{how} alert>")
        for how in ("issued", "withdrawn", "superseded")
    ),
    at("alerts.page", reference="<issued alert>"),
)
#: Whether it worked, of one that is in force and of one that another took the place of.
_WORKED = tuple(
    at("insight.effects.effect", reference=f"<{how} alert>") for how in ("issued", "superseded")
)
_FOLLOWED = (
    *_WORKED,
    at("alerts.alerts", standing="past"),
    at("alerts.teams.listed", reference="<issued alert>"),
)
_TALKED = at("alerts.teams.talk", reference="<issued alert>")
_WITHDRAW = at("alerts.after.withdraw", reference="<issued alert>")
_TOTAL = at("historic.one", reference="<published total>")
_WITHDRAW_TOTAL = at("historic.withdraw", reference="<published total>")
_WAITING = at("audits.audit", reference="<waiting audit>")
_MODERATED = at("audits.audit", reference="<moderated audit>")
#: Pages of figures, asked for in other ways than they open.
FIGURES = (
    at("insight.distribution", by="month", from_="1/1/2024", to="31/10/2026"),
    at("insight.distribution", by="quarter", thread="plan", basis="audited", selection="random"),
    at("insight.distribution", same_months="yes"),
    at("insight.distribution", to="1/1/2001"),
    at("insight.over_time.trends", thread="plan"),
    at("insight.places.places", thread="plan", by="financial-year"),
    at("insight.places.places", share="outside"),
    at("insight.moderated.moderation", thread="plan"),
    *(
        at("insight.explore.explore", split=split, measure=measure)
        for split, measure in (
            ("service", "good_or_better"),
            ("team", "audits"),
            ("thread", "actions_helped"),
        )
    ),
    at("insight.explore.explore", split="team", share="outside"),
)


def _kept(role: Role) -> Place:
    """A view that this role keeps."""
    return at("insight.explore.views.view", reference=f"<view of {role}>")


_LISTS = (
    at("audits.audits", page="3", sort="team", order="asc"),
    at("audits.audits", state="submitted", judgement="good", thread="plan", from_="1/9/2019"),
    at("audits.audits", to="1/1/2001"),
)


#: Pages about cycles that heads of service open too.
_CYCLES = (
    at("programme.cycles.cycle", reference="<drawn cycle>"),
    at("programme.cycles.cycle", reference="<cycle being prepared>"),
    at("programme.draw.drawn", reference="<drawn cycle>"),
    at("programme.draw.replay", reference="<drawn cycle>"),
    at("programme.draw.exemptions", reference="<cycle being prepared>"),
    at("programme.draw.exempt", reference="<cycle being prepared>"),
)


def _allocated(*which: str) -> tuple[Place, ...]:
    return tuple(at("programme.mine.allocation", reference=f"<audit {each}>") for each in which)


_TO_JUDGE = (
    at("calibration.exercise", reference="<exercise to judge>"),
    at("calibration.judge", reference="<exercise to judge>"),
)


def _read(audit: str) -> tuple[Place, ...]:
    return (
        at("reading.story", reference=audit),
        at("reading.submission", reference=audit, number="1"),
    )


def _sections(draft: str) -> tuple[Place, ...]:
    keys = ("case", "thread-chronology", "overall", "family", "oversight", "actions")
    return (
        at("audits.audit", reference=draft),
        at("long_page.page", reference=draft),
        at("audits.check", reference=draft),
        *(at("recording.section", reference=draft, key=key) for key in keys),
    )


def _actions(role: Role) -> tuple[Place, ...]:
    """What this role meets of actions: its own, and those it answers for."""
    own, early, vain = (f"<{how} action of {role}>" for how in ("open", "early", "vain"))
    places = [
        *(at(f"improvement.actions.{view}", reference=own) for view in _ON_OPEN),
        at("improvement.actions.action", reference=early),
        at("improvement.actions.answer", reference=early),
    ]
    if role is PRACTITIONER:
        return tuple(places)
    places += [
        at("improvement.actions.action", reference=vain),
        at("improvement.actions.action", reference="<action to verify>"),
        at("improvement.actions.verify", reference="<action to verify>"),
        at("improvement.raising.another", reference=vain),
        at("improvement.raising.from_theme", reference="<theme>"),
        at("improvement.samples.sample", reference="<sample>"),
        _LOOK_AGAIN,
    ]
    if role in (MODERATOR, LEAD):
        places += [at("improvement.raising.from_audit", reference="<moderated audit>")]
    if role is MODERATOR:
        return tuple(places)
    return (
        *places,
        at("improvement.actions.assign", reference=own),
        at("improvement.actions.action", reference="<likely duplicate>"),
        at("improvement.actions.join", reference="<likely duplicate>"),
        at("improvement.actions.action", reference="<joined action>"),
        at("improvement.actions.separate", reference="<joined action>"),
        at("improvement.actions.reopen", reference=vain),
    )


_ON_OPEN = ("action", "note", "extend", "close")
_LOOK_AGAIN = at(
    "improvement.samples.recheck", reference="<sample>", action="<action to look at again>"
)

_SIGNED = (
    at("summaries.summary", reference="<signed summary>"),
    at("summaries.page", reference="<signed summary>"),
)


def _summaries(role: Role) -> tuple[Place, ...]:
    """What whoever starts summaries meets of them."""
    return (
        *_SIGNED,
        at("summaries.summary", reference="<summary to sign>"),
        at("summaries.summary", reference="<draft summary>"),
        at("summaries.batches.batch", reference=f"<batch of {role}>"),
    )


#: Where each role goes in the demonstration besides the pages that name no record.
FULL: dict[Role, tuple[Place, ...]] = {
    TEAM_MANAGER: (
        _TALKED,
        *_actions(TEAM_MANAGER),
        *_sections("<new draft>"),
        *_sections("<full draft>"),
        at("recording.action", reference="<full draft>", action_id="<action>"),
        at("recording.remove_action", reference="<full draft>", action_id="<action>"),
        at("audits.discard", reference="<full draft>"),
        at("audits.submitted", reference="<own audit>"),
        at("moderation.disputes.answer", reference="<audit to answer>"),
        at("escalations.escalation", reference="<team’s escalation>"),
        at("escalations.note", reference="<team’s escalation>"),
        at("reflection.acknowledge", reference="<reflection shared>"),
        at("calibration.exercise", reference="<closed exercise>"),
        *_TO_JUDGE,
        at("audits.audit", reference="<own audit>"),
        *_read("<own audit>"),
        at("audits.audit", reference="<re-audit>"),
        at("audits.audit", reference="<audit followed up>"),
        at("recording.section", reference="<re-audit begun>", key="case"),
        *_allocated("given", "begun", "asked about", "exempted"),
        at("programme.mine.ask", reference="<audit given>"),
        at("programme.mine.stake", reference="<audit given>"),
        *_ISSUED,
        _THREAD_SET,
    ),
    MODERATOR: (
        *_actions(MODERATOR),
        *_read("<waiting audit>"),
        at("reading.story", reference="<moderated audit>"),
        at("moderation.moderate", reference="<waiting audit>"),
        at("moderation.done", reference="<moderated audit>"),
        at("moderation.return_for_evidence", reference="<waiting audit>"),
        at("moderation.disputes.resolve", reference="<dispute for a moderator>"),
        at("moderation.allocation.take_over", reference="<colleague’s audit>"),
        _kept(MODERATOR),
        *_SIGNED,
        *_TO_JUDGE,
        _WAITING,
        _MODERATED,
        *_ISSUED,
        *_WORKED,
        _THREAD_SET,
    ),
    HEAD: (
        *_FOLLOWED,
        _TALKED,
        *_actions(HEAD),
        *_read("<waiting audit>"),
        *(
            at(f"escalations.{view}", reference="<open escalation>")
            for view in ("escalation", "note", "close")
        ),
        *(
            at(f"escalations.{view}", reference="<closed escalation>")
            for view in ("escalation", "reopen")
        ),
        at("escalations.escalations", state="closed", page="2"),
        *_CYCLES,
        *_allocated("asked about", "without auditor"),
        at("programme.requests.decide", reference="<audit asked about>"),
        _kept(HEAD),
        *_SIGNED,
        *_TO_JUDGE,
        _WAITING,
        _MODERATED,
        *_ISSUED,
        _THREAD_SET,
    ),
    LEAD: (
        *_FOLLOWED,
        _WITHDRAW,
        _TOTAL,
        _WITHDRAW_TOTAL,
        *_actions(LEAD),
        at("improvement.samples.replay", reference="<sample>"),
        *_read("<waiting audit>"),
        at("moderation.disputes.resolve", reference="<dispute for a lead>"),
        at("moderation.allocation.allocate", reference="<waiting audit>"),
        at("moderation.allocation.call_in", reference="<audit left out>"),
        at("moderation.cycles.cycle", reference="<cycle>"),
        at("moderation.cycles.cycle", reference="<cycle to come>"),
        at("moderation.cycles.change", reference="<cycle to come>"),
        at("moderation.cycles.remove", reference="<cycle to come>"),
        at("moderation.cycles.replay", reference="<cycle>"),
        at("escalations.escalation", reference="<open escalation>"),
        at("escalations.note", reference="<open escalation>"),
        at("escalations.reopen", reference="<closed escalation>"),
        at("calibration.new", reference="<audit to calibrate on>"),
        at("calibration.new", reference="<waiting audit>"),
        at("calibration.close", reference="<open exercise>"),
        at("calibration.learning", reference="<closed exercise>"),
        *(
            at("calibration.exercise", reference=f"<{which} exercise>")
            for which in ("open", "closed")
        ),
        *_CYCLES,
        *_allocated("asked about", "without auditor", "exempted"),
        at("programme.requests.decide", reference="<audit asked about>"),
        at("programme.requests.give", reference="<audit asked about>"),
        at("programme.requests.give", reference="<audit without auditor>"),
        at("programme.requests.ask", reference="<audit without auditor>"),
        at("programme.requests.re_audit", reference="<audit to do again>"),
        at("programme.completion.figures", cycle="<drawn cycle>"),
        at("programme.completion.figures", from_="1/1/2001", to="31/3/2001"),
        *(
            at(f"programme.{view}", reference="<cycle being prepared>")
            for view in (
                "cycles.change",
                "cycles.remove",
                "targets.targets",
                "case_lists.page",
                "draw.confirm",
            )
        ),
        *(
            at(
                "programme.case_lists.checked",
                reference="<cycle being prepared>",
                token=f"<{which}>",
            )
            for which in ("good list", "bad list")
        ),
        at("programme.case_lists.page", reference="<drawn cycle>"),
        *_TO_JUDGE,
        at("alerts.alert", reference="<draft alert>"),
        at("alerts.writing.edit", reference="<draft alert>"),
        at("alerts.writing.edit", reference="<draft alert>", check="1"),
        at("alerts.writing.basis", reference="<draft alert>"),
        at("alerts.alert", reference="<submitted alert>"),
        at("alerts.alert", reference="<approved alert>"),
        at("framework.themes.change", reference="<theme>"),
        at("transfer.checked", token="<good file>"),
        at("transfer.checked", token="<bad file>"),
        at("transfer.imported", reference="<import>"),
        at("insight.profiles.profile", reference="<auditor>"),
        _kept(LEAD),
        *_summaries(LEAD),
        at("prints.print_made", reference="<print>"),
        at("summaries.commentary.commentary", reference="<draft summary>"),
        at("summaries.commentary.commentary", reference="<draft summary>", check="1"),
        at("summaries.new_edition", reference="<signed summary>"),
        _WAITING,
        _MODERATED,
        *_LISTS,
        *_ISSUED,
        _THREAD_SET,
    ),
    DCS: (
        *_FOLLOWED,
        _WITHDRAW,
        at("alerts.alert", reference="<submitted alert>"),
        _kept(DCS),
        *_summaries(DCS),
        *_ISSUED,
        _THREAD_SET,
    ),
    PRACTITIONER: (
        *_actions(PRACTITIONER),
        *_read("<audit of own work>"),
        at("audits.audit", reference="<audit of own work>"),
        at("reflection.write", reference="<audit to reflect on>"),
        at("reflection.share", reference="<reflection begun>"),
        at("audits.audit", reference="<reflection shared>"),
        at("reflection.my_work", page="2"),
        at("reflection.shared_practice", thread="voice"),
        *_ISSUED,
        _THREAD_SET,
    ),
    Role.INSPECTOR: (
        *_FOLLOWED[:2],
        *_read("<waiting audit>"),
        at("improvement.actions.action", reference="<action to verify>"),
        at("escalations.escalation", reference="<open escalation>"),
        at("escalations.escalation", reference="<closed escalation>"),
        at("escalations.escalations", state="closed", page="2"),
        at("prints.print_made", reference="<published alert>"),
        *_SIGNED,
        _WAITING,
        _MODERATED,
        *_LISTS,
        *_ISSUED,
        _THREAD_SET,
    ),
    Role.INFORMATION_GOVERNANCE: (
        at("history.events", kind="changed", type="audit"),
        at("history.events", records="ZZZZ-2222"),
        at("history.events", before="1"),
        at("history.viewing", days="366"),
        at("disposal.hold", reference="<hold>"),
        at("disposal.hold", reference="<lifted hold>"),
        at("disposal.lift", reference="<hold>"),
        at("disposal.certificate", reference="<certificate>"),
        at("disposal.confirm"),
        *_ISSUED,
        _THREAD_SET,
    ),
    ADMINISTRATOR: (
        at("people.people", page="2"),
        at("people.people", q="nobody of this name"),
        at("people.person", reference="<person>"),
        at("people.person", reference="<person without a role>"),
        at("people.details", reference="<person>"),
        at("people.give_role", reference="<person>"),
        at("people.password", reference="<person>"),
        at("people.places.new", kind="service"),
        at("people.places.new", kind="team"),
        at("people.places.change", kind="team", number="<team>"),
        *_ISSUED,
        _THREAD_SET,
    ),
}


@dataclass(frozen=True)
class Mistake:
    """A form sent with something wrong: on what page, with which button, with what typed."""

    place: Place
    button: str
    typed: dict[str, str] = field(default_factory=dict)


def _unfinished(key: str) -> Mistake:
    return Mistake(at("recording.section", reference="<new draft>", key=key), "Save and continue")


#: What everybody with a password can mistype about their own.
_OWN_PASSWORD: tuple[Mistake, ...] = (
    Mistake(at("account.own.password"), "Change your password"),
    Mistake(
        at("account.own.password"),
        "Change your password",
        {"Current password": "not this one", "New password": "short"},
    ),
)

MISTAKES: dict[Role, tuple[Mistake, ...]] = {
    Role.INSPECTOR: _OWN_PASSWORD,
    TEAM_MANAGER: (
        Mistake(_TALKED, "Save for good"),
        *(
            Mistake(
                at(f"improvement.actions.{view}", reference=f"<open action of {TEAM_MANAGER}>"),
                button,
            )
            for view, button in (
                ("note", "Add the note"),
                ("extend", "Give it longer"),
                ("assign", "Save the owner"),
                ("close", "Save"),
            )
        ),
        Mistake(at("improvement.actions.join", reference="<likely duplicate>"), "Join them"),
        Mistake(
            at("improvement.actions.separate", reference="<joined action>"), "Follow it on its own"
        ),
        Mistake(at("improvement.actions.verify", reference="<action to verify>"), "Save"),
        Mistake(
            at("improvement.raising.another", reference=f"<vain action of {TEAM_MANAGER}>"),
            "Raise the action",
        ),
        Mistake(at("audits.new"), "Start the audit"),
        *(_unfinished(key) for key in ("case", "thread-voice", "overall", "family", "oversight")),
        Mistake(
            at("recording.section", reference="<full draft>", key="case"),
            "Save and continue",
            {"Child’s age in years": "twelve", "Case reference": "K. Jones"},
        ),
        Mistake(at("recording.action", reference="<new draft>"), "Save the action"),
        Mistake(at("audits.check", reference="<new draft>"), "Submit the audit"),
        Mistake(
            at("moderation.disputes.answer", reference="<audit to answer>"), "Send your answer"
        ),
        Mistake(at("calibration.judge", reference="<exercise to judge>"), "Send my judgements"),
        Mistake(at("programme.mine.ask", reference="<audit given>"), "Ask"),
        Mistake(at("programme.mine.stake", reference="<audit given>"), "Declare my stake"),
    ),
    MODERATOR: (
        Mistake(
            at("moderation.moderate", reference="<waiting audit>"), "Save my judgement for good"
        ),
        Mistake(
            at("moderation.return_for_evidence", reference="<waiting audit>"), "Return the audit"
        ),
        Mistake(
            at("moderation.disputes.resolve", reference="<dispute for a moderator>"),
            "Resolve the dispute",
        ),
        Mistake(at("insight.distribution"), "Apply filters", {"Audited from": "yesterday"}),
        Mistake(at("insight.explore.explore"), "Apply filters", {"Audited to": "tomorrow"}),
        Mistake(at("insight.explore.views.new"), "Save the view"),
        Mistake(
            at("insight.explore.views.view", reference=f"<view of {MODERATOR}>"),
            "Rename the view",
            {"Name of the view": ""},
        ),
        Mistake(at("account.tokens.new"), "Make the token"),
    ),
    HEAD: (
        Mistake(
            at("programme.draw.exempt", reference="<cycle being prepared>"),
            "Keep it out",
            {"Case reference": "9999999", "Why must it not be drawn?": "A hearing."},
        ),
        Mistake(at("escalations.close", reference="<open escalation>"), "Save"),
        Mistake(at("escalations.note", reference="<open escalation>"), "Add the note"),
        Mistake(at("escalations.reopen", reference="<closed escalation>"), "Open it again"),
    ),
    LEAD: (
        Mistake(at("prints.prints"), "Check the file", {"Or its SHA-256 checksum": "12"}),
        Mistake(at("programme.cycles.new"), "Set up the cycle", {"Name": ""}),
        Mistake(
            at("programme.requests.decide", reference="<audit asked about>"), "Save my decision"
        ),
        Mistake(
            at("programme.requests.give", reference="<audit without auditor>"),
            "Give it to this person",
        ),
        Mistake(
            at("programme.requests.re_audit", reference="<audit to do again>"),
            "Ask for the re-audit",
        ),
        Mistake(at("programme.completion.figures"), "Apply filters", {"First due from": "soon"}),
        Mistake(at("programme.absences.absences"), "Record the days away"),
        Mistake(
            at("programme.case_lists.page", reference="<cycle being prepared>"), "Check the file"
        ),
        Mistake(
            at("programme.targets.targets", reference="<cycle being prepared>"),
            "Fill in the boxes",
            {"Share of the open cases of each service, in percent": "a few"},
        ),
        Mistake(at("framework.themes.new"), "Add this theme"),
        Mistake(
            at("improvement.samples.new"),
            "Draw the sample",
            {"Share to look at again, in percent": "0"},
        ),
        Mistake(_LOOK_AGAIN, "Record what you found"),
        Mistake(at("moderation.cycles.new"), "Set up the cycle", {"Name": ""}),
        Mistake(
            at("moderation.allocation.allocate", reference="<waiting audit>"),
            "Give it to this moderator",
        ),
        Mistake(at("moderation.allocation.call_in", reference="<audit left out>"), "Call it in"),
        Mistake(_WITHDRAW, "Withdraw this alert"),
        Mistake(at("historic.new"), "Enter this total", {"Outstanding": "some"}),
        Mistake(_WITHDRAW_TOTAL, "Withdraw this total"),
        Mistake(at("alerts.writing.new"), "Save and continue", {"Title": ""}),
        Mistake(
            at("alerts.writing.edit", reference="<draft alert>"),
            "Save and submit for approval",
            {"Requirement 2": "See every child alone."},
        ),
        Mistake(at("transfer.import_audits"), "Check the file"),
        Mistake(at("calibration.new", reference="<audit to calibrate on>"), "Open the exercise"),
    ),
    PRACTITIONER: (
        Mistake(
            at("reflection.write", reference="<audit to reflect on>"),
            "Save",
            {"Your reflection": "I rang 07700 900123 too late."},
        ),
    ),
    DCS: (Mistake(at("alerts.alert", reference="<submitted alert>"), "Return this alert"),),
    Role.INFORMATION_GOVERNANCE: (
        Mistake(at("history.events"), "Apply filters", {"From": "yesterday"}),
        Mistake(at("history.events"), "Find", {"Find what was done to a case": "K. Jones"}),
        Mistake(at("disposal.place"), "Place this hold", {"Case reference": "K. Jones"}),
        Mistake(at("disposal.lift", reference="<hold>"), "Lift this hold"),
    ),
    ADMINISTRATOR: (
        Mistake(at("people.new"), "Add this person"),
        Mistake(at("people.give_role", reference="<person>"), "Give this role"),
        Mistake(at("people.password", reference="<person>"), "Set this password"),
        Mistake(at("people.details", reference="<person>"), "Save details", {"Name": ""}),
        Mistake(at("people.places.new", kind="team"), "Add this team"),
    ),
}
