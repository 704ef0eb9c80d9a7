/** Names and texts as they stand in DuckDB SQL: the only two ways in which one gets there. */

/** A name as an identifier. */
export const quoteName = (name: string) => `"${name.replaceAll('"', '""')}"`

/** A text as a literal. */
export const quoteText = (text: string) => `'${text.replaceAll("'", "''")}'`
