import { issueToken } from "../access/tokens.ts";
import { type ApplyServices, applyFile } from "../apply.ts";
import { installationSchema } from "../config/file-schema.ts";
import { decryptSecret, encryptSecret, hashKey, newAppKey, type SecretKey } from "../config/secrets.ts";
import { FULL_SCOPE } from "../domain/access.ts";
import type { AgentId, UserId } from "../domain/ids.ts";
import type { Store } from "../storage/store.ts";
import { demoKnowledge } from "./demo-knowledge.ts";

/** Where the demo agent's app key is kept, encrypted. */
export const DEMO_KEY_SETTING = "demo/app-key";
/** Where the demo owner's access token is kept, encrypted. */
const DEMO_TOKEN_SETTING = "demo/access-token";
const OWNER = "owner";
const AGENT = "demo";

/** What one needs to talk to the demo agent. */
export interface Demo {
  agentId: AgentId;
  /** Stands for nobody in particular until somebody becomes the owner. */
  ownerId?: UserId;
  appKey: string;
  /** Absent: it was revoked, or its user disabled. */
  token?: string;
}

const PROMPT = `You are the demo agent of Antiphon, a self-hosted AI-agent backend. Answer questions about it from
the knowledge you are given, briefly, in the language of the question. Say so when you do not know.`;

/**
 * Makes what an installation without a configuration file contains: a workspace with its owner, a demo agent and its
 * knowledge about the product. App key and access token are made the first time and kept.
 * Rejects with a `SecretKeyError` when what is kept was encrypted with another secret key.
 */
export async function applyDemo(services: ApplyServices): Promise<Demo> {
  const { store, secretKey, now } = services;
  const appKey = await demoAppKey(store, secretKey);
  const { documents, pairs } = await demoKnowledge();
  const installation = installationSchema.parse({
    // Whoever can sign in has become the owner, perhaps under another name.
    users: (await store.users.hasPasswords()) ? [] : [{ name: OWNER, role: "owner" }],
    agents: [
      {
        slug: AGENT,
        name: "Antiphon",
        description: "Answers questions about Antiphon itself.",
        appKey,
        prompt: PROMPT,
        opening: {
          message: "你好！我是 Antiphon 的演示智能体。 Hello! I am Antiphon's demo agent.",
          questions: ["怎么接入大模型？", "How do I connect a model?"],
        },
        suggestions: true,
        knowledge: { bases: ["antiphon"], scoreThreshold: 0.3 },
      },
    ],
  });
  await applyFile(services, {
    ...installation,
    path: "(built-in demo)",
    knowledge: [
      {
        slug: "antiphon",
        name: "Antiphon",
        documents: documents.map((document) => ({ ...document, url: "", format: "markdown" as const })),
        pairs,
      },
    ],
    graphs: new Map(),
  });
  const agent = await store.agents.findByKeyHash(hashKey(appKey));
  if (agent === undefined) throw new Error("the demo agent is not where it was put");
  const token = await demoToken(store, secretKey, now);
  const owner = await store.users.findByName(OWNER);
  return {
    agentId: agent.id,
    appKey,
    ...(owner !== undefined && { ownerId: owner.id }),
    ...(token === undefined ? {} : { token }),
  };
}

async function demoAppKey(store: Store, secretKey: SecretKey): Promise<string> {
  const kept = await store.settings.get(DEMO_KEY_SETTING);
  if (kept !== undefined) return decryptSecret(secretKey, kept);
  const appKey = newAppKey();
  await store.settings.set(DEMO_KEY_SETTING, encryptSecret(secretKey, appKey));
  return appKey;
}

async function demoToken(store: Store, secretKey: SecretKey, now: () => Date): Promise<string | undefined> {
  const kept = await store.settings.get(DEMO_TOKEN_SETTING);
  if (kept !== undefined) {
    const text = decryptSecret(secretKey, kept);
    const caller = await store.tokens.findCaller(hashKey(text));
    const isGood =
      caller !== undefined && caller.token.revokedAt === undefined && caller.user.disabledAt === undefined;
    return isGood ? text : undefined;
  }
  const owner = await store.users.findByName(OWNER);
  if (owner === undefined) return undefined;
  const { text } = await store.transaction(async ({ tokens, settings }) => {
    const issued = await issueToken(
      { tokens, newId: store.newId },
      { kind: "personal", userId: owner.id, name: "demo", scope: FULL_SCOPE, sessionName: "", now: now() },
    );
    await settings.set(DEMO_TOKEN_SETTING, encryptSecret(secretKey, issued.text));
    return issued;
  });
  await store.flushed();
  return text;
}
