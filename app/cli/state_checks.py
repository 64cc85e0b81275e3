"""What the doctor finds in the folders and the database: which state they are in, and what to mend."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import text

from app.core.config import Settings
from app.core.database import Database
from app.core.errors import ClienteleError
from app.core.job_process import BEAT
from app.core.sqlite_guard import journal_mode
from app.models.active_model import ActiveModel
from app.models.artifact_store import ArtifactStore
from app.models.recipe import get_recipe, recipe_names
from app.models.records.job import JobStore
from app.models.records.upgrade import status

# a worker beats every few seconds
ALIVE_SECONDS = 30.0
# of the artefact folder; a version has some hundred kilobytes
LEAST_FREE_BYTES = 100 * 1024 * 1024
GIGABYTE = 1024**3
UPGRADE = "run python -m app.cli.database upgrade"


@dataclass(frozen=True)
class Finding:
    """What was found, by the setting or recipe that it is about, and whether it is to be mended."""

    about: str
    words: str
    is_fault: bool = True


def look_at_database(settings: Settings) -> Iterator[Finding]:
    """Find whether the database answers, what it is and which tables it has; no password is told."""
    key = "DATABASE_URL"
    try:
        database = Database.of(settings)
        key = database.key
        if not database.is_made:
            yield Finding(key, f"{_kind(database)}; there is no file yet: {UPGRADE}", is_fault=False)
            return
        try:
            found, kind = status(database), _kind(database)
        finally:
            database.close()
    except ClienteleError as error:
        yield Finding(key, error.detail.removeprefix("cannot start: ").removeprefix(f"{key}: "))
        return
    if not found.is_known:
        yield Finding(key, f"{kind}; a newer release wrote this database: start that release again")
    elif not found.is_current:
        at = f"its tables are at {found.revision or 'nothing'}"
        yield Finding(key, f"{kind} answers; {at} and not at {found.newest}: {UPGRADE}")
    else:
        yield Finding(key, f"{kind} answers; its tables are at {found.newest}", is_fault=False)


def look_at_worker(settings: Settings) -> Iterator[Finding]:
    """Find whether somebody does the jobs."""
    try:
        age = time.time() - (settings.data_dir / BEAT).stat().st_mtime
    except OSError:
        age = None
    last = "none beats here" if age is None else f"the last beat was {_duration(age)} ago"
    if age is not None and age < ALIVE_SECONDS:
        yield Finding("JOB_WORKER", f"a worker is alive; {last}", is_fault=False)
    elif not settings.job_worker:
        yield Finding("JOB_WORKER", f"no worker is alive; {last}: run python -m app.cli.worker")
    elif waiting := _count_unfinished(settings):
        yield Finding("JOB_WORKER", f"{waiting} unfinished and no worker is alive; {last}: start the server")
    else:
        words = f"no worker is alive, and there is no work; {last}. The server starts one when there is"
        yield Finding("JOB_WORKER", words, is_fault=False)


def look_at_versions(settings: Settings) -> Iterator[Finding]:
    """Find which version of each recipe answers, and which stored ones are not whole."""
    for name in recipe_names(settings.recipes_dir):
        try:
            recipe = get_recipe(name, settings.recipes_dir)
        except ClienteleError as error:
            if name == settings.default_recipe:
                yield Finding("DEFAULT_RECIPE", f"the server cannot start: {error.detail}")
            else:
                yield Finding("DATA_DIR", f"the recipe {name} is left out: {error.detail}")
            continue
        store = ArtifactStore(settings.artifacts_dir, name)
        stored = store.versions()
        if not stored and name != settings.default_recipe:
            yield Finding(name, "no version yet", is_fault=False)
            continue
        for version in stored:
            if version != store.pointer.find():
                yield from _look_at_version(store, version)
        active = ActiveModel(store, recipe.feature_names)
        try:
            model = active.current()
        except ClienteleError as error:
            yield Finding("ARTIFACTS_DIR", error.detail)
            continue
        if active.refusal:
            yield Finding("ARTIFACTS_DIR", f"{active.refusal}; {model.label} would answer in its place")
        else:
            words = f"{model.label} answers; stored: {', '.join(map(str, stored))}"
            yield Finding(name, words, is_fault=False)


def look_at_disk(settings: Settings) -> Iterator[Finding]:
    """Find how much room there is."""
    # a table lies there as it was sent and as it was taken in
    needed = {"DATA_DIR": 2 * settings.max_upload_bytes, "ARTIFACTS_DIR": LEAST_FREE_BYTES}
    for key, folder in (("DATA_DIR", settings.data_dir), ("ARTIFACTS_DIR", settings.artifacts_dir)):
        if not folder.is_dir():
            continue
        free = shutil.disk_usage(folder).free
        words = f"{free / GIGABYTE:,.1f} GiB of the disk are free"
        if free < needed[key]:
            yield Finding(key, f"{words}; {needed[key] / GIGABYTE:,.1f} GiB may be needed at once")
        else:
            yield Finding(key, words, is_fault=False)


def _kind(database: Database) -> str:
    if database.is_sqlite:
        journal = journal_mode(sqlite3.sqlite_version_info)
        words = {"wal": "write-ahead log", "persist": "rollback journal, the safe one for this version"}
        return f"SQLite {sqlite3.sqlite_version} ({words[journal]})"
    with database.reading() as session:
        return f"PostgreSQL {session.scalar(text('SHOW server_version'))}"


def _look_at_version(store: ArtifactStore, version: int) -> Iterator[Finding]:
    try:
        store.read(version)
    except ClienteleError as error:
        yield Finding("ARTIFACTS_DIR", error.detail)


def _count_unfinished(settings: Settings) -> str:
    """Tell how many jobs wait or run, empty if none, or if the database cannot tell."""
    count = 0
    with contextlib.suppress(ClienteleError):  # which the look at the database tells
        database = Database.of(settings)
        try:
            if database.is_made and status(database).is_current:
                with database.reading() as session:
                    count = len(JobStore(session).list_unfinished())
        finally:
            database.close()
    return f"{count} job{'s are' if count > 1 else ' is'}" if count else ""


def _duration(seconds: float) -> str:
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
