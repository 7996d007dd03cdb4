import type { GraphNode } from "../../domain/workflow.ts";
import { NodeError } from "../node-error.ts";
import { isRecord } from "../run/answering.ts";
import type { CodeSandbox } from "../sandbox/code-sandbox.ts";

/** Numbers from 0 up to, and without, a limit: the same ones for the same seed. */
export type Dice = (limit: number) => number;

export function dice(seed: number): Dice {
  let state = seed * 2_654_435_761 + 1;
  return (limit) => {
    state = Math.imul(state ^ (state >>> 15), 2_246_822_519);
    state = Math.imul(state ^ (state >>> 13), 3_266_489_917);
    state ^= state >>> 16;
    return (state >>> 0) % limit;
  };
}

/** What a node that calls code does, written in its code. */
interface Task {
  fails: boolean;
  /** Turns of the event loop that it takes. */
  takes: number;
}

/** Code that does what its task says, and gives the text of its inputs. */
export function taskSandbox(ran: string[] = []): CodeSandbox {
  return {
    async run({ code, input }, signal) {
      const { name, fails, takes }: Task & { name: string } = JSON.parse(code);
      ran.push(name);
      for (let turn = 0; turn < takes; turn += 1) {
        await (turn % 2 === 0 ? Promise.resolve() : new Promise((resolve) => setImmediate(resolve)));
        signal.throwIfAborted();
      }
      if (fails) throw new NodeError("code_failed", `${name} fails`);
      return { output: { text: `${name}(${textsIn(input)})` }, logs: [] };
    },
    async close() {},
  };
}

function textsIn(input: unknown): string {
  const texts = isRecord(input) ? input["texts"] : undefined;
  return Array.isArray(texts) ? texts.map((text) => text ?? "-").join("+") : "";
}

/** A graph without a way back, whose nodes are of several kinds, and that ends with what every node gave. */
export function randomNodes(roll: Dice, { size, mayFail }: { size: number; mayFail: boolean }): GraphNode[] {
  const nodes: GraphNode[] = [{ id: "start", type: "start", next: {} }];
  const before = new Map<string, Set<GraphNode>>();
  for (let number = 1; number <= size; number += 1) {
    const id = `n${number}`;
    const sources = Array.from({ length: 1 + roll(3) }, () => nodes[roll(nodes.length)]).filter(
      (source) => source !== undefined,
    );
    const earlier: Set<GraphNode> = new Set(
      sources.flatMap((source) => [...(before.get(source.id) ?? []), source]),
    );
    const known = [...earlier].filter(({ type }) => type !== "start" && type !== "condition");
    const node = randomNode(roll, id, known, mayFail);
    for (const source of sources) connect(roll, source, id);
    before.set(id, earlier);
    nodes.push(node);
  }
  const telling = nodes.filter(({ type }) => type !== "start" && type !== "condition");
  const outputs = Object.fromEntries(telling.map(({ id }) => [id, { ref: `${id}.text` }]));
  for (const node of nodes) {
    for (const [place, port] of portsOf(node).entries()) {
      const next = node.next as Record<string, string[]>;
      if (place === 0 || next[port] === undefined) addEdge(node, port, "end");
    }
  }
  nodes.push({ id: "end", type: "end", outputs });
  return nodes;
}

function randomNode(roll: Dice, id: string, earlier: readonly GraphNode[], mayFail: boolean): GraphNode {
  const texts = Array.from({ length: earlier.length === 0 ? 0 : 1 + roll(2) }, () => ({
    ref: `${earlier[roll(earlier.length)]?.id}.text`,
  }));
  const kind = roll(6);
  if (kind === 0 && earlier.length > 0) {
    const asked = earlier[roll(earlier.length)]?.id;
    const branches = [{ port: "yes", all: [{ left: { ref: `${asked}.text` }, operator: "not_empty" }] }];
    return { id, type: "condition", branches, next: {} };
  }
  if (kind === 1) {
    const body = [
      {
        id: `${id}a`,
        ...task(roll, `${id}a`, false),
        inputs: { texts: [{ ref: "batch.item" }, ...texts] },
        next: `${id}b`,
      },
      {
        id: `${id}b`,
        type: "text",
        operation: "join",
        separator: "/",
        inputs: { items: [{ ref: `${id}a.text` }, { ref: "batch.item" }] },
      },
    ];
    return {
      id,
      type: "batch",
      inputs: { items: ["x", "y", "z"] },
      outputs: { text: { ref: `${id}b.text` } },
      body,
      next: {},
    };
  }
  if (kind === 2) {
    return { id, type: "text", operation: "join", separator: "&", inputs: { items: texts }, next: {} };
  }
  const fails = mayFail && roll(5) === 0;
  const onError = [{ onError: "branch" }, { onError: { outputs: { text: "instead" } } }, {}][roll(3)];
  return { id, ...task(roll, id, fails), inputs: { texts }, next: {}, ...(fails && onError) } as GraphNode;
}

function task(roll: Dice, name: string, fails: boolean) {
  const code = JSON.stringify({ name, fails, takes: roll(4) });
  return { type: "code", code, outputs: { text: { type: "string" } } };
}

function portsOf(node: GraphNode): string[] {
  if (node.type === "condition") return ["yes", "else"];
  return node.onError === "branch" ? ["next", "error"] : ["next"];
}

function connect(roll: Dice, source: GraphNode, target: string): void {
  const ports = portsOf(source);
  addEdge(source, ports[roll(ports.length)] ?? "next", target);
}

function addEdge(node: GraphNode, port: string, target: string): void {
  const next = node.next as Record<string, string[]>;
  next[port] = [...new Set([...(next[port] ?? []), target])];
}

/** What came of a graph by the rule alone, one node after the other. Undefined: it fails. */
export function referenceOutput(nodes: readonly GraphNode[]): Record<string, unknown> | undefined {
  const alive = new Set(["start"]);
  const texts = new Map<string, unknown>();
  for (const node of nodes) {
    if (!alive.has(node.id) || node.type === "end") continue;
    const left = leave(node, texts);
    if (left === undefined) return undefined;
    if (left.text !== undefined) texts.set(node.id, left.text);
    for (const target of (node.next as Record<string, string[]>)[left.port] ?? []) alive.add(target);
  }
  return alive.has("end") ? Object.fromEntries(texts) : {};
}

function leave(
  node: GraphNode,
  texts: ReadonlyMap<string, unknown>,
): { port: string; text?: unknown } | undefined {
  const lookup = (value: unknown) => texts.get(String(Reflect.get(Object(value), "ref")).split(".")[0] ?? "");
  const shown = (value: unknown) => (value === undefined ? "-" : shownText(value));
  switch (node.type) {
    case "condition": {
      const [branch] = node["branches"] as { all: { left: unknown }[] }[];
      return { port: (lookup(branch?.all[0]?.left) ?? "") === "" ? "else" : "yes" };
    }
    case "batch": {
      const [first] = node.body ?? [];
      const asked = listOf(first, "texts")
        .slice(1)
        .map((value) => shown(lookup(value)));
      return {
        port: "next",
        text: ["x", "y", "z"].map((item) => `${first?.id}(${[item, ...asked].join("+")})/${item}`),
      };
    }
    case "text": {
      const items = listOf(node, "items").map(lookup);
      return {
        port: "next",
        text: items.map((item) => (typeof item === "string" ? item : JSON.stringify(item ?? null))).join("&"),
      };
    }
    case "code": {
      const { name, fails }: Task & { name: string } = JSON.parse(String(node["code"]));
      const inputs = listOf(node, "texts").map((value) => shown(lookup(value)));
      if (!fails) return { port: "next", text: `${name}(${inputs.join("+")})` };
      if (node.onError === "branch") return { port: "error" };
      return typeof node.onError === "object" ? { port: "next", text: "instead" } : undefined;
    }
    default:
      return { port: "next" };
  }
}

/** As a list is put between others by `join`. */
function shownText(value: unknown): string {
  return Array.isArray(value) ? value.join(",") : String(value);
}

function listOf(node: GraphNode | undefined, name: string): unknown[] {
  const list = node?.inputs?.[name];
  return Array.isArray(list) ? list : [];
}
