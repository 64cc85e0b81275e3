"""From a fit to segments: which ids live on, are born or retired, and what each is called."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from app.models.artifact_store import Numbering
from app.models.encoding.trimmed import TrimmedFit
from app.models.identity import match_centroids
from app.models.kmeans_fit import Floats, KMeansFit, Labels, Scaling
from app.models.ml_model import MLModel
from app.models.model_document import ExceptionalState, Lineage
from app.models.personas import Naming, name_newborns, persona_naming
from app.models.preparation import Preparation, deviations, preparation_of
from app.models.recipe import Recipe


@dataclass(frozen=True)
class Succession:
    """The segments that a fit makes.

    Attributes
    ----------
    order : array of shape (k,)
        Indices of the fit's centroids in order of their segment ids.
    segment_ids : tuple of k ints
        Ascending.
    namings : tuple of k Naming
        In the same order.
    next_segment_id : int
        The first id that was never used.
    """

    order: Labels
    segment_ids: tuple[int, ...]
    namings: tuple[Naming, ...]
    lineage: Lineage
    next_segment_id: int


def succeed(
    recipe: Recipe,
    rows: Floats,
    scaling: Preparation,
    fit: KMeansFit,
    previous: MLModel | None,
    numbering: Numbering,
) -> Succession:
    """Give every centroid of a fit a permanent id and a name; identity comes first, personas name newborns.

    Parameters
    ----------
    rows : array of shape (n, d)
        The training rows in own units that the fit's labels belong to.
    previous : MLModel or None
        The version whose segments live on; one with other features is no predecessor.
    """
    measured = [(feature.name, feature.kind) for feature in recipe.features]
    if previous is not None and [(f.name, f.kind) for f in previous.document.features] != measured:
        previous = None
    partner = _partners(recipe, rows, scaling, fit, previous)
    kept = _kept(recipe, previous, {i: int(partner[i]) for i in np.flatnonzero(partner >= 0).tolist()})
    newborn = np.flatnonzero(partner < 0)
    places = deviations(scaling, fit.centroids[newborn])
    namings = name_newborns(recipe, places, list(kept.values()), len(fit.centroids))
    born = dict(zip(newborn.tolist(), namings, strict=True))
    in_turn = sorted(born, key=lambda i: (_rank(recipe, born[i]), *fit.centroids[i].tolist()))
    first = numbering.segment_id
    ids = {i: first + place for place, i in enumerate(in_turn)}
    old_ids = [segment.segment_id for segment in previous.segments] if previous else []
    ids.update({i: old_ids[int(partner[i])] for i in kept})
    order = sorted(ids, key=lambda i: ids[i])
    living = {ids[i] for i in kept}
    return Succession(
        order=np.array(order, dtype=np.int64),
        segment_ids=tuple(ids[i] for i in order),
        namings=tuple({**kept, **born}[i] for i in order),
        lineage=Lineage(
            previous=previous.label if previous else None,
            kept=tuple(sorted(living)),
            born=tuple(ids[i] for i in in_turn),
            retired=tuple(old for old in old_ids if old not in living),
        ),
        next_segment_id=first + len(in_turn),
    )


def _partners(
    recipe: Recipe, rows: Floats, scaling: Preparation, fit: KMeansFit, previous: MLModel | None
) -> Labels:
    """Return for each centroid the index of the previous segment that it continues, or -1."""
    if previous is None:
        return np.full(len(fit.centroids), -1, dtype=np.int64)
    old = preparation_of(previous, recipe)
    known = rows if isinstance(scaling, Scaling) or not isinstance(old, Scaling) else scaling.fill(rows)
    z = old.apply(known)
    if isinstance(scaling, Scaling) and isinstance(old, Scaling):
        moved = old.apply(scaling.undo(fit.centroids))
    else:
        # no line leads from one encoding to another, but the same customers have a mean in both
        moved = np.array([z[fit.labels == place].mean(axis=0) for place in range(len(fit.centroids))])
    return match_centroids(np.array(previous.centroids.points), moved, z).partner


def _kept(recipe: Recipe, previous: MLModel | None, partners: dict[int, int]) -> dict[int, Naming]:
    """Return the namings of segments that live on: the persona's, as the recipe has it now, or their own."""
    if previous is None:
        return {}
    stored = {i: previous.segments[index] for i, index in partners.items()}
    wanted = {}
    for i, segment in stored.items():
        persona = recipe.find_persona(segment.persona)
        own = Naming(segment.persona, segment.name, segment.description, segment.strategy, segment.slot)
        wanted[i] = own if persona is None else persona_naming(persona)
    if len({naming.slot for naming in wanted.values()}) == len(wanted):
        return wanted
    return {i: replace(naming, slot=stored[i].slot) for i, naming in wanted.items()}


def _rank(recipe: Recipe, naming: Naming) -> int:
    """Return the persona's place in the recipe, so that the first training numbers segments in that order."""
    keys = [persona.key for persona in recipe.personas]
    return keys.index(naming.persona) if naming.persona in keys else len(keys)


def set_apart(
    recipe: Recipe, trimmed: TrimmedFit, succession: Succession, previous: MLModel | None
) -> ExceptionalState | None:
    """Return the segment of the exceptional, under the id it had before; None where nobody is exceptional."""
    if recipe.exceptional is None or trimmed.threshold is None:
        return None
    before = previous.document.exceptional if previous else None
    return ExceptionalState(
        segment_id=before.segment_id if before else succession.next_segment_id,
        name=recipe.exceptional.name,
        description=recipe.exceptional.description,
        strategy=recipe.exceptional.strategy,
        slot=recipe.exceptional.slot,
        size=int(trimmed.exceptional.sum()),
        threshold=trimmed.threshold,
        scaled_by=recipe.exceptional.scaled_by,
    )
