from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest

from app.models.kmeans_fit import Floats
from app.models.recipe import Recipe, get_recipe
from data.generators.mall import generate

REFERENCE = Path(__file__).resolve().parents[4] / "shared" / "data" / "mall_customers.csv"


@pytest.fixture(scope="session")
def reference_rows() -> Floats:
    """Income and spending score (200, 2) of the original Mall customers, which may not be redistributed."""
    if not REFERENCE.is_file():
        pytest.skip("the original Mall Customers table is not beside the repository")
    return _income_and_score(REFERENCE.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def mall_rows() -> Floats:
    """Income and spending score (200, 2) of the look-alike that ships with the product."""
    return _income_and_score(generate())


@pytest.fixture(scope="session")
def mall_recipe() -> Recipe:
    return get_recipe("mall")


def _income_and_score(text: str) -> Floats:
    return np.array([[float(cell) for cell in row[3:5]] for row in list(csv.reader(io.StringIO(text)))[1:]])
