"""Looks at the database and brings it to this release: ``python -m app.cli.database current``."""

from __future__ import annotations

import sys
from collections.abc import Callable

import click

from app.core.config import load_settings
from app.core.database import Database
from app.core.errors import ClienteleError, SettingsInvalid
from app.models.records.upgrade import SchemaStatus, status, upgrade


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def database() -> None:
    """Work on the database that the settings name.

    Exit codes: 0 done, or nothing to do; 1 there is something to do, or the database does not answer; 2 the
    settings cannot be used with this database.
    """


@database.command(name="current")
@click.option("--quiet", is_flag=True, help="Tell it by the exit code alone.")
def show_current(*, quiet: bool) -> None:
    """Tell which tables the database has; changes none of them."""
    found = _run(status, quiet=quiet)
    if quiet:
        sys.exit(0 if found.is_current else 1 if found.is_known else 2)
    if not found.is_known:
        click.echo("a newer release wrote this database; start that release again")
        sys.exit(2)
    if found.is_current:
        click.echo(f"current: {found.newest}")
        return
    click.echo(f"to upgrade: from {found.revision or 'nothing'} to {found.newest}")
    sys.exit(1)


@database.command(name="upgrade")
def run_upgrade() -> None:
    """Bring the tables to this release, in one step; several may be started at once."""
    before = _run(upgrade)
    if before.is_current:
        click.echo(f"nothing to do: {before.newest}")
    else:
        click.echo(f"upgraded: from {before.revision or 'nothing'} to {before.newest}")


@database.command(name="downgrade", hidden=True)
def refuse_downgrade() -> None:
    """Refuse: what a later release wrote, an earlier one cannot read."""
    click.echo(
        "clientele: there is no way down: stop the service, bring back a backup from before the upgrade, and "
        "start the earlier release on it",
        err=True,
    )
    sys.exit(2)


def _run(action: Callable[[Database], SchemaStatus], *, quiet: bool = False) -> SchemaStatus:
    try:
        chosen = Database.of(load_settings())
        try:
            return action(chosen)
        finally:
            chosen.close()
    except ClienteleError as error:
        if not quiet:
            click.echo(f"clientele: {error.detail}", err=True)
        sys.exit(2 if isinstance(error, SettingsInvalid) else 1)


if __name__ == "__main__":
    database()
