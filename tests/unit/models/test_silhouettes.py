from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import silhouette_samples, silhouette_score

from app.models import silhouettes
from app.models.sampling import sample_rows
from app.models.silhouettes import (
    Floats,
    Labels,
    estimate_silhouettes,
    mean_silhouettes,
    silhouette_widths,
)


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


CENTRES = np.array([[0.0, 0.0], [3.0, 0.5], [0.5, 4.0]])


def some_customers(n: int, rng: np.random.Generator) -> tuple[Floats, Labels]:
    z = CENTRES[rng.choice(3, n, p=[0.6, 0.37, 0.03])] + rng.normal(size=(n, 2))
    return z, ((z[:, None] - CENTRES) ** 2).sum(axis=2).argmin(axis=1)


def estimate(z: Floats, labels: Labels, most: int, seed: int) -> silhouettes.Silhouette:
    rows = sample_rows(labels, most, seed, least=10)
    totals = np.bincount(labels).astype(float)
    return estimate_silhouettes(z[rows], [labels[rows]], labels[rows], totals)[0]


class TestEstimateSilhouettes:
    def test_of_all_rows_it_is_exact(self) -> None:
        z, labels = some_customers(200, np.random.default_rng(2))
        found = estimate(z, labels, 200, seed=1)
        assert found.value == pytest.approx(mean_silhouettes(z, [labels])[0])
        assert found.sampling_error == 0.0

    def test_the_interval_of_a_sample_holds_the_silhouette_of_all(self) -> None:
        z, labels = some_customers(2_000, np.random.default_rng(4))
        truth = mean_silhouettes(z, [labels])[0]
        found = [estimate(z, labels, 200, seed) for seed in range(200)]
        held = np.mean([abs(one.value - truth) <= 1.96 * one.sampling_error for one in found])
        assert 0.9 <= held <= 0.99
        # the next group is chosen by means of few rows, which makes it a little too near
        assert truth - 0.01 < np.mean([one.value for one in found]) < truth + 0.002

    def test_the_error_is_as_fresh_customers_vary(self) -> None:
        rng = np.random.default_rng(5)
        tables = [some_customers(300, rng) for _ in range(200)]
        stated = np.mean([estimate(z, labels, 300, seed=1).error for z, labels in tables[:20]])
        varied = np.std([mean_silhouettes(z, [labels])[0] for z, labels in tables])
        assert stated == pytest.approx(varied, rel=0.15)

    def test_a_tiny_group_among_very_many_counts(self) -> None:
        rng = np.random.default_rng(6)
        z = np.vstack([rng.normal(size=(100_000, 2)), 40.0 + 0.1 * rng.normal(size=(15, 2))])
        labels = np.repeat([0, 1], [100_000, 15])
        for seed in range(3):
            found = estimate(z, labels, 500, seed)
            # the sampler of scikit-learn misses all fifteen in 9 of 10 draws of so many
            assert found.value == pytest.approx(0.967, abs=0.003)

    def test_a_segment_of_one_and_equal_rows(self) -> None:
        z = np.array([[0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [5.0, 5.0]])
        labels = np.array([0, 0, 0, 1])
        found = estimate_silhouettes(z, [labels], labels, np.array([3.0, 1.0]))[0]
        assert found.value == pytest.approx(0.75)

    def test_no_partition(self) -> None:
        nobody = np.zeros(0, dtype=np.int64)
        assert estimate_silhouettes(np.eye(3), [], nobody, np.zeros(0)) == []


class TestSilhouetteWidths:
    def test_as_scikit_learn_computes_them(self, monkeypatch: pytest.MonkeyPatch) -> None:
        z, labels = np.random.default_rng(6).normal(size=(30, 3)), np.arange(30) % 3
        monkeypatch.setattr(silhouettes, "BLOCK_ROWS", 7)
        assert silhouette_widths(z, labels) == pytest.approx(silhouette_samples(z, labels))

    def test_one_group_has_none(self) -> None:
        assert silhouette_widths(np.eye(4), np.zeros(4, dtype=np.int64)).tolist() == [0.0] * 4
