"""NDCG@10 and its interval. It shares no code with the project's own metric, in order to check it."""

import numpy as np

CUT = 10
# The discount of each rank in a list, from the first.
DISCOUNT = 1 / np.log2(np.arange(CUT) + 2)
RESAMPLES = 2_000


def ndcg(scores: np.ndarray, relevant: np.ndarray, excluded: np.ndarray | None = None) -> np.ndarray:
    """Returns NDCG@10 of each user, with binary gain; NaN for users without a relevant product.

    Jarvelin and Kekalainen, ACM TOIS 20(4), 2002; the ideal list has min(10, relevant) hits.

    scores: users x products; larger is better, and ties go to the product with the smaller index.
    relevant, excluded: bool, of the same shape; an excluded product is not listed and must not be relevant.
    """
    order = np.argsort(-scores, axis=1, kind="stable")
    if excluded is not None:
        # Excluded products are moved after all others, which keep their order.
        is_excluded = np.take_along_axis(excluded, order, axis=1)
        order = np.take_along_axis(order, np.argsort(is_excluded, axis=1, kind="stable"), axis=1)
    hits = np.take_along_axis(relevant, order[:, :CUT], axis=1)
    gained = hits @ DISCOUNT[: hits.shape[1]]
    ideal = np.concatenate([[np.nan], np.cumsum(DISCOUNT)])
    return gained / ideal[np.minimum(relevant.sum(axis=1), CUT)]


def mean_with_interval(values: np.ndarray, seed: int) -> dict[str, float]:
    """Returns the mean over users and its 95 % interval: percentiles of the bootstrap over users (Efron, 1979).

    values: at least one.
    """
    chance = np.random.default_rng(seed)
    means = [values[chance.integers(0, len(values), len(values))].mean() for _ in range(RESAMPLES)]
    low, high = np.percentile(means, [2.5, 97.5])
    return {"value": float(values.mean()), "n": len(values), "low": float(low), "high": float(high)}
