/** The stages that every sale passes, in pipeline order. Code, logs and alarms use these words. */
export const STAGES = ['accumulate', 'threshold', 'train', 'publish', 'render'] as const;
export type Stage = (typeof STAGES)[number];

/**
 * The stages that answer requests and keep what the answers need: `remember` stores recent sales by user, `serve` answers,
 * `collect` puts sales on the topic, `catalogue` stores attributes of products, and `erasures` takes requests to forget users.
 */
export const REQUEST_STAGES = ['remember', 'serve', 'collect', 'catalogue', 'erasures'] as const;
export type RequestStage = (typeof REQUEST_STAGES)[number];

/** The stages that answer requests of the API. No other function is reachable by it. */
export type ApiStage = Exclude<RequestStage, 'remember'>;

/** The other functions, which serve a person or a deployment; no stored sale passes through them. */
export type Helper = 'produce' | 'topic' | 'forget';
