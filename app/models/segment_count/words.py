"""The recommendation in words."""

from __future__ import annotations

from app.models.choice_document import CRITERIA
from app.models.evidence import SIGNIFICANT
from app.models.segment_count.criteria import Criteria
from app.models.segment_count.null_test import ScanTest
from app.models.segment_count.sample import STRATA


def headline(criteria: Criteria, segments: int, code: str) -> str:
    """Return one sentence: the number, what speaks for it, and what says otherwise."""
    if segments == 1:
        return "No division: there are too few different rows for two segments of the least size."
    said = opinions(criteria.answers, segments)
    if code == "separate_groups":
        return f"{segments} separate groups: {said}."
    if code == "useful_slices":
        return f"No separate groups; {segments} segments are useful slices of a continuum: {said}."
    return f"Nothing to see: no separate groups, and no slices that last; {segments} last best: {said}."


def opinions(answers: dict[str, int | None], segments: int) -> str:
    """Return who agrees on a number and who says what else."""
    agree = [CRITERIA[name] for name, answer in answers.items() if answer == segments]
    others: dict[int, list[str]] = {}
    for name, answer in answers.items():
        if answer not in (None, segments):
            others.setdefault(int(answer or 0), []).append(CRITERIA[name])
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
            f"When the rows are drawn again, each segment has {at.stability or 0.0:.0%} in common or more."
        )
        said.append(
            f"The mean silhouette is {at.silhouette or 0.0:.2f}; tables without groups reach "
            f"{at.null_silhouette or 0.0:.2f}."
        )
        said.append(f"The smallest segment holds {at.smallest_share:.1%} of the rows.")
    said.append(_tested(segments, code, test))
    said.append(_sampled(criteria))
    return tuple(said)


def _tested(segments: int, code: str, test: ScanTest | None) -> str:
    if test is None:
        return (
            "No number of segments could be separate groups: some segment does not come back, is too small, "
            "or has its border among its rows."
        )
    draws, p = sum(test.draws.values()), test.p_value(segments)
    if code == "separate_groups":
        return f"Tables without groups, {draws} of them, are not divided as well at any number (p = {p:.3f})."
    if p <= SIGNIFICANT:
        return (
            f"Tables without groups are not divided as well (p = {p:.3f}), but some segment does not come "
            "back, is too small, or has its border among its rows."
        )
    return (
        f"Tables without groups, {draws} of them, are divided as well or as clearly at some number "
        f"(p = {p:.2f}), so the borders are a choice."
    )


def _sampled(criteria: Criteria) -> str:
    sample = criteria.sample
    measured = len(sample.rows) + len(sample.strays)
    text = f"Measured on all {measured:,} rows"
    if measured < sample.table_rows:
        text = (
            f"Measured on {measured:,} of {sample.table_rows:,} rows, a stratified sample: each of {STRATA} "
            "parts of the table gives its share"
        )
    if len(sample.strays):
        text += f"; {len(sample.strays):,} of them lie far from all others and were set aside"
    return f"{text}."


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
