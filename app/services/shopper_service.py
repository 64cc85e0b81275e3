"""Places shoppers of the lifestyle recipe, whatever recipe the bare addresses answer for."""

from __future__ import annotations

from app.core.errors import ModelUnavailable
from app.schemas.cluster import ClusterRead, ExceptionalRead
from app.schemas.mixed import Characteristics, ShopperPrediction
from app.services.customer_form import Given
from app.services.prediction_service import PredictionService

RECIPE = "lifestyle"


class ShopperService:
    """Answers with a cluster and its characteristics at once.

    Parameters
    ----------
    fault : str
        Why the recipe cannot be used: then nobody is placed.
    """

    def __init__(self, predictions: PredictionService, fault: str = "") -> None:
        self.predictions = predictions
        self._fault = fault

    def predict(self, values: Given) -> ShopperPrediction:
        """Place a shopper, and say what the customers of that cluster were like in training.

        Raises
        ------
        ModelUnavailable
            While no version of the recipe can be trusted, or its file could not be used at the start.
        """
        if self._fault:
            raise ModelUnavailable(f"the recipe {RECIPE} is left out until the next start: {self._fault}")
        found = self.predictions.predict(values)
        clusters = self.predictions.clusters()
        if clusters.model_version != found.model_version:
            return self.predict(values)  # a newer version came in between
        groups: list[ClusterRead | ExceptionalRead] = [*clusters.segments]
        groups += [clusters.exceptional] if clusters.exceptional else []
        own = next(group for group in groups if group.segment_id == found.segment_id)
        told = found.model_dump(include={"exceptional", "imputed", "mapped_to_other", "derived"})
        return ShopperPrediction(
            cluster=found.segment_id,
            label=found.name,
            description=found.description,
            strategy=found.strategy,
            characteristics=Characteristics(size=own.size, share=own.share, columns=own.columns),
            confidence=found.confidence,
            model_version=found.model_version,
            **told,
        )
