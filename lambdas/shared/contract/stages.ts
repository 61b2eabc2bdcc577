/** The stages that every sale passes, in pipeline order. Code, logs and alarms use these words. */
export const STAGES = ['accumulate', 'threshold', 'train', 'publish', 'render'] as const;
export type Stage = (typeof STAGES)[number];

/** The other functions, which serve a person or a deployment; no stored sale passes through them. */
export type Helper = 'produce' | 'topic';
