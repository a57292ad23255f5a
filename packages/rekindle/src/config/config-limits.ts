/**
 * How large a config may be to be kept: beyond any of these it is served as it was loaded and not stored, and nothing larger is
 * read back. Checking one at the limit keeps a process from its other work for some tens of milliseconds.
 */

/** Of its JSON text, in UTF-16 code units. */
export const maxConfigLength = 1_048_576

/** Deeper than any config; shallow enough for a recursive walk. */
export const maxDepth = 100

/** Objects, lists and what they hold. A megabyte of real configs has a third of that. */
export const maxValues = 100_000
