"""The models that the project is measured beside. Each: Split, parameters -> scores, tested users x products."""

import numpy as np
from scipy.sparse import csr_matrix

from outside_data import DAY_S, Split

SEED = 42


def random(data: Split) -> np.ndarray:
    return np.random.default_rng(SEED).random(data.bought.shape)


def explicit_als(data: Split, rank: int = 10, regularisation: float = 0.1, sweeps: int = 10) -> np.ndarray:
    """What a plain script does: ratings are quantities, only what was bought is seen, MLlib's defaults.

    Zhou et al., AAIM 2008: least squares with a regularisation that grows with the number of a row's ratings.
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
    """How many users bought it."""
    return for_everyone(data, np.bincount(data.binary().indices, minlength=data.products))


def recent_popularity(data: Split, days: float) -> np.ndarray:
    """How many users bought it in the last days before the training data ends."""
    return for_everyone(data, recent_buyers(data, days))


def recent_buyers(data: Split, days: float) -> np.ndarray:
    recent = data.train[data.train.at_s >= data.as_of_s - days * DAY_S]
    pairs = np.unique(np.stack([recent.user, recent.product]), axis=1)
    return np.bincount(pairs[1], minlength=data.products)


def for_everyone(data: Split, scores: np.ndarray) -> np.ndarray:
    return np.broadcast_to(scores.astype(float), data.bought.shape)


def item_knn(data: Split, neighbours: int, shrinkage: float) -> np.ndarray:
    """Sum of the similarities to what the user bought; cosine, shrunk where few bought both (Deshpande and Karypis, TOIS 2004)."""
    bought = data.binary()
    together = (bought.T @ bought).toarray()
    lengths = np.sqrt(np.diag(together))
    similar = together / (np.outer(lengths, lengths) + shrinkage)
    np.fill_diagonal(similar, 0)
    weakest = -np.partition(-similar, neighbours, axis=1)[:, neighbours, None]
    similar[similar < weakest] = 0
    return bought[data.tested] @ similar.T


def ease(data: Split, regularisation: float, half_life_days: float | None, counts_baskets: bool) -> np.ndarray:
    """Steck, WWW 2019, on what was bought or on how often. What was bought keeps the score that its neighbours give it."""
    bought = baskets(data, half_life_days) if counts_baskets else data.binary()
    inverse = np.linalg.inv((bought.T @ bought).toarray() + regularisation * np.eye(data.products))
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
    return bought[data.tested] @ weights


def implicit_als(
    data: Split, factors: int, alpha: float, regularisation: float, half_life_days: float | None
) -> np.ndarray:
    """PyPI `implicit`: Hu, Koren and Volinsky, ICDM 2008. Confidence is 1 + alpha * baskets with the product, old ones less."""
    from implicit.cpu.als import AlternatingLeastSquares

    confidence = baskets(data, half_life_days)
    confidence.data = 1 + alpha * confidence.data
    model = AlternatingLeastSquares(
        factors=factors, regularization=regularisation, alpha=1, iterations=15, num_threads=1, random_state=SEED
    )
    model.fit(confidence.astype(np.float32), show_progress=False)
    return model.user_factors[data.tested] @ model.item_factors.T


def personal_frequency(data: Split, half_life_days: float | None, recent_weight: float, days: float) -> np.ndarray:
    """In how many baskets the user had it, old ones less; besides, what everyone buys lately: the most popular adds the weight."""
    recent = recent_buyers(data, days)
    return baskets(data, half_life_days)[data.tested].toarray() + recent_weight * recent / recent.max()


def baskets(data: Split, half_life_days: float | None) -> csr_matrix:
    """Users x products: baskets of the user that hold the product; each fades from 1 with its age."""
    train = data.train
    _, lines = np.unique(np.stack([train.basket, train.product]), axis=1, return_index=True)
    once = train[lines]
    age_days = (data.as_of_s - once.at_s) / DAY_S
    weight = np.ones(len(lines)) if half_life_days is None else 0.5 ** (age_days / half_life_days)
    return csr_matrix((weight, (once.user, once.product)), shape=(data.users, data.products))
