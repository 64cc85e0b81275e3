"""What a monitoring system asks for, in Prometheus' text format."""

from __future__ import annotations

import platform
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from app.core.errors import ModelUnavailable
from app.core.request_metrics import BUCKETS, Counts, RequestMetrics
from app.core.version import VERSION
from app.services.prediction_service import PredictionService

# name → type and help; the dashboard may use these and no others
METRICS = {
    "clientele_requests_total": ("counter", "Requests answered, by method, route template and status."),
    "clientele_request_duration_seconds": (
        "histogram",
        "Time from a request's head to its answer, by route.",
    ),
    "clientele_requests_in_flight": ("gauge", "Requests under way in all workers."),
    "clientele_workers": ("gauge", "Workers that are alive."),
    "clientele_cpu_seconds_total": ("counter", "Processor time of all workers."),
    "clientele_model_up": ("gauge", "1 while a model answers."),
    "clientele_model_refused": ("gauge", "1 while the version that is asked for cannot be trusted."),
    "clientele_model_info": ("gauge", "1, with the version that answers."),
    "clientele_model_age_seconds": ("gauge", "Time since the version that answers was trained."),
    "clientele_build_info": ("gauge", "1, with the program's and Python's version."),
}
Labels = Mapping[str, object]
Sample = tuple[str, Labels, float]


class MetricsService:
    """Tells the counts of all workers and the state of the model."""

    def __init__(self, metrics: RequestMetrics, predictions: PredictionService) -> None:
        self._metrics = metrics
        self._predictions = predictions

    def text(self) -> str:
        """Return all metrics."""
        samples = defaultdict(list)
        for metric, sample in (*_requests(self._metrics.total()), *self._model()):
            samples[metric].append(sample)
        lines = []
        for metric, (kind, words) in METRICS.items():
            lines += [f"# HELP {metric} {words}", f"# TYPE {metric} {kind}"]
            lines += [_line(*sample) for sample in samples[metric]]
        return "\n".join(lines) + "\n"

    def _model(self) -> Iterator[tuple[str, Sample]]:
        build = {"version": VERSION, "python": platform.python_version()}
        yield _single("clientele_build_info", 1, build)
        try:
            model, refusal = self._predictions.current(), self._predictions.health().warning
        except ModelUnavailable:
            yield _single("clientele_model_up", 0)
            return
        age = datetime.now(UTC) - model.document.trained_at
        yield _single("clientele_model_up", 1)
        yield _single("clientele_model_refused", float(refusal is not None))
        yield _single("clientele_model_info", 1, {"version": model.label})
        yield _single("clientele_model_age_seconds", age.total_seconds())


def _requests(counts: Counts) -> Iterator[tuple[str, Sample]]:
    yield _single("clientele_requests_in_flight", counts.in_flight)
    yield _single("clientele_workers", counts.workers)
    yield _single("clientele_cpu_seconds_total", counts.cpu_seconds)
    by_route: dict[str, list[float]] = {}
    for (method, route, status), row in sorted(counts.rows.items()):
        labels = {"method": method, "route": route, "status": status}
        yield _single("clientele_requests_total", row[0], labels)
        known = by_route.get(route, [0.0] * len(row))
        by_route[route] = [a + b for a, b in zip(known, row, strict=True)]
    for route, (number, seconds, *buckets) in by_route.items():
        yield from _histogram("clientele_request_duration_seconds", route, number, seconds, buckets)


def _histogram(
    metric: str, route: str, number: float, seconds: float, buckets: Iterable[float]
) -> Iterator[tuple[str, Sample]]:
    upto = 0.0
    for bound, count in zip((*BUCKETS, "+Inf"), buckets, strict=True):
        upto += count
        yield metric, (f"{metric}_bucket", {"route": route, "le": bound}, upto)
    yield metric, (f"{metric}_sum", {"route": route}, seconds)
    yield metric, (f"{metric}_count", {"route": route}, number)


def _single(metric: str, value: float, labels: Labels | None = None) -> tuple[str, Sample]:
    return metric, (metric, labels or {}, value)


def _line(name: str, labels: Labels, value: float) -> str:
    written = ",".join(f'{key}="{_escape(str(text))}"' for key, text in labels.items())
    return f"{name}{{{written}}} {value:.9g}" if labels else f"{name} {value:.9g}"


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
