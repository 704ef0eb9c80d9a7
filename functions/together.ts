/** Waits for pieces of work that go on at the same time: what they work on may only be closed when all have ended. */

/** @returns what they answer, in their order. @throws what the first of them threw, when every one has ended. */
export async function together<const Work extends readonly unknown[]>(
  work: Work,
): Promise<{ -readonly [Place in keyof Work]: Awaited<Work[Place]> }> {
  await Promise.allSettled(work)
  return await Promise.all(work)
}
