"""The model that a worker answers with, followed by one look at the pointer a request."""

from __future__ import annotations

import os
from collections.abc import Callable

from app.core.errors import ArtifactInvalid, ModelUnavailable, NotFound
from app.models.artifact_store import ArtifactStore
from app.models.ml_model import MLModel

Report = Callable[[str, str], None]


class ActiveModel:
    """Holds one loaded version and swaps it when the pointer moves.

    A version that cannot be trusted is refused once, with the reason in `refusal`, and the last good one
    keeps answering. At a cold start the newest whole version below the refused one takes its place.

    Parameters
    ----------
    store : ArtifactStore
    report : callable
        Told of each version that is loaded or refused: event and detail.
    """

    def __init__(self, store: ArtifactStore, report: Report = lambda event, detail: None) -> None:
        self._store = store
        self._report = report
        self._pointer = os.fspath(store.pointer)
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
        if seen != self._seen or (self._model is None and self.refusal is None):
            self._follow()
            self._seen = seen
        if self._model is None:
            raise ModelUnavailable(self.refusal or f"no version of {self._store.recipe} is active")
        return self._model

    def _follow(self) -> None:
        try:
            version = self._store.active_version()
            self._model = self._load(version)
            self.refusal = None
            self._report("model_loaded", self._model.label)
        except (ModelUnavailable, NotFound) as error:
            self.refusal = error.detail
            self._report("model_refused", error.detail)
            if self._model is None and isinstance(error, ArtifactInvalid | NotFound):
                self._fall_back()

    def _load(self, version: int) -> MLModel:
        model = MLModel.from_files(self._store.read(version))
        if model.label != f"{self._store.recipe}/{version}":
            raise ArtifactInvalid(f"the folder of {self._store.recipe}/{version} holds {model.label}")
        return model

    def _fall_back(self) -> None:
        try:
            broken = self._store.active_version()
        except ModelUnavailable:
            return
        for version in reversed([v for v in self._store.versions() if v < broken]):
            try:
                self._model = self._load(version)
            except (ModelUnavailable, NotFound):
                continue
            self._report("model_fallback", self._model.label)
            return
