package cartograph.features

/**
 * The features of a candidate: the numbers that describe a user and a product to a ranker.
 *
 * This is the one list of them. Positions follow from the order here, and other code refers to a feature by its name. To add
 * a feature, declare it here, add its row to docs/quality.md, and save test/fixtures/features.csv again. Trees sample features
 * by position, so a new order gives other trees.
 *
 * Times count in horizons (see [[Moment]]). A "share" is a number of lines, first purchases or buyers divided by the mean over
 * the shop's products, so that it means the same in a shop of any size.
 */
object Features {
  /** The value in place of an age, in horizons, of something that never happened. */
  val Never: Float = 1000f

  /** Half-lives of the user's own purchases, in horizons. */
  val OwnHalfLives: Seq[Double] = Seq(0.5, 2, 6, 18)

  /** The user's purchases of the product. */
  val Own: FeatureGroup[OwnPurchases] = new FeatureGroup[OwnPurchases]("own", from = 0)

  val OwnCount: Feature = Own("ownCount", "lines in which the user bought the product")(_.count.toDouble)
  val OwnDecayed: Seq[Feature] = OwnHalfLives.map { halfLife =>
    val text = if (halfLife.isWhole) halfLife.toInt.toString else halfLife.toString
    Own(s"ownDecayed$text", s"lines, each weighted by type and decayed with a half-life of $text horizons")(_.decayed(halfLife))
  }
  val OwnLastAge: Feature = Own("ownLastAge", "age of the newest line, horizons", absent = Never)(_.lastAge)
  val OwnFirstAge: Feature = Own("ownFirstAge", "age of the oldest line, horizons", absent = Never)(_.firstAge)
  val OwnGap: Feature =
    Own("ownGap", "mean time between two of its lines; with one line the product's usual one, horizons", absent = Never)(_.gap)
  val OwnDue: Feature =
    Own("ownDue", "age of the newest line divided by ownGap", absent = Never)(own => own.lastAge / math.max(own.gap, 1e-3))
  val OwnBasketsSince: Feature =
    Own("ownBasketsSince", "baskets of the user after the newest line", absent = Never)(_.basketsSince.toDouble)
  val OwnInLastThree: Feature = Own("ownInLastThree", "lines in the user's last 3 baskets")(_.linesInLast(3).toDouble)
  val OwnInLastFive: Feature = Own("ownInLastFive", "lines in the user's last 5 baskets")(_.linesInLast(5).toDouble)
  val OwnPerBasket: Feature = Own("ownPerBasket", "lines per basket of the user")(own => own.count.toDouble / own.baskets)
  val OwnRepeatRate: Feature =
    Own("ownRepeatRate", "lines after the first, per basket from the first line on")(own =>
      (own.count - 1.0) / (own.basketsAfterFirst + 1.0)
    )
  val OwnLogUnits: Feature = Own("ownLogUnits", "mean of ln(1 + units) per line")(_.logUnits)

  /** The user. */
  val User: FeatureGroup[UserHistory] = new FeatureGroup[UserHistory]("user", from = Own.until)

  val UserBaskets: Feature = User("userBaskets", "baskets of the user")(_.baskets.toDouble)
  val UserProducts: Feature = User("userProducts", "different products that the user bought")(_.products.length.toDouble)
  val UserLastAge: Feature = User("userLastAge", "age of the newest purchase, horizons")(_.lastAge)
  val UserGap: Feature = User("userGap", s"mean time between two baskets, horizons; ${Never.toInt} with one basket")(user =>
    if (user.baskets > 1) (user.firstAge - user.lastAge) / (user.baskets - 1) else Never.toDouble
  )
  val UserBasketSize: Feature = User("userBasketSize", "lines per basket")(user => user.lines.toDouble / user.baskets)
  val UserRepeats: Feature = User("userRepeats", "share of the lines that repeat an earlier product")(user =>
    1.0 - user.products.length.toDouble / user.lines
  )
  val UserFirstAge: Feature = User("userFirstAge", "age of the oldest purchase, horizons")(_.firstAge)
  val UserExplores: Feature = User("userExplores", "products first bought in the last 3 baskets, per line in these")(user =>
    user.productsNewInLast(3).toDouble / math.max(1, user.linesInLast(3))
  )

  /** The product. */
  val Product: FeatureGroup[ProductFacts] = new FeatureGroup[ProductFacts]("product", from = User.until)

  val ProductQuarter: Feature =
    Product("productQuarter", "share of the lines of the last quarter horizon")(_.share(ProductStats.Quarter))
  val ProductOne: Feature = Product("productOne", "share of the lines of the last horizon")(_.share(ProductStats.One))
  val ProductTwo: Feature = Product("productTwo", "share of the lines of the last 2 horizons")(_.share(ProductStats.Two))
  val ProductSix: Feature = Product("productSix", "share of the lines of the last 6 horizons")(_.share(ProductStats.Six))
  val ProductEver: Feature = Product("productEver", "share of all lines")(_.share(ProductStats.Ever))
  val ProductTrendQuarter: Feature =
    Product("productTrendQuarter", "productQuarter relative to productOne, each plus 0.25")(
      _.trend(ProductStats.Quarter, ProductStats.One)
    )
  val ProductTrendOne: Feature =
    Product("productTrendOne", "productOne relative to productTwo, each plus 0.25")(_.trend(ProductStats.One, ProductStats.Two))
  val ProductTrendSix: Feature =
    Product("productTrendSix", "productOne relative to productSix, each plus 0.25")(_.trend(ProductStats.One, ProductStats.Six))
  val ProductLastAge: Feature =
    Product("productLastAge", "age of the newest line, horizons")(product => product.moment.age(product.stats.lastMs))
  val ProductFirstAge: Feature =
    Product("productFirstAge", "age of the oldest line, horizons")(product => product.moment.age(product.stats.firstMs))
  val ProductReturning: Feature =
    Product("productReturning", "share of the buyers who bought it again, shrunk towards the shop's mean")(_.returningShare)
  val ProductFirstBuys: Feature =
    Product("productFirstBuys", "share of the first purchases of the last horizon")(product =>
      product.stats.firstBuys * product.totals.perFirstBuy
    )
  val ProductNewBuyers: Feature =
    Product("productNewBuyers", "first purchases per line of the last horizon, plus 1 over plus 2")(product =>
      (product.stats.firstBuys + 1.0) / (product.stats.lines(ProductStats.One) + 2.0)
    )
  val ProductLogPrice: Feature = Product("productLogPrice", "mean of ln(price); 0 without prices") { product =>
    val logPrice = product.stats.meanLogPrice
    if (logPrice.isNaN) 0.0 else logPrice
  }
  val ProductBuyers: Feature =
    Product("productBuyers", "share of the buyers")(product => product.stats.buyers * product.totals.perBuyer)
  val ProductGap: Feature =
    Product("productGap", "mean time between two purchases by one user, shrunk towards the shop's mean, horizons")(_.meanGap)
  val ProductEighth: Feature =
    Product("productEighth", "share of the lines of the last eighth of a horizon")(_.share(ProductStats.Eighth))
  val ProductLogUnits: Feature = Product("productLogUnits", "mean of ln(1 + units) per line")(product =>
    product.stats.logUnits / math.max(1, product.stats.lines(ProductStats.Ever))
  )

  /** The user and the product together. */
  val Pair: FeatureGroup[CandidatePair] = new FeatureGroup[CandidatePair]("pair", from = Product.until)

  val Als: Feature = Pair("als", "score of matrix factorisation: the product of the two factors")(_.als.toDouble)
  // Places are known once all candidates of the user are: Candidates fills them in.
  val AlsPlace: Feature = Pair("alsPlace", "place among the user's candidates by als, from 0")(_ => 0)
  val UsersScore: Feature =
    Pair("usersScore", "sum over the user's products of decay and strength of co-purchase by the same users")(_.users.toDouble)
  val UsersPlace: Feature = Pair("usersPlace", "place among the user's candidates by usersScore, from 0")(_ => 0)
  val UsersMean: Feature =
    Pair("usersMean", "usersScore per decayed product of the user")(pair => (pair.users / pair.history.weight).toDouble)
  val BasketsScore: Feature = Pair("basketsScore", "as usersScore, by co-purchase in the same baskets")(_.baskets.toDouble)
  val AfterScore: Feature =
    Pair("afterScore", "as usersScore, by how often the product was bought after the others")(_.after.toDouble)
  val AfterMean: Feature =
    Pair("afterMean", "afterScore per decayed product of the user")(pair => (pair.after / pair.history.weight).toDouble)
  val Closest: Feature =
    Pair("closest", "strength of co-purchase by the same users with the closest of the user's products")(_.closest.toDouble)
  val PriceRatio: Feature =
    Pair("priceRatio", "mean ln(price) of the product less that of the user's lines; 0 without prices")(_.priceRatio.toDouble)
  val PriceDistance: Feature = Pair("priceDistance", "absolute value of priceRatio")(pair => math.abs(pair.priceRatio).toDouble)
  val NewestBasketsScore: Feature =
    Pair("newestBasketsScore", "as basketsScore, with the shorter half-life of the newest purchases")(_.newestBaskets.toDouble)
  val Audience: Feature =
    Pair("audience", "product of the user's factor and the mean factor of the buyers of the last horizon")(_.audience.toDouble)
  val AudienceCosine: Feature = Pair("audienceCosine", "cosine of the same two factors")(pair =>
    pair.audience / (pair.factorNorm * pair.audienceNorm + 1e-9)
  )
  val NewestAudience: Feature =
    Pair("newestAudience", "as audience, of the buyers of the last quarter horizon")(_.newestAudience.toDouble)

  /** Every feature, in the order of positions. */
  val all: Seq[Feature] = Seq(Own, User, Product, Pair).flatMap(_.features)

  /** Columns of a candidate's row. */
  val Width: Int = all.size
}
