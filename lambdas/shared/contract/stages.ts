/** The stages that every sale passes, in pipeline order. Code, logs and alarms use these words. */
export const STAGES = ['accumulate', 'threshold', 'train', 'publish', 'render'] as const;
export type Stage = (typeof STAGES)[number];

/**
 * The stages that answer requests and keep what the answers need: `remember` stores recent sales by user, `serve` answers,
 * `collect` puts sales on the topic, and `catalogue` stores attributes of products.
 */
export const REQUEST_STAGES = ['remember', 'serve', 'collect', 'catalogue'] as const;
export type RequestStage = (typeof REQUEST_STAGES)[number];

/** The stages that answer requests of the API. */
export type ApiStage = RequestStage | 'forget';

/** The other functions, which serve a person or a deployment; no stored sale passes through them. */
export type Helper = 'produce' | 'topic' | 'forget';
