"""Page one: what was found, what changed, what is weakest and what is being done."""

from __future__ import annotations

from collections.abc import Iterator

from audit_app.rules.judgements import SCALE
from audit_app.rules.sheets import SHARE_OF, Heading, Line, Sheet, share_of
from audit_app.rules.summary_words import audits, found, sure
from audit_app.summaries.counted import Counted
from audit_app.summaries.escalated import inadequates_said
from audit_app.summaries.followed import actions_said
from audit_app.summaries.judgements import PROVISIONAL, Judged
from audit_app.summaries.learning import alert_sentences
from audit_app.summaries.parts import Figure, Headline
from audit_app.summaries.threads import weakest, weakest_claim, weakest_figure
from audit_app.web.pages import day


def headline(of: Counted) -> Headline:
    now = of.judged.now
    return Headline(
        message=_message(of),
        figures=tuple(_figures(of)) if now.total else (),
        changes=tuple(each.sentence for each in of.judged.against) if now.total else (),
        weakest=weakest(of.threads) if now.total else "",
        inadequate=" ".join(inadequates_said(of.escalated, of.judged)) if now.total else "",
        doing=tuple(_doing(of)),
        basis=_basis(of),
        sheet=_sheet(of.judged),
        in_short=tuple(each.clause for each in of.judged.against) if now.total else (),
        thread=weakest_figure(of.threads) if now.total else None,
        claims=dict(_claims(of)) if now.total else {},
    )


def _claims(of: Counted) -> Iterator[tuple[str, str]]:
    """What page one says of a change and of the weakest thread, by what it is said of."""
    for each in of.judged.against:
        yield f"Good or better against {each.name}", each.claim
    yield "Weakest thread", weakest_claim(of.threads)


def _message(of: Counted) -> str:
    scope, now = of.scope, of.judged.now
    if not scope.begun:
        return f"{scope.period.label} has not begun, so there is nothing to report."
    if now.total:
        return found(now, of.judged.against)
    if now.not_enough_evidence:
        return (
            f"No audit could be judged: {audits(now.not_enough_evidence)} held too little evidence."
        )
    if scope.waiting_blind:
        return "No audit can be counted yet: those there are wait for a blind moderation."
    return f"No audit was recorded {'so far ' if scope.running else ''}in {scope.period.label}."


def _figures(of: Counted) -> Iterator[Figure]:
    now = of.judged.now
    good, worst = now.good_or_better, now.cells[-1]
    yield Figure("Good or better", good.percent_text or good.out_of, sure(now))
    yield Figure("Audits judged", f"{now.total:,}", f"{now.audits_a_month} a month")
    yield Figure(
        SCALE[-1].label, f"{worst.count:,}", worst.percent_text and f"{worst.percent_text}"
    )
    acted = of.acted.of(of.scope.whole)
    if acted.raised:
        overdue = of.acted.overdue[of.scope.whole]
        yield Figure(
            "Actions closed",
            f"{acted.closed:,} of {acted.raised:,}",
            f"{overdue:,} overdue" if overdue else "none overdue",
        )


def _doing(of: Counted) -> Iterator[str]:
    """What the records show is being done; people write the rest."""
    if of.judged.now.total:
        yield " ".join(actions_said(of.scope, of.acted))
    if of.scope.begun:
        yield from alert_sentences(of.learning)


def _basis(of: Counted) -> str:
    """What a figure must not be parted from, in one sentence."""
    scope, now = of.scope, of.judged.now
    if not scope.begun:
        return f"Nothing can be counted yet, on {day(scope.today)}."
    first, last = now.period.first, now.period.last
    chosen = of.judged.random_shares[0]
    random = f"; {chosen.text_of} chosen at random" if chosen.total else ""
    return (
        f"Final judgements of audits dated {day(first)} to {day(last)}, {now.period.months} "
        f"month{'' if now.period.months == 1 else 's'}{random}; counted on {day(scope.today)}."
    )


def _sheet(of: Judged) -> Sheet:
    """The figures of page one as a table, so that they are kept and compared like any other."""
    now = of.now
    lines = (
        Line("Good or better", (share_of(now.good_or_better),)),
        Line(SCALE[-1].label, (share_of(now.cells[-1]),)),
    )
    runs = f" {PROVISIONAL}" if of.scope.running else ""
    columns = (Heading(f"{now.period.label}{runs}", SHARE_OF),)
    return Sheet("Headline", "Headline figures", "Figure", columns, lines)
