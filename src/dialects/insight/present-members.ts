/**
 * What an object carries, in the order of `documented`, without members that are absent or null. `isStrict`: nothing
 * beside the documented members.
 */
export function presentMembers(
  payload: object,
  documented: readonly string[],
  isStrict: boolean,
): Record<string, unknown> {
  const given = new Map(Object.entries(payload));
  const others = isStrict ? [] : [...given.keys()].filter((name) => !documented.includes(name));
  return Object.fromEntries(
    [...documented, ...others]
      .map((name) => [name, given.get(name)] as const)
      .filter(([, value]) => value !== undefined && value !== null),
  );
}
