/** A promise that a test resolves when it is time: holds an upstream reply half-way. */
export function gate(): { until: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { until: promise, open: () => resolve() };
}
