/** How much of a stream is worked on at once. */
export interface Bounds<Item> {
  readonly items: number
  /** A single item that is heavier is worked on alone. */
  readonly weight: number
  readonly weigh: (item: Item) => number
}

/**
 * Does something with several items of a stream at once, and gives the results in the items' order. Where the stream fails,
 * what came before is done, and given, first. Nothing is under way any more when it ends, however it ends.
 *
 * @throws what the stream or the work throws
 */
export async function* severalAtOnce<Item, Result>(
  items: AsyncIterable<Item>,
  bounds: Bounds<Item>,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const underWay: { readonly result: Promise<Result>; readonly weight: number }[] = []
  let weight = 0
  const isFull = (more: number): boolean =>
    underWay.length > 0 && (underWay.length >= bounds.items || weight + more > bounds.weight)
  const start = (item: Item, own: number): void => {
    const result = work(item)
    // Its failure is met in its turn, which may be later than the moment at which it fails.
    result.catch(() => {})
    underWay.push({ result, weight: own })
    weight += own
  }
  const ended = async function* (until: () => boolean): AsyncGenerator<Result> {
    for (let first = underWay[0]; first !== undefined && !until(); first = underWay[0]) {
      const result = await first.result
      underWay.shift()
      weight -= first.weight
      yield result
    }
  }
  try {
    for await (const item of items) {
      const own = bounds.weigh(item)
      yield* ended(() => !isFull(own))
      start(item, own)
      // Before the next one is taken, which would be held beside it.
      yield* ended(() => weight <= bounds.weight)
    }
    yield* ended(() => false)
  } catch (error) {
    // A failure of the work is still the first of them.
    yield* ended(() => false)
    throw error
  } finally {
    await Promise.allSettled(underWay.map(({ result }) => result))
  }
}
