"""The model versions of one recipe: what there is, which one is in use, who moved between two."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from app.core.errors import (
    ModelUnavailable,
    MovesUnknown,
    NotFound,
    VersionNotFound,
    VersionsDiffer,
    VersionsReadOnly,
)
from app.models.artifact_store import ArtifactStore, sha256
from app.models.curves_image import curves_image
from app.models.edited_texts import EditedTexts
from app.models.ml_model import MLModel
from app.models.model_document import CURVES_IMAGE, MODEL, MODEL_HASH, ExceptionalState, SegmentState
from app.models.moves import compare_models, read_moves
from app.models.recipe import Recipe
from app.schemas.version import (
    MovesRead,
    NullTestRead,
    VersionCard,
    VersionChoice,
    VersionList,
    VersionOutlying,
    VersionRead,
    VersionSegment,
    VersionSummary,
)
from app.services.merged_story import read_merged
from app.services.moves_story import tell_moves
from app.services.prediction_service import SegmentTexts, model_card
from app.services.version_archive import zipped

MOST_AT_ONCE = 200
READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}

Describe = Callable[[SegmentState], SegmentTexts]


@dataclass(frozen=True)
class Download:
    """A file to send: its name and its content, piece by piece."""

    name: str
    pieces: Iterator[bytes]


class VersionService:
    """Versions of a recipe as a store keeps them.

    `describe…` give a segment of a version its texts; `edits` are what people wrote over any segment's.
    Every method that names a version raises `VersionNotFound` if there is none, and `ArtifactInvalid` if its
    files are not what was written.
    """

    def __init__(
        self,
        recipe: Recipe,
        store: ArtifactStore,
        describe: Describe,
        describe_exceptional: Callable[[ExceptionalState], SegmentTexts],
        edits: EditedTexts,
    ) -> None:
        self._recipe = recipe
        self._store = store
        self._describe = describe
        self._describe_exceptional = describe_exceptional
        self._edits = edits

    def list_versions(self, limit: int, after: int | None = None) -> VersionList:
        """Return versions, the newest first; with `after`, those older than that one."""
        older = [n for n in reversed(self._store.versions()) if after is None or n < after]
        active, shown = self._store.pointer.find(), older[:limit]
        return VersionList(
            recipe=self._recipe.name,
            active=active,
            rollback_to=self._store.find_before(),
            versions=[self._summary(number, active) for number in shown],
            next_cursor=shown[-1] if len(older) > limit else None,
        )

    def get_summary(self, number: int) -> VersionSummary:
        """Return one version in its main numbers, or with its fault where it cannot be trusted."""
        if number not in self._store.versions():
            raise VersionNotFound(f"there is no version {self._label(number)}")
        return self._summary(number, self._store.pointer.find())

    def get_version(self, number: int) -> VersionRead:
        """Return one version in full."""
        files = self._store.read(number)
        model = MLModel.from_files(files)
        return VersionRead(
            version=number,
            model_version=self._label(number),
            is_active=self._store.pointer.find() == number,
            model=model_card(model),
            segments=self._segments(model),
            exceptional=self._exceptional(model),
            null_test=NullTestRead.model_validate(model.analysis.null_test.model_dump()),
            files={name: sha256(content) for name, content in sorted(files.items())},
        )

    def activate(self, number: int) -> VersionRead:
        """Put a version into use; one that is in use already stays so.

        Raises `VersionsDiffer` if the recipe measures other features by now.
        """
        self._refuse_other_features(number)
        with _writing():
            self._store.activate(number)
        return self.get_version(number)

    def roll_back(self, leaving: int | None = None) -> VersionRead:
        """Put the version into use that was before; `leaving`: only if that one is in use now.

        Raises `NothingBefore` where there is none.
        """
        before = self._store.find_before()
        if before is not None:
            self._refuse_other_features(before)
        with _writing():
            return self.get_version(self._store.roll_back(leaving))

    def delete_version(self, number: int) -> None:
        """Delete a version that is not in use.

        Raises `VersionActive` if it is, `TrainingBusy` while a training of the recipe runs.
        """
        if number not in self._store.versions():
            raise VersionNotFound(f"there is no version {self._label(number)}")
        with _writing(), self._store.training():
            self._store.delete(number)

    def download(self, number: int) -> Download:
        """Return a version's files as a zip archive, with their hashes in ``SHA256SUMS``."""
        files = self._store.read(number)
        files[MODEL_HASH] = f"{sha256(files[MODEL])}\n".encode()
        sums = "".join(f"{sha256(content)}  {name}\n" for name, content in sorted(files.items()))
        return Download(
            name=f"{self._recipe.name}-{number}.zip",
            pieces=zipped({**dict(sorted(files.items())), "SHA256SUMS": sums.encode()}),
        )

    def draw_curves(self, number: int) -> Download:
        """Return a version's measures over the number of segments as an SVG file."""
        files = self._store.read(number)
        image = files.get(CURVES_IMAGE)
        if image is None:  # trained before versions had one
            model = MLModel.from_files(files)
            image = curves_image(model.label, model.analysis.curves, len(model.segments))
        return Download(name=f"{self._recipe.name}-{number}-curves.svg", pieces=iter([image]))

    def get_moves(self, number: int, since: int | None = None) -> MovesRead:
        """Say who moved into the version `number` from the version `since`, or from the one before it.

        Raises `MovesUnknown` if none was before it, `VersionsDiffer` if the two measure different features.
        """
        files = self._store.read(number)
        model = MLModel.from_files(files)
        previous = model.document.lineage.previous
        if since is None and previous is None:
            raise MovesUnknown(f"{model.label} followed no other version, so nobody could move")
        stored = read_moves(files)
        if stored is not None and since in {None, _number(stored.from_version)}:
            return tell_moves(stored, self._recipe, self._edits.current())
        earlier = MLModel.from_files(self._store.read(_number(str(previous)) if since is None else since))
        return tell_moves(compare_models(earlier, model), self._recipe, self._edits.current())

    def _summary(self, number: int, active: int | None) -> VersionSummary:
        card, fault = None, None
        try:
            card = self._card(MLModel.from_files(self._store.read(number)))
        except (ModelUnavailable, NotFound) as error:
            fault = error.detail
        return VersionSummary(
            version=number,
            model_version=self._label(number),
            is_active=number == active,
            card=card,
            fault=fault,
        )

    def _card(self, model: MLModel) -> VersionCard:
        document = model.document
        parts = {"data", "metrics", "verdict", "lineage", "trained_at", "seed"}
        return VersionCard.model_validate(
            document.model_dump(include=parts)
            | {
                "k": len(model.segments),
                "segments": [segment.model_dump() for segment in self._segments(model)],
                "exceptional": self._exceptional(model),
                "merged": read_merged(document),
                "choice": _choice(model),
            }
        )

    def _segments(self, model: MLModel) -> list[VersionSegment]:
        described = map(self._describe, model.segments)
        return [
            VersionSegment(
                segment_id=numbers.segment_id,
                name=texts.name,
                slot=texts.slot,
                color=texts.color,
                size=numbers.size,
                share=numbers.share,
                stability=numbers.stability,
            )
            for texts, numbers in zip(described, model.analysis.segments, strict=True)
        ]

    def _exceptional(self, model: MLModel) -> VersionOutlying | None:
        apart, numbers = model.document.exceptional, model.analysis.exceptional
        if apart is None or numbers is None:
            return None
        texts = self._describe_exceptional(apart)
        return VersionOutlying(
            segment_id=apart.segment_id,
            name=texts.name,
            slot=texts.slot,
            color=texts.color,
            size=numbers.size,
            share=numbers.share,
        )

    def _refuse_other_features(self, number: int) -> None:
        features = MLModel.from_files(self._store.read(number)).document.features
        if tuple(feature.name for feature in features) != self._recipe.feature_names:
            raise VersionsDiffer(
                f"{self._label(number)} was trained on other features than the recipe has now: train again"
            )

    def _label(self, number: int) -> str:
        return f"{self._recipe.name}/{number}"


def _choice(model: MLModel) -> VersionChoice | None:
    choice = model.analysis.choice
    if choice is None:
        return None
    return VersionChoice(segments=choice.segments, code=choice.code, is_disputed=choice.is_disputed)


def _number(label: str) -> int:
    return int(label.rpartition("/")[2])


@contextmanager
def _writing() -> Iterator[None]:
    """Tell a folder that this process may not write from one that has no room left."""
    try:
        yield
    except OSError as error:
        if error.errno not in READ_ONLY:
            raise
        raise VersionsReadOnly(
            "this process may not write the folder of the versions: change them where trainings run, with "
            "python -m app.cli.versions"
        ) from error
