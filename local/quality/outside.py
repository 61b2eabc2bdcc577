"""The outside check of docs/quality.md: measures other models by the same protocols, in plain NumPy and PyPI `implicit`.

    python local/quality/outside.py online_retail.csv.gz [PROTOCOL...]

Measures by the protocols that are named, A and B if none is. Prints one JSON document: {versions, seconds, protocols:
{A, B: {counts, scorers: {name: {any, new, chosen}}}}}. The value of a list is {value, n, low, high}, or null if the scorer
cannot produce the list. Requires numpy, scipy and implicit.
Parameters are chosen per list on the validation data; then the model is fitted again on everything before the test.
All random numbers are seeded.
"""

import json
import os
import platform
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from itertools import product

# A single thread keeps the order of sums fixed. numpy reads this variable when it is imported.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np  # noqa: E402

import outside_scorers as scorers  # noqa: E402
from outside_data import Sales, Split, by_last_basket, by_time, read_sales  # noqa: E402
from outside_metric import mean_with_interval, ndcg  # noqa: E402

PROTOCOLS = {"A": by_time, "B": by_last_basket}
LISTS = ("any", "new")
BOOTSTRAP_SEED = 42
Parameters = dict[str, float | None]


def grid(**choices: list[float | None]) -> list[Parameters]:
    return [dict(zip(choices, values)) for values in product(*choices.values())]


# The scorer of each name, with the parameters to choose from; an empty list if there is no choice.
SCORERS: dict[str, tuple[Callable[..., np.ndarray], list[Parameters]]] = {
    "random": (scorers.random, []),
    "explicitAls": (scorers.explicit_als, []),
    "popularity": (scorers.popularity, []),
    "recentPopularity": (scorers.recent_popularity, grid(days=[4, 7, 14, 30, 60, 120])),
    "itemKnn": (scorers.item_knn, grid(neighbours=[100, 200, 400], shrinkage=[0, 50, 200])),
    "ease": (
        scorers.ease,
        grid(counts_baskets=[False], half_life_days=[None], regularisation=[200, 400])
        + grid(counts_baskets=[True], half_life_days=[None, 120], regularisation=[10, 30, 100]),
    ),
    "implicitAls": (
        scorers.implicit_als,
        # The more weight a purchase has, the more regularisation it needs, so the two are chosen together.
        [
            {**shape, "alpha": alpha, "regularisation": regularisation}
            for shape in grid(factors=[64, 128], half_life_days=[None, 120, 60, 30])
            for alpha, regularisation in [(1, 10), (3, 20), (10, 50)]
        ],
    ),
    "personalFrequency": (
        scorers.personal_frequency,
        grid(half_life_days=[None, 400, 180, 60], recent_weight=[0.01, 0.1, 0.3, 1], days=[7, 30]),
    ),
}
# These scorers rank only purchased products, which list `new` excludes.
ONLY_ANY = {"personalFrequency"}


def main(path: str, names: list[str]) -> None:
    started = time.perf_counter()
    sales = read_sales(path)
    protocols = {name: measure(name, sales) for name in names or PROTOCOLS}
    packages = {name: version(name) for name in ("numpy", "scipy", "implicit")}
    report = {
        "versions": {"python": platform.python_version(), **packages},
        "seconds": round(time.perf_counter() - started, 1),
        "protocols": protocols,
    }
    json.dump(report, sys.stdout)


def measure(protocol: str, sales: Sales) -> dict:
    validation, test = (PROTOCOLS[protocol](sales, stage) for stage in ("validate", "test"))
    measured = {}
    for name in SCORERS:
        started = time.perf_counter()
        measured[name] = choose_and_score(name, validation, test)
        values = {kind: measured[name][kind] and round(measured[name][kind]["value"], 4) for kind in LISTS}
        seconds = time.perf_counter() - started
        print(f"{protocol} {name} {values} {measured[name].get('chosen', '')} {seconds:.1f} s", file=sys.stderr)
    return {"counts": test.counts, "scorers": measured}


def choose_and_score(name: str, validation: Split, test: Split) -> dict:
    scorer, candidates = SCORERS[name]
    kinds = [kind for kind in LISTS if kind == "any" or name not in ONLY_ANY]
    chosen = {kind: {} for kind in kinds}
    if candidates:
        tried = [quality(scorer(validation, **parameters), validation) for parameters in candidates]
        for kind in kinds:
            best = max(range(len(candidates)), key=lambda index: tried[index][kind].mean())
            chosen[kind] = candidates[best]
    result: dict = {
        kind: mean_with_interval(quality(scorer(test, **chosen[kind]), test)[kind], BOOTSTRAP_SEED)
        if kind in kinds
        else None
        for kind in LISTS
    }
    return {**result, "chosen": chosen} if candidates else result


def quality(scores: np.ndarray, data: Split) -> dict[str, np.ndarray]:
    """Returns, by list, NDCG@10 of each user with at least one relevant product."""
    values = {
        "any": ndcg(scores, data.bought),
        "new": ndcg(scores, data.bought & ~data.owned, excluded=data.owned),
    }
    return {kind: by_user[~np.isnan(by_user)] for kind, by_user in values.items()}


if __name__ == "__main__":
    unknown = [name for name in sys.argv[2:] if name not in PROTOCOLS]
    if len(sys.argv) < 2 or unknown:
        sys.exit("Cannot measure: the arguments should be the file of UCI Online Retail, and protocols: A, B")
    main(sys.argv[1], sys.argv[2:])
