/** The embeddings, overrides and isolates of the Unicode bidirectional algorithm. */
const CONTROLS = /[\u202a-\u202e\u2066-\u2069]/g;

/**
 * Replaces every control character that changes the writing direction with U+FFFD: a name with one would reorder the
 * sentence around it. Right-to-left letters and marks are kept.
 */
export const withoutBidi = (text: string): string => text.replace(CONTROLS, '\ufffd');
