import { applyFile } from "../apply.ts";
import { installationSchema } from "../config/file-schema.ts";
import { decryptSecret, encryptSecret, newAppKey, type SecretKey } from "../config/secrets.ts";
import type { Store } from "../storage/store.ts";
import { demoKnowledge } from "./demo-knowledge.ts";

/** Where the demo agent's app key is kept, encrypted. */
export const DEMO_KEY_SETTING = "demo/app-key";

const PROMPT = `You are the demo agent of Antiphon, a self-hosted AI-agent backend. Answer questions about it from
the knowledge you are given, briefly, in the language of the question. Say so when you do not know.`;

/**
 * Makes what an installation without a configuration file contains: a workspace, a demo agent and its knowledge
 * about the product. The app key is made the first time and kept. Resolves with the key.
 * Rejects with a `SecretKeyError` when the kept key was encrypted with another secret key.
 */
export async function applyDemo(
  store: Store,
  secretKey: SecretKey,
  now: () => Date,
): Promise<{ appKey: string }> {
  const appKey = await demoAppKey(store, secretKey);
  const { documents, pairs } = await demoKnowledge();
  const installation = installationSchema.parse({
    agents: [
      {
        slug: "demo",
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
  await applyFile(
    { store, now },
    {
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
      later: [],
    },
  );
  return { appKey };
}

async function demoAppKey(store: Store, secretKey: SecretKey): Promise<string> {
  const kept = await store.settings.get(DEMO_KEY_SETTING);
  if (kept !== undefined) return decryptSecret(secretKey, kept);
  const appKey = newAppKey();
  await store.settings.set(DEMO_KEY_SETTING, encryptSecret(secretKey, appKey));
  return appKey;
}
