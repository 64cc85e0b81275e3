from __future__ import annotations

import pytest

from app.core.config import Settings
from app.core.errors import JobActive, JobNotFound, UploadNotFound
from app.schemas.import_page import StoppedPage, TakenIn, UnderstoodPage, WorkingPage
from app.schemas.job import JobRead
from app.services.import_page_service import ImportPageService
from app.services.job_kinds import DRY_RUN, IMPORT
from app.services.storage import StoredServices
from tests.working import refuse, work_off

CLEAR = "id;income\n" + "".join(f"k{n};{n},5\n" for n in range(12))
DOUBTFUL = "id;income\n" + "".join(f"k{n};1.{n}\n" for n in range(100, 112))
TAKE = {"wish": "take", "name": "Spring"}


@pytest.fixture
def imports(stored: StoredServices) -> ImportPageService:
    return stored.import_pages


def looked_at(stored: StoredServices, settings: Settings, content: str) -> str:
    """Return the id of a dry run that is done."""
    upload, path = stored.datasets.make_upload()
    path.write_text(content, encoding="utf-8")
    job = stored.import_pages.begin(upload, "shop.csv")
    work_off(settings)
    return job.id


def job_of(answer: JobRead | UnderstoodPage, kind: str) -> JobRead:
    assert isinstance(answer, JobRead)
    assert answer.kind == kind
    return answer


class TestShow:
    def test_from_waiting_to_understood(self, stored: StoredServices, settings: Settings) -> None:
        upload, path = stored.datasets.make_upload()
        path.write_text(CLEAR, encoding="utf-8")
        job = stored.import_pages.begin(upload, "shop.csv")
        assert isinstance(stored.import_pages.show(job.id), WorkingPage)
        work_off(settings)
        page = stored.import_pages.show(job.id)
        assert isinstance(page, UnderstoodPage)
        assert (page.name, page.notes, page.has_rows, page.lineage) == ("shop.csv", [], True, None)
        kept = stored.import_pages.show(job.id, {"name": "Spring", "changed": "yes"})
        assert isinstance(kept, UnderstoodPage)
        assert kept.name == "Spring"
        assert kept.notes[0].startswith("You changed how the file is read")

    def test_a_file_that_cannot_be_read(
        self, imports: ImportPageService, stored: StoredServices, settings: Settings
    ) -> None:
        page = imports.show(looked_at(stored, settings, ""))
        assert isinstance(page, StoppedPage)
        assert not page.can_retry

    def test_other_jobs_are_no_imports(
        self, imports: ImportPageService, stored: StoredServices, settings: Settings
    ) -> None:
        job = stored.jobs.submit("training", {})
        work_off(settings, refuse)
        for ask in (imports.show, imports.cancel, imports.discard, imports.look_again):
            with pytest.raises(JobNotFound):
                ask(job.id)


class TestAnswer:
    def test_open_questions_come_back(
        self, imports: ImportPageService, stored: StoredServices, settings: Settings
    ) -> None:
        page = imports.answer(looked_at(stored, settings, DOUBTFUL), TAKE)
        assert isinstance(page, UnderstoodPage)
        assert [fault.field for fault in page.faults] == ["answer-decimals-1"]
        assert page.name == "Spring"
        assert stored.datasets.list_datasets(10).datasets == []

    def test_taken_in_with_answers(
        self, imports: ImportPageService, stored: StoredServices, settings: Settings
    ) -> None:
        job_id = looked_at(stored, settings, DOUBTFUL)
        job = job_of(imports.answer(job_id, TAKE | {"answer-decimals-1": ","}), IMPORT)
        work_off(settings)
        assert imports.show(job.id) == TakenIn(dataset_id=job.id)
        assert stored.datasets.get_dataset(job.id).name == "Spring"
        assert stored.datasets.read_rows(job.id, 0, 1, "").rows == [[1, "k100", 1100.0]]

    @pytest.mark.parametrize(
        ("name", "kept"), [(" a\x00b ", "ab"), ("\n", "shop.csv"), ("x" * 200, "x" * 100)]
    )
    def test_names_that_every_database_keeps(
        self, imports: ImportPageService, stored: StoredServices, settings: Settings, name: str, kept: str
    ) -> None:
        job = job_of(imports.answer(looked_at(stored, settings, CLEAR), TAKE | {"name": name}), IMPORT)
        assert job.asked["name"] == kept

    def test_a_button_pressed_twice(
        self, imports: ImportPageService, stored: StoredServices, settings: Settings
    ) -> None:
        job_id = looked_at(stored, settings, CLEAR)
        first = job_of(imports.answer(job_id, TAKE), IMPORT)
        assert job_of(imports.answer(job_id, TAKE), IMPORT).id == first.id
        work_off(settings)
        # by now its upload is gone, and the page asks about the table that it made
        assert job_of(imports.answer(job_id, TAKE | {"lineage": "new"}), IMPORT).id == first.id
        (dataset,) = stored.datasets.list_datasets(10).datasets
        assert dataset.id == first.id

    def test_taken_in_anew_after_it_was_stopped(
        self, imports: ImportPageService, stored: StoredServices, settings: Settings
    ) -> None:
        job_id = looked_at(stored, settings, CLEAR)
        first = job_of(imports.answer(job_id, TAKE), IMPORT)
        imports.cancel(first.id)
        assert job_of(imports.answer(job_id, TAKE), IMPORT).id != first.id

    def test_sent_anew_after_its_table_was_deleted(
        self, imports: ImportPageService, stored: StoredServices, settings: Settings
    ) -> None:
        job_id = looked_at(stored, settings, CLEAR)
        first = job_of(imports.answer(job_id, TAKE), IMPORT)
        work_off(settings)
        stored.datasets.delete_dataset(first.id)
        with pytest.raises(UploadNotFound, match="send the file again"):
            imports.answer(job_id, TAKE)

    def test_what_nobody_has_seen_is_looked_at_first(
        self, imports: ImportPageService, stored: StoredServices, settings: Settings
    ) -> None:
        job_id = looked_at(stored, settings, CLEAR)
        job = job_of(imports.answer(job_id, TAKE | {"kind-1": "text"}), DRY_RUN)
        assert job.asked["choices"] == {"kinds": {"income": "text"}}
        job = job_of(imports.answer(job_id, {"wish": "look"}), DRY_RUN)
        assert job.asked["choices"] == {}

    def test_a_table_with_the_same_columns(
        self, imports: ImportPageService, stored: StoredServices, settings: Settings
    ) -> None:
        first = job_of(imports.answer(looked_at(stored, settings, CLEAR), TAKE), IMPORT)
        work_off(settings)
        job_id = looked_at(stored, settings, CLEAR)
        page = imports.answer(job_id, TAKE)
        assert isinstance(page, UnderstoodPage)
        assert [fault.field for fault in page.faults] == ["lineage"]
        second = job_of(imports.answer(job_id, TAKE | {"lineage": f"continues:{first.id}"}), IMPORT)
        work_off(settings)
        both = stored.datasets.get_dataset(second.id)
        assert (both.rows, both.lineage, both.parent_id) == (24, "appended", first.id)

    def test_only_what_was_looked_at_is_answered(
        self, imports: ImportPageService, stored: StoredServices, settings: Settings
    ) -> None:
        job_id = looked_at(stored, settings, CLEAR)
        job = job_of(imports.answer(job_id, TAKE), IMPORT)
        with pytest.raises(JobNotFound, match="not looked at"):
            imports.answer(job.id, TAKE)


class TestStop:
    def test_cancelled_and_looked_at_again(
        self, imports: ImportPageService, stored: StoredServices, settings: Settings
    ) -> None:
        job = job_of(imports.answer(looked_at(stored, settings, CLEAR), TAKE), IMPORT)
        imports.cancel(job.id)
        page = imports.show(job.id)
        assert isinstance(page, StoppedPage)
        assert page.can_retry
        again = imports.look_again(job.id)
        assert (again.kind, again.asked["upload"]) == (DRY_RUN, job.asked["upload"])

    def test_discarded(self, imports: ImportPageService, stored: StoredServices, settings: Settings) -> None:
        job_id = looked_at(stored, settings, CLEAR)
        imports.discard(job_id)
        assert list(settings.uploads_dir.iterdir()) == []
        with pytest.raises(JobNotFound):
            imports.show(job_id)

    def test_what_is_not_discarded(
        self, imports: ImportPageService, stored: StoredServices, settings: Settings
    ) -> None:
        job = job_of(imports.answer(looked_at(stored, settings, CLEAR), TAKE), IMPORT)
        with pytest.raises(JobNotFound, match="delete its table"):
            imports.discard(job.id)
        upload, path = stored.datasets.make_upload()
        path.write_text(CLEAR, encoding="utf-8")
        with pytest.raises(JobActive):
            imports.discard(imports.begin(upload, "shop.csv").id)
        assert path.exists()

    def test_an_upload_that_is_gone(
        self, imports: ImportPageService, stored: StoredServices, settings: Settings
    ) -> None:
        job_id = looked_at(stored, settings, CLEAR)
        for path in settings.uploads_dir.iterdir():
            path.unlink()
        with pytest.raises(UploadNotFound):
            imports.answer(job_id, TAKE)
