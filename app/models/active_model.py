"""The model that a worker answers with, followed by one look at the pointer a request."""

from __future__ import annotations

import os
from collections.abc import Callable
from time import monotonic

from app.core.errors import ArtifactInvalid, ModelUnavailable, NotFound
from app.models.artifact_store import ArtifactStore
from app.models.ml_model import MLModel

LOOK_AGAIN_SECONDS = 10.0

Report = Callable[[str, str], None]


class ActiveModel:
    """Holds one loaded version and swaps it when the pointer moves.

    A version that cannot be trusted is refused, with the reason in `refusal`, and the last good one keeps
    answering. At a cold start the whole version that was in use last takes its place. The refused
    one is looked at again every `LOOK_AGAIN_SECONDS`, since what failed may have been the disk's moment.

    Parameters
    ----------
    store : ArtifactStore
    features : tuple of str
        What the recipe measures now; a version trained on anything else is refused.
    report : callable
        Told of each version that is loaded or refused: event and detail.
    clock : callable
        Seconds, never going back.
    """

    def __init__(
        self,
        store: ArtifactStore,
        features: tuple[str, ...],
        report: Report = lambda event, detail: None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._store = store
        self._features = features
        self._report = report
        self._clock = clock
        self._looked_at = 0.0
        self._pointer = os.fspath(store.pointer.path)
        self._seen: tuple[int, int, int] | None = None
        self._model: MLModel | None = None
        self.refusal: str | None = None

    def current(self) -> MLModel:
        """Return the model to answer with.

        Raises
        ------
        ModelUnavailable
            If no version was ever good, with the reason.
        """
        try:
            status = os.stat(self._pointer)  # noqa: PTH116 - once a request: a Path costs four times as much
            seen = (status.st_mtime_ns, status.st_ino, status.st_size)
        except OSError:
            seen = None
        if seen != self._seen or self._is_due():
            self._follow()
            self._seen = seen
        if self._model is None:
            raise ModelUnavailable(self.refusal or f"no version of {self._store.recipe} is active")
        return self._model

    def _is_due(self) -> bool:
        if self._model is not None and self.refusal is None:
            return False
        return self.refusal is None or self._clock() - self._looked_at >= LOOK_AGAIN_SECONDS

    def _follow(self) -> None:
        self._looked_at = self._clock()
        try:
            version = self._store.pointer.version()
            self._model = self._load(version)
            self.refusal = None
            self._report("model_loaded", self._model.label)
        except (ModelUnavailable, NotFound) as error:
            if error.detail != self.refusal:
                self._report("model_refused", error.detail)
            self.refusal = error.detail
            if self._model is None and isinstance(error, ArtifactInvalid | NotFound):
                self._fall_back()

    def _load(self, version: int) -> MLModel:
        model = MLModel.from_files(self._store.read(version))
        if model.label != f"{self._store.recipe}/{version}":
            raise ArtifactInvalid(f"the folder of {self._store.recipe}/{version} holds {model.label}")
        if tuple(feature.name for feature in model.document.features) != self._features:
            raise ArtifactInvalid(
                f"{model.label} was trained on other features than the recipe has now: train again"
            )
        return model

    def _fall_back(self) -> None:
        try:
            broken = self._store.pointer.version()
        except ModelUnavailable:
            return
        for version in reversed([v for v in self._store.pointer.history() if v != broken]):
            try:
                self._model = self._load(version)
            except (ModelUnavailable, NotFound):
                continue
            self._report("model_fallback", self._model.label)
            return
