"""Draws three charts like the prototype of this project: networkx lays out the graph, matplotlib draws everything.

The benchmark `charts` compares the project with this script. It reads the same CSV file of recommendations and draws the
graph with spring_layout, a histogram of the degrees, and a bar chart of the most recommended products.
"""

import csv
import sys
from collections import Counter

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import networkx as nx

recommendations, output, kind = sys.argv[1], sys.argv[2], sys.argv[3]
with open(recommendations, newline="") as file:
    rows = list(csv.DictReader(file))
graph = nx.DiGraph()
for row in rows:
    graph.add_node("u:" + row["user"], kind="user")
    graph.add_node("p:" + row["product"], kind="product")
    graph.add_edge("u:" + row["user"], "p:" + row["product"], weight=float(row["score"]))

colours = ["lightblue" if data["kind"] == "user" else "lightgreen" for _, data in graph.nodes(data=True)]
plt.figure(figsize=(12, 12))
nx.draw(
    graph,
    nx.spring_layout(graph, seed=42),
    node_color=colours,
    with_labels=True,
    node_size=300,
    font_size=6,
    edge_color="grey",
)
plt.title("Recommendation graph")
plt.savefig(f"{output}/graph.{kind}")
plt.close()

plt.figure(figsize=(8, 6))
plt.hist([degree for _, degree in graph.degree()], bins=30)
plt.title("Degree distribution")
plt.savefig(f"{output}/degrees.{kind}")
plt.close()

top = Counter(row["product"] for row in rows).most_common(20)
plt.figure(figsize=(8, 6))
plt.bar([product for product, _ in top], [count for _, count in top])
plt.xticks(rotation=90)
plt.title("Top products")
plt.tight_layout()
plt.savefig(f"{output}/top-products.{kind}")
