from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.core.request_metrics import BUCKETS, RequestMetrics
from app.models.active_model import ActiveModel
from app.models.artifact_store import ArtifactStore
from app.models.recipe import get_recipe
from app.services.metrics_service import METRICS, MetricsService
from app.services.prediction_service import PredictionService
from tests.unit.services.example_model import example_model, predictions_of

# https://prometheus.io/docs/instrumenting/exposition_formats/
LABEL = r'[a-z_]+="(?:[^"\\\n]|\\["\\n])*"'
SAMPLE = re.compile(rf"([a-z_]+)(?:\{{({LABEL}(?:,{LABEL})*)\}})? (\d[0-9.e+-]*)")
ROUTE = "clientele_request_duration_seconds"


@pytest.fixture
def metrics() -> RequestMetrics:
    metrics = RequestMetrics()
    for route, status, seconds in (
        ("/a", 200, 0.0001),
        ("/a", 200, 0.02),
        ("/a", 500, 99.0),
        ("/b", 200, 0.1),
    ):
        metrics.begin()
        metrics.end("GET", route, status, seconds)
    return metrics


@pytest.fixture
def text(metrics: RequestMetrics) -> str:
    return MetricsService(metrics, predictions_of(example_model())).text()


def samples(text: str) -> dict[str, float]:
    found = [SAMPLE.fullmatch(line) for line in text.splitlines() if not line.startswith("#")]
    assert None not in found
    return {f"{f[1]}{{{f[2] or ''}}}": float(f[3]) for f in found if f is not None}


class TestText:
    def test_each_metric_is_introduced_once_and_in_order(self, text: str) -> None:
        introduced = re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE)
        assert introduced == [(name, kind) for name, (kind, _) in METRICS.items()]
        assert text.count("# HELP ") == len(METRICS)
        assert text.endswith("\n")

    def test_requests(self, text: str) -> None:
        found = samples(text)
        assert found['clientele_requests_total{method="GET",route="/a",status="200"}'] == 2
        assert found['clientele_requests_total{method="GET",route="/a",status="500"}'] == 1
        assert found["clientele_requests_in_flight{}"] == 0
        assert found["clientele_workers{}"] == 1
        assert found["clientele_cpu_seconds_total{}"] > 0

    def test_the_histogram_adds_up(self, text: str) -> None:
        found = samples(text)
        buckets = [found[f'{ROUTE}_bucket{{route="/a",le="{bound}"}}'] for bound in (*BUCKETS, "+Inf")]
        assert buckets == sorted(buckets)
        assert (buckets[0], buckets[-2], buckets[-1]) == (1, 2, 3)
        assert found[f'{ROUTE}_count{{route="/a"}}'] == 3
        assert found[f'{ROUTE}_sum{{route="/a"}}'] == pytest.approx(99.0201)

    def test_the_model(self, text: str) -> None:
        found = samples(text)
        assert found["clientele_model_up{}"] == 1
        assert found["clientele_model_refused{}"] == 0
        assert found['clientele_model_info{version="example/1"}'] == 1
        assert found["clientele_model_age_seconds{}"] >= 0

    def test_without_a_model(self, metrics: RequestMetrics, tmp_path: Path) -> None:
        recipe = get_recipe("mall")
        nothing = ActiveModel(ArtifactStore(tmp_path, recipe.name), recipe.feature_names)
        found = samples(MetricsService(metrics, PredictionService(recipe, nothing)).text())
        assert found["clientele_model_up{}"] == 0
        assert not [
            name for name in found if name.startswith(("clientele_model_info", "clientele_model_age"))
        ]

    def test_a_label_cannot_break_its_line(self, metrics: RequestMetrics) -> None:
        metrics.begin()
        metrics.end("GET", 'a"b\\c\nd', 200, 0.1)
        text = MetricsService(metrics, predictions_of(example_model())).text()
        assert r'route="a\"b\\c\nd"' in text
        assert samples(text)
