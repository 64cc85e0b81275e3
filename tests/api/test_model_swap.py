"""A new version is picked up without a restart; one that cannot be trusted never answers."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.application import create_app
from app.core.config import Settings
from app.models.artifact_store import ArtifactStore
from app.services.training_service import TrainingService
from tests.api.problems import problem_of
from tests.conftest import settings_in

FILES = [
    "model.json", "model.json.sha256", "confidence.json", "analysis.json", "scaler.pkl", "kmeans_model.pkl",
]  # fmt: skip
DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "a bit flipped at the start": lambda content: bytes([content[0] ^ 1]) + content[1:],
    "a bit flipped in the middle": lambda c: (
        c[: len(c) // 2] + bytes([c[len(c) // 2] ^ 1]) + c[len(c) // 2 + 1 :]
    ),
    "cut by one": lambda content: content.rstrip(b"\n")[:-1],
    "cut to nothing": lambda content: b"",
    "longer by one": lambda content: content.rstrip(b"\n") + b"0",
}
Model = dict[str, Any]
# What a writer of another program, or an older one, could have left behind under a right hash.
OTHER_MODELS: dict[str, Callable[[Model], object]] = {
    "another format": lambda model: model.update(format=2),
    "a key too many": lambda model: model.update(extra=1),
    "a key too few": lambda model: model.pop("metrics"),
    "no version": lambda model: model.update(version=0),
    "the version of another folder": lambda model: model.update(version=1),
    "another recipe": lambda model: model.update(recipe="retail"),
    "a scale of zero": lambda model: model["features"][0].update(scale=0.0),
    "a centroid that is no number": lambda model: model["segments"][0].update(centroid=["nan", 0.0]),
    "a centroid too short": lambda model: model["segments"][0].update(centroid=[0.0]),
    "one segment": lambda model: model.update(segments=model["segments"][:1]),
    "a segment twice": lambda model: model["segments"].append(model["segments"][0]),
    "other segments than the analysis": lambda model: model["segments"][3].update(segment_id=9),
    "other features than the recipe": lambda model: model["features"][0].update(name="annual_loss"),
    "its files as a list": lambda model: model.update(files=[["confidence.json", 1]]),
    "its files as pairs of numbers": lambda model: model.update(files=[[1, 2]]),
    "no files": lambda model: model.update(files={}),
    "a file elsewhere": lambda model: model["files"].update({"../1/analysis.json": "0" * 64}),
    "a file at an absolute path": lambda model: model["files"].update({"/etc/passwd": "0" * 64}),
    "a hidden file": lambda model: model["files"].update({".analysis.json": "0" * 64}),
    "a file with a NUL in its name": lambda model: model["files"].update({"a\x00b": "0" * 64}),
    "a file with half a character in its name": lambda model: model["files"].update({"\ud800": "0" * 64}),
    "a nameless file": lambda model: model["files"].update({"": "0" * 64}),
    "a file that is not there": lambda model: model["files"].update({"more.json": "0" * 64}),
}
POINTERS: dict[str, bytes] = {
    "empty": b"", "blank": b"\n", "two lines": b"2\n1\n", "two equal lines": b"2\n2\n", "text": b"latest\n",
    "nowhere": b"7\n", "zero": b"0\n", "below zero": b"-1\n", "huge": b"9" * 30, "a path": b"../mall/2\n",
    "a fraction": b"2.0\n", "no text": b"\xff\xfe2\x00", "digits of another script": "٢\n".encode(),
}  # fmt: skip


@pytest.fixture(scope="module")
def running(
    two_versions_once: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Settings, TestClient]]:
    """One running application, which never restarts while its versions come and go."""
    folder = tmp_path_factory.mktemp("running")
    shutil.copytree(two_versions_once, folder, dirs_exist_ok=True)
    with TestClient(create_app(settings_in(folder))) as client:
        yield settings_in(folder), client


@pytest.fixture
def two_versions(running: tuple[Settings, TestClient], two_versions_once: Path) -> Settings:
    """The running application's settings, its folder as it was: ``mall/1`` in use, ``mall/2`` beside it."""
    settings, _ = running
    shutil.rmtree(folder_of(settings))
    shutil.copytree(folder_of(settings_in(two_versions_once)), folder_of(settings))
    point_to(settings, b"1\n")
    return settings


@pytest.fixture
def swap_client(running: tuple[Settings, TestClient], two_versions: Settings) -> TestClient:
    """A client of the running application, which answers with ``mall/1``."""
    _, client = running
    assert health(client) == ("mall/1", None)
    return client


def health(client: TestClient) -> tuple[str, str | None]:
    body = client.get("/api/v1/health").json()
    return body["model_version"], body["warning"]


def folder_of(settings: Settings) -> Path:
    return settings.artifacts_dir / "mall"


def point_to(settings: Settings, content: bytes) -> None:
    staged = folder_of(settings) / "staged"
    staged.write_bytes(content)
    staged.replace(folder_of(settings) / "ACTIVE")


def rewrite(folder: Path, change: Callable[[Model], object]) -> None:
    """Change a version's model and put a hash beside it that fits."""
    model = json.loads((folder / "model.json").read_bytes())
    change(model)
    content = json.dumps(model).encode()
    (folder / "model.json").write_bytes(content)
    (folder / "model.json.sha256").write_text(hashlib.sha256(content).hexdigest() + "\n")


def still_answers_with_the_first(client: TestClient, *reasons: str) -> None:
    version, warning = health(client)
    assert version == "mall/1"
    assert warning is not None
    assert [reason for reason in reasons if reason not in warning] == []
    assert client.get("/readyz").json()["warning"] == warning
    body = client.post("/api/v1/predict", json={"annual_income": 55, "spending_score": 50}).json()
    assert (body["model_version"], len(body["distances"])) == ("mall/1", 5)
    assert client.get("/").status_code == 200


class TestANewVersion:
    def test_it_is_picked_up(self, two_versions: Settings, swap_client: TestClient) -> None:
        ArtifactStore(two_versions.artifacts_dir, "mall").activate(2)
        assert health(swap_client) == ("mall/2", None)
        assert len(swap_client.get("/api/v1/clusters").json()["segments"]) == 4
        for path in ("/api/v1/clusters", "/api/v1/clusters/info", "/api/v1/model/info"):
            assert swap_client.get(path).json()["model_version"] == "mall/2"
        assert "mall/2" in swap_client.get("/about").text

    def test_and_rolled_back(self, two_versions: Settings, swap_client: TestClient) -> None:
        store = ArtifactStore(two_versions.artifacts_dir, "mall")
        before = swap_client.get("/api/v1/model/info").json()
        for version in (2, 1, 2, 1):
            store.activate(version)
            assert health(swap_client) == (f"mall/{version}", None)
        assert swap_client.get("/api/v1/model/info").json() == before

    def test_the_first_one_ends_the_wait(self, settings: Settings, trained_once: Path) -> None:
        with TestClient(create_app(settings)) as client:
            assert client.get("/readyz").status_code == 503
            shutil.copytree(trained_once, settings.data_dir.parent, dirs_exist_ok=True)
            assert health(client) == ("mall/1", None)
            assert client.get("/").status_code == 200

    def test_a_training_beside_the_running_application(
        self, two_versions: Settings, swap_client: TestClient
    ) -> None:
        TrainingService(two_versions, 2, 2).train("mall", seed=1)
        assert health(swap_client) == ("mall/3", None)


class TestAVersionThatCannotBeTrusted:
    @pytest.mark.parametrize("damage", DAMAGES)
    @pytest.mark.parametrize("name", FILES)
    def test_a_damaged_file(
        self, two_versions: Settings, swap_client: TestClient, name: str, damage: str
    ) -> None:
        path = folder_of(two_versions) / "2" / name
        path.write_bytes(DAMAGES[damage](path.read_bytes()))
        point_to(two_versions, b"2\n")
        still_answers_with_the_first(swap_client, "mall/2")

    @pytest.mark.parametrize("name", FILES)
    def test_a_file_gone_or_a_folder(
        self, two_versions: Settings, swap_client: TestClient, name: str
    ) -> None:
        path = folder_of(two_versions) / "2" / name
        path.unlink()
        point_to(two_versions, b"2\n")
        still_answers_with_the_first(swap_client, name, "missing or cannot be read")
        path.mkdir()
        point_to(two_versions, b"2\n")
        still_answers_with_the_first(swap_client, name, "missing or cannot be read")

    @pytest.mark.parametrize("change", OTHER_MODELS)
    def test_another_model_under_a_right_hash(
        self, two_versions: Settings, swap_client: TestClient, change: str
    ) -> None:
        rewrite(folder_of(two_versions) / "2", OTHER_MODELS[change])
        point_to(two_versions, b"2\n")
        still_answers_with_the_first(swap_client)

    @pytest.mark.parametrize(
        "content", [b"", b"null", b"[]", b"{}", b"[" * 100_000, b"\xff", b'{"files": 1}']
    )
    def test_no_model_under_a_right_hash(
        self, two_versions: Settings, swap_client: TestClient, content: bytes
    ) -> None:
        folder = folder_of(two_versions) / "2"
        (folder / "model.json").write_bytes(content)
        (folder / "model.json.sha256").write_text(hashlib.sha256(content).hexdigest())
        point_to(two_versions, b"2\n")
        still_answers_with_the_first(swap_client, "mall/2")

    def test_the_folder_of_another_version(self, two_versions: Settings, swap_client: TestClient) -> None:
        shutil.copytree(folder_of(two_versions) / "1", folder_of(two_versions) / "3")
        point_to(two_versions, b"3\n")
        still_answers_with_the_first(swap_client, "the folder of mall/3 holds mall/1")

    def test_a_mended_version_is_used(self, two_versions: Settings, swap_client: TestClient) -> None:
        path = folder_of(two_versions) / "2" / "analysis.json"
        content = path.read_bytes()
        path.write_bytes(b"")
        point_to(two_versions, b"2\n")
        still_answers_with_the_first(swap_client, "analysis.json")
        path.write_bytes(content)
        point_to(two_versions, b"2\n")
        assert health(swap_client) == ("mall/2", None)


class TestATornPointer:
    @pytest.mark.parametrize("pointer", POINTERS)
    def test_the_last_good_version_keeps_answering(
        self, two_versions: Settings, swap_client: TestClient, pointer: str
    ) -> None:
        point_to(two_versions, POINTERS[pointer])
        still_answers_with_the_first(swap_client)

    def test_gone(self, two_versions: Settings, swap_client: TestClient) -> None:
        (folder_of(two_versions) / "ACTIVE").unlink()
        still_answers_with_the_first(swap_client, "no version of mall is active")

    def test_a_folder(self, two_versions: Settings, swap_client: TestClient) -> None:
        (folder_of(two_versions) / "ACTIVE").unlink()
        (folder_of(two_versions) / "ACTIVE").mkdir()
        still_answers_with_the_first(swap_client, "ACTIVE")

    @pytest.mark.parametrize("pointer", sorted(set(POINTERS) - {"nowhere"}))
    def test_a_cold_start_answers_with_the_reason(self, two_versions: Settings, pointer: str) -> None:
        point_to(two_versions, POINTERS[pointer])
        with TestClient(create_app(two_versions)) as client:
            for path in ("/api/v1/health", "/readyz", "/api/v1/clusters"):
                assert "ACTIVE" in problem_of(client.get(path), 503, "model_unavailable")["detail"]
            page = client.get("/", headers={"Accept": "text/html"})
            assert (page.status_code, "ACTIVE" in page.text) == (503, True)


class TestAColdStart:
    @pytest.mark.parametrize("name", FILES)
    def test_an_older_whole_version_takes_the_place(self, two_versions: Settings, name: str) -> None:
        (folder_of(two_versions) / "2" / name).write_bytes(b"")
        point_to(two_versions, b"2\n")
        with TestClient(create_app(two_versions)) as client:
            still_answers_with_the_first(client, "mall/2")

    def test_a_pointer_to_nowhere(self, two_versions: Settings) -> None:
        point_to(two_versions, b"3\n")
        with TestClient(create_app(two_versions)) as client:
            version, warning = health(client)
        # mall/2 was stored and never put into use: only what was in use may take the place
        assert (version, warning) == ("mall/1", "there is no version mall/3")

    def test_no_version_is_whole(self, two_versions: Settings) -> None:
        for version in ("1", "2"):
            (folder_of(two_versions) / version / "confidence.json").unlink()
        point_to(two_versions, b"2\n")
        with TestClient(create_app(two_versions)) as client:
            body = problem_of(client.get("/readyz"), 503, "model_unavailable")
            assert body["detail"].startswith("confidence.json of mall/2")
            assert client.get("/livez").status_code == 200
