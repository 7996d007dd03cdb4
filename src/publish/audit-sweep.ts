import { publishLog } from "../log/logger.ts";
import { askChannel } from "./audit.ts";
import { changing, type PublishServices } from "./services.ts";

/** Submissions looked at in one round. */
const ROUND = 100;
/** A question younger than this is being asked by whoever made it. */
const GRACE_MS = 1_000;

/**
 * Takes care of submissions that nobody waits for: asks channels whose question nobody asks (published from the command
 * line, or their process ended), and ends those that were not decided in time.
 */
export class AuditSweep {
  readonly #services: PublishServices;
  readonly #asking = new Map<number, Promise<void>>();

  constructor(services: PublishServices) {
    this.#services = services;
  }

  /** One round. Questions are asked on the side; what fails is looked at again in the next round. */
  async run(now: Date): Promise<void> {
    const { submissions } = this.#services.store;
    await expireSubmissions(this.#services, now);
    await submissions.endMootQuestions(now);
    const unasked = await submissions.listUnasked(ROUND);
    for (const submission of unasked) {
      if (this.#asking.has(submission.id)) continue;
      if (now.getTime() - submission.createdAt.getTime() < GRACE_MS) continue;
      publishLog.info({ submissionId: submission.id, channel: submission.channel }, "asking a channel anew");
      const asking = askChannel(this.#services, submission)
        .catch((error: unknown) => {
          publishLog.error({ err: error, submissionId: submission.id }, "asking a channel failed");
        })
        .finally(() => this.#asking.delete(submission.id));
      this.#asking.set(submission.id, asking);
    }
  }

  /** Resolves when no question that it asked is under way. */
  async settled(): Promise<void> {
    await Promise.all(this.#asking.values());
  }
}

/** Ends open submissions whose time is over. */
async function expireSubmissions(services: PublishServices, now: Date): Promise<void> {
  for (const { agentId, channel, id } of await services.store.submissions.listExpired(now, ROUND)) {
    await changing(services, now, async ({ inside }) => {
      await inside.agents.findToChange(agentId);
      const reason = `the channel ${channel} did not decide in time`;
      await inside.submissions.decide({
        id,
        from: ["auditing"],
        to: "expired",
        reason,
        by: { kind: "time" },
        now,
      });
    });
  }
}
