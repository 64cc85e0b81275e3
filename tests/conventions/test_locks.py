from __future__ import annotations

import re
from pathlib import Path

import pytest

LOCKS = {f"requirements{extra}.in": f"requirements{extra}.txt" for extra in ("", "-postgres", "-dev")}
# what the code is written for; older ones are not tried
FLOORS = {
    "fastapi": (0, 115),
    "uvicorn": (0, 34),
    "pydantic": (2, 10),
    "scikit-learn": (1, 5),
    "pandas": (2, 2),
    "numpy": (1, 26),
}
PINNED = re.compile(
    r"^([a-z0-9._-]+)==([^\s;\\]+)[^\\\n]*((?: \\\n {4}--hash=sha256:[0-9a-f]{64})*)$", re.MULTILINE
)


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def direct(path: Path) -> set[str]:
    lines = (line.partition("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    names = (re.match(r"[A-Za-z0-9][\w.-]*", line) for line in lines)
    return {normal(name.group()) for name in names if name}


def pins(path: Path) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, version, hashes in PINNED.findall(path.read_text(encoding="utf-8")):
        assert hashes, f"{path.name}: {name} has no hash"
        found.setdefault(normal(name), set()).add(version)
    return found


@pytest.mark.parametrize("source", LOCKS)
class TestLock:
    def test_holds_each_direct_requirement(self, repository: Path, source: str) -> None:
        assert direct(repository / source) - pins(repository / LOCKS[source]).keys() == set()

    def test_holds_nothing_but_pins(self, repository: Path, source: str) -> None:
        text = (repository / LOCKS[source]).read_text(encoding="utf-8")
        rest = [
            line for line in PINNED.sub("", text).splitlines() if line and not line.lstrip().startswith("#")
        ]
        assert rest == []

    def test_names_no_index_path_or_host(self, repository: Path, source: str) -> None:
        text = (repository / LOCKS[source]).read_text(encoding="utf-8")
        assert re.findall(r".*(?:://|--(?:extra-)?index-url|--find-links| @ |file:|/).*", text) == []


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-postgres.txt"])
def test_all_locks_hold_the_same_pins(repository: Path, lock: str) -> None:
    everything = pins(repository / "requirements-dev.txt")
    assert {n: v for n, v in pins(repository / lock).items() if everything.get(n) != v} == {}


def test_no_pin_is_older_than_its_floor(repository: Path) -> None:
    locked = pins(repository / "requirements.txt")
    for name, floor in FLOORS.items():
        for version in locked[name]:
            assert tuple(int(part) for part in version.split(".")[:2]) >= floor, f"{name} {version}"
