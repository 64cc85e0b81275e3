from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from app.core.config import Settings
from app.core.errors import ModelUnavailable
from app.models.active_model import LOOK_AGAIN_SECONDS, ActiveModel
from app.models.artifact_store import ArtifactStore

FEATURES = ("annual_income", "spending_score")


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Watched(ArtifactStore):
    """A store that counts how often a version is read."""

    reads = 0

    def read(self, version: int) -> dict[str, bytes]:
        self.reads += 1
        return super().read(version)


@pytest.fixture
def store(trained: Settings) -> Watched:
    """``mall/1`` in use; ``mall/2`` and ``mall/3`` beside it, the same model under other numbers."""
    store = Watched(trained.artifacts_dir, "mall")
    for number in (2, 3):
        folder = store.folder / str(number)
        shutil.copytree(store.folder / "1", folder)
        model = json.loads((folder / "model.json").read_bytes()) | {"version": number}
        content = json.dumps(model).encode()
        (folder / "model.json").write_bytes(content)
        (folder / "model.json.sha256").write_text(hashlib.sha256(content).hexdigest())
    return store


@pytest.fixture
def told() -> list[tuple[str, str]]:
    return []


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def active(store: Watched, told: list[tuple[str, str]], clock: Clock) -> ActiveModel:
    return ActiveModel(store, FEATURES, lambda event, detail: told.append((event, detail)), clock)


def break_version(store: ArtifactStore, version: int) -> Path:
    path = store.folder / str(version) / "analysis.json"
    path.rename(path.with_suffix(".kept"))
    return path


def point_to(store: ArtifactStore, version: int) -> None:
    staged = store.folder / "staged"
    staged.write_text(f"{version}\n")
    staged.replace(store.pointer.path)


class TestCurrent:
    def test_it_loads_once(self, active: ActiveModel, store: Watched, told: list[tuple[str, str]]) -> None:
        first = active.current()
        assert first.label == "mall/1"
        assert all(active.current() is first for _ in range(100))
        assert store.reads == 1
        assert told == [("model_loaded", "mall/1")]
        assert active.refusal is None

    def test_it_follows_the_pointer(self, active: ActiveModel, store: Watched) -> None:
        labels = []
        for version in (1, 2, 3, 1):
            point_to(store, version)
            labels.append(active.current().label)
        assert labels == ["mall/1", "mall/2", "mall/3", "mall/1"]

    def test_the_same_number_again_is_read_again(self, active: ActiveModel, store: Watched) -> None:
        active.current()
        point_to(store, 1)
        active.current()
        active.current()
        assert store.reads == 2

    def test_nothing_is_trained(self, tmp_path: Path, told: list[tuple[str, str]], clock: Clock) -> None:
        store = ArtifactStore(tmp_path / "nothing", "mall")
        active = ActiveModel(store, FEATURES, lambda event, detail: told.append((event, detail)), clock)
        for _ in range(3):
            with pytest.raises(ModelUnavailable, match=r"run python train_model\.py"):
                active.current()
        assert [event for event, _ in told] == ["model_refused"]


class TestRefusal:
    def test_the_last_good_one_keeps_answering(
        self, active: ActiveModel, store: Watched, told: list[tuple[str, str]]
    ) -> None:
        good = active.current()
        break_version(store, 2)
        point_to(store, 2)
        assert active.current() is good
        assert active.current() is good
        assert active.refusal == "analysis.json of mall/2 is missing or cannot be read"
        assert told[1:] == [("model_refused", active.refusal)]

    def test_a_next_good_one_ends_it(self, active: ActiveModel, store: Watched) -> None:
        active.current()
        break_version(store, 2)
        point_to(store, 2)
        active.current()
        point_to(store, 3)
        assert active.current().label == "mall/3"
        assert active.refusal is None

    def test_it_is_looked_at_again_after_a_while(
        self, active: ActiveModel, store: Watched, clock: Clock, told: list[tuple[str, str]]
    ) -> None:
        active.current()
        path = break_version(store, 2)
        point_to(store, 2)
        active.current()
        reads = store.reads
        for _ in range(3):
            clock.now += LOOK_AGAIN_SECONDS
            active.current()
            active.current()
        assert store.reads == reads + 3
        assert [event for event, _ in told] == ["model_loaded", "model_refused"]
        path.with_suffix(".kept").rename(path)
        assert active.current().label == "mall/1"
        clock.now += LOOK_AGAIN_SECONDS
        assert active.current().label == "mall/2"
        assert active.refusal is None

    def test_another_folders_version(self, active: ActiveModel, store: Watched) -> None:
        shutil.rmtree(store.folder / "2")
        shutil.copytree(store.folder / "3", store.folder / "2")
        active.current()
        point_to(store, 2)
        assert active.current().label == "mall/1"
        assert active.refusal == "the folder of mall/2 holds mall/3"

    @pytest.mark.parametrize(
        "features", [("spending_score", "annual_income"), ("annual_income",), (*FEATURES, "age"), ()]
    )
    def test_a_version_of_other_features(self, store: Watched, features: tuple[str, ...]) -> None:
        active = ActiveModel(store, features)
        with pytest.raises(ModelUnavailable, match=r"mall/1 was trained on other features .* train again"):
            active.current()


class TestAColdStart:
    def test_the_whole_version_that_was_in_use_last_takes_the_place(
        self, active: ActiveModel, store: Watched, told: list[tuple[str, str]]
    ) -> None:
        store.activate(2)
        break_version(store, 3)
        point_to(store, 3)
        assert active.current().label == "mall/2"
        assert [event for event, _ in told] == ["model_refused", "model_fallback"]
        assert active.refusal == "analysis.json of mall/3 is missing or cannot be read"

    def test_broken_ones_are_passed_over(self, active: ActiveModel, store: Watched) -> None:
        for version in (2, 3):
            break_version(store, version)
        point_to(store, 3)
        assert active.current().label == "mall/1"

    def test_a_newer_one_was_not_chosen_and_is_not_used(self, active: ActiveModel, store: Watched) -> None:
        break_version(store, 1)
        with pytest.raises(ModelUnavailable, match="mall/1"):
            active.current()

    def test_a_torn_pointer_names_no_version(self, active: ActiveModel, store: Watched) -> None:
        store.pointer.path.write_bytes(b"")
        with pytest.raises(ModelUnavailable, match="not one line"):
            active.current()

    def test_the_refused_one_takes_over_once_it_is_whole(
        self, active: ActiveModel, store: Watched, clock: Clock
    ) -> None:
        path = break_version(store, 3)
        point_to(store, 3)
        active.current()
        path.with_suffix(".kept").rename(path)
        clock.now += LOOK_AGAIN_SECONDS
        assert active.current().label == "mall/3"
