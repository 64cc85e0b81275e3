"""Names for newborn segments: a persona by where the centroid lies, else its strongest contrasts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from app.models.kmeans_fit import Floats
from app.models.recipe import MOST_SEGMENTS, Feature, Persona, Recipe
from app.utils.quantities import listing

PLAIN = 0.5
STRONG = 1.25
MOST_TOLD = 4


@dataclass(frozen=True)
class Naming:
    """What a segment is called and shown as; `persona` is None for a name made of contrasts."""

    persona: str | None
    name: str
    description: str
    strategy: tuple[str, ...]
    slot: int


def name_newborns(recipe: Recipe, newborn: Floats, kept: list[Naming], k: int) -> list[Naming]:
    """Name newborn centroids beside the `kept` segments' names.

    Parameters
    ----------
    newborn : array of shape (m, numbers)
        The recipe's numbers in standard deviations from the mean customer.
    kept : list of Naming
    k : int
        How many segments there are in all.

    Notes
    -----
    The recipe's personas serve when there is one for each of the k segments; each is used once, and only
    where its place is the nearest to the centroid, so that its text is true. All others are named by their
    strongest contrasts, and no name stands twice.
    """
    used = {naming.persona for naming in kept} | {naming.name for naming in kept}
    free = [persona for persona in recipe.personas if not {persona.key, persona.name} & used]
    slots = _free_slots(recipe, kept)
    if k != len(recipe.personas) or len(free) < len(newborn):
        return _by_contrast(recipe, newborn, kept, slots)
    placed = _by_place(recipe, newborn, free)
    fitting = {i: naming for i, naming in enumerate(placed) if _fits(recipe, newborn[i], naming)}
    settled = dict(zip(fitting, _with_free_slots(list(fitting.values()), slots), strict=True))
    others = [i for i in range(len(newborn)) if i not in settled]
    spare = [slot for slot in slots if slot not in {naming.slot for naming in settled.values()}]
    contrasts = _by_contrast(recipe, newborn[others], [*kept, *settled.values()], spare)
    named = settled | dict(zip(others, contrasts, strict=True))
    return [named[i] for i in range(len(newborn))]


def _free_slots(recipe: Recipe, kept: list[Naming]) -> list[int]:
    """Return the slots that no segment holds, that of the exceptional as the last resort."""
    taken = {naming.slot for naming in kept}
    reserved = {recipe.exceptional.slot} if recipe.exceptional else set()
    free = [slot for slot in range(1, MOST_SEGMENTS + 1) if slot not in taken]
    return sorted(free, key=lambda slot: slot in reserved)


def _by_place(recipe: Recipe, newborn: Floats, free: list[Persona]) -> list[Naming]:
    if not len(newborn):
        return []
    places = np.array([[persona.place[name] for name in _axes(recipe)] for persona in free])
    rows, columns = linear_sum_assignment(cdist(newborn, places) ** 2)
    chosen = dict(zip(rows.tolist(), columns.tolist(), strict=True))
    return [persona_naming(free[chosen[row]]) for row in range(len(newborn))]


def _axes(recipe: Recipe) -> list[str]:
    return [feature.name for feature in recipe.numbers]


def _fits(recipe: Recipe, point: Floats, naming: Naming) -> bool:
    """Say whether a persona's text is true of a centroid: no other persona's place lies nearer to it."""
    places = np.array([[persona.place[name] for name in _axes(recipe)] for persona in recipe.personas])
    nearest = recipe.personas[int(np.argmin(((places - point) ** 2).sum(axis=1)))]
    return nearest.key == naming.persona


def _with_free_slots(namings: list[Naming], free: list[int]) -> list[Naming]:
    """Give a persona whose slot a kept segment holds another one."""
    spare = [slot for slot in free if slot not in {naming.slot for naming in namings}]
    return [naming if naming.slot in free else replace(naming, slot=spare.pop(0)) for naming in namings]


def persona_naming(persona: Persona) -> Naming:
    """Return the persona's own naming."""
    return Naming(persona.key, persona.name, persona.description, persona.strategy, persona.slot)


def _by_contrast(recipe: Recipe, newborn: Floats, kept: list[Naming], slots: list[int]) -> list[Naming]:
    taken = {naming.name for naming in kept}
    named: dict[int, Naming] = {}
    # in order of their places, since k-means numbers its clusters by accident
    in_turn = sorted(range(len(newborn)), key=lambda i: tuple(newborn[i]))
    for i, slot in zip(in_turn, slots, strict=False):
        name = _unique(_contrasts(recipe.numbers, newborn[i]), taken)
        taken.add(name)
        named[i] = Naming(None, name, _describe(recipe, newborn[i]), _strategy(recipe, newborn[i]), slot)
    return [named[i] for i in range(len(newborn))]


def _strategy(recipe: Recipe, point: Floats) -> tuple[str, ...]:
    """Return lines for a segment that nobody has written any for, by its strongest contrasts."""
    words = [
        _word(z, feature, by_degree=False)
        for z, feature in _ranked(recipe.numbers, point)[:2]
        if abs(z) >= PLAIN
    ]
    if not words:
        return (_NEITHER, *_ALWAYS)
    return (_APART.format(words=listing(words)), _BEHIND.format(word=words[0]), *_ALWAYS)


_APART = "Build the offer on what sets them apart: {words}"
_BEHIND = "Ask a few of them what lies behind {word} before you spend on it"
_NEITHER = "Keep to the usual offers: nothing sets them apart from the average customer"
_ALWAYS = (
    "Test one offer on half of the segment and compare",
    "Give the segment a name and a strategy of your own",
)


def _contrasts(features: tuple[Feature, ...], point: Floats) -> list[str]:
    """Return candidate names, the plainest first: two strongest contrasts, then with degrees added."""
    ranked = _ranked(features, point)[:2]
    plain = _join(_word(z, feature, by_degree=False) for z, feature in ranked)
    degree = _join(_word(z, feature, by_degree=True) for z, feature in ranked)
    mixed = [
        _join(_word(z, feature, by_degree=feature is graded) for z, feature in ranked) for _, graded in ranked
    ]
    return [plain, *mixed, degree]


def _ranked(features: tuple[Feature, ...], point: Floats) -> list[tuple[float, Feature]]:
    """Return a centroid's standardised values with their features, the strongest contrast first."""
    return sorted(zip(point.tolist(), features, strict=True), key=lambda pair: -abs(pair[0]))


def _word(z: float, feature: Feature, *, by_degree: bool) -> str:
    if abs(z) < PLAIN:
        return f"medium {feature.label.lower()}" if not by_degree else f"{_lean(z)} {feature.label.lower()}"
    word = feature.high_word if z > 0 else feature.low_word
    return f"very {word}" if by_degree and abs(z) >= STRONG else f"fairly {word}" if by_degree else word


def _lean(z: float) -> str:
    return "slightly raised" if z > 0 else "slightly lowered"


def _join(words: Iterable[str]) -> str:
    text = " · ".join(words)
    return text[:1].upper() + text[1:]


def _unique(candidates: list[str], taken: set[str]) -> str:
    for name in candidates:
        if name not in taken:
            return name
    number = 2
    while f"{candidates[0]} {number}" in taken:
        number += 1
    return f"{candidates[0]} {number}"


def _describe(recipe: Recipe, point: Floats) -> str:
    """Tell where a centroid lies, of many features only those that stand out most."""
    told = list(zip(point.tolist(), recipe.numbers, strict=True))
    if len(told) > MOST_TOLD:
        strongest = _ranked(recipe.numbers, point)[:MOST_TOLD]
        told = [(z, feature) for z, feature in strongest if abs(z) >= PLAIN]
    if not told:
        return f"Customers close to the average in every {'feature' if recipe.is_plain else 'number'}."
    rest = " All else is less marked." if len(told) < len(recipe.numbers) else ""
    return f"Customers with {listing([_told(z, feature) for z, feature in told])}.{rest}"


def _told(z: float, feature: Feature) -> str:
    if abs(z) < PLAIN:
        return f"{feature.label.lower()} close to the average"
    degree = "far " if abs(z) >= STRONG else ""
    return f"{feature.label.lower()} {degree}{'above' if z > 0 else 'below'} the average"
