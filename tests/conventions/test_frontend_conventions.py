from __future__ import annotations

import re
from pathlib import Path

import pytest
from jinja2 import StrictUndefined

from app.controllers.templating import ENVIRONMENT

HEX = r"#(?:[0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})\b"
FUNCTIONS = r"\b(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch)\("
# Declarations only: `#add` in a selector is an id.
COLOUR_IN_CSS = re.compile(rf":[^;{{}}]*(?:{HEX}|{FUNCTIONS})[^;{{}}]*[;}}]")
COLOUR_IN_HTML = re.compile(rf'\b(?!href)[\w-]+="(?:{HEX}"|{FUNCTIONS})')
COLOUR_IN_JS = re.compile(rf"[\"'`](?:{HEX}[\"'`]|{FUNCTIONS})")
OTHER_HOST = re.compile(r"""https?://(?!www\.w3\.org/(?:2000/svg|1999/xlink)\b)|(?:src|href)=["']//""")
# Motion that was asked to stop has to stop, whatever a component says.
REDUCED_MOTION = re.compile(r"@media \(prefers-reduced-motion: reduce\)\s*\{(?:[^{}]*\{[^{}]*\})*\s*\}")


@pytest.fixture(scope="module")
def files(repository: Path) -> dict[str, str]:
    app = repository / "app"
    found = [*app.glob("templates/**/*.html"), *app.glob("static/**/*.css"), *app.glob("static/**/*.js")]
    return {path.relative_to(app).as_posix(): path.read_text(encoding="utf-8") for path in found}


def with_suffix(files: dict[str, str], suffix: str) -> dict[str, str]:
    chosen = {name: text for name, text in files.items() if name.endswith(suffix)}
    assert chosen
    return chosen


def matches(files: dict[str, str], pattern: str | re.Pattern[str]) -> dict[str, list[str]]:
    found = {name: [m.group().strip() for m in re.finditer(pattern, text)] for name, text in files.items()}
    return {name: hits for name, hits in found.items() if hits}


class TestStyles:
    def test_custom_properties_are_defined(self, files: dict[str, str]) -> None:
        css = "\n".join(with_suffix(files, ".css").values())
        scripts = "\n".join(with_suffix(files, ".js").values())
        defined = {
            *re.findall(r"(--[\w-]+)\s*[:{]", css),
            *re.findall(r"setProperty\(\s*[\"'](--[\w-]+)", scripts),
        }
        assert set(re.findall(r"var\(\s*(--[\w-]+)", css)) - defined == set()

    def test_colours_stand_in_tokens_only(self, files: dict[str, str]) -> None:
        others = {
            name: text for name, text in with_suffix(files, ".css").items() if not name.endswith("tokens.css")
        }
        assert matches(others, COLOUR_IN_CSS) == {}

    def test_nothing_is_important(self, files: dict[str, str]) -> None:
        styles = {name: REDUCED_MOTION.sub("", text) for name, text in with_suffix(files, ".css").items()}
        assert matches(styles, r"[^\n]*!important") == {}


class TestTemplates:
    def test_components_have_their_module(self, files: dict[str, str], repository: Path) -> None:
        used = {
            hit
            for hits in matches(with_suffix(files, ".html"), r'data-component="[^"]*"').values()
            for hit in hits
        }
        modules = {
            f'data-component="{p.stem}"' for p in (repository / "app/static/js/components").glob("*.js")
        }
        assert used == modules

    def test_no_inline_style(self, files: dict[str, str]) -> None:
        assert matches(with_suffix(files, ".html"), r"\sstyle\s*=|<style\b") == {}

    def test_no_inline_script(self, files: dict[str, str]) -> None:
        code = r"<script\b(?![^>]*\bsrc=)(?![^>]*type=\"application/(?:ld\+)?json\")[^>]*>"
        assert matches(with_suffix(files, ".html"), code) == {}
        assert matches(with_suffix(files, ".html"), r"<[^>]*\son[a-z]+\s*=") == {}

    def test_no_colours(self, files: dict[str, str]) -> None:
        assert matches(with_suffix(files, ".html"), COLOUR_IN_HTML) == {}

    def test_each_compiles_and_is_strict(self, files: dict[str, str]) -> None:
        assert ENVIRONMENT.undefined is StrictUndefined
        for name in with_suffix(files, ".html"):
            ENVIRONMENT.get_template(name.removeprefix("templates/"))


class TestScripts:
    def test_no_colours(self, files: dict[str, str]) -> None:
        assert matches(with_suffix(files, ".js"), COLOUR_IN_JS) == {}

    def test_imports_exist(self, repository: Path) -> None:
        for path in (repository / "app/static/js").rglob("*.js"):
            imported = re.findall(r"from\s+[\"']([^\"']+)[\"']", path.read_text(encoding="utf-8"))
            assert [i for i in imported if not (path.parent / i).is_file()] == [], path


def test_nothing_comes_from_another_host(files: dict[str, str]) -> None:
    assert matches(files, OTHER_HOST) == {}
