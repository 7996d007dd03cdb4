import {
  type ReceivedRequest,
  SignatureError,
  verifyCozeSignature,
  verifyStandardWebhook,
} from "../../receiver/receiver.ts";

/** What a signature is worth, as far as we can tell. */
export interface Signature {
  /** False: a receiver that is not ours would answer 401. */
  isBelieved: boolean;
  /** For people. */
  text: string;
}

/** Checks a request with the rule its headers name. Without a secret for that rule it is believed, and said so. */
export function checkSignature(
  request: Pick<ReceivedRequest, "headers" | "body"> & { headers: Record<string, unknown> },
  { tokens, secrets }: { tokens: readonly string[]; secrets: readonly string[] },
): Signature {
  if (request.headers["x-coze-signature"] !== undefined) {
    if (tokens.length === 0) return unchecked("Coze", "--token with the app's verify_token");
    return anyOf(tokens, "Coze", (verifyToken) => verifyCozeSignature({ ...request, verifyToken }));
  }
  if (request.headers["webhook-signature"] !== undefined) {
    if (secrets.length === 0) return unchecked("Standard Webhooks", "--secret with the endpoint's whsec_…");
    return anyOf(secrets, "Standard Webhooks", (secret) =>
      verifyStandardWebhook({ ...request, secrets: secret }),
    );
  }
  const isWanted = tokens.length + secrets.length > 0;
  return { isBelieved: !isWanted, text: `none${isWanted ? ", so it is refused" : ""}` };
}

function unchecked(family: string, advice: string): Signature {
  return { isBelieved: true, text: `NOT CHECKED (${family}): give ${advice}` };
}

function anyOf(keys: readonly string[], family: string, verify: (key: string) => unknown): Signature {
  let problem = "";
  for (const key of keys) {
    try {
      verify(key);
      return { isBelieved: true, text: `good (${family})` };
    } catch (error) {
      if (!(error instanceof SignatureError)) throw error;
      problem = error.message;
    }
  }
  return { isBelieved: false, text: `WRONG (${family}): ${problem}` };
}
