/**
 * The features of a candidate, in the order of the columns of a row. docs/quality.md says what each means. The Spark job declares
 * the same names in `Features`; a model names the positions that its trees use, so that both orders may differ.
 */

/** Half-lives of the user's own purchases, in horizons. */
export const OWN_HALF_LIVES = [0.5, 2, 6, 18] as const;

const OWN = [
  'ownCount',
  'ownDecayed0.5',
  'ownDecayed2',
  'ownDecayed6',
  'ownDecayed18',
  'ownLastAge',
  'ownFirstAge',
  'ownGap',
  'ownDue',
  'ownBasketsSince',
  'ownInLastThree',
  'ownInLastFive',
  'ownPerBasket',
  'ownRepeatRate',
  'ownLogUnits',
] as const;

const USER = [
  'userBaskets',
  'userProducts',
  'userLastAge',
  'userGap',
  'userBasketSize',
  'userRepeats',
  'userFirstAge',
  'userExplores',
] as const;

export const PRODUCT_FEATURES = [
  'productQuarter',
  'productOne',
  'productTwo',
  'productSix',
  'productEver',
  'productTrendQuarter',
  'productTrendOne',
  'productTrendSix',
  'productLastAge',
  'productFirstAge',
  'productReturning',
  'productFirstBuys',
  'productNewBuyers',
  'productLogPrice',
  'productBuyers',
  'productGap',
  'productEighth',
  'productLogUnits',
] as const;

const PAIR = [
  'als',
  'alsPlace',
  'usersScore',
  'usersPlace',
  'usersMean',
  'basketsScore',
  'afterScore',
  'afterMean',
  'closest',
  'priceRatio',
  'priceDistance',
  'newestBasketsScore',
  'audience',
  'audienceCosine',
  'newestAudience',
] as const;

export const FEATURES = [...OWN, ...USER, ...PRODUCT_FEATURES, ...PAIR] as const;
export type FeatureName = (typeof FEATURES)[number];

/** Columns of a row. */
export const WIDTH = FEATURES.length;

/** The column of the first feature of each group. */
export const USER_FROM = OWN.length;
export const PRODUCT_FROM = USER_FROM + USER.length;
export const PAIR_FROM = PRODUCT_FROM + PRODUCT_FEATURES.length;

/** The column of a feature. */
export const columnOf = (name: FeatureName): number => FEATURES.indexOf(name);

/** Returns true if a name of a model is that of a feature that can be computed. */
export const isFeature = (name: string): name is FeatureName =>
  (FEATURES as readonly string[]).includes(name);

/** The value in place of an age, in horizons, of something that never happened. */
export const NEVER = 1000;
