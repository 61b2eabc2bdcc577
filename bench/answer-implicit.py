"""The other side of `npm run bench -- answer`: PyPI `implicit` answers for the same users with the same factors.

    python bench/answer-implicit.py DIRECTORY

DIRECTORY has shape.json ({"products", "rank", "regularization"}), factors.f32 (products * rank float32 values) and users.json (a
list of {"products", "confidences"}). For every line on standard input it answers for all users and writes a line of JSON: the
milliseconds of each answer.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import scipy.sparse as sparse
from implicit.cpu.als import AlternatingLeastSquares


def main() -> None:
    directory = Path(sys.argv[1])
    shape = json.loads((directory / "shape.json").read_text())
    count, rank = shape["products"], shape["rank"]
    model = AlternatingLeastSquares(factors=rank, regularization=shape["regularization"], num_threads=1)
    model.item_factors = np.fromfile(directory / "factors.f32", dtype=np.float32).reshape(count, rank)
    model.user_factors = np.zeros((1, rank), dtype=np.float32)
    rows = [
        sparse.csr_matrix(
            (np.array(user["confidences"], dtype=np.float32), ([0] * len(user["products"]), user["products"])),
            shape=(1, count),
        )
        for user in json.loads((directory / "users.json").read_text())
    ]
    print("ready", flush=True)
    for _ in sys.stdin:
        times = []
        for row in rows:
            started = time.perf_counter()
            model.recommend(0, row, N=10, recalculate_user=True, filter_already_liked_items=True)
            times.append(1000 * (time.perf_counter() - started))
        print(json.dumps(times), flush=True)


main()
