"""the thread set "2021 (proposed)" with its threads and descriptors

Two of the six threads are named in print; the other four are the best-evidenced proposal, so the set
is marked to be confirmed. Published sets are never edited: a later wording is a new set.
"""

from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SET = {
    "code": "2021",
    "name": "2021 (proposed)",
    "valid_from": date(2019, 1, 1),
    "overall_judged": True,
}

OVERALL = {
    "outstanding": "Consistently strong practice that made a clear and lasting difference for the "
    "child; others can learn from it.",
    "good": "Standards are met and the child’s experience is better for it; any gaps are minor.",
    "requires_improvement": "The child is safe, but gaps or drift hold the child’s progress back.",
    "inadequate": "Standards are not met, so that the child is or may be at risk, or is left "
    "without progress.",
}

THREADS = (
    (
        "chronology",
        "Impact chronology",
        "History and genogram are understood, and what they mean for the child.",
        "The chronology shows what each event meant for the child and visibly shaped the work.",
        "History and genogram are up to date and say what the key events meant for the child.",
        "Events are listed, with little on what they meant for the child or with gaps in time.",
        "History is missing or wrong, so that risk from the past could be repeated unseen.",
    ),
    (
        "plan",
        "Strengths-based, co-produced plan",
        "Made with the family and partners, with a contingency.",
        "The family shaped a plan built on their strengths; it changed things and kept up with them.",
        "The plan was made with the family and partners, with clear steps and a contingency.",
        "There is a plan, but it is the service’s rather than the family’s, or has vague steps.",
        "There is no plan that would keep the child safe or move things on.",
    ),
    (
        "voice",
        "Child’s voice and direct work",
        "The child is seen and heard, and it shows in what was decided.",
        "Skilled direct work; the child’s own words run through decisions and changed them.",
        "The child is seen alone, heard and understood, and decisions say how.",
        "The child is seen, but their view is thin or does not show in what was decided.",
        "The child was not seen or heard when they needed to be.",
    ),
    (
        "assessment",
        "Analytical assessment",
        "Practice models and research used; confident analysis and judgement.",
        "Sharp, curious analysis that weighs research and history and explains the child’s life.",
        "The assessment analyses need and risk, uses practice models and reaches a clear view.",
        "The assessment describes more than it analyses, or is out of date in parts.",
        "Risk or need is missed or misjudged.",
    ),
    (
        "oversight",
        "Management oversight and supervision",
        "Recorded decisions, reflective supervision and impact statements.",
        "Supervision challenges and reflects; its decisions made a visible difference for the child.",
        "Decisions and reasons are recorded, supervision is regular and reflective.",
        "Supervision takes place but checks tasks more than it reflects; drift is not always met.",
        "Oversight is missing at points where the child needed a decision.",
    ),
    (
        "engagement",
        "Working with family and network",
        "Relationships with parents, carers and partners.",
        "Trusting, honest relationships; the whole network works to one purpose with the family.",
        "Parents, carers and partners are involved and the work with them is purposeful.",
        "Some people who matter are left out, or partners work beside rather than with each other.",
        "Family or network are not engaged, and the child is worse off for it.",
    ),
)

GRADES = ("outstanding", "good", "requires_improvement", "inadequate")


def upgrade() -> None:
    connection = op.get_bind()
    metadata = sa.MetaData()
    sets, threads, descriptors = (
        sa.Table(name, metadata, autoload_with=connection)
        for name in ("thread_sets", "threads", "descriptors")
    )
    if connection.scalar(sa.select(sets.c.id).where(sets.c.code == SET["code"])) is not None:
        return
    set_id = connection.execute(sets.insert().values(SET).returning(sets.c.id)).scalar_one()
    rows = [_row(set_id, None, grade, OVERALL[grade]) for grade in GRADES]
    for position, (code, name, description, *texts) in enumerate(THREADS, start=1):
        thread_id = connection.execute(
            threads.insert()
            .values(
                thread_set_id=set_id,
                code=code,
                name=name,
                description=description,
                position=position,
            )
            .returning(threads.c.id)
        ).scalar_one()
        rows += [
            _row(set_id, thread_id, grade, text) for grade, text in zip(GRADES, texts, strict=True)
        ]
    connection.execute(descriptors.insert(), rows)


def downgrade() -> None:
    """The set stays: audits may rest on it, and going up again finds it."""


def _row(set_id, thread_id, judgement, text):
    return {"thread_set_id": set_id, "thread_id": thread_id, "judgement": judgement, "text": text}
