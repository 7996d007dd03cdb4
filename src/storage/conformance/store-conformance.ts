import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ConversationId } from "../../domain/ids.ts";
import type { Store } from "../store.ts";
import { accessConformance } from "./access.ts";
import { accessKeyConformance } from "./access-keys.ts";
import { agentConformance } from "./agents.ts";
import { attemptLogConformance } from "./attempt-log.ts";
import { changeConformance } from "./changes.ts";
import { channelConformance, submissionConformance } from "./channels.ts";
import { conversationSearchConformance } from "./conversation-search.ts";
import { conversationConformance } from "./conversations.ts";
import { deliveryConformance } from "./deliveries.ts";
import { endpointConformance } from "./endpoints.ts";
import { evaluationConformance } from "./evaluations.ts";
import { begin } from "./factories.ts";
import { fileConformance } from "./files.ts";
import { folderConformance } from "./folders.ts";
import { governanceConformance } from "./governance.ts";
import { knowledgeConformance } from "./knowledge.ts";
import { mergedTurnConformance } from "./merged-turns.ts";
import { messageConformance } from "./messages.ts";
import { modelConformance } from "./models.ts";
import { oauthConformance } from "./oauth.ts";
import { outboxConformance } from "./outbox.ts";
import { retentionConformance } from "./retention.ts";
import { runConformance } from "./runs.ts";
import { sessionConformance } from "./sessions.ts";
import { shareLinkConformance } from "./share-links.ts";
import { standingTurnConformance } from "./standing-turns.ts";
import { statisticsConformance } from "./statistics.ts";
import { supersedingConformance } from "./superseding.ts";
import { triggerConformance } from "./triggers.ts";
import { turnConformance } from "./turns.ts";
import { versionConformance } from "./versions.ts";
import { waitingConformance } from "./waiting.ts";
import { workflowRunConformance } from "./workflow-runs.ts";

/** What every engine must do. `openStore` resolves with an empty store each time. */
export function storeConformance(name: string, openStore: () => Promise<Store>): void {
  describe(`${name} keeps the store's promises`, () => {
    let store: Store | undefined;
    const shared = () => {
      if (store === undefined) throw new Error("the store is not open");
      return store;
    };
    beforeAll(async () => {
      store = await openStore();
    });
    afterAll(() => store?.close());

    accessConformance(shared);
    oauthConformance(shared);
    agentConformance(shared);
    versionConformance(shared);
    folderConformance(shared);
    conversationConformance(shared);
    conversationSearchConformance(shared);
    messageConformance(shared);
    turnConformance(shared, openStore);
    waitingConformance(shared, openStore);
    mergedTurnConformance(shared);
    standingTurnConformance(shared);
    workflowRunConformance(shared, openStore);
    knowledgeConformance(shared);
    fileConformance(shared);
    changeConformance(shared);
    channelConformance(shared);
    submissionConformance(shared);
    endpointConformance(shared);
    outboxConformance(shared);
    deliveryConformance(shared, openStore);
    attemptLogConformance(shared);
    retentionConformance(openStore);
    accessKeyConformance(shared);
    modelConformance(shared);
    shareLinkConformance(shared);
    evaluationConformance(shared);
    governanceConformance(shared);
    sessionConformance(shared, openStore);
    triggerConformance(shared, openStore);
    runConformance(shared);
    statisticsConformance(openStore);
    supersedingConformance(shared, openStore);

    it("answers pings, flushes, and makes ids that grow", async () => {
      await shared().ping();
      await begin(shared());
      await shared().flushed();
      const [first, second] = [shared().newId<ConversationId>(), shared().newId<ConversationId>()];
      expect(second).toBeGreaterThan(first);
    });

    it("a closed store refuses everything instead of waiting for ever", async () => {
      const closed = await openStore();
      await closed.close();
      await closed.close();
      await expect(closed.ping()).rejects.toMatchObject({ code: "storage_failed" });
      await expect(closed.settings.get("x")).rejects.toMatchObject({ code: "storage_failed" });
      await expect(closed.flushed()).rejects.toMatchObject({ code: "storage_failed" });
    });
  });
}
