import { z } from "zod";
import { changeReplay, startReplay } from "../../callbacks/replays.ts";
import type { TokenCaller } from "../../domain/access.ts";
import type { Replay } from "../../domain/endpoint.ts";
import { DomainError } from "../../domain/errors.ts";
import type { ReplayId } from "../../domain/ids.ts";
import type { Store } from "../../storage/store.ts";
import { replayAnswer } from "./callback-answers.ts";
import { wireEventType } from "./endpoints.ts";
import { type Operation, operation } from "./operation.ts";
import { presentReplay } from "./present.ts";
import { keptEndpoint } from "./reach.ts";
import { formatId, idOf, pageOfSchema, wireInteger, wireTime } from "./wire.ts";

/** Replays that are listed of an endpoint, newest first. */
const LIST_LIMIT = 100;

export const replayOperations: Operation[] = [
  operation({
    route: "POST /endpoints/:endpointId/replays",
    permission: "manageCallbacks",
    role: "admin",
    summary: "send past events once more, at a rate; goes on after restarts",
    body: {
      since: wireTime.describe("Events from then on."),
      until: wireTime.describe("Events until then. Absent: now.").optional(),
      eventTypes: z
        .array(wireEventType)
        .describe("Only these. Absent or empty: all that the endpoint gets.")
        .optional(),
      onlyFailed: z.boolean().describe("Only what was not delivered; true when absent.").optional(),
      ratePerSecond: wireInteger.describe("Deliveries in a second: 1 to 1000, 10 when absent.").optional(),
    },
    answer: replayAnswer,
    async run({ services, caller, params, body }) {
      const { id: endpointId } = await keptEndpoint(services.store, caller, params["endpointId"]);
      const { onlyFailed: isOnlyFailed, ...request } = body;
      return presentReplay(
        await startReplay(services, { ...request, endpointId, isOnlyFailed, createdBy: caller.user.id }),
      );
    },
  }),
  operation({
    route: "GET /endpoints/:endpointId/replays",
    permission: "viewCallbacks",
    role: "admin",
    summary: "the latest 100 replays of an endpoint, newest first",
    answer: pageOfSchema(replayAnswer),
    async run({ services: { store }, caller, params }) {
      const { id } = await keptEndpoint(store, caller, params["endpointId"]);
      const replays = await store.replays.list(id, LIST_LIMIT);
      return { items: replays.map(presentReplay), nextCursor: null };
    },
  }),
  operation({
    route: "GET /replays/:replayId",
    permission: "viewCallbacks",
    role: "admin",
    summary: "one replay and how far it is",
    answer: replayAnswer,
    run: async ({ services, caller, params }) =>
      presentReplay(await keptReplay(services.store, caller, params["replayId"])),
  }),
  changeOperation("pause", "paused", "stop a replay for a while"),
  changeOperation("resume", "running", "go on with a replay"),
  changeOperation("cancel", "cancelled", "end a replay; what it made is sent"),
];

function changeOperation(
  word: string,
  state: "running" | "paused" | "cancelled",
  summary: string,
): Operation {
  return operation({
    route: `POST /replays/:replayId/${word}`,
    permission: "manageCallbacks",
    role: "admin",
    summary,
    answer: replayAnswer,
    async run({ services, caller, params }) {
      const { id } = await keptReplay(services.store, caller, params["replayId"]);
      return presentReplay(await changeReplay(services, id, state));
    },
  });
}

/** Rejects with `not_found` unless the caller looks after the endpoint of the replay. */
async function keptReplay(store: Store, caller: TokenCaller, text: string | undefined): Promise<Replay> {
  const replay = await store.replays.find(idOf<ReplayId>(text));
  if (replay === undefined) throw new DomainError("not_found", "replay not found");
  await keptEndpoint(store, caller, formatId(replay.endpointId));
  return replay;
}
