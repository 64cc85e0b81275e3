"""A recipe and a model of shoppers that the tests of mixed models share."""

from __future__ import annotations

import math
from pathlib import Path
from random import Random

from app.models.artifact_store import Numbering
from app.models.customer_table import read_customer_table
from app.models.ml_model import MixedModel
from app.models.recipe import Recipe, get_recipe
from app.models.training import train
from app.models.version_files import Plan
from tests.conftest import settings_in


def with_used(*names: str) -> Recipe:
    """Return the shipped recipe with more columns in use."""
    content = get_recipe("lifestyle").model_dump(by_alias=True)
    for feature in content["features"]:
        feature["use"] = True if feature["name"] in names else feature["use"]
    return Recipe.model_validate(content)


def trained_model(folder: Path, recipe: Recipe) -> MixedModel:
    """Return a model of the made-up shoppers, on a few draws."""
    table = read_customer_table(settings_in(folder).raw_dir / "lifestyle_customers.csv", recipe)
    model = train(recipe, table, Plan(3, 42, null_draws=1, refits=5), None, Numbering()).model
    assert isinstance(model, MixedModel)
    return model


def customers(model: MixedModel, count: int, seed: int) -> list[list[float]]:
    """Draw customers over what training saw and beyond, some with gaps and other words."""
    random = Random(seed)
    drawn = []
    for _ in range(count):
        row = []
        for feature in model.document.features:
            most = feature.training_max * random.choice((1.0, 1.0, 1.0, 2.0))
            x = random.uniform(feature.training_min, min(most, feature.maximum))
            x = float(random.randrange(len(feature.levels) + 1)) if feature.levels else round(x)
            row.append(math.nan if random.random() < 0.03 else x)
        drawn.append(model.changed(row, {}))
    return drawn
