import { z } from "zod";
import type { TokenCaller } from "../../domain/access.ts";
import type { ReceivedFeedbackId } from "../../domain/ids.ts";
import type { ReceivedFeedback, Store } from "../../storage/store.ts";
import { type Operation, operation } from "./operation.ts";
import { requireKeeper } from "./reach.ts";
import { formatId, pageOf, pageOfSchema, paging, wireMoment } from "./wire.ts";

export const receivedFeedbackOperations: Operation[] = [
  operation({
    route: "GET /received-feedback",
    permission: "viewFeedback",
    role: "admin",
    summary:
      "feedback callbacks that other servers sent to `POST /v1/bot-message/feedback`, newest first; for owners and admins of the oldest workspace",
    query: paging,
    answer: pageOfSchema(
      z.object({
        id: z.string(),
        webhookId: z.string(),
        revision: z.number(),
        rater: z.string(),
        receivedAt: wireMoment,
        /** As it came. */
        body: z.unknown(),
      }),
    ),
    async run({ services: { store }, caller, query: { limit, cursor } }) {
      await requireOperator(store, caller);
      const found = await store.receivedFeedback.list({
        limit: limit + 1,
        ...(cursor !== undefined && { before: cursor as ReceivedFeedbackId }),
      });
      return pageOf(found, limit, present);
    },
  }),
];

/** What comes in belongs to no workspace: it is for those who look after the installation's first one. */
async function requireOperator(
  { workspaces }: Pick<Store, "workspaces">,
  caller: TokenCaller,
): Promise<void> {
  requireKeeper(caller, (await workspaces.oldest())?.id);
}

function present({ id, webhookId, revision, rater, body, receivedAt }: ReceivedFeedback) {
  return { id: formatId(id), webhookId, revision, rater, receivedAt, body: JSON.parse(body) as unknown };
}
