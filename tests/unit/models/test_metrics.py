from __future__ import annotations

import math

import pytest
from pydantic import ValidationError

from app.models.metrics import Metrics


def test_no_measure_is_infinite() -> None:
    figures = {
        "silhouette": 0.5,
        "calinski_harabasz": 9.0,
        "davies_bouldin": 0.7,
        "inertia": 4.0,
        "silhouette_of": {"method": "stratified_sample", "rows": 5_000, "ci95": (0.4, 0.6)},
    }
    assert Metrics.model_validate(figures).inertia == 4.0
    with pytest.raises(ValidationError, match="finite"):
        Metrics.model_validate(figures | {"inertia": math.inf})
