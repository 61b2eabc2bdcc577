package cartograph.sales

import scala.collection.mutable
import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.databind.JsonNode
import org.apache.spark.SparkContext
import org.apache.spark.broadcast.Broadcast
import org.apache.spark.rdd.RDD

import cartograph.platform.{Broadcasts, Documents, Fields, Lake, Log, PersonKey}

/**
 * The tombstones that a window names, see lambdas/shared/contract/schemas.ts.
 *
 * @param through number of the newest erasure
 * @param keys    `tombstones/1.json` to `tombstones/THROUGH.json`, in order
 */
final case class TombstoneInputs(through: Int, keys: Seq[String])

object TombstoneInputs {

  /** @throws IllegalArgumentException if a field is missing or wrong; the message names key and field */
  def parse(key: String, node: JsonNode): TombstoneInputs = {
    val tombstones = new Fields(key, node)
    val inputs = TombstoneInputs(
      through = tombstones.number("through").toInt,
      keys = tombstones.node("objects").elements.asScala.map(new Fields(key, _).text("key")).toSeq
    )
    require(
      inputs.keys.size == inputs.through,
      s"Cannot read $key: tombstones.objects has ${inputs.keys.size} objects, should have ${inputs.through}, one for each erasure"
    )
    inputs
  }
}

/**
 * The users whom a run leaves out, because they were forgotten. A sale of such a user is left out if its Kafka timestamp is at or
 * before the tombstone's; a later sale is one of a new user. A sale without a Kafka timestamp (-1) cannot be shown to be later, so
 * it is left out too.
 *
 * Tombstones hold hashes of users that need the secret of the deployment. A task computes one hash for each user that it meets.
 */
sealed trait Tombstones extends Serializable {
  def isEmpty: Boolean

  /** Returns whether to leave a sale out. Each task makes its own function; one thread may use it. */
  def leavesOut(): Interaction => Boolean

  /**
   * Leaves out the rows of users who were forgotten since an earlier run.
   *
   * @param through number of the newest erasure that the earlier run knew, 0 if it knew none. It had left out older sales of the
   *                users of these erasures, so its rows are those of new users
   * @param user    the user of a row; None for rows that have none
   */
  def withoutForgotten[Row: scala.reflect.ClassTag](rows: RDD[Row], through: Int)(user: Row => Option[String]): RDD[Row]
}

object Tombstones {

  /** Setting of Spark: where the secret is, as SecretText takes it. Spark and EMR hide values whose names have "secret" in them. */
  val SecretSetting: String = "spark.cartograph.personSecret"

  /**
   * The tombstones of a user, merged.
   *
   * @param untilMs the latest moment, epoch ms
   * @param erasure the newest erasure
   */
  private final case class Tombstone(untilMs: Long, erasure: Int) {
    def +(other: Tombstone): Tombstone =
      Tombstone(math.max(untilMs, other.untilMs), math.max(erasure, other.erasure))
  }

  /** About the memory that a hash and its tombstone take in a map. */
  private val BytesPerUser = 200L
  private val Hash = "[0-9a-f]{64}"
  private val Check = "[0-9a-f]{16}"

  val none: Tombstones = new Tombstones {
    override def isEmpty: Boolean = true
    override def leavesOut(): Interaction => Boolean = _ => false
    override def withoutForgotten[Row: scala.reflect.ClassTag](rows: RDD[Row], through: Int)(
        user: Row => Option[String]
    ): RDD[Row] = rows
  }

  private final class OfUsers(key: PersonKey, users: Broadcast[Map[String, Tombstone]]) extends Tombstones {
    override def isEmpty: Boolean = false

    override def leavesOut(): Interaction => Boolean = {
      val found = finder()
      sale => found(sale.user).exists(sale.address.kafkaMs <= _.untilMs)
    }

    override def withoutForgotten[Row: scala.reflect.ClassTag](rows: RDD[Row], through: Int)(
        user: Row => Option[String]
    ): RDD[Row] = rows.mapPartitions { part =>
      val found = finder()
      part.filter(row => !user(row).flatMap(found).exists(_.erasure > through))
    }

    private def finder(): String => Option[Tombstone] = {
      val hash = key.forgottenHasher()
      val known = mutable.HashMap.empty[String, Option[Tombstone]]
      user => known.getOrElseUpdate(user, users.value.get(hash(user)))
    }
  }

  /**
   * Reads the tombstones that a window names, and the secret if there are any.
   *
   * @param secret returns the text of the secret; it is called only if the window names tombstones
   * @throws NoSuchElementException   if a document is missing; the message names it
   * @throws IllegalArgumentException if a document is damaged, or was made with another secret; the message names it
   */
  def read(sc: SparkContext, lake: Lake, inputs: Option[TombstoneInputs], secret: => String): Tombstones =
    inputs.fold(none) { named =>
      val key = PersonKey.of(secret)
      val users = named.keys.zipWithIndex
        .flatMap { case (name, index) => document(lake, name, index + 1, key.check) }
        .groupMapReduce { case (hash, _) => hash } { case (_, tombstone) => tombstone }(_ + _)
      Log.info(
        "Leaves out users who were forgotten",
        Documents.obj("tombstones" -> named.through, "users" -> users.size)
      )
      new OfUsers(key, Broadcasts.checked(sc, "tombstones", users, users.size * BytesPerUser))
    }

  private def document(lake: Lake, key: String, erasure: Int, check: String): Seq[(String, Tombstone)] = {
    val text = lake.read(key).getOrElse(throw new NoSuchElementException(s"Cannot read $key: there is no such object"))
    val fields = new Fields(key, Documents.parse(key, text))
    def wrong(name: String, is: Any, shouldBe: String): String = s"Cannot read $key: $name is $is, should be $shouldBe"
    val number = fields.number("erasure")
    require(number == erasure, wrong("erasure", number, erasure.toString))
    val until = fields.number("untilMs")
    require(until >= 0 && until.isWhole, wrong("untilMs", until, "a whole number from 0"))
    val made = fields.text("keyCheck")
    require(made.matches(Check), wrong("keyCheck", made, "16 hex digits"))
    require(
      made == check,
      s"Cannot leave out the users of $key: its keyCheck is $made, that of the job's secret is $check, so it was made with another secret"
    )
    val users = fields.node("users")
    require(users.isArray && !users.isEmpty, wrong("users", users.getNodeType, "an array that is not empty"))
    users.elements.asScala.zipWithIndex.map { case (user, index) =>
      // The message does not show the value, which might be the id of a user.
      require(user.isTextual && user.asText.matches(Hash), s"Cannot read $key: users[$index] is not 64 hex digits")
      user.asText -> Tombstone(until.toLong, erasure)
    }.toSeq
  }
}
