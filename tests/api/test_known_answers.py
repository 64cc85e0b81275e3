"""What a client knows already is not sent again: an `ETag` on every list and on every thing in one."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.application import create_app
from tests.conftest import settings_in
from tests.working import refuse, work_off, working

CSV = b"customer,income\n" + b"".join(b"c%d,%d\n" % (n, 10 + n) for n in range(40))
WEAK = re.compile(r'W/"[0-9a-f]{32}"')
KINDS = (
    *("/datasets", "/datasets/{table}", "/datasets/{table}/rows", "/datasets/{table}/summary"),
    *("/datasets/{table}/recipe", "/trainings", "/trainings/{job}", "/jobs", "/jobs/{job}"),
    *("/recipes", "/recipes/mall", "/recipes/mall/clusters", "/recipes/mall/clusters/info"),
    *("/recipes/mall/model/info", "/recipes/mall/segments", "/recipes/mall/versions"),
    *("/recipes/mall/versions/1", "/recipes/mall/versions/2/moves"),
)


class Known:
    """A client, and the ids of a table and of a training that has failed."""

    def __init__(self, client: TestClient, table: str, job: str) -> None:
        self.client = client
        self._ids = {"table": table, "job": job}

    def address(self, kind: str) -> str:
        return "/api/v1" + kind.format(**self._ids)


@pytest.fixture(scope="module")
def known(two_versions_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Known]:
    folder = tmp_path_factory.mktemp("known")
    shutil.copytree(two_versions_once, folder, dirs_exist_ok=True)
    settings = settings_in(folder)
    with TestClient(create_app(settings)) as client:
        with working(settings):
            table = client.post("/api/v1/datasets", files={"file": ("a.csv", CSV)}).json()["id"]
        job = client.post("/api/v1/trainings", json={"recipe": "mall"}).json()["id"]
        work_off(settings, refuse)
        yield Known(client, table, job)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_known_is_not_sent_again(known: Known, kind: str) -> None:
    first = known.client.get(known.address(kind))
    tag = first.headers["etag"]
    assert (first.status_code, first.headers["cache-control"]) == (200, "private, no-cache")
    assert WEAK.fullmatch(tag)
    for sent in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
        again = known.client.get(known.address(kind), headers={"If-None-Match": sent})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert again.headers["cache-control"] == "private, no-cache"
        assert "content-length" not in again.headers
    other = known.client.get(known.address(kind), headers={"If-None-Match": '"other"'})
    assert (other.status_code, other.content) == (200, first.content)


def test_by_head_the_same(known: Known) -> None:
    tag = known.client.get(known.address("/jobs")).headers["etag"]
    assert known.client.head(known.address("/jobs")).headers["etag"] == tag
    assert known.client.head(known.address("/jobs"), headers={"If-None-Match": tag}).status_code == 304


def test_compressed_it_is_the_same(known: Known) -> None:
    tags = {
        known.client.get(known.address("/recipes/mall"), headers={"Accept-Encoding": way}).headers["etag"]
        for way in ("gzip", "identity")
    }
    assert len(tags) == 1


def test_a_change_is_sent(known: Known) -> None:
    tags = {kind: known.client.get(known.address(kind)).headers["etag"] for kind in KINDS[:2]}
    known.client.patch(known.address("/datasets/{table}"), json={"name": "Spring"})
    for kind, tag in tags.items():
        answer = known.client.get(known.address(kind), headers={"If-None-Match": tag})
        assert (answer.status_code, "Spring" in answer.text) == (200, True)


@pytest.mark.parametrize(
    ("kind", "status"), [("/jobs/none", 404), ("/datasets?limit=0", 422), ("/recipes/mall/versions/9", 404)]
)
def test_errors_have_no_tag(known: Known, kind: str, status: int) -> None:
    answer = known.client.get(known.address(kind), headers={"If-None-Match": "*"})
    assert (answer.status_code, "etag" in answer.headers) == (status, False)


@pytest.mark.parametrize("kind", ["/datasets/{table}/file", "/recipes/mall/versions/1/download"])
def test_files_are_sent_whole(known: Known, kind: str) -> None:
    answer = known.client.get(known.address(kind), headers={"If-None-Match": "*"})
    assert (answer.status_code, bool(answer.content)) == (200, True)


@pytest.mark.parametrize("kind", ["/datasets", "/trainings", "/jobs", "/recipes/mall/versions"])
def test_lists_are_paged_alike(known: Known, kind: str) -> None:
    address = known.address(kind)
    assert known.client.get(address, params={"limit": 200}).json()["next_cursor"] is None
    for limit in (0, 201):
        assert known.client.get(address, params={"limit": limit}).status_code == 422
    assert known.client.get(address, params={"cursor": "none"}).status_code == 422
