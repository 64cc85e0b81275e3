"""The pages of an import: the file is looked at, what it holds is shown and asked, and it is taken in."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from app.core.errors import DatasetNotFound, JobNotFound
from app.schemas.dataset import DatasetRead, ImportChoices, Understanding
from app.schemas.import_page import ImportPage, PageFault, TakenIn, UnderstoodPage
from app.schemas.job import JobRead
from app.services.import_answers import Fields, find_faults, is_unseen, read_choices, read_lineage
from app.services.import_page_parts import (
    ask,
    ask_lineage,
    stopped_page,
    tell_column,
    tell_reading,
    working_page,
)
from app.services.import_wording import understood_notes, understood_sentence
from app.services.job_kinds import DRY_RUN, IMPORT

if TYPE_CHECKING:
    from app.services.dataset_service import DatasetService
    from app.services.job_service import JobService

MOST_FOLLOWED, TABLES_LOOKED_AT = 3, 200
MOST_NAME = 100
CHANGED = "You changed how the file is read: this is the outcome. Take it in if it is right."


class ImportPageService:
    """Leads a person through an import, from what the API tells a program."""

    def __init__(self, datasets: DatasetService, jobs: JobService) -> None:
        self._datasets = datasets
        self._jobs = jobs

    def begin(self, upload: str, file_name: str) -> JobRead:
        """Have a file looked at. Raises UploadNotFound."""
        return self._datasets.try_out(upload, file_name, ImportChoices())

    def show(self, job_id: str, fields: Fields | None = None) -> ImportPage | TakenIn:
        """Build the page of an import as it is now.

        Parameters
        ----------
        job_id : str
            Of a dry run, or of the import itself.
        fields : mapping or None
            What was filled in before.

        Raises
        ------
        JobNotFound
            If there is no such import.
        """
        job = self._get_job(job_id)
        if not job.has_ended:
            return working_page(job)
        if job.result is None:
            return stopped_page(job)
        if job.kind == IMPORT:
            return TakenIn(dataset_id=job.result["dataset_id"])
        return self._understood(job, fields or {}, [])

    def answer(self, job_id: str, fields: Fields) -> JobRead | UnderstoodPage:
        """Look again, or take the file in, as a form asks; return the page where an answer is missing.

        A wish to forget is one to look again without the answers to earlier files with these columns.

        What nobody has seen is not taken in: columns that are read otherwise are looked at first.

        Raises
        ------
        JobNotFound, UploadNotFound, DatasetNotFound, InputInvalid
        """
        job = self._get_job(job_id)
        if job.kind != DRY_RUN or job.result is None:
            raise JobNotFound("this file was not looked at, or no more: send it again")
        found = Understanding.model_validate(job.result)
        if fields.get("wish") == "forget":
            self._datasets.forget_answers([column.name for column in found.columns])
            return self._datasets.try_out(found.upload, found.file_name, ImportChoices())
        choices = read_choices(found, fields)
        if fields.get("wish") != "take" or is_unseen(found, fields):
            return self._datasets.try_out(found.upload, found.file_name, choices)
        faults = find_faults(found, fields, self._followed(found))
        if faults:
            return self._understood(job, fields, faults)
        return self._take_in(job_id, found, choices, fields)

    def look_again(self, job_id: str) -> JobRead:
        """Have the file of an import that has stopped looked at again. Raises JobNotFound, UploadNotFound."""
        asked = self._get_job(job_id).asked
        choices = ImportChoices.model_validate(asked["choices"])
        return self._datasets.try_out(asked["upload"], asked["file_name"], choices)

    def cancel(self, job_id: str) -> None:
        """Stop an import. Raises JobNotFound."""
        self._jobs.cancel_job(self._get_job(job_id).id)

    def discard(self, job_id: str) -> None:
        """Remove a file that was looked at, and what was found in it.

        Raises
        ------
        JobNotFound, JobActive
        """
        job = self._get_job(job_id)
        if job.kind != DRY_RUN:
            raise JobNotFound("this file was taken in: delete its table instead")
        self._jobs.delete_job(job.id)
        self._datasets.discard_upload(job.asked["upload"])

    def _get_job(self, job_id: str) -> JobRead:
        job = self._jobs.get_job(job_id)
        if job.kind not in (DRY_RUN, IMPORT):
            raise JobNotFound("there is no such import")
        return job

    def _take_in(self, job_id: str, found: Understanding, choices: ImportChoices, fields: Fields) -> JobRead:
        parent_id, lineage = read_lineage(fields)
        name = _plain(fields.get("name", "")) or _plain(found.file_name) or "table"
        wish = json.dumps([job_id, choices.model_dump(), name, parent_id, lineage])
        # a button that is pressed twice takes the file in once
        key = f"import-{hashlib.sha256(wish.encode()).hexdigest()}"
        arguments = (found.upload, found.file_name, choices, name, parent_id, lineage)
        job = self._datasets.take_in(*arguments, key)
        if job.has_ended and not self._is_there(job):
            job = self._datasets.take_in(*arguments)
        return job

    def _is_there(self, job: JobRead) -> bool:
        try:
            self._datasets.get_dataset(job.id)
        except DatasetNotFound:
            return False
        return True

    def _followed(self, found: Understanding) -> list[DatasetRead]:
        """Return the newest tables with the same columns."""
        names = {column.name for column in found.columns}
        tables = self._datasets.list_datasets(TABLES_LOOKED_AT).datasets
        return [t for t in tables if {column.name for column in t.columns} == names][:MOST_FOLLOWED]

    def _understood(self, job: JobRead, fields: Fields, faults: list[PageFault]) -> UnderstoodPage:
        found = Understanding.model_validate(job.result)
        told = {fault.field: fault.text for fault in faults}
        return UnderstoodPage(
            title=f"What {found.file_name} holds",
            job_id=job.id,
            file_name=found.file_name,
            sentence=understood_sentence(found),
            notes=[*([CHANGED] if fields.get("changed") else []), *understood_notes(found)],
            questions=ask(found, fields, told),
            reading=tell_reading(found, fields),
            columns=[tell_column(found, place, fields) for place in range(len(found.columns))],
            preview=found.preview,
            rejected=found.rejected,
            rejections=found.faults,
            name=fields.get("name", found.file_name)[:MOST_NAME],
            lineage=ask_lineage(self._followed(found), fields, told),
            faults=faults,
            has_rows=found.accepted > 0,
            is_remembered=found.remembered,
        )


def _plain(name: str) -> str:
    """Return a name as every database can keep it."""
    return "".join(filter(str.isprintable, name)).strip()[:MOST_NAME]
