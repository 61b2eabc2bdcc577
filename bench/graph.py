"""Computes degrees, PageRank and components with GraphFrames, for comparison in the benchmark `graph`.

Reads graph/edges of a run. Numbering the vertices and loading are not timed, so that GraphFrames starts from numbers in
memory, as the job does. PageRank has 20 iterations, as in the examples of GraphFrames. Everything runs twice in one
session, because at the second time every class is loaded and compiled.

Prints one line of JSON: {"seconds": [first, second], "pageRankDifference": the largest difference from the job's ranks,
"vertices": their number}
"""

import json
import sys
import time

from graphframes import GraphFrame
from pyspark.sql import SparkSession
from pyspark.sql import functions as f
from pyspark.sql.window import Window

run, scratch, jar = sys.argv[1:4]
jar_option = ("spark.jars", jar) if jar.endswith(".jar") else ("spark.jars.packages", jar)
spark = (
    SparkSession.builder.master("local[2]")
    .config(*jar_option)
    .config("spark.driver.memory", "3g")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.ui.enabled", "false")
    # The default of 200 is far too many for this graph.
    .config("spark.sql.shuffle.partitions", "4")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("ERROR")
spark.sparkContext.setCheckpointDir(scratch)

job_vertices = spark.read.parquet(f"{run}/graph/vertices-*.parquet")
names = job_vertices.select(f.row_number().over(Window.orderBy("id")).cast("long").alias("number"), f.col("id").alias("name"), "pagerank")
names = names.cache()
edges = (
    spark.read.parquet(f"{run}/graph/edges-*.parquet")
    .join(names.select(f.col("name").alias("source"), f.col("number").alias("src")), "source")
    .join(names.select(f.col("name").alias("target"), f.col("number").alias("dst")), "target")
    .select("src", "dst")
    .cache()
)
vertices = names.select(f.col("number").alias("id")).cache()
edges.count(), vertices.count()


def compute():
    start = time.monotonic()
    graph = GraphFrame(vertices, edges)
    ranks = graph.pageRank(resetProbability=0.15, maxIter=20).vertices
    rows = (
        vertices.join(graph.inDegrees, "id", "left")
        .join(graph.outDegrees, "id", "left")
        .join(ranks.select("id", "pagerank"), "id")
        .join(graph.connectedComponents(), "id")
        .collect()
    )
    return time.monotonic() - start, rows


(first, _), (second, rows) = compute(), compute()
scale = len(rows) / sum(row["pagerank"] for row in rows)
job_ranks = {row["number"]: row["pagerank"] for row in names.collect()}
difference = max(abs(row["pagerank"] * scale - job_ranks[row["id"]]) for row in rows)
print(json.dumps({"seconds": [first, second], "pageRankDifference": difference, "vertices": len(rows)}))
spark.stop()
