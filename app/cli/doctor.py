"""Looks at a deployment's settings and folders: ``python -m app.cli.doctor``, run where the server runs."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import click

from app.core.config import Settings, load_settings
from app.core.errors import ClienteleError, SettingsInvalid
from app.models.active_model import ActiveModel
from app.models.artifact_store import ArtifactStore
from app.models.recipe import get_recipe, recipe_names

# what to mend, by the key that it is about
Finding = tuple[str, str]


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
def doctor() -> None:
    """Check a deployment: a line for each thing to mend.

    Exit code 0 if there is none, 1 if there are some, 2 if the settings cannot be used at all.
    """
    try:
        settings = load_settings()
    except SettingsInvalid as error:
        click.echo(f"clientele: {error.detail}", err=True)
        sys.exit(2)
    found = [finding for look in CHECKS for finding in look(settings)]
    for key, words in found:
        click.echo(f"mend  {key}: {words}")
    click.echo(f"{len(found)} to mend" if found else "nothing to mend")
    sys.exit(1 if found else 0)


def look_at_folders(settings: Settings) -> Iterator[Finding]:
    """Find folders that cannot be written: by a training, or by workers that share what they count."""
    for key, folder in (("DATA_DIR", settings.data_dir), ("ARTIFACTS_DIR", settings.artifacts_dir)):
        if not folder.is_dir():
            yield key, "the folder is not there"
        elif not _is_writable(folder):
            yield key, "the folder cannot be written; a training could not store what it makes"
    if settings.web_concurrency > 1 and not _is_writable(Path(tempfile.gettempdir())):
        yield "WEB_CONCURRENCY", "the folder of temporary files cannot be written; several workers need it"


def look_at_model(settings: Settings) -> Iterator[Finding]:
    """Find what keeps a model from answering."""
    try:
        recipe = get_recipe(settings.default_recipe, settings.recipes_dir)
    except ClienteleError as error:
        yield "DEFAULT_RECIPE", error.detail
        return
    active = ActiveModel(ArtifactStore(settings.artifacts_dir, recipe.name), recipe.feature_names)
    try:
        model = active.current()
    except ClienteleError as error:
        yield "ARTIFACTS_DIR", error.detail
        return
    if active.refusal:
        yield "ARTIFACTS_DIR", f"{active.refusal}; {model.label} would answer in its place"


def look_at_recipes(settings: Settings) -> Iterator[Finding]:
    """Find recipes that are left out because a file of one's own cannot be used."""
    for name in recipe_names(settings.recipes_dir):
        if name == settings.default_recipe:
            continue  # it stops the start, and is told of there
        try:
            get_recipe(name, settings.recipes_dir)
        except ClienteleError as error:
            yield "DATA_DIR", f"the recipe {name} is left out: {error.detail}"


def look_at_exposure(settings: Settings) -> Iterator[Finding]:
    """Find what strangers could make use of, where others than this machine can connect."""
    if any(network.prefixlen == 0 for network in settings.trusted_proxies):
        yield "TRUSTED_PROXIES", "everybody is trusted, so anybody can claim any address and https"
    if settings.force_https and not settings.trusted_proxies:
        yield "FORCE_HTTPS", "no proxy is trusted to say that a request came by https, so none is answered"
    if _is_local(settings.host):
        return
    if not settings.force_https:
        yield "FORCE_HTTPS", "others can connect, and plain http is answered"
    if not settings.rate_limit:
        yield "RATE_LIMIT", "others can connect, and nothing limits how often they ask"


def look_at_privacy(settings: Settings) -> Iterator[Finding]:
    """Find what tells more than it should."""
    if settings.log_level == "DEBUG":
        yield "LOG_LEVEL", "DEBUG is for finding faults; libraries may log more than they should"
    for origin in settings.cors_origins:
        parts = urlsplit(origin)
        if parts.scheme == "http" and not _is_local(parts.hostname or ""):
            yield "CORS_ORIGINS", "a page that came by plain http may call the API; it may have been changed"
            return


CHECKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    look_at_folders,
    look_at_model,
    look_at_recipes,
    look_at_exposure,
    look_at_privacy,
)


def _is_writable(folder: Path) -> bool:
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _is_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


if __name__ == "__main__":
    doctor()
