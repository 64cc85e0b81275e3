"""The jobs that understand a file and take it in."""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sqlalchemy.orm import Session

from app.core.config import Settings
from app.core.database import Database
from app.core.durable_files import replace_durably
from app.core.errors import TableInvalid
from app.models.datasets.rows import append_rows
from app.models.datasets.summary import summarise
from app.models.importing.choices import Choices, Kind
from app.models.importing.questions import refuse_doubt
from app.models.importing.table_source import open_table
from app.models.importing.take_in import Taken, take_in
from app.models.importing.understanding import Understanding, fingerprint_header, hash_content, understand
from app.models.records.column_mapping import ColumnMappingStore
from app.models.records.dataset import DatasetFacts, DatasetRecord, DatasetStore
from app.models.records.job import JobRecord, JobStore
from app.services.dataset_files import DatasetFiles, import_limits
from app.services.job_worker import Outcome, Tell

# of the whole import: the two passes of understanding, taking in, summing up
FIRST, SECOND, TAKEN, SUMMED = 0.25, 0.5, 0.85, 1.0


class _Reader:
    """Reads an upload with the choices that were sent, or those that were remembered for its header."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.files = DatasetFiles(settings)
        self.database = database
        self.limits = import_limits(settings)

    def read(
        self, asked: dict[str, Any], tell: Tell, parent: DatasetRecord | None = None
    ) -> tuple[Path, Understanding, dict[str, Any], bool]:
        """Return the path, what was understood, the choices that count, and whether they were remembered."""
        path = self.files.get_upload(asked["upload"])
        chosen, is_remembered = asked["choices"], False
        header = open_table(path, self.limits, _choices(chosen)).header
        if parent is not None:  # few rows may look like something else than the many before them
            kinds = {c["name"]: c["kind"] for c in parent.columns if c["name"] in header}
            chosen = {**chosen, "kinds": kinds | chosen.get("kinds", {})}
        if not chosen:
            with self.database.reading() as session:
                remembered = ColumnMappingStore(session).find_mapping(fingerprint_header(header))
            if remembered is not None:
                chosen, is_remembered = remembered, True
        rows = 0

        def progress(turn: int, records: int) -> None:
            nonlocal rows
            if turn == 1:
                rows = records
                tell(FIRST * records / (records + 100_000), f"looking at the columns: {records:,} rows")
            else:
                tell(
                    FIRST + (SECOND - FIRST) * records / max(rows, 1),
                    f"reading: {records:,} of {rows:,} rows",
                )

        return path, understand(path, self.limits, _choices(chosen), progress), chosen, is_remembered


class DryRunWork:
    """Tells what a file holds; nothing is kept."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._reader = _Reader(settings, database)

    def __call__(self, job: JobRecord, tell: Tell) -> Outcome:
        """Do one dry run."""
        _, found, chosen, is_remembered = self._reader.read(job.payload, tell)
        told = describe(found) | {
            "upload": job.payload["upload"],
            "file_name": job.payload["file_name"],
            "choices": chosen,
            "remembered": is_remembered,
            "same_as": self._find_same(found.content_hash),
        }
        return Outcome(told)

    def _find_same(self, content_hash: str) -> dict[str, str] | None:
        with self._reader.database.reading() as session:
            same = DatasetStore(session).find_same(content_hash)
            return None if same is None else {"id": same.id, "name": same.name}


class ImportWork:
    """Takes a file in as a new dataset, which is called by the job's id; begun again, it begins anew."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._reader = _Reader(settings, database)
        self._files = self._reader.files

    def __call__(self, job: JobRecord, tell: Tell) -> Outcome:
        """Do one import."""
        parent = self._parent(job.payload)
        path, found, chosen, _ = self._reader.read(job.payload, tell, parent)
        refuse_doubt(found.questions)
        if not found.accepted:
            raise TableInvalid("no row of the file can be taken in", found.faults)
        folder = self._files.clear_folder(job.id)

        def progress(records: int) -> None:
            share = SECOND + (TAKEN - SECOND) * records / max(found.records, 1)
            tell(share, f"taking in: {records:,} of {found.records:,} rows")

        taken = take_in(path, found, folder, self._reader.limits, progress)
        rows = taken.accepted
        if job.payload["lineage"] == "appended" and parent is not None:
            tell(TAKEN, "appending")
            rows = self._append(parent, found, folder, taken.row_column)
        tell(TAKEN, "summing up the columns")
        summary = summarise(taken.accepted_path, list(found.header))
        content = json.dumps(asdict(summary), allow_nan=False).encode()
        replace_durably(self._files.summary_of(job.id), content)
        tell(SUMMED, "taken in")
        facts = _facts(job, found, taken, parent, rows)

        is_needed = False

        def publish(session: Session) -> None:
            nonlocal is_needed
            DatasetStore(session).create_dataset(facts)
            if chosen:
                ColumnMappingStore(session).save_mapping(found.fingerprint, chosen)
            others = (other for other in JobStore(session).list_unfinished() if other.id != job.id)
            is_needed = any(other.payload.get("upload") == path.name for other in others)

        def afterwards() -> None:
            with contextlib.suppress(OSError):  # they will be found again
                self._files.forget_unlisted(job.id)
                if not is_needed:
                    self._files.remove_upload(path.name)

        return Outcome({"dataset_id": job.id}, publish, afterwards)

    def _parent(self, asked: dict[str, Any]) -> DatasetRecord | None:
        if asked["parent_id"] is None:
            return None
        with self._reader.database.reading() as session:
            return DatasetStore(session).get_dataset(asked["parent_id"])

    def _append(self, parent: DatasetRecord, found: Understanding, folder: Path, row_column: str) -> int:
        names = [column["name"] for column in parent.columns]
        if sorted(names) != sorted(found.header):
            raise TableInvalid("to be appended, a file needs the same columns as the table before")
        target, joined = folder / "accepted.parquet", folder / "joined.parquet"
        rows = append_rows(self._files.table_of(parent.id), target, row_column, names, joined)
        joined.replace(target)
        return rows


def describe(found: Understanding) -> dict[str, Any]:
    """Return what was understood, as JSON."""
    return {
        "format": str(found.format),
        "encoding": found.encoding,
        "delimiter": found.delimiter,
        "sheet": found.sheet,
        "sheets": list(found.sheets),
        "columns": [
            {
                "name": column.verdict.name,
                "kind": str(column.verdict.kind),
                "off_because": column.verdict.off_because,
                "present": column.verdict.present,
                "missing": column.verdict.missing,
                "distinct": column.verdict.distinct,
                "decimal": column.verdict.style.decimal if column.verdict.style else None,
                "minimum": _plain(column.minimum),
                "maximum": _plain(column.maximum),
                "mean": column.mean,
                "outliers": column.outliers,
            }
            for column in found.columns
        ],
        "records": found.records,
        "accepted": found.accepted,
        "rejected": found.rejected,
        "faults": [{"pointer": fault.pointer, "detail": fault.sentence} for fault in found.faults],
        "repeated_rows": found.repeated_rows,
        "repeated_ids": found.repeated_ids,
        "preview": [list(row) for row in found.preview],
        "questions": [asdict(question) for question in found.questions],
        "is_settled": found.is_settled,
    }


def _facts(
    job: JobRecord, found: Understanding, taken: Taken, parent: DatasetRecord | None, rows: int
) -> DatasetFacts:
    return DatasetFacts(
        id=job.id,
        name=job.payload["name"],
        rows=rows,
        columns=[
            {"name": c.plan.name, "kind": str(c.verdict.kind), "off_because": c.verdict.off_because}
            for c in found.columns
        ],
        fingerprint=hash_content(taken.accepted_path),
        header_fingerprint=found.fingerprint,
        source={
            "file_name": job.payload["file_name"],
            "format": str(found.format),
            "encoding": found.encoding,
            "delimiter": found.delimiter,
            "sheet": found.sheet,
            "content_hash": found.content_hash,
            "row_column": taken.row_column,
            "records": taken.records,
            "rejected": taken.rejected,
            "repeated_ids": found.repeated_ids,
        },
        file_name=job.id,
        parent_id=parent.id if parent else None,
        lineage=job.payload["lineage"] if parent else None,
    )


def _choices(chosen: dict[str, Any]) -> Choices:
    kinds = MappingProxyType({name: Kind(kind) for name, kind in chosen.get("kinds", {}).items()})
    return Choices(**{**chosen, "kinds": kinds})


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, float) else str(value)
