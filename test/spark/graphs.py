"""Writes test/fixtures/graphs.json: random graphs of sales and what networkx says of them.

SalesGraphTest compares the job with it. A development tool: pip install networkx numpy scipy; python3 test/spark/graphs.py
"""

import json
import random
from pathlib import Path

import networkx as nx

SHAPES = [
    # users, products, links, similar edges of a product, seed
    (8, 6, 12, 2, 1),
    (40, 20, 90, 3, 2),
    (60, 60, 70, 1, 3),  # many components
    (5, 50, 40, 10, 4),
    (30, 10, 300, 9, 5),  # many parallel edges
    (12, 8, 20, 0, 6),  # nothing similar
]


def graph(users: int, products: int, links: int, similar: int, seed: int) -> dict:
    chance = random.Random(seed)
    bought = [(chance.randrange(users), chance.randrange(products)) for _ in range(links)]
    # Half of the products lead to others, so that ranks end somewhere.
    alike = [
        (source, target)
        for source in range(0, products, 2)
        for target in chance.sample([p for p in range(products) if p != source], min(similar, products - 1))
    ]
    network = nx.MultiDiGraph()
    network.add_edges_from((f"u:{user}", f"p:{product}") for user, product in bought)
    network.add_edges_from((f"p:{source}", f"p:{target}") for source, target in alike)
    ranks = nx.pagerank(network, alpha=0.85, tol=1e-15, max_iter=10_000, weight=None)
    component = {
        vertex: number
        for number, members in enumerate(sorted(sorted(c) for c in nx.weakly_connected_components(network)))
        for vertex in members
    }
    return {
        "links": bought,
        "similar": alike,
        "vertices": [
            {
                "id": vertex,
                "inDegree": network.in_degree(vertex),
                "outDegree": network.out_degree(vertex),
                "pageRank": round(ranks[vertex] * len(network), 9),
                "component": component[vertex],
            }
            for vertex in sorted(network)
        ],
    }


fixture = {"networkx": nx.__version__, "graphs": [graph(*shape) for shape in SHAPES]}
path = Path(__file__).parent.parent / "fixtures" / "graphs.json"
path.write_text(json.dumps(fixture, separators=(",", ":")).replace('{"links"', '\n{"links"').replace('{"id"', '\n{"id"') + "\n")
