"""NDCG@10 and its interval, written apart from the project's own, to check it."""

import numpy as np

CUT = 10
# Of the place in a list, from 0.
DISCOUNT = 1 / np.log2(np.arange(CUT) + 2)
RESAMPLES = 2_000


def ndcg(scores: np.ndarray, relevant: np.ndarray, excluded: np.ndarray | None = None) -> np.ndarray:
    """NDCG@10 by user, binary gain; NaN for users without a relevant product.

    Jarvelin and Kekalainen, ACM TOIS 20(4), 2002; the ideal list has min(10, relevant) hits.

    scores: users x products; larger is better, ties go to the product that comes first.
    relevant, excluded: the same shape, bool; what is excluded is not listed, and must not be relevant.
    """
    order = np.argsort(-scores, axis=1, kind="stable")
    if excluded is not None:
        # Excluded products go behind all others, which keep their order.
        behind = np.take_along_axis(excluded, order, axis=1)
        order = np.take_along_axis(order, np.argsort(behind, axis=1, kind="stable"), axis=1)
    hits = np.take_along_axis(relevant, order[:, :CUT], axis=1)
    gained = hits @ DISCOUNT[: hits.shape[1]]
    ideal = np.concatenate([[np.nan], np.cumsum(DISCOUNT)])
    return gained / ideal[np.minimum(relevant.sum(axis=1), CUT)]


def mean_with_interval(values: np.ndarray, seed: int) -> dict[str, float]:
    """The mean over users, and its 95 % interval: percentiles of the bootstrap over users (Efron, 1979). At least one value."""
    chance = np.random.default_rng(seed)
    means = [values[chance.integers(0, len(values), len(values))].mean() for _ in range(RESAMPLES)]
    low, high = np.percentile(means, [2.5, 97.5])
    return {"value": float(values.mean()), "n": len(values), "low": float(low), "high": float(high)}
