"""The commands about summaries."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click
from flask.cli import with_appcontext

from audit_app.documents.pdf import AssetsMissing, write_whole
from audit_app.rules.summary_periods import SummaryPeriod, read_code
from audit_app.summaries.printing import NoSuchEdition, NotBegun, printed
from audit_app.summaries.queries import service_called
from audit_app.web.published import Tampered


def _period(context: click.Context, parameter: click.Parameter, typed: str) -> SummaryPeriod:
    try:
        return read_code(typed)
    except ValueError as problem:
        raise click.BadParameter(str(problem), context, parameter) from None


@click.command("summary")
@click.argument("period", callback=_period)
@click.option("--service", metavar="NAME", help="One service instead of the whole authority.")
@click.option("--edition", type=click.IntRange(min=1), help="A published edition by its number.")
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The PDF file to write.",
)
@with_appcontext
def print_summary(
    period: SummaryPeriod, service: str | None, edition: int | None, out: Path
) -> None:
    """Print the summary of a period, such as 2021-22-Q2: as signed off, else a draft of it."""
    service_id = None if service is None else service_called(service)
    if service is not None and service_id is None:
        raise click.ClickException(f"There is no service “{service}”")
    try:
        pdf, write_down = printed(period, service_id, edition, date.today())
        write_whole(out, pdf)
        write_down()
    except (AssetsMissing, NoSuchEdition, NotBegun) as problem:
        raise click.ClickException(str(problem)) from None
    except Tampered:
        raise click.ClickException(
            "The document is not as it was signed off, so it is not printed"
        ) from None
    except OSError as problem:
        raise click.ClickException(f"{out} cannot be written: {problem.strerror}") from None
