"""The models that the project is compared with.

Each is a function of a Split and parameters that returns scores, tested users x products; larger is better.
"""

import numpy as np
from scipy.sparse import csr_matrix

from outside_data import DAY_S, Split

SEED = 42


def random(data: Split) -> np.ndarray:
    return np.random.default_rng(SEED).random(data.bought.shape)


def explicit_als(data: Split, rank: int = 10, regularisation: float = 0.1, sweeps: int = 10) -> np.ndarray:
    """What a plain script does: quantities are ratings, only purchases are considered, and the defaults are MLlib's.

    Zhou et al., AAIM 2008: least squares with regularisation proportional to the number of ratings of a row.
    """
    ratings = data.matrix(data.train.quantity)
    chance = np.random.default_rng(SEED)
    products = np.abs(chance.standard_normal((data.products, rank))) / np.sqrt(rank)
    for _ in range(sweeps):
        users = ridge_by_row(ratings, products, regularisation)
        products = ridge_by_row(ratings.T.tocsr(), users, regularisation)
    return users[data.tested] @ products.T


def ridge_by_row(ratings: csr_matrix, factors: np.ndarray, regularisation: float) -> np.ndarray:
    solved = np.empty((ratings.shape[0], factors.shape[1]))
    for row in range(ratings.shape[0]):
        seen = slice(ratings.indptr[row], ratings.indptr[row + 1])
        known = factors[ratings.indices[seen]]
        penalty = regularisation * len(known) * np.eye(factors.shape[1])
        solved[row] = np.linalg.solve(known.T @ known + penalty, known.T @ ratings.data[seen])
    return solved


def popularity(data: Split) -> np.ndarray:
    """The number of users who bought the product."""
    return for_everyone(data, np.bincount(data.binary().indices, minlength=data.products))


def recent_popularity(data: Split, days: float) -> np.ndarray:
    """The number of users who bought the product in the last days of the training data."""
    return for_everyone(data, recent_buyers(data, days))


def recent_buyers(data: Split, days: float) -> np.ndarray:
    recent = data.train[data.train.at_s >= data.as_of_s - days * DAY_S]
    pairs = np.unique(np.stack([recent.user, recent.product]), axis=1)
    return np.bincount(pairs[1], minlength=data.products)


def for_everyone(data: Split, scores: np.ndarray) -> np.ndarray:
    return np.broadcast_to(scores.astype(float), data.bought.shape)


def item_knn(data: Split, neighbours: int, shrinkage: float) -> np.ndarray:
    """The sum of the cosine similarities to the products that the user bought (Deshpande and Karypis, TOIS 2004).

    Shrinkage reduces the similarity of products that few users bought together.
    """
    bought = data.binary()
    together = (bought.T @ bought).toarray()
    lengths = np.sqrt(np.diag(together))
    similar = together / (np.outer(lengths, lengths) + shrinkage)
    np.fill_diagonal(similar, 0)
    weakest = -np.partition(-similar, neighbours, axis=1)[:, neighbours, None]
    similar[similar < weakest] = 0
    return bought[data.tested] @ similar.T


def ease(data: Split, regularisation: float, half_life_days: float | None, counts_baskets: bool) -> np.ndarray:
    """Steck, WWW 2019, on whether or how often a product was bought. A purchased product is scored by the others alone."""
    bought = baskets(data, half_life_days) if counts_baskets else data.binary()
    inverse = np.linalg.inv((bought.T @ bought).toarray() + regularisation * np.eye(data.products))
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
    return bought[data.tested] @ weights


def implicit_als(
    data: Split, factors: int, alpha: float, regularisation: float, half_life_days: float | None
) -> np.ndarray:
    """PyPI `implicit`: Hu, Koren and Volinsky, ICDM 2008. Confidence is 1 + alpha * decayed baskets with the product."""
    from implicit.cpu.als import AlternatingLeastSquares

    confidence = baskets(data, half_life_days)
    confidence.data = 1 + alpha * confidence.data
    model = AlternatingLeastSquares(
        factors=factors, regularization=regularisation, alpha=1, iterations=15, num_threads=1, random_state=SEED
    )
    model.fit(confidence.astype(np.float32), show_progress=False)
    return model.user_factors[data.tested] @ model.item_factors.T


def personal_frequency(data: Split, half_life_days: float | None, recent_weight: float, days: float) -> np.ndarray:
    """The decayed number of the user's baskets with the product, plus recent popularity scaled to at most recent_weight."""
    recent = recent_buyers(data, days)
    return baskets(data, half_life_days)[data.tested].toarray() + recent_weight * recent / recent.max()


def baskets(data: Split, half_life_days: float | None) -> csr_matrix:
    """Users x products: the number of the user's baskets with the product, each decayed by its age (1 without a half-life)."""
    train = data.train
    _, lines = np.unique(np.stack([train.basket, train.product]), axis=1, return_index=True)
    once = train[lines]
    age_days = (data.as_of_s - once.at_s) / DAY_S
    weight = np.ones(len(lines)) if half_life_days is None else 0.5 ** (age_days / half_life_days)
    return csr_matrix((weight, (once.user, once.product)), shape=(data.users, data.products))
