"""Bootstrap by counts: rows that are alike are drawn together, so a million rows cost as much as a thousand.

Drawing n rows with replacement and counting how many fall into each cell is one multinomial draw; nothing is
approximated for confusion matrices. Scores are gathered into about 1,024 groups of neighbours for the
spread only: the value itself always comes from every distinct score.
"""

from collections.abc import Iterator

import numpy as np
from scipy import sparse

from evaluation.measures.samples import (
    ClassificationSample,
    Counts,
    Indices,
    Numbers,
    Sampling,
    ScoreGroups,
)

SCORE_GROUPS = 1024
# Cells held at once: 4 million counts are 32 MB.
CELLS_AT_ONCE = 4_000_000


def plausible_confusions(confusion: Counts, sampling: Sampling) -> Iterator[Numbers]:
    """Confusion matrices as plausible as the one seen: Dirichlet draws with Jeffreys' prior in each class.

    A plain bootstrap cannot leave a matrix without errors, and would claim perfection from ten rows.
    """
    size = len(confusion)
    prior = np.full((size, size), 0.5 / max(size - 1, 1))
    np.fill_diagonal(prior, 0.5)
    # Classes without any row stay without any.
    seen = (confusion.sum(axis=1) > 0)[:, None] | (confusion > 0)
    shape = np.where(seen, confusion + prior, 0.0).ravel()
    generator = sampling.generator()
    for draws in _chunks(sampling.draws, size * size):
        shares = generator.standard_gamma(shape, size=(draws, size * size))
        shares *= confusion.sum() / shares.sum(axis=1, keepdims=True)
        yield shares.reshape(draws, size, size)


def paired_confusions(
    model: ClassificationSample, other: ClassificationSample, sampling: Sampling
) -> Iterator[tuple[Counts, Counts]]:
    """Resampled confusion matrices of two sets of predictions for the same rows."""
    size = len(model.classes)
    truth = model.truth.astype(np.int64)
    joint = (truth * size + model.predicted) * size + other.predicted
    cells, counts = _distinct(joint, size**3)
    own = cells // size
    others = cells // (size * size) * size + cells % size
    for drawn in _multinomial(counts, sampling):
        yield (
            _gather(drawn, own, size * size).reshape(-1, size, size),
            _gather(drawn, others, size * size).reshape(-1, size, size),
        )


def score_groups(groups: ScoreGroups, sampling: Sampling) -> Iterator[ScoreGroups]:
    """Resampled counts of positives and negatives per group of scores."""
    for drawn in _multinomial(np.concatenate([groups.positives, groups.negatives]), sampling):
        yield ScoreGroups(groups.score, drawn[:, : groups.size], drawn[:, groups.size :])


def paired_score_groups(
    model: ClassificationSample, other: ClassificationSample, sampling: Sampling
) -> tuple[ScoreGroups, ScoreGroups, Iterator[tuple[ScoreGroups, ScoreGroups]]]:
    """Two rankings of the same rows in groups, and resampled counts of both from the same draws."""
    # Cells are pairs of groups, so the finer one ranking is, the coarser the other has to be.
    limit = max(64, min(SCORE_GROUPS, 2 * SCORE_GROUPS // other.ranking.size))
    own, own_rows = _row_groups(model, limit)
    others, other_rows = _row_groups(other, limit)
    joint = (own_rows * others.size + other_rows) * 2 + (model.truth == 1)
    cells, counts = _distinct(joint, own.size * others.size * 2)
    return own, others, _paired_draws(own, others, cells, counts, sampling)


def _paired_draws(
    own: ScoreGroups, others: ScoreGroups, cells: Indices, counts: Counts, sampling: Sampling
) -> Iterator[tuple[ScoreGroups, ScoreGroups]]:
    is_positive = cells % 2
    own_cells = is_positive * own.size + cells // 2 // others.size
    other_cells = is_positive * others.size + cells // 2 % others.size
    for drawn in _multinomial(counts, sampling):
        mine = _gather(drawn, own_cells, 2 * own.size)
        theirs = _gather(drawn, other_cells, 2 * others.size)
        yield (
            ScoreGroups(own.score, mine[:, own.size :], mine[:, : own.size]),
            ScoreGroups(others.score, theirs[:, others.size :], theirs[:, : others.size]),
        )


def _row_groups(sample: ClassificationSample, limit: int) -> tuple[ScoreGroups, Indices]:
    """A ranking in at most about `limit` groups, and the group of every row."""
    ranking = sample.ranking
    starts = ranking.coarse_starts(limit)
    highest_first = -ranking.score[starts]
    rows = np.searchsorted(highest_first, -sample.binary_scores, side="right") - 1
    return ranking.coarse(limit), rows


def _multinomial(counts: Counts, sampling: Sampling) -> Iterator[Counts]:
    """Resampled counts, a chunk of draws at a time."""
    generator = sampling.generator()
    total = int(counts.sum())
    for draws in _chunks(sampling.draws, len(counts)):
        yield generator.multinomial(total, counts / total, size=draws)


def _chunks(draws: int, cells: int) -> Iterator[int]:
    """How many draws to hold at once."""
    at_once = max(1, CELLS_AT_ONCE // max(cells, 1))
    while draws > 0:
        yield min(draws, at_once)
        draws -= at_once


def _distinct(cells: Indices, size: int) -> tuple[Indices, Counts]:
    """The cells that hold rows, and how many rows each."""
    if size <= max(1_000_000, len(cells)):
        counts = np.bincount(cells, minlength=size)
        held = np.flatnonzero(counts)
        return held, counts[held]
    held, counts = np.unique(cells, return_counts=True)
    return held, counts


def _gather(drawn: Counts, target: Indices, size: int) -> Counts:
    """Sum the drawn counts of all cells with the same target."""
    members = sparse.csr_matrix(
        (np.ones(len(target), dtype=np.int64), (target, np.arange(len(target)))), shape=(size, len(target))
    )
    return np.asarray((members @ drawn.T).T)
