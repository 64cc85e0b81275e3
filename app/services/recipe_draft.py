"""Makes a recipe out of a customer table and a person's choice of columns."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel

from app.core.errors import FieldFault, InputInvalid
from app.schemas.dataset import DatasetColumn, DatasetRead, DatasetSummary
from app.schemas.recipe import FeatureChoice, FeatureSuggestion, RecipeCreate, RecipeRead, RecipeSuggestion
from app.services.dataset_service import DatasetService
from app.services.exceptional_draft import UsedNumber, draft_exceptional, suggest_exceptional
from app.services.recipe_service import RecipeService

SEGMENTS = 5
MOST_USED, MOST_CATEGORIES = 20, 12
LONGEST_NAME = 40
# names that the pages' forms and addresses have already
RESERVED = frozenset({"home", "main", "model", "target", "id", "recipe", "segment", "segment_id"})
STEPS_OF_A_SLIDER = 200
# so many times the middle half of the customers hold all but those who lie far off
QUARTERS_OF_A_SLIDER = 10.0
# room for customers beyond those of the table: a bound is no statistic
ROOM = 10.0

Found = Mapping[str, Any]


class RecipeDrafts:
    """Recipes out of the tables that were taken in."""

    def __init__(self, datasets: DatasetService, recipes: RecipeService) -> None:
        self._datasets = datasets
        self._recipes = recipes

    def suggest(self, dataset_id: str) -> RecipeSuggestion:
        """Propose a recipe for a table. Raises DatasetNotFound."""
        dataset = self._datasets.get_dataset(dataset_id)
        return suggest_recipe(dataset, self._datasets.get_summary(dataset_id))

    def create(self, wish: RecipeCreate) -> RecipeRead:
        """Keep a recipe for a table.

        Raises
        ------
        DatasetNotFound, InputInvalid, RecipeExists
        """
        return self._recipes.add_recipe(self._draft(wish))

    def is_kept(self, wish: RecipeCreate) -> bool:
        """Answer whether just this recipe is kept already. Raises DatasetNotFound, InputInvalid."""
        return self._recipes.has_recipe(self._draft(wish))

    def _draft(self, wish: RecipeCreate) -> dict[str, Any]:
        dataset = self._datasets.get_dataset(wish.dataset_id)
        return draft_recipe(wish, dataset, self._datasets.get_summary(wish.dataset_id))


def suggest_recipe(dataset: DatasetRead, summary: DatasetSummary) -> RecipeSuggestion:
    """Propose which columns make segments, how, why others are left out, and whether anybody is kept apart.

    Numbers that differ are used; so are categories, with less weight. Identifiers, dates, free text,
    sensitive columns, and what nearly repeats another number (correlation above 0.95) are not, with the
    reason.
    """
    seen = {column["name"]: column for column in summary.columns}
    taken: list[str] = []
    found = []
    for column in dataset.columns:
        reason = _off_because(column, seen[column.name], dataset.rows) or _repeats(column, taken, summary)
        if reason is None and len(taken) == MOST_USED:
            reason = f"{MOST_USED} columns are in use already"
        if reason is None:
            taken.append(column.name)
        found.append(
            FeatureSuggestion(
                column=column.name,
                kind="number" if column.kind == "number" else "category",
                use=reason is None,
                can_be_used=_can_be_used(column, seen[column.name]),
                reason=reason or seen[column.name].get("transform_reason", ""),
                transform=seen[column.name].get("transform", "none"),
                weight=1.0 if column.kind == "number" else 0.5,
                missing=seen[column.name]["missing"],
            )
        )
    used = [
        UsedNumber(feature.column, feature.transform, feature.weight)
        for feature in found
        if feature.use and feature.kind == "number"
    ]
    return RecipeSuggestion(
        name=slug(dataset.name.partition(".")[0], ()),
        title=dataset.name.partition(".")[0][:100] or "Customers",
        segments=SEGMENTS,
        features=found,
        exceptional=suggest_exceptional(used, dataset.rows, summary),
    )


def draft_recipe(wish: RecipeCreate, dataset: DatasetRead, summary: DatasetSummary) -> dict[str, Any]:
    """Return a recipe's document, as its TOML file holds it.

    Raises
    ------
    InputInvalid
        If a chosen column is not there, holds nothing to compute on, or is chosen twice.
    """
    seen = {column["name"]: column for column in summary.columns}
    kinds = {column.name: column for column in dataset.columns}
    names: dict[str, str] = {}
    features = []
    for place, choice in enumerate(wish.features):
        pointer = f"/features/{place}/column"
        if choice.column not in kinds:
            raise _fault(pointer, "the table has no such column")
        if choice.column in names:
            raise _fault(pointer, "the column is chosen twice")
        if not _can_be_used(kinds[choice.column], seen[choice.column]):
            raise _fault(pointer, "the column holds neither numbers nor a few words that repeat")
        names[choice.column] = slug(choice.column, names.values())
        features.append(_feature(choice, names[choice.column], kinds[choice.column], seen[choice.column]))
    if all(kinds[name].kind != "number" for name in names):
        raise _fault("/features", "choose at least one number")
    for column in dataset.columns:  # what is not used describes the segments
        if column.name not in names and column.kind == "number" and seen[column.name]["bins"]:
            names[column.name] = slug(column.name, names.values())
            features.append(_described(names[column.name], column, seen[column.name]))
    return {
        "name": wish.name,
        "title": wish.title,
        "noun": wish.noun,
        "segments": wish.segments,
        **({"least_size": wish.least_size} if wish.least_size else {}),
        "raw_file": f"{wish.name}.csv",
        "id": {"column": _id_column(dataset) or "no column of this table is an id"},
        "features": features,
        **_exceptional(wish, [f for f in features if f.get("use", True)], dataset, summary),
    }


def _exceptional(
    wish: RecipeCreate, used: list[dict[str, Any]], dataset: DatasetRead, summary: DatasetSummary
) -> dict[str, Any]:
    """Return what the recipe says of exceptional customers: as it is wished, else as the table suggests."""
    if wish.exceptional is False:
        return {}
    numbers = [UsedNumber(f["column"], f["transform"], f["weight"]) for f in used if "transform" in f]
    suggested = suggest_exceptional(numbers, dataset.rows, summary)
    # who says how many wants them apart
    if not (wish.exceptional or wish.exceptional_share or suggested.use):
        return {}
    return {"exceptional": draft_exceptional(wish.exceptional_share or suggested.share)}


def slug(text: str, taken: Iterable[str]) -> str:
    """Return a name of small letters, digits and underscores that is neither taken nor the program's own.

    Examples
    --------
    >>> slug("Größe (cm)", ()), slug("Name", ["name"]), slug("売上", ())
    ('grosse_cm', 'name_2', 'column')
    """
    folded = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^a-z0-9]+", "_", folded).strip("_")[: LONGEST_NAME - 4].strip("_") or "column"
    # names of the program's own begin with "model_", whatever number stands behind
    stem = stem if stem[0].isalpha() and not f"{stem}_".startswith("model_") else f"c_{stem}"
    used, name, number = set(taken), stem, 2
    while name in used or name in RESERVED or hasattr(BaseModel, name):
        name, number = f"{stem}_{number}", number + 1
    return name


def _off_because(column: DatasetColumn, seen: Found, rows: int) -> str | None:
    if column.off_because:
        return column.off_because
    if not _can_be_used(column, seen):
        return "it holds neither numbers nor a few words that repeat"
    if column.kind == "number" and seen["minimum"] == seen["maximum"]:
        return "it is the same in every row"
    if seen["missing"] > rows / 2:
        return "more than half of its values are missing"
    return None


def _repeats(column: DatasetColumn, taken: list[str], summary: DatasetSummary) -> str | None:
    names: list[str] = summary.correlations["columns"]
    if column.name not in names:
        return None
    row = summary.correlations["matrix"][names.index(column.name)]
    for other in taken:
        r = row[names.index(other)] if other in names else None
        if r is not None and abs(r) > 0.95:
            return f"it nearly repeats {other} (correlation {r:.2f}) and would count twice"
    return None


def _can_be_used(column: DatasetColumn, seen: Found) -> bool:
    if column.kind == "number":
        return bool(seen["bins"])
    return column.kind in ("category", "yes/no") and 2 <= len(_words(column, seen)) <= MOST_CATEGORIES


def _words(column: DatasetColumn, seen: Found) -> list[str]:
    if column.kind == "yes/no":
        return ["yes", "no"]
    return [str(value["value"]) for value in seen.get("values", ())]


def _feature(choice: FeatureChoice, name: str, column: DatasetColumn, seen: Found) -> dict[str, Any]:
    common = {"name": name, "label": _label(column.name), "column": column.name, "weight": choice.weight}
    if column.off_because:  # the person has decided: say so in the recipe
        common |= {"sensitive": True, "use": True}
    if column.kind != "number":
        return common | {"kind": "category", "categories": _words(column, seen), "missing": "mean"}
    transform = choice.transform or seen.get("transform", "none")
    missing = choice.missing or ("median" if seen["missing"] else "refuse")
    return common | _number(column, seen) | {"transform": transform, "missing": missing}


def _described(name: str, column: DatasetColumn, seen: Found) -> dict[str, Any]:
    common = {"name": name, "label": _label(column.name), "column": column.name, "use": False}
    return common | _number(column, seen) | {"missing": "median"}


def _number(column: DatasetColumn, seen: Found) -> dict[str, Any]:
    low, high = float(seen["minimum"]), float(seen["maximum"])
    span = _usual_span(seen) or max(abs(high), 1.0)
    most = _round_up(ROOM * max(abs(low), abs(high), 1.0))
    step = _round_up(span / STEPS_OF_A_SLIDER)
    decimals = max(0, min(6, -math.floor(math.log10(step))))
    if seen.get("is_whole"):
        step, decimals = max(1.0, step), 0
    label = _label(column.name)
    return {
        "low_word": f"low {label.lower()}",
        "high_word": f"high {label.lower()}",
        "minimum": 0.0 if low >= 0.0 else -most,
        "maximum": most,
        "step": step,
        "decimals": decimals,
    }


def _usual_span(seen: Found) -> float:
    """Return the width that a slider's steps cut: the whole, unless a few values lie far beyond the rest."""
    whole = float(seen["maximum"]) - float(seen["minimum"])
    first, _, third = seen.get("quartiles") or (0.0, 0.0, 0.0)
    return min(whole, QUARTERS_OF_A_SLIDER * (third - first)) or whole


def _round_up(value: float) -> float:
    """Return the next 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(value))
    factor = next(factor for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= value * (1.0 - 1e-12))
    return float(f"{factor * power:.12g}")


def _label(text: str) -> str:
    words = " ".join(text.replace("_", " ").split())[:60]
    return words[:1].upper() + words[1:]


def _id_column(dataset: DatasetRead) -> str | None:
    repeated: Mapping[str, int] = dataset.source.get("repeated_ids", {})
    identifiers = [column.name for column in dataset.columns if column.kind == "identifier"]
    return next((name for name in identifiers if not repeated.get(name)), None)


def _fault(pointer: str, words: str) -> InputInvalid:
    return InputInvalid(f"{pointer.strip('/')}: {words}", (FieldFault(pointer, words),))
