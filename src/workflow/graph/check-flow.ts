import { nearestName } from "../../config/nearest-name.ts";
import { nodeKind } from "../nodes/index.ts";
import type { GraphSetting, Level, ReadNode } from "./check-graph.ts";
import { cycles, reached } from "./graph-flow.ts";
import { edgesOf } from "./wiring.ts";

/** Port of failures, of nodes that say so. */
const ERROR_PORT = "error";

/** Tells what is wrong with the ways of one level: where they lead, what nothing leads to, where they end. */
export function checkFlow(setting: GraphSetting, level: Level, places: ReadonlyMap<string, ReadNode>): void {
  for (const read of level.nodes) {
    checkTargets(setting, level, read, places);
    checkPorts(setting, level, read);
  }
  checkCycles(setting, level);
  if (level.around === undefined) checkOutermost(setting, level);
  else checkBody(setting, level, level.around);
}

function categoryOf({ node }: ReadNode): string | undefined {
  return nodeKind(node.type)?.category;
}

function checkTargets(
  { problems }: GraphSetting,
  level: Level,
  { node, place }: ReadNode,
  places: ReadonlyMap<string, ReadNode>,
): void {
  const ids = level.nodes.map((each) => each.node.id);
  const isByPort = typeof node.next === "object" && !Array.isArray(node.next);
  for (const [port, targets] of edgesOf(node)) {
    const field = isByPort ? ["next", port] : ["next"];
    for (const [index, id] of targets.entries()) {
      if (targets.indexOf(id) !== index) problems.add(place, field, `leads to \`${id}\` twice`);
      const target = level.nodes.find((each) => each.node.id === id);
      if (target === undefined) {
        const nearest = nearestName(id, ids);
        const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
        const isElsewhere = places.has(id);
        problems.add(
          place,
          field,
          isElsewhere
            ? `leads to \`${id}\`, which is in another body`
            : `leads to \`${id}\`, which is no node${hint}`,
        );
      } else if (categoryOf(target) === "entry") {
        problems.add(place, field, `leads to \`${id}\`, where runs begin`);
      } else if (categoryOf(target) === "comment") {
        problems.add(place, field, `leads to \`${id}\`, which is a comment`);
      }
    }
  }
}

function checkPorts(
  { problems }: GraphSetting,
  { descriptions }: Level,
  { node, place, isBroken }: ReadNode,
): void {
  if (isBroken || node.next === undefined) {
    if (!isBroken && node.onError === "branch") problems.add(place, ["onError"], NO_ERROR_WAY);
    return;
  }
  const ports = descriptions.find(node.id)?.description.ports ?? [];
  const hasNames = typeof node.next === "object" && !Array.isArray(node.next);
  if (ports.length === 0) problems.add(place, ["next"], "cannot be: nothing follows a node of this kind");
  else if (!hasNames && ports.length > 1) {
    problems.add(place, ["next"], `must say what follows each port: ${ports.join(", ")}`);
  }
  const named = hasNames ? Object.keys(node.next) : [];
  for (const port of named) {
    if (port === ERROR_PORT) {
      if (node.onError !== "branch")
        problems.add(place, ["next", port], "is only taken with `onError: branch`");
    } else if (ports.length > 0 && !ports.includes(port)) {
      const nearest = nearestName(port, ports);
      const hint = nearest === undefined ? `; there are ${ports.join(", ")}` : `; did you mean ${nearest}?`;
      problems.add(place, ["next", port], `is no port of it${hint}`);
    }
  }
  if (node.onError === "branch" && !named.includes(ERROR_PORT))
    problems.add(place, ["onError"], NO_ERROR_WAY);
}

const NO_ERROR_WAY = "needs a node to go to, as `next.error`";

function checkCycles({ problems }: GraphSetting, level: Level): void {
  for (const way of cycles(level.targets)) {
    const read = level.nodes.find(({ node }) => node.id === way[0]);
    problems.add(read?.place, ["next"], `leads back to itself: ${way.join(" → ")}; only loops go round`);
  }
}

function checkOutermost(setting: GraphSetting, level: Level): void {
  const { nodes, targets } = level;
  const { problems, mode } = setting;
  const starts = nodes.filter(({ node }) => node.type === "start");
  const entries = nodes.filter((read) => categoryOf(read) === "entry").map(({ node }) => node.id);
  if (entries.length === 0)
    problems.add(undefined, ["nodes"], "have no `start` and no `trigger`: no run can begin");
  for (const { place } of starts.slice(1))
    problems.add(place, ["type"], "is the second start; there can be one");
  for (const { node, place } of nodes) {
    if (node.type === "break") problems.add(place, ["type"], "is only for the body of a loop");
  }
  if (entries.length > 0 && level.isSure) checkReached(setting, level, entries);
  const hasEnd = nodes.some(({ node }) => node.type === "end");
  if (mode === "workflow" && starts.length > 0 && !hasEnd) {
    problems.add(undefined, ["nodes"], "have no `end`: the run would give nothing");
  }
  if (mode !== "chatflow") return;
  for (const read of nodes) {
    const { node, place, isBroken } = read;
    if (isBroken || categoryOf(read) !== "calculation" || (targets.get(node.id) ?? []).length > 0) continue;
    problems.add(place, ["next"], "is missing: the conversation would get no answer");
  }
}

function checkReached(
  { problems }: GraphSetting,
  { nodes, targets }: Level,
  entries: readonly string[],
): void {
  const known = reached(targets, entries);
  for (const read of nodes) {
    const { node, place } = read;
    if (known.has(node.id) || entries.includes(node.id) || categoryOf(read) === "comment") continue;
    problems.add(place, [], "is never reached: nothing leads to it from where runs begin");
  }
}

/** Bodies begin at every node that nothing leads to. */
function checkBody({ problems }: GraphSetting, { nodes }: Level, around: ReadNode): void {
  for (const read of nodes) {
    const { node, place } = read;
    if (categoryOf(read) === "entry")
      problems.add(place, ["type"], "cannot be in a body: runs do not begin there");
    if (node.type === "end") problems.add(place, ["type"], "cannot be in a body: it is what the run gives");
    if (node.type === "break" && around.node.type !== "loop") {
      problems.add(place, ["type"], "is only for the body of a loop");
    }
  }
}
