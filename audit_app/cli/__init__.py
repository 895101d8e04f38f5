"""The flask commands, thin: each reads its arguments, asks a room, and prints.

Each room's commands are in the module here that has its name.

Exit status: 0 done, 1 refused (the reason on standard error, nothing written), 2 wrong usage.
"""

from __future__ import annotations

from flask import Flask

from audit_app.cli import (
    alerts,
    backup,
    demo,
    disposal,
    escalations,
    history,
    improvement,
    insight,
    moderation,
    people,
    prints,
    programme,
    reminders,
    summaries,
    tallying,
    transfer,
)


def register(app: Flask) -> None:
    """Put every command on the application."""
    for command in (
        people.create_user,
        people.take_second_step,
        insight.distribution,
        transfer.import_audits,
        demo.demo_data,
        demo.demo_sign_ins,
        alerts.print_alert,
        summaries.print_summary,
        prints.verify_published,
        moderation.moderation_sample,
        improvement.action_sample,
        programme.programme_draw,
        escalations.escalations,
        reminders.reminders,
        reminders.digest,
        tallying.check,
        disposal.retention,
        disposal.subject_access,
        backup.backup,
        backup.verify_backup,
        backup.restore,
        backup.database_rights,
        history.history,
    ):
        app.cli.add_command(command)
