import { recordChange } from "../../access/audit.ts";
import { sessionOf } from "../../access/browser-session.ts";
import { claimFirstRun } from "../../access/first-run.ts";
import { signOut } from "../../access/sign-in.ts";
import { type Operation, openOperation } from "./operation.ts";
import { requireSameOrigin, sessionAnswer, signedIn } from "./session.ts";
import { wireText } from "./wire.ts";

/** The first run: whoever has the link of the start-up log becomes the owner. */
export const setupOperations: Operation[] = [
  openOperation({
    route: "POST /setup",
    summary: "become the owner with the link of the start-up log, once, and be signed in",
    body: {
      token: wireText(200).describe("The token of the link."),
      name: wireText(100).describe("What the owner signs in with, 1 to 100 characters."),
      nickname: wireText(100).describe("Shown to people. Absent: the name.").optional(),
      password: wireText(1_024).describe("8 to 1024 characters."),
    },
    answer: sessionAnswer,
    async run({ services, call, body }) {
      requireSameOrigin(services, call);
      const { store, signInThrottle: throttle } = services;
      const { requestId, clientAddress: address } = call;
      const entered = await claimFirstRun({ store, throttle }, { ...body, address });
      const workspace = await store.workspaces.oldest();
      await recordChange(
        store,
        { user: entered.user, token: { kind: "session" } },
        {
          ...(workspace !== undefined && { workspaceId: workspace.id }),
          action: "POST /setup",
          family: "console",
          subject: `users/${entered.user.id}`,
          fields: Object.keys(body),
          ...{ requestId, address },
        },
      );
      const earlier = sessionOf(call);
      if (earlier !== undefined) await signOut(store, earlier);
      return signedIn(services, call, entered);
    },
  }),
];
