"""Looks at a deployment's settings and folders: ``python -m app.cli.doctor``, run where the server runs."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import click

from app.cli.state_checks import (
    Finding,
    look_at_database,
    look_at_disk,
    look_at_versions,
    look_at_worker,
)
from app.core.config import Settings, load_settings
from app.core.errors import SettingsInvalid
from app.models.recipe import recipe_names


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
def doctor() -> None:
    """Check a deployment: a line for each thing that is in order, and for each to mend.

    Exit code 0 if there is none, 1 if there are some, 2 if the settings cannot be used at all.
    """
    try:
        settings = load_settings()
    except SettingsInvalid as error:
        click.echo(f"clientele: {error.detail}", err=True)
        sys.exit(2)
    found = [finding for look in CHECKS for finding in look(settings)]
    faults = sum(finding.is_fault for finding in found)
    for finding in found:
        click.echo(f"{'mend' if finding.is_fault else 'ok':<4}  {finding.about}: {finding.words}")
    click.echo(f"{faults} to mend" if faults else "nothing to mend")
    sys.exit(1 if faults else 0)


def look_at_folders(settings: Settings) -> Iterator[Finding]:
    """Find folders that cannot be written: by a training, or by workers that share what they count."""
    for key, folder in (("DATA_DIR", settings.data_dir), ("ARTIFACTS_DIR", settings.artifacts_dir)):
        if not folder.is_dir():
            yield Finding(key, "the folder is not there")
        elif not _is_writable(folder):
            yield Finding(key, "the folder cannot be written; a training could not store what it makes")
    if settings.web_concurrency > 1 and not _is_writable(Path(tempfile.gettempdir())):
        yield Finding(
            "WEB_CONCURRENCY", "the folder of temporary files cannot be written; several workers need it"
        )


def look_at_default(settings: Settings) -> Iterator[Finding]:
    """Find a default recipe that is none."""
    if settings.default_recipe not in recipe_names(settings.recipes_dir):
        yield Finding("DEFAULT_RECIPE", "there is no recipe of this name")


def look_at_exposure(settings: Settings) -> Iterator[Finding]:
    """Find what strangers could make use of, where others than this machine can connect."""
    if any(network.prefixlen == 0 for network in settings.trusted_proxies):
        yield Finding("TRUSTED_PROXIES", "everybody is trusted, so anybody can claim any address and https")
    if settings.force_https and not settings.trusted_proxies:
        yield Finding(
            "FORCE_HTTPS", "no proxy is trusted to say that a request came by https, so none is answered"
        )
    if _is_local(settings.host):
        return
    if not settings.force_https:
        yield Finding("FORCE_HTTPS", "others can connect, and plain http is answered")
    if not settings.rate_limit:
        yield Finding("RATE_LIMIT", "others can connect, and nothing limits how often they ask")


def look_at_privacy(settings: Settings) -> Iterator[Finding]:
    """Find what tells more than it should."""
    if settings.log_level == "DEBUG":
        yield Finding("LOG_LEVEL", "DEBUG is for finding faults; libraries may log more than they should")
    for origin in settings.cors_origins:
        parts = urlsplit(origin)
        if parts.scheme == "http" and not _is_local(parts.hostname or ""):
            yield Finding(
                "CORS_ORIGINS", "a page that came by plain http may call the API; it may have been changed"
            )
            return


CHECKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    look_at_folders,
    look_at_disk,
    look_at_default,
    look_at_versions,
    look_at_database,
    look_at_worker,
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
