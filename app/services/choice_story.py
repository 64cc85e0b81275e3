"""An automatic choice of the number of segments, in words: who says what, and what other ways would make."""

from __future__ import annotations

from app.models.choice_document import CRITERIA
from app.schemas.choice import AlternativeRead, ChoiceRead, ChoiceStory, Opinion, OtherWay
from app.utils.quantities import listing, number_text

LOOKS_AT = {
    "elbow": "Where one more segment stops making customers much more alike.",
    "silhouette": "How much nearer customers are to their own segment than to the next.",
    "calinski_harabasz": "Variance between segments against variance within.",
    "davies_bouldin": "Spread within segments against the gaps between them.",
    "gap": "How much tighter the segments are than those of tables without groups.",
    "stability": "How well the least steady segment comes back when customers are drawn again.",
}
METHODS = {
    "kmeans": "k-means",
    "ward": "Ward",
    "gaussian_mixture": "Gaussian mixture",
    "dbscan": "DBSCAN",
    "hdbscan": "HDBSCAN",
}
OURS = "kmeans"
# D. Steinley, Psychological Methods 9 (2004): from 0.9 on excellent, below 0.65 poor
ALIKE = ((0.9, "nearly the same"), (0.65, "much alike"))
LEAST_APART = 0.005


def tell_choice(choice: ChoiceRead) -> ChoiceStory:
    """Tell of a choice: the recommendation, its reasons, each criterion, each other way of clustering."""
    rows = max((other.rows for other in choice.alternatives), default=0)
    return ChoiceStory(
        text=_in_short(choice),
        reasons=[choice.text, *choice.reasons],
        is_disputed=choice.is_disputed,
        opinions=[
            Opinion(
                criterion=CRITERIA[name],
                looks_at=LOOKS_AT[name],
                answer=_answer(answer),
                agrees=answer == choice.segments,
            )
            for name, answer in choice.answers.items()
        ],
        ways=[_way(other) for other in choice.alternatives],
        compared=number_text(rows),
    )


def _in_short(choice: ChoiceRead) -> str:
    """Say how many criteria name the number, and what the others name; which ones is a detail."""
    if choice.segments < 2:
        return choice.text
    said = choice.answers.values()
    agree, asked = sum(answer == choice.segments for answer in said), len(said)
    others = sorted({answer for answer in said if answer is not None and answer != choice.segments})
    who = {0: f"none of {asked} measures names", 1: f"1 of {asked} measures names"}.get(
        agree, f"{'all' if agree == asked else f'{agree} of'} {asked} measures name"
    )
    rest = ""
    if others:
        rest = f"; {'the others say' if agree else 'they say'} {listing([_answer(one) for one in others])}"
    return f"{choice.segments} segments: {who} this number{rest}."


def _answer(answer: int | None) -> str:
    if answer is None:
        return "no number"
    return "no division" if answer == 1 else str(answer)


def _way(other: AlternativeRead) -> OtherWay:
    is_ours, count = other.method == OURS, len(other.sizes)
    return OtherWay(
        name=METHODS[other.method],
        is_ours=is_ours,
        segments=number_text(count),
        sizes=", ".join(map(number_text, other.sizes)),
        apart=f"{number_text(100 * other.noise_share, 1)} %" if other.noise_share else "none",
        agreement="–" if is_ours else _figure(other.agreement),
        meaning="the one that serves" if is_ours else _meaning(other),
        silhouette=_figure(other.silhouette),
        stability=_figure(other.stability),
    )


def _meaning(other: AlternativeRead) -> str:
    agreement = other.agreement
    if agreement is None or len(other.sizes) < 2:
        return "no division"
    words = next((words for least, words in ALIKE if agreement >= least), "other segments")
    return f"{words}, of those it places" if other.noise_share >= LEAST_APART else words


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
