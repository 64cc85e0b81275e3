from __future__ import annotations

import re
from pathlib import Path

# Claims that nobody can check; figures and limits take their place.
BOASTS = re.compile(
    r"production[- ]ready|enterprise[- ]grade|world[- ]class|best[- ]in[- ]class|cutting[- ]edge|"
    r"state[- ]of[- ]the[- ]art|next[- ]gen|industry[- ]leading|battle[- ]tested|game[- ]chang|"
    r"blazing|seamless|effortless|revolution|supercharge|unlock the power|one[- ]stop",
    re.IGNORECASE,
)
# A folder of somebody's machine says nothing to anybody else.
MACHINE_PATH = re.compile(r"(?<![\w.~$}-])/(?:home|root|Users|work|workspace)/\w|[A-Z]:\\Users\\", re.ASCII)

FOLDERS = ("app", "benchmarks", "data/generators", "docs", "notebooks", "scripts", "tests", ".ci", ".github")
TEXT = {
    ".py",
    ".md",
    ".toml",
    ".html",
    ".css",
    ".js",
    ".ipynb",
    ".json",
    ".in",
    ".txt",
    ".sh",
    ".ps1",
    ".yml",
    "",
}


def texts(repository: Path) -> dict[str, str]:
    paths = [p for folder in FOLDERS for p in (repository / folder).rglob("*")]
    paths += repository.glob("[!.]*.*")
    kept = [p for p in paths if p.is_file() and p.suffix in TEXT and "__pycache__" not in p.parts]
    return {p.relative_to(repository).as_posix(): p.read_text(encoding="utf-8") for p in kept}


def hits(files: dict[str, str], pattern: re.Pattern[str]) -> list[str]:
    lines = (
        (name, number, line)
        for name, text in files.items()
        for number, line in enumerate(text.splitlines(), 1)
    )
    return [f"{name}:{number}: {line.strip()}" for name, number, line in lines if pattern.search(line)]


def test_no_boasts(repository: Path) -> None:
    read_by_people = {
        n: t for n, t in texts(repository).items() if n.endswith((".md", ".html", ".toml", ".ipynb"))
    }
    assert hits(read_by_people, BOASTS) == []


def test_no_paths_of_a_machine(repository: Path) -> None:
    assert hits(texts(repository), MACHINE_PATH) == []


def test_the_patterns_see_what_they_should() -> None:
    assert BOASTS.search("a Production-Ready service")
    assert MACHINE_PATH.search("see " + "/".join(["", "home", "ana", "clientele"]))
    assert not MACHINE_PATH.search("https://example.org/home/ana and app/home/x")
