from __future__ import annotations

import pytest
from click.testing import CliRunner, Result

from app.cli.versions import versions
from app.core.config import Settings
from app.models.artifact_store import ArtifactStore


@pytest.fixture(autouse=True)
def second_in_use(monkeypatch: pytest.MonkeyPatch, two_versions: Settings, store: ArtifactStore) -> None:
    monkeypatch.setenv("DATA_DIR", str(two_versions.data_dir))
    monkeypatch.setenv("ARTIFACTS_DIR", str(two_versions.artifacts_dir))
    store.activate(2)


def run(*arguments: str, answer: str | None = None) -> Result:
    return CliRunner().invoke(versions, arguments, input=answer)


def test_they_do_what_they_say(store: ArtifactStore) -> None:
    lines = run("list").stdout.splitlines()
    assert lines[0].startswith("mall/2       in use  20")
    assert "4 segments of 200 customers, silhouette 0." in lines[0]
    assert run("rollback").stdout == "mall/1 is in use now\n"
    assert run("activate", "2", "--recipe", "mall").stdout == "mall/2 is in use now\n"
    assert store.pointer.version() == 2
    assert run("delete", "1", answer="n\n").exit_code == 1
    assert store.versions() == [1, 2]
    assert run("delete", "1", "--yes").stdout == "version 1 is deleted\n"
    assert store.versions() == [2]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("activate", "7"), "error: there is no version mall/7"),
        (("delete", "2", "--yes"), "error: mall/2 is in use"),
        (("list", "--recipe", "nothing"), "error: "),
        (("activate", "x"), "'x' is not a valid integer"),
    ],
)
def test_refusals(arguments: tuple[str, ...], words: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert words in result.stderr


def test_one_that_cannot_be_trusted(store: ArtifactStore) -> None:
    (store.folder / "1" / "model.json").write_bytes(b"")
    assert "mall/1" in (line := run("list").stdout.splitlines()[1])
    assert "cannot be trusted: model.json of mall/1" in line
    assert run("activate", "1").exit_code == 1
