from __future__ import annotations

from typing import Any

import pytest

from app.core.config import Settings
from app.core.errors import DatasetNotFound, UploadMalformed
from app.schemas.dataset import ImportChoices
from app.services.dataset_page_service import ROWS_AT_ONCE, DatasetPageService
from app.services.storage import StoredServices
from tests.working import work_off

TABLE = "id;income;news;seen;note\n" + "".join(
    f"k{n};{n}234,5;{'yn'[n % 2]}es;2024-01-{n % 28 + 1:02d};{'' if n else 'first'}\n" for n in range(60)
).replace("nes", "no")


@pytest.fixture
def pages(stored: StoredServices) -> DatasetPageService:
    return stored.dataset_pages


def taken(stored: StoredServices, settings: Settings, content: str = TABLE, **more: Any) -> str:
    upload, path = stored.datasets.make_upload()
    path.write_text(content, encoding="utf-8")
    job = stored.datasets.take_in(upload, "shop.csv", ImportChoices(), "Spring", **more)
    work_off(settings)
    return job.id


class TestList:
    def test_before_the_first(self, pages: DatasetPageService) -> None:
        page = pages.list_tables()
        assert (page.tables, page.is_first, page.most_text) == ([], True, "512 MB")

    def test_what_was_done_and_what_was_refused(self, pages: DatasetPageService) -> None:
        assert pages.list_tables(done="deleted").message == "The table is deleted, with its rows."
        assert pages.list_tables(done="<b>").message is None
        refused = pages.list_tables(fault=UploadMalformed("send it again"))
        assert refused.fault == "The form with the file cannot be read: send it again"

    def test_page_by_page(
        self, pages: DatasetPageService, stored: StoredServices, settings: Settings, monkeypatch: Any
    ) -> None:
        first, second = taken(stored, settings), taken(stored, settings)
        monkeypatch.setattr("app.services.dataset_page_service.TABLES_AT_ONCE", 1)
        page = pages.list_tables()
        assert [table.id for table in page.tables] == [second]
        older = pages.list_tables(page.next_cursor)
        assert ([table.id for table in older.tables], older.is_first) == ([first], False)


class TestShow:
    def test_cells_as_texts(
        self, pages: DatasetPageService, stored: StoredServices, settings: Settings
    ) -> None:
        rows = pages.show(taken(stored, settings)).rows
        assert rows.rows[0] == ["1", "k0", "234.5", "yes", "2024-01-01", "first"]
        assert rows.rows[1] == ["2", "k1", "1,234.5", "no", "2024-01-02", ""]
        assert rows.numeric == [False, True, False, False, False]

    @pytest.mark.parametrize(
        ("search", "after", "text"),
        [
            ("", 0, f"Rows 1 to {ROWS_AT_ONCE} of 60"),
            ("", 50, "Rows 51 to 60 of 60"),
            ("", 60, "No row stands behind number 60"),
            (" first ", 0, "1 row that holds it in a cell, of 60"),
            ("K1", 0, "11 rows that hold it in a cell, of 60"),
            ("nobody", 0, "No row holds it in a cell"),
            ("first", 5, "No further row holds it in a cell"),
        ],
    )
    def test_search_and_pages(
        self,
        pages: DatasetPageService,
        stored: StoredServices,
        settings: Settings,
        search: str,
        after: int,
        text: str,
    ) -> None:
        assert pages.show(taken(stored, settings), search, after).rows.text == text

    def test_what_is_drawn_is_kept_in_addresses_where_it_was_asked_for(
        self, pages: DatasetPageService, stored: StoredServices, settings: Settings
    ) -> None:
        table = taken(
            stored, settings, content=TABLE.replace(";seen", ";orders;seen").replace(";2024", ";7;2024")
        )
        assert pages.show(table).axes == {}
        assert pages.show(table, axes=("orders", None)).axes == {"x": "orders", "y": "income"}
        assert pages.show(table, axes=("nobody", None)).axes == {"x": "income", "y": "orders"}

    def test_recipes_that_it_can_be_trained_by(
        self, pages: DatasetPageService, stored: StoredServices, settings: Settings
    ) -> None:
        assert pages.show(taken(stored, settings)).recipes == []
        fitting = (
            TABLE.replace("income", "Annual Income").replace("id;", "Spending Score;").replace("\nk", "\n")
        )
        page = pages.show(taken(stored, settings, content=fitting))
        assert [recipe.name for recipe in page.recipes] == ["mall"]
        assert page.key

    def test_figures(self, pages: DatasetPageService, stored: StoredServices, settings: Settings) -> None:
        page = pages.show(taken(stored, settings), done="taken", fault="no")
        assert page.figures == [
            ("Rows", "60", "one customer or purchase each"),
            ("Columns", "5", "1 number to segment by"),
            ("Rejected rows", "0", "every row of the file was good"),
            ("File", "CSV", "shop.csv, semicolons, UTF-8"),
        ]
        assert (page.message, page.fault, page.parent) == ("The table was taken in.", "no", None)
        assert page.correlations is None
        assert page.scatter is None

    def test_the_table_before(
        self, pages: DatasetPageService, stored: StoredServices, settings: Settings
    ) -> None:
        first = taken(stored, settings)
        second = taken(stored, settings, parent_id=first, lineage="replaced")
        parent = pages.show(second).parent
        assert parent is not None
        assert parent.id == first
        stored.datasets.delete_dataset(first)
        assert pages.show(second).parent is None

    def test_no_such_table(self, pages: DatasetPageService) -> None:
        for ask in (pages.show, pages.ask_to_delete):
            with pytest.raises(DatasetNotFound):
                ask("nobody")


def test_the_question_before_deleting(
    pages: DatasetPageService, stored: StoredServices, settings: Settings
) -> None:
    assert pages.ask_to_delete(taken(stored, settings)).title == "Delete Spring?"
