/** The stages that every sale passes, in pipeline order: one word for each in code, logs and alarms. */
export const STAGES = ['accumulate', 'threshold', 'train', 'publish', 'render'] as const;
export type Stage = (typeof STAGES)[number];

/** Functions beside the stages: they serve a person or a deployment, and no sale passes through them. */
export type Helper = 'produce' | 'topic';
