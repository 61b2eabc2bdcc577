"""Degrees, PageRank and components by GraphFrames, the other side of the benchmark of the graph.

Reads graph/edges of a run. Numbering the vertices and loading are not timed, so that GraphFrames starts from numbers in
memory, as the job does. Twenty rounds of PageRank, as its examples have it. Everything twice in one session: the second
time every class is loaded and compiled.

Prints one line of JSON: {"seconds": [first, second], "pageRankDifference": from the job's, at most}
"""

import json
import sys
import time

from graphframes import GraphFrame
from pyspark.sql import SparkSession
from pyspark.sql import functions as f
from pyspark.sql.window import Window

run, scratch, jar = sys.argv[1:4]
where = ("spark.jars", jar) if jar.endswith(".jar") else ("spark.jars.packages", jar)
spark = (
    SparkSession.builder.master("local[2]")
    .config(*where)
    .config("spark.driver.memory", "3g")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.ui.enabled", "false")
    # 200 by default: far too many for this graph.
    .config("spark.sql.shuffle.partitions", "4")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("ERROR")
spark.sparkContext.setCheckpointDir(scratch)

told = spark.read.parquet(f"{run}/graph/vertices-*.parquet")
names = told.select(f.row_number().over(Window.orderBy("id")).cast("long").alias("number"), f.col("id").alias("name"), "pagerank")
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


def measured():
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


(first, _), (second, rows) = measured(), measured()
scale = len(rows) / sum(row["pagerank"] for row in rows)
ours = {row["number"]: row["pagerank"] for row in names.collect()}
difference = max(abs(row["pagerank"] * scale - ours[row["id"]]) for row in rows)
print(json.dumps({"seconds": [first, second], "pageRankDifference": difference, "vertices": len(rows)}))
spark.stop()
