"""Splits UCI Online Retail by the two protocols. It shares no code with the project's own readers, in order to check them."""

import csv
import gzip
import re
from calendar import timegm
from dataclasses import dataclass
from time import strptime

import numpy as np
from scipy.sparse import csr_matrix

PRODUCT = re.compile(r"\d{5}[A-Za-z]{0,2}")
DAY_S = 86_400
MIN_BASKETS = 3


def moment(text: str) -> int:
    """Returns midnight UTC of a date, in epoch seconds."""
    return timegm(strptime(text, "%Y-%m-%d"))


# Protocol A, by stage: start of training, start of the holdout, end of the holdout (exclusive). The validation window
# directly precedes the test window.
WINDOWS = {
    "validate": ("2010-12-01", "2011-10-10", "2011-11-09"),
    "test": ("2010-12-01", "2011-11-09", "2011-12-10"),
}
# Protocol B, by stage: the basket of each user that is held out, counted from the last (0). Later ones are ignored.
BASKETS = {"validate": 1, "test": 0}


@dataclass(frozen=True)
class Sales:
    """Sales, with one entry per invoice line. Users, products and baskets are numbered from 0 in the order of their ids."""

    user: np.ndarray
    product: np.ndarray
    basket: np.ndarray
    quantity: np.ndarray
    at_s: np.ndarray  # epoch seconds, UTC

    def __getitem__(self, lines: np.ndarray) -> "Sales":
        return Sales(
            self.user[lines], self.product[lines], self.basket[lines], self.quantity[lines], self.at_s[lines]
        )


@dataclass(frozen=True)
class Split:
    """The training data that scorers may use, and the purchases that they are measured by."""

    train: Sales  # renumbered: 0 to users - 1, 0 to products - 1
    users: int
    products: int
    as_of_s: int  # the end of the training data, exclusive
    tested: np.ndarray  # users with at least one held-out product that occurs in training
    bought: np.ndarray  # tested x products: held-out purchases
    owned: np.ndarray  # tested x products: purchases in training
    counts: dict[str, int]

    def matrix(self, weights: np.ndarray) -> csr_matrix:
        """Returns a users x products matrix with the sum of the weights of each pair's lines."""
        shape = (self.users, self.products)
        return csr_matrix((weights, (self.train.user, self.train.product)), shape=shape)

    def binary(self) -> csr_matrix:
        matrix = self.matrix(np.ones(len(self.train.user)))
        matrix.data[:] = 1
        return matrix


def read_sales(path: str) -> Sales:
    """Reads the file, gzipped or not. Keeps only sales of a product to a known customer."""
    opened = gzip.open if path.endswith(".gz") else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if is_sale(row)]
    seconds = {text: timegm(strptime(text, "%Y-%m-%d %H:%M:%S")) for text in {row["InvoiceDate"] for row in rows}}
    return Sales(
        user=numbered([row["CustomerID"] for row in rows]),
        product=numbered([row["StockCode"].upper() for row in rows]),
        basket=numbered([f"{row['CustomerID']} {row['InvoiceNo']}" for row in rows]),
        quantity=np.array([float(row["Quantity"]) for row in rows]),
        at_s=np.array([seconds[row["InvoiceDate"]] for row in rows]),
    )


def is_sale(row: dict[str, str]) -> bool:
    return (
        row["CustomerID"] != ""
        and not row["InvoiceNo"].startswith("C")
        and float(row["Quantity"]) > 0
        and float(row["UnitPrice"]) > 0
        and PRODUCT.fullmatch(row["StockCode"]) is not None
    )


def numbered(ids) -> np.ndarray:
    return np.unique(np.array(ids), return_inverse=True)[1].ravel()


def by_time(sales: Sales, stage: str) -> Split:
    """Protocol A: trains on one window and measures on the next."""
    start, middle, end = (moment(date) for date in WINDOWS[stage])
    before = (sales.at_s >= start) & (sales.at_s < middle)
    return split(sales[before], sales[(sales.at_s >= middle) & (sales.at_s < end)], middle)


def by_last_basket(sales: Sales, stage: str) -> Split:
    """Protocol B: holds out one basket of each user with enough baskets; trains on their earlier ones and on all other users."""
    from_last, baskets = baskets_from_last(sales)
    takes_part = baskets >= MIN_BASKETS
    held_out = takes_part & (from_last == BASKETS[stage])
    train = sales[~takes_part | (from_last > BASKETS[stage])]
    return split(train, sales[held_out], int(train.at_s.max()) + 1)


def baskets_from_last(sales: Sales) -> tuple[np.ndarray, np.ndarray]:
    """Returns for each line how many later baskets its user has, and how many in total.

    A basket has the time of its earliest line; ties are broken by id.
    """
    _, first_line, basket = np.unique(sales.basket, return_index=True, return_inverse=True)
    started_s = np.full(len(first_line), np.iinfo(np.int64).max)
    np.minimum.at(started_s, basket, sales.at_s)
    owner = sales.user[first_line]
    order = np.lexsort((np.arange(len(owner)), started_s, owner))
    per_user = np.bincount(owner)
    place = np.empty(len(owner), dtype=np.int64)
    place[order] = np.arange(len(owner))
    later = np.cumsum(per_user)[owner] - 1 - place
    return later[basket], per_user[owner][basket]


def split(train: Sales, holdout: Sales, as_of_s: int) -> Split:
    known_users, user = np.unique(train.user, return_inverse=True)
    known_products, product = np.unique(train.product, return_inverse=True)
    users, products = len(known_users), len(known_products)
    renumbered = Sales(user, product, train.basket, train.quantity, train.at_s)
    is_known = np.isin(holdout.user, known_users) & np.isin(holdout.product, known_products)
    rows = np.searchsorted(known_users, holdout.user[is_known])
    columns = np.searchsorted(known_products, holdout.product[is_known])
    pairs = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(users, products))
    owned = csr_matrix((np.ones(len(user)), (user, product)), shape=(users, products))
    tested = np.unique(rows)
    bought, owned_by_tested = pairs[tested].toarray() > 0, owned[tested].toarray() > 0
    counts = {
        "users": users,
        "products": products,
        "pairs": int(owned.nnz),
        "testUsers": len(tested),
        "testUsersNew": int((bought & ~owned_by_tested).any(axis=1).sum()),
        "unknownPairs": len(np.unique(np.stack([holdout.user, holdout.product])[:, ~is_known], axis=1).T),
    }
    return Split(renumbered, users, products, as_of_s, tested, bought, owned_by_tested, counts)
