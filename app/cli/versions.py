"""Model versions from the command line: ``python -m app.cli.versions``, where the server may not write."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from app.core.config import load_settings
from app.core.errors import ClienteleError
from app.schemas.version import VersionSummary
from app.services.recipe_service import RecipeService
from app.services.version_service import MOST_AT_ONCE, VersionService

# what the recipe, the version or an option is refused with
UNUSABLE = (404, 409, 422)

RECIPE = click.option(
    "--recipe", metavar="NAME", help="Whose versions; the default recipe of the settings unless given."
)
VERSION = click.argument("version", type=click.IntRange(1, 999_999_999))


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def versions() -> None:
    """List, activate, roll back and delete the versions of a recipe.

    Exit codes: 0 done; 2 refused, nothing has changed; 1 anything else.
    """


@versions.command("list")
@RECIPE
def list_versions(recipe: str | None) -> None:
    """One line a version, the newest first."""
    with _service(recipe) as service:
        after: int | None = None
        while True:
            page = service.list_versions(MOST_AT_ONCE, after)
            for summary in page.versions:
                click.echo(_line(summary))
            if (after := page.next_cursor) is None:
                break


@versions.command()
@VERSION
@RECIPE
def activate(version: int, recipe: str | None) -> None:
    """Put a version into use."""
    with _service(recipe) as service:
        click.echo(f"{service.activate(version).model_version} is in use now")


@versions.command()
@RECIPE
def rollback(recipe: str | None) -> None:
    """Put the version into use that was in use before."""
    with _service(recipe) as service:
        click.echo(f"{service.roll_back().model_version} is in use now")


@versions.command()
@VERSION
@RECIPE
@click.confirmation_option(prompt="Delete it for good?")
def delete(version: int, recipe: str | None) -> None:
    """Delete a version that is not in use; `--yes` asks no question."""
    with _service(recipe) as service:
        service.delete_version(version)
        click.echo(f"version {version} is deleted")


@contextmanager
def _service(recipe: str | None) -> Iterator[VersionService]:
    try:
        settings = load_settings()
        yield RecipeService(settings).get_services(recipe or settings.default_recipe).versions
    except ClienteleError as error:
        click.echo(f"error: {error.detail}", err=True)
        sys.exit(2 if error.status in UNUSABLE or error.code == "settings_invalid" else 1)


def _line(summary: VersionSummary) -> str:
    state = "in use" if summary.is_active else ""
    card = summary.card
    if card is None:
        return f"{summary.model_version:<12} {state:<7} cannot be trusted: {summary.fault}"
    return (
        f"{summary.model_version:<12} {state:<7} {card.trained_at:%Y-%m-%d %H:%M}  {card.k} segments of "
        f"{card.data.rows} customers, silhouette {card.metrics.silhouette:.3f}, {card.verdict.code}"
    )


if __name__ == "__main__":
    versions()
