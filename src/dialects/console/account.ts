import { z } from "zod";
import { endedSessionCookie } from "../../access/browser-session.ts";
import { EVERY_PERMISSION, requirePermission } from "../../access/permissions.ts";
import { openSession } from "../../access/sign-in.ts";
import { changeNickname, changePassword } from "../../access/users.ts";
import type { TokenCaller, User } from "../../domain/access.ts";
import { DomainError } from "../../domain/errors.ts";
import { serverAddress } from "../../http/server-address.ts";
import { type Operation, operation, WithHeaders } from "./operation.ts";
import { requireWholeReach } from "./reach.ts";
import { sessionAnswer, signedIn } from "./session.ts";
import { formatId, wireMoment, wireText } from "./wire.ts";

const accountAnswer = z.object({
  id: z.string(),
  name: z.string().describe("What it signs in with."),
  nickname: z.string(),
  hasPassword: z.boolean(),
  createdAt: wireMoment,
});

/** The caller's own account. */
export const accountOperations: Operation[] = [
  operation({
    route: "GET /account",
    permission: "manageAccount",
    role: "anyone",
    summary: "the caller's own account",
    answer: accountAnswer,
    run: async ({ caller }) => present(caller.user),
  }),
  operation({
    route: "PATCH /account",
    permission: "manageAccount",
    role: "anyone",
    summary: "be called otherwise",
    body: {
      nickname: wireText(100)
        .refine((text) => text.trim() !== "", { error: "must not be empty" })
        .describe("Shown to people, 1 to 100 characters."),
    },
    answer: accountAnswer,
    async run({ services: { store }, caller, body }) {
      const user = await changeNickname(store, caller.user.id, body.nickname);
      await store.flushed();
      return present(user);
    },
  }),
  operation({
    route: "PUT /account/password",
    permission: "manageAccount",
    role: "anyone",
    summary:
      "change the password; every browser is signed out, and this one in again; for people who are signed in, and tokens without limits that were made by hand",
    body: {
      current: wireText(1_024).describe("The password until now. Absent: there is none.").optional(),
      password: wireText(1_024).describe("The new one, 8 to 1024 characters."),
    },
    answer: sessionAnswer,
    async run({ services, caller, body, call }) {
      requireUnlimited(caller);
      const { store, signInThrottle } = services;
      await signInThrottle.names.take(`password of ${caller.user.id}`);
      const { user } = caller;
      const isRight =
        user.passwordHash === undefined ||
        (await signInThrottle.verify(body.current ?? "", user.passwordHash));
      if (!isRight) throw new DomainError("request_invalid", "is wrong", { field: "current" });
      await changePassword(store, user.id, body.password);
      await store.flushed();
      await signInThrottle.names.giveBack(`password of ${user.id}`);
      return signedIn(services, call, await openSession(store, user, new Date()));
    },
  }),
  operation({
    route: "DELETE /account/sessions",
    permission: "manageAccount",
    role: "anyone",
    summary: "sign out in every browser, this one too",
    answer: z.object({}),
    async run({ services, caller, call }) {
      await services.store.users.deleteSignIns(caller.user.id);
      await services.store.flushed();
      const { isSecure } = serverAddress(call, services.publicUrl);
      return new WithHeaders({}, { "set-cookie": endedSessionCookie({ isSecure }) });
    },
  }),
];

/** Whoever has the password may do everything: that is not for those who may do less. */
function requireUnlimited(caller: TokenCaller): void {
  const { kind, scope } = caller.token;
  const isOwnHand = kind === "session" || kind === "personal";
  if (!isOwnHand || scope.agentIds !== undefined || scope.workflowIds !== undefined) throw limited();
  requirePermission(caller, EVERY_PERMISSION);
  requireWholeReach(caller);
}

function limited(): DomainError {
  return new DomainError("permission_denied", "the token may not do everything that its user may");
}

function present({ id, name, nickname, passwordHash, createdAt }: User) {
  return { id: formatId(id), name, nickname, hasPassword: passwordHash !== undefined, createdAt };
}
