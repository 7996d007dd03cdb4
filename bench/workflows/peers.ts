import { createRequire } from "node:module";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { type Contender, STEPS } from "./steps.ts";

/** What is used of the others' packages. */
interface LangGraph {
  Annotation: { Root(fields: object): object } & (() => object);
  StateGraph: new (state: object) => Builder;
  MemorySaver: new () => object;
  START: string;
  END: string;
}

interface Builder {
  addNode(name: string, run: (state: { text: string }) => { text: string }): Builder;
  addEdge(from: string, to: string): Builder;
  compile(options: { checkpointer?: object }): {
    invoke(input: { text: string }, options: object): Promise<{ text: string }>;
  };
}

interface MastraSteps {
  createWorkflow(options: object): MastraBuilder;
  createStep(options: object): object;
}

interface MastraWorkflow {
  createRun(): Promise<{ start(options: object): Promise<{ status: string; result?: { text: string } }> }>;
}

interface MastraBuilder extends MastraWorkflow {
  then(step: object): MastraBuilder;
  commit(): void;
}

interface MastraCore {
  Mastra: new (options: object) => { getWorkflow(name: string): MastraWorkflow };
}

/** Loads a package that the benchmark has installed for itself. */
async function load<T>(folder: string, name: string): Promise<T> {
  const require = createRequire(join(folder, "package.json"));
  return (await import(pathToFileURL(require.resolve(name)).href)) as T;
}

/** LangGraph as its guide builds it; with a checkpointer each run is a thread of its own. */
export async function openLangGraph(
  folder: string,
  keeping: { kind: "nothing" } | { kind: "memory" } | { kind: "sqlite"; path: string },
): Promise<Contender> {
  process.env["LANGSMITH_TRACING"] = "false";
  const { StateGraph, Annotation, START, END, MemorySaver } = await load<LangGraph>(
    folder,
    "@langchain/langgraph",
  );
  let close = () => {};
  let checkpointer: object | undefined;
  if (keeping.kind === "memory") checkpointer = new MemorySaver();
  if (keeping.kind === "sqlite") {
    const name = "@langchain/langgraph-checkpoint-sqlite";
    const { SqliteSaver } = await load<{ SqliteSaver: new (database: object) => object }>(folder, name);
    const database = new DatabaseSync(keeping.path);
    close = () => database.close();
    checkpointer = new SqliteSaver(likeBetterSqlite(database));
  }
  let builder = new StateGraph(Annotation.Root({ text: Annotation() }));
  let last = START;
  for (let step = 0; step < STEPS; step += 1) {
    builder = builder
      .addNode(`step-${step}`, ({ text }) => ({ text: `${text}x` }))
      .addEdge(last, `step-${step}`);
    last = `step-${step}`;
  }
  const graph = builder.addEdge(last, END).compile(checkpointer === undefined ? {} : { checkpointer });
  return {
    run: async (given, index) => {
      const { text } = await graph.invoke({ text: given }, { configurable: { thread_id: `run-${index}` } });
      return text;
    },
    close: async () => close(),
  };
}

/** The part of better-sqlite3 that the checkpointer uses, on the SQLite of Node: the package would have to be compiled. */
function likeBetterSqlite(database: DatabaseSync): object {
  const bound = (values: unknown[]) => values.map((value) => (value ?? null) as SQLInputValue);
  return {
    exec: (sql: string) => database.exec(sql),
    pragma: (text: string) => database.exec(`pragma ${text}`),
    prepare: (sql: string) => {
      const statement = database.prepare(sql);
      return {
        run: (...values: unknown[]) => statement.run(...bound(values)),
        get: (...values: unknown[]) => statement.get(...bound(values)),
        all: (...values: unknown[]) => statement.all(...bound(values)),
      };
    },
    transaction:
      (work: (...values: unknown[]) => unknown) =>
      (...values: unknown[]) => {
        database.exec("begin");
        try {
          const result = work(...values);
          database.exec("commit");
          return result;
        } catch (error) {
          database.exec("rollback");
          throw error;
        }
      },
  };
}

/** Mastra's workflows on their default engine; with storage it keeps a snapshot of each run in memory. */
export async function openMastra(folder: string, keeping: "nothing" | "memory"): Promise<Contender> {
  process.env["MASTRA_TELEMETRY_DISABLED"] = "1";
  const { createWorkflow, createStep } = await load<MastraSteps>(folder, "@mastra/core/workflows");
  const { z } = await load<typeof import("zod")>(folder, "zod");
  const schema = z.object({ text: z.string() });
  let builder = createWorkflow({ id: "steps", inputSchema: schema, outputSchema: schema });
  for (let step = 0; step < STEPS; step += 1) {
    builder = builder.then(
      createStep({
        id: `step-${step}`,
        inputSchema: schema,
        outputSchema: schema,
        execute: async ({ inputData }: { inputData: { text: string } }) => ({ text: `${inputData.text}x` }),
      }),
    );
  }
  builder.commit();
  const { workflow } = keeping === "nothing" ? { workflow: builder } : await withStorage(folder, builder);
  return {
    run: async (given) => {
      const run = await workflow.createRun();
      const { status, result } = await run.start({ inputData: { text: given } });
      return result?.text ?? status;
    },
    close: async () => {},
  };
}

/** Within an object, because a workflow has a `then` and would be taken for a promise. */
async function withStorage(folder: string, steps: MastraBuilder): Promise<{ workflow: MastraWorkflow }> {
  const { Mastra } = await load<MastraCore>(folder, "@mastra/core");
  const { InMemoryStore } = await load<{ InMemoryStore: new () => object }>(folder, "@mastra/core/storage");
  const mastra = new Mastra({ workflows: { steps }, logger: false, storage: new InMemoryStore() });
  return { workflow: mastra.getWorkflow("steps") };
}
