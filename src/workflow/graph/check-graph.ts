import type { GraphNode, WorkflowGraph, WorkflowTool } from "../../domain/workflow.ts";
import { checkFlow } from "./check-flow.ts";
import { checkNode } from "./check-node.ts";
import { ancestors } from "./graph-flow.ts";
import type { GraphProblems, NodePlace } from "./graph-problems.ts";
import { BODY_WORDS } from "./graph-words.ts";
import { NodeDescriptions } from "./node-descriptions.ts";
import { edgesOf } from "./wiring.ts";

/** A node as it was read, and where. */
export interface ReadNode {
  node: GraphNode;
  place: NodePlace;
  /** Of a kind that has one. */
  body: readonly ReadNode[] | undefined;
  /** Something is wrong with its members, which was told already. */
  isBroken: boolean;
}

/** Other workflows that a graph may run. */
export interface KnownWorkflows {
  /** The name that the graph itself goes by, so that it cannot run itself. */
  self?: string;
  /**
   * What another one goes by, and its graph where it has one. Undefined: there is no such workflow. Absent: whether
   * there is one is not looked at.
   */
  find?(name: string): { name: string; graph?: WorkflowGraph } | undefined;
}

/** What a whole graph is, beside its nodes. */
export interface GraphSetting {
  nodes: readonly ReadNode[];
  tools: readonly WorkflowTool[];
  mode: WorkflowGraph["mode"];
  workflows: KnownWorkflows;
  problems: GraphProblems;
}

/** One level of nodes: those of the graph, or those of a body. */
export interface Level {
  nodes: readonly ReadNode[];
  /** Where each leads. */
  targets: ReadonlyMap<string, readonly string[]>;
  descriptions: NodeDescriptions;
  /** False: some nodes are broken, or lead nowhere, so that who leads to whom is not known. */
  isSure: boolean;
  /** The node whose body it is. */
  around?: ReadNode;
}

/** Tells everything that is wrong between the parts of a graph: names, ways, references, types. */
export function checkLevels(setting: GraphSetting): void {
  const everywhere = allNodes(setting.nodes);
  checkNames(everywhere, setting);
  const places = new Map(everywhere.map((read) => [read.node.id, read]));
  checkLevel(setting, { nodes: setting.nodes, places, seen: new Set(), words: new Set(), isSure: true });
}

function allNodes(nodes: readonly ReadNode[]): ReadNode[] {
  return nodes.flatMap((read) => [read, ...allNodes(read.body ?? [])]);
}

function checkNames(nodes: readonly ReadNode[], { tools, problems }: GraphSetting): void {
  const known = new Set<string>();
  for (const { node, place } of nodes) {
    if (known.has(node.id)) problems.add(place, ["id"], "is the id of an earlier node");
    known.add(node.id);
  }
  for (const [index, { name }] of tools.entries()) {
    if (tools.findIndex((tool) => tool.name === name) === index) continue;
    problems.add(undefined, ["tools", index, "name"], "is the name of an earlier tool");
  }
}

interface LevelWork {
  nodes: readonly ReadNode[];
  /** Every node of the graph by its id. */
  places: ReadonlyMap<string, ReadNode>;
  /** Nodes outside that have run before this level begins. */
  seen: ReadonlySet<string>;
  /** Words that are known beside those of every graph. */
  words: ReadonlySet<string>;
  around?: ReadNode;
  outside?: NodeDescriptions;
  /** Of the levels around it. */
  isSure: boolean;
}

function checkLevel(setting: GraphSetting, work: LevelWork): void {
  const { nodes, places, seen, words, around } = work;
  const sound = nodes.filter(({ isBroken }) => !isBroken).map(({ node }) => node);
  const descriptions = new NodeDescriptions(sound, setting.tools, {
    outside: work.outside,
    mode: setting.mode,
  });
  const ids = new Set(nodes.map(({ node }) => node.id));
  const targets = new Map(
    nodes.map(({ node }) => [node.id, [...edgesOf(node).values()].flat().filter((id) => ids.has(id))]),
  );
  const isSure = nodes.every(({ node, isBroken }) => {
    return work.isSure && !isBroken && [...edgesOf(node).values()].flat().every((id) => ids.has(id));
  });
  const level = { nodes, targets, descriptions, isSure, ...(around === undefined ? {} : { around }) };
  checkFlow(setting, level, places);
  const before = ancestors(targets);
  for (const read of nodes) {
    const { node, body, isBroken } = read;
    const known = new Set([...seen, ...(before.get(node.id) ?? [])]);
    known.delete(node.id);
    const inner = new Set([...words, ...wordsIn(node)]);
    const surroundings = { setting, places, known, words, inner, descriptions, isSure };
    if (!isBroken) checkNode(read, surroundings);
    if (body !== undefined) {
      checkLevel(setting, {
        nodes: body,
        places,
        seen: known,
        words: inner,
        around: read,
        outside: descriptions,
        isSure,
      });
    }
  }
}

/** The word that nodes of its body know their turn by. */
function wordsIn({ type }: GraphNode): string[] {
  const word = Object.hasOwn(BODY_WORDS, type) ? BODY_WORDS[type]?.word : undefined;
  return word === undefined ? [] : [word];
}
