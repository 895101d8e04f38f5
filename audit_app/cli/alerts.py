"""The commands about practice alerts."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from audit_app.alerts.publication_changes import document_of
from audit_app.alerts.queries import alert_numbered
from audit_app.documents.pdf import AssetsMissing, write_whole
from audit_app.rules.alert_steps import AlertState
from audit_app.web.prints import remember_reprint
from audit_app.web.published import Tampered, published_pdf


@click.command("alert")
@click.argument("number")
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The PDF file to write.",
)
@with_appcontext
def print_alert(number: str, out: Path) -> None:
    """Print the practice alert with this number, such as "PA 2026/04", as it was issued."""
    try:
        alert = alert_numbered(number)
    except ValueError as problem:
        raise click.BadParameter(str(problem), param_hint="NUMBER") from None
    if alert is None:
        raise click.ClickException(f"No alert has been issued with the number {number}")
    if alert.state is not AlertState.ISSUED:
        click.echo(f"{number} is no longer in force: {alert.state.label.lower()}", err=True)
    try:
        document = document_of(alert)
        content = published_pdf(document)
        write_whole(out, content)
        remember_reprint(document, f"flask alert {number}")
    except Tampered:
        raise click.ClickException(f"{number} is not as it was published") from None
    except AssetsMissing as problem:
        raise click.ClickException(str(problem)) from None
    except OSError as problem:
        raise click.ClickException(f"{out} cannot be written: {problem.strerror}") from None
