"""The recommendation in words."""

from __future__ import annotations

from app.models.evidence import SIGNIFICANT
from app.models.segment_count.criteria import Criteria
from app.models.segment_count.null_test import ScanTest

NAMES = {
    "elbow": "the elbow of the inertia",
    "silhouette": "silhouette",
    "calinski_harabasz": "Calinski-Harabasz",
    "davies_bouldin": "Davies-Bouldin",
    "gap": "the gap statistic",
    "stability": "stability",
}


def headline(criteria: Criteria, segments: int, code: str) -> str:
    """Return one sentence: the number, what speaks for it, and what says otherwise."""
    if segments == 1:
        return "No division: there are too few different rows for two segments of the least size."
    if code == "separate_groups":
        return f"{segments} segments: {opinions(criteria.answers, segments)}."
    return (
        f"No evidence of separate groups; {segments} segments are useful slices to organise work by: "
        f"{opinions(criteria.answers, segments)}."
    )


def opinions(answers: dict[str, int | None], segments: int) -> str:
    """Return who agrees on a number and who says what else."""
    agree = [NAMES[name] for name, answer in answers.items() if answer == segments]
    others: dict[int, list[str]] = {}
    for name, answer in answers.items():
        if answer not in (None, segments):
            others.setdefault(int(answer or 0), []).append(NAMES[name])
    parts = []
    if agree:
        parts.append(f"{_listed(agree)} {'agrees' if len(agree) == 1 else 'agree'}")
    else:
        parts.append("no criterion names this number by itself")
    for number, names in sorted(others.items()):
        parts.append(f"{_listed(names)} {'says' if len(names) == 1 else 'say'} {number}")
    return "; ".join(parts)


def reasons(criteria: Criteria, segments: int, code: str, test: ScanTest | None) -> tuple[str, ...]:
    """Return what the recommendation rests on, a sentence each."""
    said = []
    if segments > 1:
        at = criteria.at(segments)
        said.append(
            f"Drawn again, each segment keeps at least {at.stability or 0.0:.0%} of its rows in common."
        )
        said.append(
            f"The mean silhouette is {at.silhouette or 0.0:.2f}; tables without groups reach "
            f"{at.null_silhouette or 0.0:.2f}."
        )
        said.append(f"The smallest segment holds {at.smallest_share:.1%} of the rows.")
    said.append(_tested(code, test))
    said.append(_sampled(criteria))
    return tuple(said)


def _tested(code: str, test: ScanTest | None) -> str:
    if test is None:
        return (
            "No number of segments passes: some segment dissolves, is too small, or its border lies among "
            "its rows."
        )
    draws, p = sum(test.draws.values()), test.largest_p
    if code == "separate_groups":
        return f"None of {draws} tables without groups is divided as well at any number (p = {p:.2f})."
    if p <= SIGNIFICANT:
        return (
            f"Tables without groups are not divided as well (p = {p:.2f}), but some segment does not hold "
            "when the rows are drawn again."
        )
    return (
        f"Tables without groups are divided as well or as clearly at some number (p = {p:.2f}, {draws} "
        "tables), so the borders are a choice."
    )


def _sampled(criteria: Criteria) -> str:
    sample = criteria.sample
    measured = len(sample.rows) + len(sample.strays)
    text = f"Measured on {measured:,} of {sample.table_rows:,} rows"
    if len(sample.strays):
        return f"{text}; {len(sample.strays):,} of them lie far from all others and were set aside."
    return f"{text}."


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
