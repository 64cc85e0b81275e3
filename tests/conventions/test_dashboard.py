from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from app.services.metrics_service import METRICS

PARTS = {"counter": ("",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}
NAMES = {name + part for name, (kind, _) in METRICS.items() for part in PARTS[kind]}


@pytest.fixture
def dashboard(repository: Path) -> dict[str, Any]:
    text = (repository / "deploy" / "grafana-dashboard.json").read_text(encoding="utf-8")
    parsed: dict[str, Any] = json.loads(text)
    return parsed


def test_it_uses_metrics_that_exist(dashboard: dict[str, Any]) -> None:
    used = set(re.findall(r"clientele_\w+", json.dumps(dashboard)))
    assert used - NAMES == set()


def test_every_metric_is_seen(dashboard: dict[str, Any]) -> None:
    expressions = json.dumps(dashboard)
    assert [name for name in METRICS if name not in expressions] == []


def test_panels_have_their_own_place(dashboard: dict[str, Any]) -> None:
    panels = dashboard["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        cells = {(x, y) for x in range(place["x"], place["x"] + place["w"])
                 for y in range(place["y"], place["y"] + place["h"])}  # fmt: skip
        assert not cells & taken
        taken |= cells


def test_expressions_close_what_they_open(dashboard: dict[str, Any]) -> None:
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            for opened, closed in ("()", "{}", "[]"):
                assert target["expr"].count(opened) == target["expr"].count(closed)
