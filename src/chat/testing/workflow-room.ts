import type { Agent, AgentSettings } from "../../domain/agent.ts";
import type { Conversation } from "../../domain/conversation.ts";
import type { ChatModel } from "../../models/chat-model.ts";
import { scriptedModel } from "../../models/scripted/scripted-model.ts";
import { openSqliteStore } from "../../storage/sqlite/open.ts";
import type { Store } from "../../storage/store.ts";
import { readGraph } from "../../workflow/graph/read-graph.ts";
import { WorkflowRuns } from "../../workflow/workflow-runs.ts";
import { keepLateWords } from "../late-words.ts";
import { RunHosts } from "../run-hosts.ts";
import type { Turns } from "../turns.ts";
import { aChatRoomOn, aConversation, anAgent, ask, type RoomOptions } from "./fixtures.ts";

/** A graph as a file has it: its nodes, and whatever differs from the defaults. */
export type GraphFile = { nodes: Record<string, unknown>[] } & Record<string, unknown>;

/** A conversation with an agent that a workflow answers for, as both are drafts. */
export interface WorkflowRoom {
  store: Store;
  turns: Turns;
  engine: WorkflowRuns;
  workflow: Agent;
  agent: Agent;
  conversation: Conversation;
  /** Asks and waits until the turn is over, or waits. */
  say(text: string, more?: Parameters<typeof ask>[4]): ReturnType<typeof ask>;
}

export async function aWorkflowRoom(
  graph: GraphFile,
  {
    model = scriptedModel(["unused"]),
    settings = {},
    ...options
  }: RoomOptions & { model?: ChatModel; settings?: Partial<AgentSettings> } = {},
): Promise<WorkflowRoom> {
  const store = await openSqliteStore({ path: ":memory:", durability: "full" });
  const workflow = await aWorkflowAgent(store, graph);
  const agent = await anAgent(store, { ...settings, responder: workflow.id });
  const conversation = await aConversation(store, agent);
  const { turns, engine } = aProcessOn(store, model, options);
  const say: WorkflowRoom["say"] = async (text, more) => {
    const turn = await ask(turns, agent, conversation, text, more);
    await turn.ended;
    return turn;
  };
  return { store, turns, engine, workflow, agent, conversation, say };
}

/** A workflow, as its draft. Throws when there is something wrong with it. */
export async function aWorkflowAgent(store: Store, file: GraphFile): Promise<Agent> {
  const { graph, problems } = readGraph({ version: 1, ...file });
  if (graph === undefined) throw new Error(JSON.stringify(problems));
  return anAgent(store, { graph }, { kind: "workflow" });
}

/** What one process has on a store: a second one takes the first for dead. */
export function aProcessOn(
  store: Store,
  model: ChatModel,
  { now, ...options }: RoomOptions & { now?: (() => Date) | undefined } = {},
): { turns: Turns; engine: WorkflowRuns } {
  const hosts = new RunHosts(store);
  const outbound = { request: () => Promise.reject(new Error("nothing was expected to be asked for")) };
  const sandbox = {
    run: () => Promise.reject(new Error("no code was expected to run")),
    close: async () => {},
  };
  const models = { names: [model.name], find: () => model };
  const engine = new WorkflowRuns(
    { store, models, outbound: options.outbound ?? outbound, sandbox },
    { atOnce: 100, hostOf: (run) => hosts.of(run), ...(now !== undefined && { now }) },
  );
  keepLateWords(store, { engine, hosts });
  return { engine, turns: aChatRoomOn(store, model, { ...options, workflows: { engine, hosts } }) };
}
