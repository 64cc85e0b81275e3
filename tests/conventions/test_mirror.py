from __future__ import annotations

from pathlib import Path

# Layers of which every module has its own tests; schemas and controllers are seen through the API and pages.
TESTED_LAYERS = ("core", "models", "services", "cli", "serving", "utils")
WITHOUT_TESTS = {
    "core/errors": "a tree of names; the API's tests see each as an answer",
    "core/palette": "measured in conventions/test_colours.py",
}


def modules(repository: Path) -> set[str]:
    app = repository / "app"
    return {
        p.relative_to(app).with_suffix("").as_posix() for p in app.rglob("*.py") if p.name != "__init__.py"
    }


def unit_tests(repository: Path) -> list[Path]:
    unit = repository / "tests" / "unit"
    # The generators lie beside app/, not in it.
    return [p.relative_to(unit) for p in unit.rglob("test_*.py") if p.relative_to(unit).parts[0] != "data"]


def is_about(test: Path, module: str) -> bool:
    """Answer whether a test is about a module: `test_x.py`, or `test_x_<part>.py` where one is too long."""
    subject = (test.parent / test.stem.removeprefix("test_")).as_posix()
    return subject == module or subject.startswith(f"{module}_")


def test_every_module_has_tests(repository: Path) -> None:
    tests = unit_tests(repository)
    wanted = {m for m in modules(repository) if m.split("/")[0] in TESTED_LAYERS} - WITHOUT_TESTS.keys()
    assert sorted(m for m in wanted if not any(is_about(t, m) for t in tests)) == []


def test_every_unit_test_has_its_module(repository: Path) -> None:
    known = modules(repository)
    assert (
        sorted(t.as_posix() for t in unit_tests(repository) if not any(is_about(t, m) for m in known)) == []
    )


def test_exceptions_are_still_needed(repository: Path) -> None:
    assert WITHOUT_TESTS.keys() <= modules(repository)
