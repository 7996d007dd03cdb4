import { z } from "zod";
import { isSecretKeyText } from "./secrets.ts";
import { postgresAddress, proxyAddress, text, type VariableKind } from "./variable.ts";
import type { VariableReader } from "./variable-reader.ts";

const keyText: VariableKind<string> = {
  accepts: "32 bytes in base64 or hex",
  schema: z.string().refine(isSecretKeyText),
};

const webhookSecret: VariableKind<string> = {
  accepts: "`whsec_` and 24 to 64 bytes in base64",
  schema: z.string().regex(/^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/),
};

/** The variables whose values are shown to nobody. */
export function declareSecrets(read: VariableReader) {
  return {
    databaseUrl: read.secret("ANTIPHON_DATABASE_URL", postgresAddress, {
      sentence: "PostgreSQL to store everything in. Not set: the embedded database in the data directory.",
      show: withoutCredentials,
    }),
    secretKey: read.secret("ANTIPHON_SECRET_KEY", keyText, {
      sentence:
        "Key that encrypts stored secrets. Not set: made on first start and kept in the data directory as `secret.key`.",
    }),
    callbackProxyUrl: read.secret("ANTIPHON_CALLBACK_PROXY_URL", proxyAddress, {
      sentence:
        "HTTP proxy that all callbacks go through; it looks up their names, and decides which of those may be reached.",
      show: withoutCredentials,
    }),
    operatorSecret: read.secret("ANTIPHON_OPERATOR_SECRET", webhookSecret, {
      sentence:
        "What the server at `ANTIPHON_OPERATOR_URL` checks signatures with. Not set: one is made, which `antiphon callbacks show :operator --secrets` prints.",
    }),
    receiverSecret: read.secret("ANTIPHON_INSIGHT_RECEIVER_SECRET", webhookSecret, {
      sentence:
        "What the signatures of feedback callbacks that come in are checked with. Not set: whoever reaches the server may send some.",
    }),
    modelApiKey: read.secret("ANTIPHON_MODEL_API_KEY", text, {
      sentence: "API key of the server at `ANTIPHON_MODEL_BASE_URL`, if it wants one.",
    }),
    appKey: read.secret("ANTIPHON_APP_KEY", text, {
      sentence: "App key that `antiphon chat` uses unless it is given one.",
    }),
  };
}

/** The address without user, password and parameters, any of which may hold a secret. */
function withoutCredentials(address: string): string {
  const { protocol, host, pathname } = new URL(address);
  return `${protocol}//${host}${pathname}`;
}
