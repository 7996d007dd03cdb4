import { z } from "zod";
import {
  authenticateSession,
  endedSessionCookie,
  isFromElsewhere,
  pageToken,
  requireOwnPage,
  sessionCookie,
  sessionOf,
} from "../../access/browser-session.ts";
import { signIn, signOut } from "../../access/sign-in.ts";
import { ROLES, type TokenCaller } from "../../domain/access.ts";
import { DomainError } from "../../domain/errors.ts";
import type { WorkspaceId } from "../../domain/ids.ts";
import type { Call } from "../../http/route.ts";
import { serverAddress } from "../../http/server-address.ts";
import { type ConsoleServices, type Operation, openOperation, WithHeaders } from "./operation.ts";
import { formatId, wireText } from "./wire.ts";

export const sessionAnswer = z.object({
  user: z
    .object({ id: z.string(), name: z.string(), nickname: z.string(), avatarUrl: z.string() })
    .nullable()
    .describe("Null: nobody is signed in."),
  memberships: z
    .array(
      z.object({
        workspaceId: z.string(),
        name: z.string(),
        icon: z.string(),
        role: z.enum(ROLES),
      }),
    )
    .describe("The workspaces of the user, oldest first."),
  csrfToken: z
    .string()
    .nullable()
    .describe("What changing requests of this session carry as `x-csrf-token`."),
  needsSetup: z
    .boolean()
    .describe("Nobody has a password yet: the start-up log has a link to make the owner."),
});

/** Who is signed in in a browser; anybody may ask. */
export const sessionOperations: Operation[] = [
  openOperation({
    route: "GET /session",
    summary: "who is signed in in this browser, and what its pages prove themselves with",
    answer: sessionAnswer,
    run: async ({ services, call }) => presentSession(services, await sessionCaller(services, call)),
  }),
  openOperation({
    route: "POST /session",
    summary: "sign in; the session is in a cookie",
    body: {
      name: wireText(100).describe("What the user signs in with."),
      password: wireText(1_024).describe("Its password."),
    },
    answer: sessionAnswer,
    async run({ services, call, body }) {
      requireSameOrigin(services, call);
      const { store, signInThrottle: throttle } = services;
      const entered = await signIn({ store, throttle }, { ...body, address: call.clientAddress });
      const earlier = sessionOf(call);
      if (earlier !== undefined) await signOut(store, earlier);
      return signedIn(services, call, entered);
    },
  }),
  openOperation({
    route: "DELETE /session",
    summary: "sign out",
    answer: z.object({}),
    async run({ services, call }) {
      const session = sessionOf(call);
      if (session !== undefined) {
        requireOwnPage(call, session);
        await signOut(services.store, session);
      }
      const { isSecure } = serverAddress(call, services.publicUrl);
      return new WithHeaders({}, { "set-cookie": endedSessionCookie({ isSecure }) });
    },
  }),
];

/** The answer that begins a session: its cookie, and what `GET /session` would say. */
export async function signedIn(
  services: ConsoleServices,
  call: Call,
  entered: { session: string; expiresAt: Date },
): Promise<WithHeaders<z.input<typeof sessionAnswer>>> {
  const now = new Date();
  const { isSecure } = serverAddress(call, services.publicUrl);
  const { session } = entered;
  const caller = await authenticateSession(services.store, session, now);
  const body = await presentSession(services, { caller, session });
  return new WithHeaders(body, { "set-cookie": sessionCookie({ isSecure }, entered, now) });
}

/**
 * Throws `permission_denied` when a page of another origin sent this. Where browsers do not tell, because the connection
 * is not safe, the `origin` of the request must be the address it was sent to.
 */
export function requireSameOrigin({ publicUrl }: ConsoleServices, call: Call): void {
  const { origin } = call.headers;
  const isTold = call.headers["sec-fetch-site"] !== undefined;
  const isForeign = isTold
    ? isFromElsewhere(call)
    : origin !== undefined && origin !== serverAddress(call, publicUrl).origin;
  if (isForeign) throw new DomainError("permission_denied", "the request comes from a page of another site");
}

async function sessionCaller({ store }: ConsoleServices, call: Call) {
  const session = sessionOf(call);
  if (session === undefined) return undefined;
  try {
    return { session, caller: await authenticateSession(store, session, new Date()) };
  } catch (error) {
    if (error instanceof DomainError && error.code === "credential_invalid") return undefined;
    throw error;
  }
}

async function presentSession(
  { store }: ConsoleServices,
  entered: { session: string; caller: TokenCaller } | undefined,
): Promise<z.input<typeof sessionAnswer>> {
  if (entered === undefined) {
    return { user: null, memberships: [], csrfToken: null, needsSetup: !(await store.users.hasPasswords()) };
  }
  const { user, memberships } = entered.caller;
  const listings = await store.workspaces.listings(memberships.map(({ workspaceId }) => workspaceId));
  const workspaces = new Map<WorkspaceId, (typeof listings)[number]["workspace"]>(
    listings.map(({ workspace }) => [workspace.id, workspace]),
  );
  return {
    user: { id: formatId(user.id), name: user.name, nickname: user.nickname, avatarUrl: user.avatarUrl },
    memberships: memberships.flatMap(({ workspaceId, role }) => {
      const workspace = workspaces.get(workspaceId);
      if (workspace === undefined) return [];
      return [{ workspaceId: formatId(workspaceId), name: workspace.name, icon: workspace.icon, role }];
    }),
    csrfToken: pageToken(entered.session),
    needsSetup: false,
  };
}
