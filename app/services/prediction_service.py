"""Places customers and tells what segments mean: descriptions, strategies, statistics.

Texts come from the recipe by persona where it still has that persona, so that an edited name or strategy is
served without a training; everything else comes from the immutable version.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from app.core.palette import SEGMENT_COLOURS
from app.models.active_model import ActiveModel
from app.models.edited_texts import EditedText, EditedTexts
from app.models.ml_model import MLModel, Placement, confidence_label
from app.models.model_document import ExceptionalState, SegmentState
from app.models.recipe import Recipe
from app.schemas.cluster import ClusterInfo, ClusterInfoList, ClusterList, ClusterRead, ExceptionalRead
from app.schemas.health import Health
from app.schemas.mixed import MixedPredictionRead
from app.schemas.model_version import ModelInfo
from app.schemas.prediction import OlderPrediction, PredictionRead
from app.schemas.statistics import FeatureStatistics, OlderCluster, Statistics
from app.services.customer_form import CustomerForm, Given, Value
from app.services.feature_card import describe_features, describe_outlying
from app.services.merged_story import read_merged
from app.services.wording import training_note


@dataclass(frozen=True)
class SegmentTexts:
    """What people read about one segment."""

    name: str
    description: str
    strategy: list[str]
    slot: int
    color: str


_UNEDITED = EditedText()


class PredictionService:
    """Answers for one recipe from its active version.

    Every method that answers raises `ModelUnavailable` while no version can be trusted.
    """

    def __init__(self, recipe: Recipe, active: ActiveModel, edits: EditedTexts | None = None) -> None:
        self.recipe = recipe
        self.form = CustomerForm(recipe)
        self._active = active
        self._edits = edits
        self._described: tuple[MLModel, object, list[SegmentTexts]] | None = None

    def current(self) -> MLModel:
        """Return the model that answers now."""
        return self._active.current()

    def health(self) -> Health:
        """Say which version answers, and whether a newer one was refused."""
        return Health(model_version=self.current().label, warning=self._active.refusal)

    def predict(self, values: Given) -> PredictionRead:
        """Place a customer by its features, which were checked; all other fields change nothing."""
        model = self.current()
        if not self.recipe.is_plain:
            return self._predict_mixed(model, values)
        placement = model.place([cast("float", values[name]) for name in self.recipe.feature_names])
        # one validation of the whole costs a third of making each part
        return PredictionRead.model_validate(self._tell(model, placement))

    def _predict_mixed(self, model: MLModel, values: Given) -> MixedPredictionRead:
        row = self.form.row(model, values)
        placement = model.place(row)
        answer = self._tell(model, placement)
        outlying = model.document.exceptional
        if placement.exceptional and outlying:
            texts = self.describe_exceptional(outlying)
            answer |= {
                "segment_id": outlying.segment_id,
                "name": texts.name,
                "description": texts.description,
                "strategy": texts.strategy,
                "color": texts.color,
                "runner_up": answer["distances"][0],
            }
        return MixedPredictionRead.model_validate(
            answer
            | {
                "exceptional": placement.exceptional,
                "imputed": [
                    f.name for f, x in zip(model.document.features, row, strict=True) if math.isnan(x)
                ],
                "mapped_to_other": self.form.unknown(values),
                "derived": self.form.derived(values),
            }
        )

    def row(self, model: MLModel, values: Given) -> list[float]:
        """Return a customer's features as the model takes them."""
        return self.form.row(model, values)

    def _tell(self, model: MLModel, placement: Placement) -> dict[str, Any]:
        texts = self.texts(model)
        distances = [
            {
                "segment_id": model.segments[j].segment_id,
                "name": texts[j].name,
                "distance": placement.distances[j],
            }
            for j in placement.order
        ]
        own = texts[placement.order[0]]
        return {
            "segment_id": distances[0]["segment_id"],
            "name": own.name,
            "description": own.description,
            "strategy": own.strategy,
            "color": own.color,
            "confidence": {"value": placement.confidence, "label": confidence_label(placement.confidence)},
            "distances": distances,
            "runner_up": distances[1],
            "outside_training_range": placement.outside,
            "model_version": model.label,
        }

    def clusters(self) -> ClusterList:
        """Return every segment's numbers in the training table."""
        model = self.current()
        segments = [
            ClusterRead.model_validate({**numbers.model_dump(), "name": texts.name})
            for numbers, texts in zip(model.analysis.segments, self.texts(model), strict=True)
        ]
        outlying, found = model.document.exceptional, model.analysis.exceptional
        exceptional = None
        if outlying and found:
            name = self.describe_exceptional(outlying).name
            exceptional = ExceptionalRead.model_validate({**found.model_dump(), "name": name})
        return ClusterList(model_version=model.label, segments=segments, exceptional=exceptional)

    def clusters_info(self) -> ClusterInfoList:
        """Return every segment's meaning and strategy."""
        model = self.current()
        segments = [
            ClusterInfo(
                segment_id=numbers.segment_id,
                name=texts.name,
                description=texts.description,
                strategy=texts.strategy,
                color=texts.color,
                in_training=training_note(numbers, model.analysis.columns),
            )
            for numbers, texts in zip(model.analysis.segments, self.texts(model), strict=True)
        ]
        outlying, found = model.document.exceptional, model.analysis.exceptional
        exceptional = None
        if outlying and found:
            texts = self.describe_exceptional(outlying)
            exceptional = ClusterInfo(
                segment_id=outlying.segment_id,
                name=texts.name,
                description=texts.description,
                strategy=texts.strategy,
                color=texts.color,
                in_training=training_note(found, model.analysis.columns),
            )
        return ClusterInfoList(model_version=model.label, segments=segments, exceptional=exceptional)

    def model_info(self) -> ModelInfo:
        """Return the model card in numbers."""
        return model_card(self.current())

    def describe(self, segment: SegmentState) -> SegmentTexts:
        """Return a segment's texts: a person's, else the recipe's where it still has the persona."""
        persona = self.recipe.find_persona(segment.persona)
        source = segment if persona is None else persona
        edits = self._edits.current() if self._edits else {}
        edit = edits.get(segment.segment_id, _UNEDITED)
        slot = edit.slot or segment.slot
        return SegmentTexts(
            name=edit.name or source.name,
            description=edit.description or source.description,
            strategy=list(edit.strategy or source.strategy),
            slot=slot,
            color=SEGMENT_COLOURS[slot - 1],
        )

    def describe_exceptional(self, outlying: ExceptionalState) -> SegmentTexts:
        """Return the texts of the exceptional, the recipe's own where it still has them."""
        source = self.recipe.exceptional or outlying
        return SegmentTexts(
            name=source.name,
            description=source.description,
            strategy=list(source.strategy),
            slot=outlying.slot,
            color=SEGMENT_COLOURS[outlying.slot - 1],
        )

    def check(self, values: Mapping[str, str | None]) -> tuple[dict[str, Value], dict[str, str]]:
        """Read a form's texts into the features' values and a sentence for each faulty field."""
        return self.form.read(values)

    def predict_for_older(self, values: Mapping[str, float]) -> OlderPrediction:
        """Place a customer that came under the older names."""
        prediction = self.predict({name: values[older] for name, older in self.recipe.older_names.items()})
        return OlderPrediction(cluster=prediction.segment_id, label=prediction.name)

    def statistics_for_older(self) -> Statistics:
        """Return the training table's statistics under the older names."""
        model, names = self.current(), self.recipe.older_names
        columns = [column for column in model.analysis.columns if column.name in names]
        return Statistics(
            count=model.document.data.rows,
            features={
                names[column.name]: FeatureStatistics.model_validate(
                    column.overall.model_dump(exclude={"ci95", "n"})
                )
                for column in columns
            },
            clusters=[
                OlderCluster(
                    cluster=numbers.segment_id,
                    label=texts.name,
                    size=numbers.size,
                    means={
                        names[name]: column.mean for name, column in numbers.columns.items() if name in names
                    },
                )
                for numbers, texts in zip(model.analysis.segments, self.texts(model), strict=True)
            ],
        )

    def texts(self, model: MLModel) -> list[SegmentTexts]:
        """Return the texts of a model's segments, the same object until a person changes one."""
        edits = self._edits.current() if self._edits else None
        known = self._described
        if known is None or known[0] is not model or known[1] is not edits:
            self._described = known = (model, edits, [self.describe(segment) for segment in model.segments])
        return known[2]


def model_card(model: MLModel) -> ModelInfo:
    """Return a version's model card in numbers."""
    left_out = {
        "format",
        "version",
        "segments",
        "files",
        "features",
        "encoding",
        "exceptional",
        "merged",
        "training_id",
    }
    document = model.document.model_dump(exclude=left_out)
    return ModelInfo.model_validate(
        document
        | {
            "model_version": model.label,
            "algorithm": "k-means (k-means++ seeds, Lloyd) on standardised features",
            "k": len(model.segments),
            "features": describe_features(model),
            "exceptional": describe_outlying(model),
            "merged": read_merged(model.document),
            "curves": [point.model_dump() for point in model.analysis.curves],
            "choice": model.analysis.choice.model_dump() if model.analysis.choice else None,
        }
    )
