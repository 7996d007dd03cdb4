/** One page of a list: `limit` items after skipping `offset`, and how many there are altogether. */
export interface Page<T> {
  items: T[];
  total: number;
}

export interface PageWindow {
  offset: number;
  limit: number;
}
