/** Embeddings, overrides and isolates of the Unicode bidirectional algorithm. */
const CONTROLS = /[\u202a-\u202e\u2066-\u2069]/g;

/**
 * The text with a sign in place of each control that turns the direction of what follows: a name with one would reorder
 * the sentence around it. Right-to-left letters themselves, and the marks beside them, stay.
 */
export const withoutBidi = (text: string): string => text.replace(CONTROLS, '\ufffd');
