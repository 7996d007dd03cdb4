import { once } from "node:events";
import { createWriteStream, type WriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { ModelDesk } from "../catalog/model-desk.ts";
import { SILENT_FACTS } from "../chat/facts.ts";
import type { GenerationServices } from "../chat/generate.ts";
import { type LoadedConfig, readConfig } from "../config/config.ts";
import { openSecretKey } from "../config/secrets.ts";
import { type Agent, API_CHANNEL } from "../domain/agent.ts";
import type { Rating } from "../domain/conversation.ts";
import type { Outbound } from "../http/outbound.ts";
import {
  configuredModels,
  filesFolder,
  modelTimeouts,
  openConfiguredOutbound,
  readConfiguredFile,
} from "../installation.ts";
import { ratedPages } from "../learning/rated-turns.ts";
import { runTrial, type TrialPlan, type TrialRow } from "../learning/trial.ts";
import {
  QuestionsError,
  ratedQuestions,
  readQuestions,
  type TrialQuestion,
} from "../learning/trial-questions.ts";
import { describeRow } from "../learning/trial-report.ts";
import { type CalledTools, trialOutbound } from "../learning/trial-tools.ts";
import { openModels } from "../models/catalog.ts";
import type { ChatModel, ModelCatalog } from "../models/chat-model.ts";
import { readDiskBlobs } from "../storage/disk-blobs.ts";
import type { Store } from "../storage/store.ts";
import { writeRows, writeTotals } from "./eval-report.ts";
import { CommandFailure } from "./failure.ts";
import { agentNamed } from "./publishing.ts";
import type { Terminal } from "./terminal.ts";
import { withReadStore } from "./with-store.ts";

export interface Evaluation {
  agent: string;
  /** Path of a file of questions. */
  questions?: string;
  /** Questions of turns that were rated so. */
  rated?: Rating[];
  since?: Date;
  until?: Date;
  /** At most so many questions. */
  limit: number;
  /** `live`, `recorded`, or the number of a version. */
  against: string;
  /** Name of the model that grades. */
  judge?: string;
  /** Path of the report for programs. */
  out?: string;
  concurrency: number;
  tools: CalledTools;
}

/** Asks an agent's draft, and what it is measured by, the same questions, and prints both side by side. */
export async function evaluate(terminal: Terminal, wish: Evaluation): Promise<void> {
  const loaded = readConfig(terminal.environment);
  const file = await readConfiguredFile(loaded, terminal.environment);
  const configured = configuredModels(loaded, file);
  const models = await openModels(configured.map(({ definition }) => definition));
  const outbound = await openConfiguredOutbound(loaded);
  try {
    await withReadStore(loaded, async (store) => {
      const secretKey = await openSecretKey(loaded.secrets.secretKey, loaded.config.storage.dataDirectory);
      const timeouts = modelTimeouts(loaded);
      await new ModelDesk({ store, secretKey, models, configured, timeouts }).refresh();
      const judge = judgeNamed(models, wish.judge);
      const agent = await agentNamed(store, wish.agent);
      const plan: TrialPlan = {
        candidate: agent,
        baseline: await baselineOf(store, agent, wish.against),
        questions: await questionsOf(store, agent, wish),
        judge,
        concurrency: wish.concurrency,
      };
      const services = trialServices(loaded, { store, models, outbound: outbound.general }, wish.tools);
      await report(terminal, services, plan, wish);
    });
  } finally {
    await Promise.all([models.close(), outbound.close()]);
  }
}

/** Runs the trial; what there is is printed also when it is cut short. */
async function report(
  terminal: Terminal,
  services: GenerationServices,
  plan: TrialPlan,
  { out, against }: Evaluation,
): Promise<void> {
  const ending = new AbortController();
  const leave = terminal.onSignal(() => ending.abort(new Error("told to end")));
  const rows: TrialRow[] = [];
  const lines = out === undefined ? undefined : await openReport(out);
  const onRow = (row: TrialRow) => {
    rows.push(row);
    lines?.write(`${JSON.stringify(describeRow(row))}\n`);
    terminal.err.line(`${rows.length} of ${plan.questions.length}: ${row.question.name}`);
  };
  try {
    await runTrial(services, plan, { signal: ending.signal, onRow });
  } finally {
    leave();
    rows.sort((one, other) => one.index - other.index);
    writeRows(terminal.out, rows);
    terminal.out.line();
    writeTotals(terminal.out, rows, { baseline: against === "live" ? "live" : against, judge: plan.judge });
    if (lines !== undefined) await closed(lines);
  }
  if (rows.length === plan.questions.length) return;
  const left = plan.questions.length - rows.length;
  throw new CommandFailure(`stopped: ${left} of ${plan.questions.length} questions were not tried`);
}

async function openReport(path: string): Promise<WriteStream> {
  const stream = createWriteStream(path, { flags: "w", mode: 0o600 });
  await once(stream, "open").catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : "unwritable";
    throw new CommandFailure(`${path} cannot be written: ${reason}`, "", { cause });
  });
  return stream;
}

async function closed(stream: WriteStream): Promise<void> {
  stream.end();
  await once(stream, "close");
}

function judgeNamed(models: ModelCatalog, name: string | undefined): ChatModel | undefined {
  if (name === undefined) return undefined;
  const model = models.find(name);
  if (model !== undefined) return model;
  throw new CommandFailure(`there is no model ${name}`, `Name one of ${models.names.join(", ")}`);
}

async function baselineOf(store: Store, agent: Agent, against: string): Promise<Agent | "recorded"> {
  if (against === "recorded") return "recorded";
  if (against === "live") {
    const live = await store.agents.findLive(agent.id, API_CHANNEL);
    if (live !== undefined) return live;
    throw new CommandFailure(
      `${agent.name} is not live on the API channel`,
      "Name a version, or --against recorded",
    );
  }
  const number = Number(against);
  const version = Number.isSafeInteger(number) ? await store.versions.find(agent.id, number) : undefined;
  if (version === undefined) {
    throw new CommandFailure(
      `${agent.name} has no version ${against}`,
      "Write live, recorded or the number of a version: antiphon agent history",
    );
  }
  return { ...agent, name: version.name, settings: version.settings, versionId: version.id };
}

async function questionsOf(store: Store, agent: Agent, wish: Evaluation): Promise<TrialQuestion[]> {
  const { questions: path, rated, limit } = wish;
  if (path === undefined && rated === undefined) {
    throw new CommandFailure("nothing to ask", "Give --questions <file> or --rated dislike,like");
  }
  const written = path === undefined ? [] : await readQuestionFile(path);
  const stored = rated === undefined ? [] : await readRated(store, agent, { ...wish, rated });
  const questions = [...written, ...stored];
  if (questions.length > 0) return questions.slice(0, limit);
  throw new CommandFailure("nobody has rated an answer of this agent so");
}

async function readQuestionFile(path: string): Promise<TrialQuestion[]> {
  const content = await readFile(path, "utf8").catch((cause: Error) => {
    throw new CommandFailure(`${path} cannot be read: ${cause.message}`, "", { cause });
  });
  try {
    return readQuestions(content, /\.(jsonl|ndjson|json)$/i.test(path) ? "json" : "text");
  } catch (error) {
    if (!(error instanceof QuestionsError)) throw error;
    throw new CommandFailure(`${path}: ${error.message}`, "", { cause: error });
  }
}

async function readRated(
  store: Store,
  { id, workspaceId }: Agent,
  { rated: ratings, since, until, limit }: Evaluation & { rated: Rating[] },
): Promise<TrialQuestion[]> {
  const questions = new Map<string, TrialQuestion>();
  for await (const page of ratedPages(store, { workspaceId, agentIds: [id], ratings, since, until })) {
    for (const question of ratedQuestions(store, page)) questions.set(question.name, question);
    if (questions.size >= limit) break;
  }
  return [...questions.values()];
}

/** The server's own, but that nothing is told and that tools which might change something are not called. */
function trialServices(
  loaded: LoadedConfig,
  { store, models, outbound }: { store: Store; models: ModelCatalog; outbound: Pick<Outbound, "request"> },
  tools: Evaluation["tools"],
): GenerationServices {
  return {
    store,
    models,
    blobs: readDiskBlobs(filesFolder(loaded)),
    facts: SILENT_FACTS,
    outbound: trialOutbound(outbound, tools),
  };
}
