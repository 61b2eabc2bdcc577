"""A first version of the job: a DataFrame, explicit ALS on quantities, and CSV output.

The benchmark `job` compares the Spark job with this script. It reads the same batches but does less: it has no returns,
no holdout, no graph and no versions, and it does not drop repeated records.
"""

import sys

from pyspark.ml.feature import StringIndexer
from pyspark.ml.recommendation import ALS
from pyspark.sql import SparkSession
from pyspark.sql.functions import col, explode

interactions, output, rank = sys.argv[1], sys.argv[2], int(sys.argv[3])
spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
spark.sparkContext.setLogLevel("ERROR")
sales = spark.read.option("recursiveFileLookup", "true").parquet(interactions)
rated = sales.groupBy("user", "product").sum("quantity").withColumnRenamed("sum(quantity)", "rating")
users = StringIndexer(inputCol="user", outputCol="userNumber").fit(rated)
products = StringIndexer(inputCol="product", outputCol="productNumber").fit(rated)
numbered = products.transform(users.transform(rated))
model = ALS(rank=rank, userCol="userNumber", itemCol="productNumber", ratingCol="rating", seed=42).fit(numbered)
lists = model.recommendForAllUsers(10).select("userNumber", explode("recommendations").alias("r"))
names = numbered.select("userNumber", "user").distinct()
products_by_number = numbered.select("productNumber", "product").distinct()
rows = (
    lists.select("userNumber", col("r.productNumber").alias("productNumber"), col("r.rating").alias("score"))
    .join(names, "userNumber")
    .join(products_by_number, "productNumber")
    .select("user", "product", "score")
)
rows.write.mode("overwrite").csv(output, header=True)
spark.stop()
