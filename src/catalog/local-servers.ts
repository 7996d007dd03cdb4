import { z } from "zod";

/** An OpenAI-compatible server on this machine. */
export interface LocalModelServer {
  program: string;
  baseUrl: string;
  /** Names of the models it has; may be empty. */
  models: string[];
}

/** Where people usually run model servers. */
const USUAL_PLACES = [
  { program: "Ollama", port: 11434 },
  { program: "vLLM", port: 8000 },
  { program: "LM Studio", port: 1234 },
];
const PATIENCE_MS = 500;

const ModelList = z.looseObject({ data: z.array(z.looseObject({ id: z.string() })) });

/** The model servers that answer on the usual ports of this machine. Never rejects. */
export async function findLocalModels(places = USUAL_PLACES): Promise<LocalModelServer[]> {
  const found = await Promise.all(
    places.map(({ program, port }) => ask(program, `http://127.0.0.1:${port}/v1`)),
  );
  return found.filter((server) => server !== undefined);
}

/** How to make the server the default model, as environment and as file. */
export function howToUse({ baseUrl, models }: LocalModelServer): { environment: string; yaml: string } {
  const model = models[0] ?? "MODEL";
  return {
    environment: `ANTIPHON_MODEL_BASE_URL=${baseUrl} ANTIPHON_MODEL_NAME=${shellWord(model)}`,
    yaml: `models: [ { name: local, provider: openai-compatible, baseUrl: "${baseUrl}", model: ${JSON.stringify(model)} } ]`,
  };
}

async function ask(program: string, baseUrl: string): Promise<LocalModelServer | undefined> {
  try {
    const response = await fetch(`${baseUrl}/models`, { signal: AbortSignal.timeout(PATIENCE_MS) });
    const list = ModelList.safeParse(await response.json());
    return list.success ? { program, baseUrl, models: list.data.data.map(({ id }) => id) } : undefined;
  } catch {
    // Nobody there, or somebody who is no model server: the usual case, and no problem.
    return undefined;
  }
}

function shellWord(text: string): string {
  return /^[A-Za-z0-9._:/@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
