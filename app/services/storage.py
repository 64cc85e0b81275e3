"""What rests on the database, opened when it is first asked for.

Most answers need no database, and its libraries make a process more than half as large again: so they are
loaded late. docs/decisions/0025-work-beside-the-server.md has the figures.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.core.config import Settings
from app.core.job_process import JobProcess
from app.services.recipe_service import RecipeService

if TYPE_CHECKING:
    from app.core.database import Database
    from app.services.dataset_page_service import DatasetPageService
    from app.services.dataset_service import DatasetService
    from app.services.import_page_service import ImportPageService
    from app.services.job_service import JobService
    from app.services.recipe_draft import RecipeDrafts
    from app.services.search_pages import SearchPages
    from app.services.search_service import SearchService
    from app.services.segment_service import SegmentService
    from app.services.segmenting_pages import SegmentingPages
    from app.services.segments_pages import SegmentsPages


@dataclass(frozen=True)
class StoredServices:
    """The services over one open database."""

    database: Database
    jobs: JobService
    datasets: DatasetService
    dataset_pages: DatasetPageService
    import_pages: ImportPageService
    segments: SegmentService
    drafts: RecipeDrafts
    searches: SearchService
    search_pages: SearchPages
    segmenting: SegmentingPages
    segment_pages: SegmentsPages


class Storage:
    """Opens the database once, and starts the process that does the jobs.

    Parameters
    ----------
    recipes : RecipeService
    settings : Settings
        With `job_worker` off, nobody is started: somebody runs `python -m app.cli.worker`.
    """

    def __init__(self, settings: Settings, recipes: RecipeService) -> None:
        self._settings = settings
        self._recipes = recipes
        self._process = JobProcess(settings.data_dir, settings.environment()) if settings.job_worker else None
        self._lock = threading.Lock()
        self._services: StoredServices | None = None

    def get_services(self) -> StoredServices:
        """Return the services.

        Raises
        ------
        SettingsInvalid, DatabaseUnavailable
            If the database cannot be used.
        """
        with self._lock:
            if self._services is None:
                self._services = self._open()
            return self._services

    def find_services(self) -> StoredServices | None:
        """Return the services, or None while nobody has brought anything: looking makes no database."""
        return self.get_services() if self._has_database() else None

    def _has_database(self) -> bool:
        return bool(self._settings.database_url) or self._settings.database_file.exists()

    def resume(self) -> None:
        """Start the process if there may be work from before."""
        if self._process is not None and self._has_database():
            self._process.wake()

    def close(self) -> None:
        """Stop the process, which gives its job back, and close the database."""
        if self._process is not None:
            self._process.stop()
        if self._services is not None:
            self._services.database.close()

    def _open(self) -> StoredServices:
        from app.models.records.upgrade import open_database  # noqa: PLC0415
        from app.services.dataset_page_service import DatasetPageService  # noqa: PLC0415
        from app.services.dataset_service import DatasetService  # noqa: PLC0415
        from app.services.import_page_service import ImportPageService  # noqa: PLC0415
        from app.services.job_service import JobService  # noqa: PLC0415
        from app.services.recipe_draft import RecipeDrafts  # noqa: PLC0415
        from app.services.search_pages import SearchPages  # noqa: PLC0415
        from app.services.search_service import SearchService  # noqa: PLC0415
        from app.services.segment_service import SegmentService  # noqa: PLC0415
        from app.services.segmenting_pages import SegmentingPages  # noqa: PLC0415
        from app.services.segments_pages import SegmentsPages  # noqa: PLC0415

        settings = self._settings
        database = open_database(settings)
        wake = self._process.wake if self._process else lambda: None
        jobs = JobService(database, wake)
        datasets = DatasetService(settings, database, jobs)
        drafts = RecipeDrafts(datasets, self._recipes)
        searches = SearchService(drafts, jobs)
        segments = SegmentService(database)
        return StoredServices(
            database=database,
            jobs=jobs,
            datasets=datasets,
            dataset_pages=DatasetPageService(
                datasets, self._recipes, settings.max_upload_bytes, settings.upload_days
            ),
            import_pages=ImportPageService(datasets, jobs),
            segments=segments,
            drafts=drafts,
            searches=searches,
            search_pages=SearchPages(searches, datasets, jobs),
            segmenting=SegmentingPages(drafts, datasets, self._recipes, jobs, searches),
            segment_pages=SegmentsPages(segments, self._recipes),
        )
