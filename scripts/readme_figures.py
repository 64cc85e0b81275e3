"""Writes what the README counts of the code; with ``--check`` it only looks, and fails if that changed."""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
BLOCK = re.compile(r"(<!-- figures -->\n).*?(<!-- end of figures -->\n)", re.DOTALL)
SETTING = re.compile(r"^#? ?[A-Z_]+=", re.MULTILINE)


def figures() -> str:
    """Return one sentence that counts what there is."""
    paths = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))["paths"]
    operations = sum(len(methods) for methods in paths.values())
    counts = {
        "API operations": operations,
        "pages": len(_pages()),
        "recipes": _count("app/recipes", "*.toml"),
        "settings": len(SETTING.findall((ROOT / ".env.example").read_text(encoding="utf-8"))),
        "recorded decisions": _count("docs/decisions", "*.md"),
    }
    *first, last = [f"{count} {noun}" for noun, count in counts.items()]
    return f"Counted by `scripts/readme_figures.py`: {', '.join(first)} and {last}.\n"


def _pages() -> list[Path]:
    """Return the templates of whole pages: what others include or extend is none."""
    found = (ROOT / "app" / "templates" / "pages").rglob("*.html")
    return [path for path in found if "{% extends" in path.read_text(encoding="utf-8")]


def _count(folder: str, pattern: str) -> int:
    return len(list((ROOT / folder).glob(pattern)))


def main() -> int:
    """Write the block, or with ``--check`` answer 1 if it is not what it should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    before = README.read_text(encoding="utf-8")
    if BLOCK.search(before) is None:
        sys.exit("the README has no block between <!-- figures --> and <!-- end of figures -->")
    after = BLOCK.sub(lambda found: found[1] + figures() + found[2], before)
    if parser.parse_args().check:
        return int(after != before)
    README.write_text(after, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
