/**
 * Times in milliseconds, counted in buckets that are the same everywhere and for ever, so that the counts of several
 * hours or agents can be added up and percentiles still be told of all of them.
 */

/** Counts by bucket: as many as `BUCKET_ENDS` and one more for what took longer. */
export type Histogram = readonly number[];

const FIRST_END_MS = 16;
const ENDS = 31;

/** Where buckets end, in milliseconds; each is wider than the one before by the root of two, up to some 8 minutes. */
export const BUCKET_ENDS: readonly number[] = Array.from({ length: ENDS }, (_, index) =>
  Math.round(FIRST_END_MS * 2 ** (index / 2)),
);

export const BUCKETS = ENDS + 1;

export function noTimes(): number[] {
  return new Array<number>(BUCKETS).fill(0);
}

export function addTimes(one: Histogram, other: Histogram): number[] {
  return one.map((count, bucket) => count + (other[bucket] ?? 0));
}

/** The time that this share of all is below, in whole milliseconds; undefined when nothing was counted. */
export function percentile(times: Histogram, share: number): number | undefined {
  const total = times.reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  const wanted = share * total;
  let below = 0;
  for (const [bucket, count] of times.entries()) {
    if (count > 0 && below + count >= wanted) return placeIn(bucket, (wanted - below) / count);
    below += count;
  }
  return BUCKET_ENDS.at(-1);
}

/** As if the times in a bucket were spread evenly; of those that took longest only the least is known. */
function placeIn(bucket: number, share: number): number {
  const start = BUCKET_ENDS[bucket - 1] ?? 0;
  const end = BUCKET_ENDS[bucket] ?? start;
  return Math.round(start + share * (end - start));
}
