"""From a fit to segments: which ids live on, are born or retired, and what each is called."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from app.models.artifact_store import Numbering
from app.models.identity import match_centroids
from app.models.kmeans_fit import Floats, KMeansFit, Labels, Scaling
from app.models.ml_model import MLModel
from app.models.model_document import Lineage
from app.models.personas import Naming, name_newborns, persona_naming
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
    scaling: Scaling,
    fit: KMeansFit,
    previous: MLModel | None,
    numbering: Numbering,
) -> Succession:
    """Give every centroid of a fit a permanent id and a name; identity comes first, personas name newborns.

    Parameters
    ----------
    rows : array of shape (n, d)
        The training rows in own units.
    previous : MLModel or None
        The version whose segments live on; one with other features is no predecessor.
    """
    if previous is not None and tuple(f.name for f in previous.document.features) != recipe.feature_names:
        previous = None
    partner = _partners(rows, scaling, fit, previous)
    kept = _kept(recipe, previous, {i: int(partner[i]) for i in np.flatnonzero(partner >= 0).tolist()})
    newborn = np.flatnonzero(partner < 0)
    namings = name_newborns(recipe, fit.centroids[newborn], list(kept.values()), len(fit.centroids))
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


def _partners(rows: Floats, scaling: Scaling, fit: KMeansFit, previous: MLModel | None) -> Labels:
    """Return for each centroid the index of the previous segment that it continues, or -1."""
    if previous is None:
        return np.full(len(fit.centroids), -1, dtype=np.int64)
    features = previous.document.features
    old = Scaling(np.array([f.mean for f in features]), np.array([f.scale for f in features]))
    moved = old.apply(scaling.undo(fit.centroids))
    return match_centroids(np.array(previous.centroids.points), moved, old.apply(rows)).partner


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
