import type { WorkflowRun } from "../../domain/workflow-run.ts";
import type { RunHost } from "../node-kind.ts";

/** What every node of a run knows by name, whatever workflow it is in. The same after a crash. */
export async function wordsOf(run: WorkflowRun, host: RunHost): Promise<Record<string, unknown>> {
  const { id, userId, conversationId, agentId, createdAt, isTest, trigger } = run;
  return {
    run: {
      id: String(id),
      userId,
      conversationId: conversationId === undefined ? "" : String(conversationId),
      workflowId: String(agentId),
      now: createdAt.toISOString(),
      isTest,
    },
    trigger: trigger === undefined ? { type: "" } : { type: trigger.type, ...trigger.payload },
    conversation: conversationId === undefined ? {} : await host.values("conversation"),
    user: userId === "" ? {} : await host.values("user"),
  };
}
