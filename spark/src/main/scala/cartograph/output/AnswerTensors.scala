package cartograph.output

import java.nio.charset.StandardCharsets.UTF_8

import cartograph.features.{AlsGram, DescribedProducts, Features, ProductBlock, ProductStats, Together}
import cartograph.platform.{Tensor, TensorOutput}
import cartograph.ranking.{ListOrder, Tree}
import cartograph.sales.Shop

/** The tensors of `model/answer.safetensors`; docs/files.md describes each. */
private[output] object AnswerTensors {
  private val Kinds = Seq("users" -> Together.Users, "baskets" -> Together.Baskets, "after" -> Together.After)

  /** The ids and the names of all products. A product without a name has an empty one. */
  def texts(shop: Shop): Seq[Tensor] = {
    val columns = shop.products.mapPartitions { products =>
      val all = products.toArray
      Iterator.single(Texts.of(all.map(_.id)) -> Texts.of(all.map(_.name.getOrElse(""))))
    }.collect()
    val (ids, names) = columns.unzip
    Texts.tensors("product.ids", "product.idEnds", ids) ++ Texts.tensors("product.names", "product.nameEnds", names)
  }

  /** Some texts as UTF-8, one after another. */
  private final case class Texts(lengths: Array[Int], bytes: Array[Byte])

  private object Texts {
    def of(texts: Array[String]): Texts = {
      val encoded = texts.map(_.getBytes(UTF_8))
      Texts(encoded.map(_.length), Array.concat(encoded.toSeq: _*))
    }

    def tensors(bytes: String, ends: String, parts: Array[Texts]): Seq[Tensor] = {
      val size = parts.map(_.bytes.length.toLong).sum
      require(size <= Int.MaxValue, s"Cannot write $bytes: they take $size bytes, should be at most ${Int.MaxValue}")
      Seq(
        Tensor(bytes, Tensor.U8, Seq(size))(out => parts.foreach(part => out.bytes(part.bytes))),
        Tensor.ints(ends, parts.flatMap(_.lengths).scanLeft(0)(_ + _).tail)
      )
    }
  }

  /** What is known of each product by itself. */
  def products(all: DescribedProducts, rank: Int): Seq[Tensor] = {
    val of = new ByProduct(all)
    Seq(
      of("product.isKnown", Tensor.U8)((_, _, out) => out.byte(1))(_.byte(0)),
      of("product.isCommon", Tensor.U8)((block, _, out) => out.byte(if (block eq all.common) 1 else 0))(_.byte(0)),
      of.floats("product.features", Features.Product.size)((block, place, i) =>
        block.features(place * Features.Product.size + i)
      ),
      of("product.gaps", Tensor.F32)((block, place, out) => out.float(block.gaps(place)))(_.float(0)),
      of("product.logPrices", Tensor.F32)((block, place, out) => out.float(block.logPrices(place)))(_.float(Float.NaN)),
      of.floats("product.factors", rank)(_.factor(_, _)),
      of.floats("product.audience", rank)((block, place, i) => block.audience(place * rank + i)),
      of.floats("product.newestAudience", rank)((block, place, i) => block.newestAudience(place * rank + i)),
      of("product.audienceNorms", Tensor.F64)((block, place, out) => out.double(block.audienceNorms(place)))(_.double(0)),
      of.counts("product.lines", ProductStats.Spans.indices, Some(ProductStats.Spans.length)),
      of.counts("product.buyers", DescribedProducts.Buyers to DescribedProducts.Buyers, None)
    )
  }

  /** Makes tensors with a row for each product, in the order of numbers. */
  private final class ByProduct(all: DescribedProducts) {

    /** @param absent writes the row of a product that is not known */
    def apply(name: String, dtype: Tensor.Type, width: Option[Int] = None)(
        known: (ProductBlock, Int, TensorOutput) => Unit
    )(absent: TensorOutput => Unit): Tensor =
      Tensor(name, dtype, all.count.toLong +: width.toSeq.map(_.toLong)) { out =>
        var product = 0
        while (product < all.count) {
          if (all.isKnown(product)) known(all.block(product), all.place(product), out) else absent(out)
          product += 1
        }
      }

    def floats(name: String, width: Int)(value: (ProductBlock, Int, Int) => Float): Tensor =
      apply(name, Tensor.F32, Some(width)) { (block, place, out) =>
        (0 until width).foreach(i => out.float(value(block, place, i)))
      }(out => (0 until width).foreach(_ => out.float(0)))

    def counts(name: String, indices: Range, width: Option[Int]): Tensor =
      apply(name, Tensor.I32, width) { (block, place, out) =>
        indices.foreach(index => out.int(all.countOf(block.products(place), index)))
      }(out => indices.foreach(_ => out.int(0)))
  }

  /** @param lists of product numbers, best first */
  def popular(lists: Array[Array[Int]]): Seq[Tensor] =
    Seq(Tensor.ints("popular.products", lists.flatten), Tensor.ints("popular.ends", lists.map(_.length).scanLeft(0)(_ + _).tail))

  /** The links between products, by kind. Places in the block become numbers of products. */
  def links(block: ProductBlock): Seq[Tensor] = Kinds.flatMap { case (name, kind) =>
    val found = block.links(kind)
    Seq(
      Tensor.ints(s"links.$name.sources", found.sources),
      Tensor.ints(s"links.$name.starts", found.starts),
      Tensor.ints(s"links.$name.targets", found.targets.map(block.products)),
      Tensor.floats(s"links.$name.strengths", found.strengths)
    )
  }

  /** What solves a user's factor. */
  def gram(gram: AlsGram, rank: Int): Seq[Tensor] = {
    val square = Seq(rank.toLong, rank.toLong)
    Tensor.doubles("als.gram", square: _*)(gram.matrix) +: gram.eigen.toSeq.flatMap { eigen =>
      Seq(
        Tensor.doubles("als.eigenValues", rank.toLong)(eigen.values),
        Tensor.doubles("als.eigenVectors", square: _*)(eigen.vectors)
      )
    }
  }

  /** The nodes of all trees of a list, one tree after another. */
  def trees(list: String, order: ListOrder): Seq[Tensor] = {
    val all = order.ensembles.flatMap(_.trees)
    def nodes[Value: scala.reflect.ClassTag](values: Tree => Array[Value]): Array[Value] = all.map(values).toArray.flatten
    val values = nodes(_.value)
    Seq(
      Tensor.ints(s"trees.$list.starts", all.map(_.feature.length).scanLeft(0)(_ + _).toArray),
      Tensor.ints(s"trees.$list.feature", nodes(_.feature)),
      Tensor.floats(s"trees.$list.threshold", nodes(_.threshold)),
      Tensor.ints(s"trees.$list.left", nodes(_.children)),
      Tensor.doubles(s"trees.$list.value", values.length.toLong)(values)
    )
  }
}
