from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from app.core.config import Settings
from app.core.errors import DatasetNotFound
from app.schemas.job import JobRead
from app.schemas.search import DraftColumn
from app.schemas.segment_pages import SegmentingPage
from app.services.segmenting_pages import GONE, NO_NUMBER, WRONG, SegmentingPages
from app.services.storage import StoredServices
from tests.api.test_own_customers import NOBODY, bring, table
from tests.unit.services.example_search import draft
from tests.working import working

CHOSEN = {"title": ["Shop"], "name": ["shop"], "segments": ["3"], "use": ["1", "3"]}


@pytest.fixture
def dataset(empty_client: TestClient, settings: Settings) -> str:
    with working(settings):
        return str(bring(empty_client, table(1))["id"])


@pytest.fixture
def pages(stored: StoredServices) -> SegmentingPages:
    return stored.segmenting


def refused(pages: SegmentingPages, dataset: str, **changed: Any) -> SegmentingPage:
    page = pages.submit(dataset, CHOSEN | changed)
    assert isinstance(page, SegmentingPage)
    return page


def test_a_suggested_name_is_free(pages: SegmentingPages, dataset: str) -> None:
    assert pages.show(dataset).recipe_name == "kunden"
    assert isinstance(pages.submit(dataset, CHOSEN | {"name": ["kunden"]}), JobRead)
    assert pages.show(dataset).recipe_name == "kunden_2"


def test_what_was_sent_is_shown_again(pages: SegmentingPages, dataset: str) -> None:
    sent = {"use": ["2"], "transform-2": ["log1p"], "weight-2": ["0"], "weight-0": ["5"]}
    page = refused(pages, dataset, **sent)
    shown = {column.place: (column.use, column.transform, column.weight) for column in page.columns}
    assert shown[2] == (True, "log1p", "0")
    assert not shown[1][0]
    assert 0 not in shown  # it cannot be used, whatever is sent
    assert page.errors == {"weight-2": WRONG["weight"]}


def test_faults_stand_in_the_order_of_the_page(pages: SegmentingPages, dataset: str) -> None:
    page = refused(pages, dataset, use=["4"], name=[""], segments=["x"], **{"weight-4": ["99"]})
    assert [fault.field for fault in page.faults] == ["name", "segments", "columns", "weight-4"]
    assert page.errors["columns"] == NO_NUMBER


class TestExceptional:
    def test_the_table_says_whether(self, pages: SegmentingPages, dataset: str) -> None:
        shown = pages.show(dataset)
        assert not shown.exceptional.use
        assert shown.exceptional.reason == "none of the 240 customers lies far from all others"
        assert (shown.exceptional.percent, shown.least_size) == ("1", "")

    def test_what_was_sent_is_shown_again(self, pages: SegmentingPages, dataset: str) -> None:
        sent = {"exceptional": ["yes"], "exceptional_share": ["9"], "least_size": ["1"]}
        page = refused(pages, dataset, **sent)
        assert [fault.field for fault in page.faults] == ["least_size", "exceptional_share"]
        assert (page.exceptional.use, page.exceptional.percent, page.least_size) == (True, "9", "1")
        assert page.errors["exceptional_share"] == WRONG["exceptional_share"]
        assert refused(pages, dataset, **sent | {"exceptional_share": ["x"]}).errors == page.errors
        # a share that counts for nothing is no fault
        page = refused(pages, dataset, exceptional_share=["9"], least_size=["many"])
        assert page.errors == {"least_size": WRONG["least_size"]}

    @pytest.mark.parametrize(("share", "kept"), [("0,5", 0.005), ("2", 0.02), ("", 0.01)])
    @pytest.mark.slow
    def test_it_is_kept_in_the_recipe(
        self, empty_client: TestClient, pages: SegmentingPages, dataset: str, share: str, kept: float
    ) -> None:
        sent = {"exceptional": ["yes"], "exceptional_share": [share], "least_size": ["20"]}
        assert isinstance(pages.submit(dataset, CHOSEN | sent), JobRead)
        recipe = empty_client.get("/api/v1/recipes/shop").json()
        assert recipe["exceptional"] == {"name": "Exceptional", "share": kept}
        assert recipe["least_size"] == 20

    def test_a_box_that_is_not_ticked(
        self, empty_client: TestClient, pages: SegmentingPages, dataset: str
    ) -> None:
        assert isinstance(pages.submit(dataset, CHOSEN | {"exceptional_share": ["0,5"]}), JobRead)
        recipe = empty_client.get("/api/v1/recipes/shop").json()
        assert (recipe["exceptional"], recipe["least_size"]) == (None, None)


class TestTwice:
    KEYED = CHOSEN | {"key": ["k"]}

    @pytest.mark.slow
    def test_one_recipe_and_one_training(self, pages: SegmentingPages, dataset: str) -> None:
        one, two = (pages.submit(dataset, self.KEYED) for _ in range(2))
        assert isinstance(one, JobRead)
        assert one == two

    def test_another_form_for_the_same_recipe_trains_again(
        self, pages: SegmentingPages, dataset: str
    ) -> None:
        one, two, three = (pages.submit(dataset, CHOSEN | key) for key in ({"key": ["k"]}, {}, {}))
        assert isinstance(one, JobRead)
        assert isinstance(two, JobRead)
        assert isinstance(three, JobRead)
        assert len({one.id, two.id, three.id}) == 3

    def test_the_number_of_segments_told_after_it_was_left_open(
        self, pages: SegmentingPages, dataset: str
    ) -> None:
        jobs = [pages.submit(dataset, self.KEYED | {"segments": [told]}) for told in ("", "5")]
        assert [job.asked["segments"] for job in jobs if isinstance(job, JobRead)] == ["auto", None]

    def test_another_recipe_of_this_name(self, pages: SegmentingPages, dataset: str) -> None:
        assert isinstance(pages.submit(dataset, self.KEYED), JobRead)
        for changed in ({"title": ["Other"]}, {"use": ["1"]}, {"weight-1": ["2"]}, {"segments": ["4"]}):
            page = pages.submit(dataset, self.KEYED | changed)
            assert isinstance(page, SegmentingPage)
            assert page.errors == {"name": "Another recipe has this name"}
            assert page.key == "k"


def test_a_number_of_segments_too_long_for_a_number(pages: SegmentingPages, dataset: str) -> None:
    assert refused(pages, dataset, segments=["0" * 5_000 + "3"]).errors == {"segments": WRONG["segments"]}


class TestFilledIn:
    def test_by_a_draft_of_a_search(
        self, pages: SegmentingPages, stored: StoredServices, dataset: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        kept = DraftColumn(column="Umsatz (€)", kind="number", transform="yeo_johnson", weight=0.58)
        monkeypatch.setattr(stored.searches, "find_draft", lambda *asked: draft(columns=[kept]))
        page = pages.show(dataset, "a-search", "suggested")
        shown = {c.name: (c.transform, c.weight) for c in page.columns if c.use}
        assert shown == {"Umsatz (€)": ("yeo_johnson", "0.58")}
        assert page.filled == "Filled in: As suggested."
        # the number is chosen by the training, which tests it
        assert page.segments == ""

    def test_not_by_one_that_is_gone(self, pages: SegmentingPages, dataset: str) -> None:
        page = pages.show(dataset, NOBODY, "suggested")
        assert page.filled == GONE
        assert page.columns == pages.show(dataset).columns


def test_no_such_table(pages: SegmentingPages) -> None:
    with pytest.raises(DatasetNotFound):
        pages.show(NOBODY)
    with pytest.raises(DatasetNotFound):
        pages.submit(NOBODY, CHOSEN)
