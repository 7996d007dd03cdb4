import { BUILT_IN_CHANNEL_NAMES } from "./file-channel-schema.ts";
import type { FieldPath, FileProblem, FileSource } from "./file-source.ts";
import { nearestName } from "./nearest-name.ts";

/**
 * What is wrong between the parts of the file: names used twice, and names that nothing has. Looks at the raw
 * values, so that these problems are told together with those of the shape.
 */
export function referenceProblems(source: FileSource, knownModels: readonly string[]): FileProblem[] {
  const models = entries(source.value, [], "models");
  const agents = entries(source.value, [], "agents");
  const bases = entries(source.value, [], "knowledge");
  const users = entries(source.value, [], "users");
  const oauthApps = entries(source.value, [], "oauthApps");
  const channels = entries(source.value, [], "channels");
  const callbacks = entries(source.value, [], "callbacks");
  const accessKeys = entries(section(source.value, "insight"), ["insight"], "accessKeys");
  const modelNames = [...texts(models, "name").map(({ text }) => text), ...knownModels];
  const agentSlugs = texts(agents, "slug").map(({ text }) => text);
  const channelSlugs = texts(channels, "slug").map(({ text }) => text);
  const channelNames = [...BUILT_IN_CHANNEL_NAMES, ...channelSlugs];
  const baseSlugs = texts(bases, "slug").map(({ text }) => text);

  return [
    ...repeated(source, texts(models, "name"), "is the name of an earlier model"),
    ...repeated(source, texts(agents, "slug"), "is the slug of an earlier agent"),
    ...repeated(source, texts(channels, "slug"), "is the slug of an earlier channel"),
    ...channels.flatMap((channel) =>
      repeated(
        source,
        texts(entries(channel.value, channel.path, "options"), "key"),
        "is the key of an earlier option",
      ),
    ),
    ...repeated(source, texts(callbacks, "slug"), "is the slug of an earlier callback"),
    ...unknown(source, texts(callbacks, "channel"), channelSlugs, "a channel"),
    ...callbacks.flatMap((callback) => [
      ...unknown(source, textList(callback, "agents"), agentSlugs, "an agent"),
      ...repeated(source, textList(callback, "agents"), "is named already"),
    ]),
    ...repeated(source, texts(bases, "slug"), "is the slug of an earlier knowledge base"),
    ...repeated(source, texts(users, "name"), "is the name of an earlier user"),
    ...repeated(
      source,
      users.flatMap(({ path, value }) => texts(entries(value, path, "tokens"), "token")),
      "is named earlier; a token belongs to one user",
    ),
    ...repeated(source, texts(oauthApps, "name"), "is the name of an earlier app"),
    ...unknown(source, texts(oauthApps, "channel"), channelSlugs, "a channel"),
    ...repeated(source, texts(accessKeys, "id"), "is the id of an earlier access key"),
    ...accessKeys.flatMap((key) => unknown(source, textList(key, "agents"), agentSlugs, "an agent")),
    ...repeated(source, agents.flatMap(appKeys), "is named earlier; a key opens one agent"),
    ...unknown(source, texts(agents, "model"), modelNames, "a model"),
    ...unknown(source, texts(agents, "responder"), agentSlugs, "an agent"),
    ...agents.flatMap((agent) => [
      ...agentProblems(source, agent, agentSlugs),
      ...workflowProblems(source, agent, agents),
      ...unknown(source, knowledgeSlugs(agent), baseSlugs, "a knowledge base"),
      ...unknown(source, textList(agent, "channels"), channelNames, "a channel"),
      ...repeated(source, textList(agent, "channels"), "is named already"),
    ]),
  ];
}

/** A value of the file that is an object, and where it stands. */
interface Entry {
  path: FieldPath;
  value: object;
}

/** A text of the file, and where it stands. */
interface Named {
  path: FieldPath;
  text: string;
}

function agentProblems(source: FileSource, agent: Entry, agentSlugs: string[]): FileProblem[] {
  const handoffs = texts(entries(agent.value, agent.path, "handoffs"), "agent");
  const own: unknown = Reflect.get(agent.value, "slug");
  const events = entries(agent.value, agent.path, "events");
  return [
    ...unknown(source, handoffs, agentSlugs, "an agent"),
    ...repeated(source, handoffs, "is handed over to already"),
    ...handoffs
      .filter(({ text }) => text === own)
      .map(({ path }) => source.problemAt(path, "is the agent itself")),
    ...repeated(
      source,
      texts(entries(agent.value, agent.path, "variables"), "key"),
      "is the key of an earlier variable",
    ),
    ...repeated(
      source,
      [
        ...texts(entries(agent.value, agent.path, "tools"), "name"),
        ...texts(entries(agent.value, agent.path, "callerTools"), "name"),
      ],
      "is the name of an earlier tool",
    ),
    ...repeated(
      source,
      texts(entries(agent.value, agent.path, "shortcuts"), "command"),
      "is the command of an earlier shortcut",
    ),
    ...repeated(
      source,
      texts(entries(agent.value, agent.path, "shortcuts"), "id"),
      "is the id of an earlier shortcut",
    ),
    ...repeated(source, textList(agent, "actions"), "is named already"),
    ...repeated(source, textList(agent, "triggers"), "is named already"),
    ...repeated(source, texts(events, "name"), "is the name of an earlier event"),
    ...repeated(source, texts(events, "id"), "is the id of an earlier event"),
    ...events.flatMap(({ value, path }) =>
      repeated(
        source,
        texts(entries(value, path, "variables"), "name"),
        "is the name of an earlier variable",
      ),
    ),
  ];
}

/** What only one kind of agent has. */
function workflowProblems(source: FileSource, { path, value }: Entry, agents: Entry[]): FileProblem[] {
  const isWorkflow = Reflect.get(value, "kind") === "workflow";
  const responder: unknown = Reflect.get(value, "responder");
  const answering = agents.find((agent) => Reflect.get(agent.value, "slug") === responder);
  const problem = (key: string, message: string) => source.problemAt([...path, key], message);
  return [
    ...(!isWorkflow && Reflect.has(value, "workflow")
      ? [problem("workflow", "is only for an agent of kind workflow")]
      : []),
    ...(isWorkflow && responder !== undefined
      ? [problem("responder", "is only for an agent of kind chat")]
      : []),
    ...(!isWorkflow && answering !== undefined && Reflect.get(answering.value, "kind") !== "workflow"
      ? [problem("responder", "names an agent that is not of kind workflow")]
      : []),
  ];
}

function appKeys(agent: Entry): Named[] {
  return [...texts([agent], "appKey"), ...textList(agent, "appKeys")];
}

function knowledgeSlugs(agent: Entry): Named[] {
  const use: unknown = Reflect.get(agent.value, "knowledge");
  if (Array.isArray(use)) return textList(agent, "knowledge");
  if (typeof use !== "object" || use === null) return [];
  return textList({ path: [...agent.path, "knowledge"], value: use }, "bases");
}

function repeated(source: FileSource, names: Named[], message: string): FileProblem[] {
  const seen = new Set<string>();
  return names.flatMap(({ path, text }) => {
    if (seen.has(text)) return [source.problemAt(path, message)];
    seen.add(text);
    return [];
  });
}

function unknown(source: FileSource, names: Named[], known: string[], what: string): FileProblem[] {
  return names
    .filter(({ text }) => !known.includes(text))
    .map(({ path, text }) => {
      const nearest = nearestName(text, known);
      const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
      return source.problemAt(path, `names ${what} that is not in this file${hint}`);
    });
}

/** The objects in the list that `value`, which stands at `path`, has under `key`. */
function entries(value: unknown, path: FieldPath, key: string): Entry[] {
  const list = section(value, key);
  if (!Array.isArray(list)) return [];
  return list.flatMap((item: unknown, index) =>
    typeof item === "object" && item !== null ? [{ path: [...path, key, index], value: item }] : [],
  );
}

function section(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}

/** The texts that entries have under `key`. */
function texts(holders: Entry[], key: string): Named[] {
  return holders.flatMap(({ path, value }) => {
    const text: unknown = Reflect.get(value, key);
    return typeof text === "string" ? [{ path: [...path, key], text }] : [];
  });
}

/** The texts in the list that the entry has under `key`. */
function textList({ path, value }: Entry, key: string): Named[] {
  const list: unknown = Reflect.get(value, key);
  if (!Array.isArray(list)) return [];
  return list.flatMap((text: unknown, index) =>
    typeof text === "string" ? [{ path: [...path, key, index], text }] : [],
  );
}
