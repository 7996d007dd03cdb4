import type { CozeAPI, WorkflowEvent } from "@coze/api";
import { type DrawnWorkflow, drawWorkflows } from "../../support/coze-workflows.ts";
import type { TestEngine } from "../../support/engines.ts";
import { type CozeWorld, openCozeWorld } from "./world.ts";

const city = { name: "city", type: "string", required: true };

function start(inputs: unknown[] = [], next = "end") {
  return { id: "start", type: "start", inputs, next };
}

const DRAWN = [
  {
    name: "天气",
    description: "说天气",
    nodes: [
      start([city, { name: "days", type: "integer", required: false, default: 1 }], "say"),
      { id: "say", type: "message", title: "播报", text: "{{ start.city }}晴。", next: "end" },
      {
        id: "end",
        type: "end",
        title: "结束",
        outputs: { output: { template: "{{ start.city }} × {{ start.days }}" } },
      },
    ],
  },
  {
    name: "写诗",
    nodes: [
      start([city], "poem"),
      { id: "poem", type: "llm", prompt: "写 {{ start.city }}", next: "end" },
      { id: "end", type: "end", title: "结束", answer: "诗：{{ poem.text }}", stream: true },
    ],
  },
  {
    name: "问答",
    nodes: [
      start([], "ask"),
      { id: "ask", type: "question", title: "问答", text: "哪个城市？", next: "end" },
      { id: "end", type: "end", title: "结束", outputs: { city: { ref: "ask.answer" } } },
    ],
  },
  {
    name: "四问",
    nodes: [
      start([], "ask1"),
      ...[1, 2, 3, 4].map((turn) => ({
        id: `ask${turn}`,
        type: "question",
        text: `第 ${turn} 问`,
        next: turn === 4 ? "end" : `ask${turn + 1}`,
      })),
      { id: "end", type: "end", outputs: { last: { ref: "ask4.answer" } } },
    ],
  },
  {
    name: "表单",
    nodes: [
      start([], "form"),
      {
        id: "form",
        type: "input",
        title: "输入",
        text: "请填写",
        fields: [
          { name: "order", type: "string", required: true, description: "订单号" },
          { name: "count", type: "integer", required: false },
        ],
        next: "end",
      },
      {
        id: "end",
        type: "end",
        outputs: { order: { ref: "form.order" }, count: { ref: "form.count" } },
      },
    ],
  },
  {
    name: "端插件",
    tools: [
      {
        runBy: "caller",
        name: "locate",
        title: "定位",
        description: "Tells where the user is.",
        parameters: { type: "object", properties: { precise: { type: "boolean" } } },
      },
    ],
    nodes: [
      start([], "where"),
      { id: "where", type: "tool", title: "定位", tool: "locate", inputs: { precise: true }, next: "end" },
      { id: "end", type: "end", outputs: { where: { ref: "where.data" } } },
    ],
  },
  {
    name: "出错",
    nodes: [
      start([], "code"),
      {
        id: "code",
        type: "code",
        code: 'function main() { throw new Error("broke"); }',
        outputs: {},
        next: "end",
      },
      { id: "end", type: "end", outputs: {} },
    ],
  },
  {
    name: "套娃",
    nodes: [
      start([], "each"),
      {
        id: "each",
        type: "loop",
        title: "循环",
        over: "count",
        inputs: { count: 2 },
        body: [{ id: "tell", type: "message", title: "逐个", text: "第 {{ loop.index }} 个" }],
        next: "end",
      },
      { id: "end", type: "end", outputs: { done: true } },
    ],
  },
  {
    name: "草稿",
    isPublished: false,
    nodes: [start(), { id: "end", type: "end", outputs: {} }],
  },
  {
    name: "对话",
    mode: "chatflow",
    nodes: [
      start([], "reply"),
      { id: "reply", type: "llm", prompt: "{{ start.query }}", next: "end" },
      { id: "end", type: "end", answer: "{{ reply.text }}", stream: true },
    ],
  },
  {
    name: "点餐",
    mode: "chatflow",
    nodes: [
      start([{ name: "shop", type: "string", required: false, default: "小店" }], "size"),
      {
        id: "size",
        type: "input",
        title: "规格",
        text: "{{ start.shop }}：要什么？",
        fields: [
          { name: "drink", type: "string", required: true },
          { name: "cups", type: "integer", required: true },
        ],
        next: "end",
      },
      { id: "end", type: "end", answer: "{{ size.cups }} 杯{{ size.drink }}" },
    ],
  },
] as const satisfies DrawnWorkflow[];

export type WorkflowName = (typeof DRAWN)[number]["name"] | "外层" | "外问";

/** A `CozeWorld` with workflows. */
export interface WorkflowWorld extends CozeWorld {
  flowId(name: WorkflowName): string;
}

export async function openWorkflowWorld(
  engine: TestEngine,
  environment: Record<string, string> = {},
): Promise<WorkflowWorld> {
  const world = await openCozeWorld(engine, environment);
  const ids = await drawWorkflows(world.server.store, world.spaceId, DRAWN);
  const inner = ids.get("天气") ?? "";
  const outer: DrawnWorkflow = {
    name: "外层",
    nodes: [
      start([city], "inner"),
      {
        id: "inner",
        type: "workflow",
        title: "内层",
        workflow: inner,
        inputs: { city: { ref: "start.city" } },
        next: "end",
      },
      { id: "end", type: "end", outputs: { inner: { ref: "inner.output" } } },
    ],
  };
  const asking: DrawnWorkflow = {
    name: "外问",
    nodes: [
      start([], "inner"),
      { id: "inner", type: "workflow", title: "内问", workflow: ids.get("问答") ?? "", next: "end" },
      { id: "end", type: "end", outputs: {} },
    ],
  };
  const more = await drawWorkflows(world.server.store, world.spaceId, [outer, asking]);
  return Object.assign(Object.create(world) as CozeWorld, {
    flowId: (name: WorkflowName) => ids.get(name) ?? more.get(name) ?? "",
  });
}

/** A whole stream of the SDK, each event copied. */
export async function eventsOf(stream: AsyncIterable<WorkflowEvent>): Promise<WorkflowEvent[]> {
  const events: WorkflowEvent[] = [];
  for await (const event of stream) events.push({ ...event });
  return events;
}

/** What an interrupted stream is to be resumed with. */
export function interruptIn(events: readonly WorkflowEvent[]): { event_id: string; type: number } {
  const data = events.at(-1)?.data;
  if (data === undefined || !("interrupt_data" in data)) throw new Error(JSON.stringify(events));
  return data.interrupt_data;
}

/** Runs as a stream and waits for its question. */
export async function untilInterrupt(sdk: CozeAPI, workflow_id: string) {
  return interruptIn(await eventsOf(sdk.workflows.runs.stream({ workflow_id })));
}
