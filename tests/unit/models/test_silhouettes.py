from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import silhouette_samples, silhouette_score

from app.models import silhouettes
from app.models.silhouettes import mean_silhouettes, silhouette_widths


class TestMeanSilhouettes:
    @settings(max_examples=40, deadline=None)
    @given(seed=st.integers(0, 1000), k=st.integers(2, 6))
    def test_as_scikit_learn_computes_them(self, seed: int, k: int) -> None:
        rng = np.random.default_rng(seed)
        z = rng.standard_normal((30, 2))
        partitions = [np.concatenate([np.arange(j), rng.integers(0, j, 30 - j)]) for j in (2, k)]
        expected = [silhouette_score(z, labels) for labels in partitions]
        assert mean_silhouettes(z, partitions) == pytest.approx(expected)

    def test_blocks_of_rows_make_no_difference(self, monkeypatch: pytest.MonkeyPatch) -> None:
        rng = np.random.default_rng(1)
        z, labels = rng.standard_normal((100, 3)), rng.integers(0, 4, 100)
        whole = mean_silhouettes(z, [labels])
        monkeypatch.setattr(silhouettes, "BLOCK_ROWS", 33)
        assert mean_silhouettes(z, [labels]) == pytest.approx(whole)

    def test_one_group_has_none(self) -> None:
        assert mean_silhouettes(np.eye(10), [np.zeros(10, dtype=np.int64)]).tolist() == [0.0]

    def test_no_partition(self) -> None:
        assert mean_silhouettes(np.eye(10), []).tolist() == []

    def test_by_its_definition(self) -> None:
        z, labels = np.random.default_rng(6).normal(size=(30, 3)), np.arange(30) % 3
        distance = np.linalg.norm(z[:, None] - z[None], axis=2)
        values = []
        for i in range(30):
            own = (labels == labels[i]) & (np.arange(30) != i)
            a = distance[i, own].mean()
            b = min(distance[i, labels == other].mean() for other in range(3) if other != labels[i])
            values.append((b - a) / max(a, b))
        assert mean_silhouettes(z, [labels]) == pytest.approx([np.mean(values)])


class TestSilhouetteWidths:
    def test_as_scikit_learn_computes_them(self, monkeypatch: pytest.MonkeyPatch) -> None:
        z, labels = np.random.default_rng(6).normal(size=(30, 3)), np.arange(30) % 3
        monkeypatch.setattr(silhouettes, "BLOCK_ROWS", 7)
        assert silhouette_widths(z, labels) == pytest.approx(silhouette_samples(z, labels))

    def test_one_group_has_none(self) -> None:
        assert silhouette_widths(np.eye(4), np.zeros(4, dtype=np.int64)).tolist() == [0.0] * 4
