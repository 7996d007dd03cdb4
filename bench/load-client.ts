import type { Job } from "./client/jobs.ts";
import { type Load, prepareLoad } from "./client/load.ts";
import { serveParent } from "./processes/parent.ts";

// The load generator: prepares a job, runs it, closes it, each when told to.
let load: Load | undefined;

serveParent({}, async (message) => {
  const command = message as { step: "prepare"; job: Job } | { step: "run" } | { step: "close" };
  if (command.step === "prepare") {
    load = await prepareLoad(command.job);
    return undefined;
  }
  if (command.step === "run") return load?.run();
  load?.close();
  load = undefined;
  return undefined;
});
process.once("SIGTERM", () => process.exit());
