import { z } from "zod";
import { type Operation, operation } from "./operation.ts";
import { isOfInstallation } from "./reach.ts";
import { wireMoment } from "./wire.ts";

const aboutAnswer = z.object({
  version: z.string(),
  storage: z.object({
    engine: z.enum(["sqlite", "postgres"]),
    bytes: z.int().describe("How large the database is."),
    schemaVersion: z.int(),
    durability: z.enum(["full", "relaxed"]),
  }),
  node: z.int().describe("The number of the node that answered."),
  nodes: z.array(z.int()).describe("Nodes that share the work."),
  startedAt: wireMoment.describe("When the node that answered began."),
  dataDirectory: z.string().nullable().describe("For owners of the oldest workspace only."),
  health: z.object({
    isReady: z.boolean(),
    problem: z.string().nullable().describe("What the store says is wrong."),
  }),
});

/** What this installation is, and how it is. */
export const aboutOperations: Operation[] = [
  operation({
    route: "GET /about",
    permission: "viewAbout",
    role: "viewer",
    summary: "what this installation is, and how it is",
    answer: aboutAnswer,
    async run({ services: { store, installation }, caller }) {
      const isOwner = await isOfInstallation(store, caller, "owner");
      const problem = await store.ping().then(
        () => null,
        (error: Error) => error.message,
      );
      const { bytes, schemaVersion } = await store.about.read();
      const { version, durability, startedAt, dataDirectory } = installation;
      return {
        version,
        storage: { engine: store.engine, bytes, schemaVersion, durability },
        node: store.node,
        nodes: await store.liveNodes(),
        startedAt,
        dataDirectory: isOwner ? dataDirectory : null,
        health: { isReady: problem === null, problem },
      };
    },
  }),
];
