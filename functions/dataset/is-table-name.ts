/** Which keys below a prefix are tables: not the marks of folders, nor what Spark, Hadoop and others hide. */

/** @param path below the prefix: `2026/may.csv`. `_SUCCESS`, `_temporary/0/part.csv` and `.part.csv.crc` are no tables. */
export const isTableName = (path: string): boolean =>
  path !== '' && !path.endsWith('/') && !path.split('/').some((segment) => /^[._]/.test(segment))
