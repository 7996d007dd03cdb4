/** Everything that some of these lead to, by any way; they themselves only where they are led to. */
export function reached(
  targets: ReadonlyMap<string, readonly string[]>,
  from: readonly string[],
): Set<string> {
  const found = new Set<string>();
  const open = [...from];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const target of targets.get(id) ?? []) {
      if (found.has(target)) continue;
      found.add(target);
      open.push(target);
    }
  }
  return found;
}

/** One way round for each group of nodes that lead back to themselves. */
export function cycles(targets: ReadonlyMap<string, readonly string[]>): string[][] {
  const found: string[][] = [];
  const told = new Set<string>();
  for (const id of targets.keys()) {
    if (told.has(id)) continue;
    const after = reached(targets, [id]);
    if (!after.has(id)) continue;
    const way = wayBack(targets, id);
    for (const each of after) if (reached(targets, [each]).has(id)) told.add(each);
    told.add(id);
    found.push(way);
  }
  return found;
}

/** The shortest way from a node back to it. */
function wayBack(targets: ReadonlyMap<string, readonly string[]>, id: string): string[] {
  const before = new Map<string, string>();
  let open = [id];
  while (open.length > 0) {
    const next: string[] = [];
    for (const at of open) {
      for (const target of targets.get(at) ?? []) {
        if (target === id) return wayTo(before, id, at);
        if (before.has(target)) continue;
        before.set(target, at);
        next.push(target);
      }
    }
    open = next;
  }
  return [id, id];
}

function wayTo(before: ReadonlyMap<string, string>, id: string, last: string): string[] {
  const way = [id];
  for (let at = last; at !== id; at = before.get(at) ?? id) way.unshift(at);
  return [id, ...way];
}

/** Who may have run before each node: all that lead to it, by any way. */
export function ancestors(targets: ReadonlyMap<string, readonly string[]>): Map<string, Set<string>> {
  const sources = new Map<string, string[]>([...targets.keys()].map((id) => [id, []]));
  for (const [id, to] of targets) for (const target of to) sources.get(target)?.push(id);
  return new Map([...sources.keys()].map((id) => [id, reached(sources, [id])]));
}
