/** A record with the same keys and other values. */
export function mapValues<Key extends string, From, To>(
  record: Readonly<Record<Key, From>>,
  to: (value: From, key: Key) => To,
): Record<Key, To> {
  const mapped: Partial<Record<Key, To>> = {}
  for (const key in record) mapped[key] = to(record[key], key)
  return mapped as Record<Key, To>
}
