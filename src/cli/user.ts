import { hashPassword } from "../access/passwords.ts";
import { changePassword, createUser, disableUser, enableUser } from "../access/users.ts";
import { readConfig } from "../config/config.ts";
import type { Role, User } from "../domain/access.ts";
import type { Workspace } from "../domain/agent.ts";
import type { Store } from "../storage/store.ts";
import { type CommandWork, homeOfUser, recordWork } from "./audit.ts";
import { CommandFailure } from "./failure.ts";
import { readSecret } from "./read-secret.ts";
import { writeTable } from "./table.ts";
import type { Terminal } from "./terminal.ts";
import { withGuestStore } from "./with-store.ts";

export interface NewUser {
  name: string;
  nickname?: string;
  /** By name. Absent: the oldest one. */
  workspace?: string;
  role: Role;
  /** True: a password is read from standard input. */
  password: boolean;
}

/** Makes a user who is a member of a workspace. */
export async function addUser(terminal: Terminal, wish: NewUser): Promise<void> {
  const { name, role, nickname } = wish;
  // Slow by intent, hence before anything is locked.
  const passwordHash = wish.password
    ? await hashPassword(await readSecret(terminal, "password: "))
    : undefined;
  const now = new Date();
  await withGuestStore(readConfig(terminal.environment), async (store) => {
    const { id: workspaceId, name: place } = await workspaceNamed(store, wish.workspace);
    const user = await store.transaction(async ({ users, workspaces }) => {
      const made = await createUser(
        { users, newId: store.newId },
        {
          name,
          ...(nickname === undefined ? {} : { nickname }),
          ...(passwordHash === undefined ? {} : { passwordHash }),
          now,
        },
      );
      await workspaces.saveMember({ workspaceId, userId: made.id, role, joinedAt: now });
      return made;
    });
    const { workspace: _, ...rest } = wish;
    await recordWork(store, { command: "user add", subject: `users/${user.id}`, wish: rest, workspaceId });
    terminal.out.line(`user ${name} (id ${user.id}) is ${role} of the workspace ${place}`);
  });
}

/** Prints every user with its workspaces. */
export async function listUsers({ environment, out }: Terminal): Promise<void> {
  await withGuestStore(readConfig(environment), async (store) => {
    const names = new Map((await store.workspaces.list()).map(({ id, name }) => [id, name]));
    const rows: string[][] = [];
    for (const user of await store.users.list()) {
      const memberships = await store.users.memberships(user.id);
      const places = memberships.map(({ workspaceId, role }) => `${names.get(workspaceId)} (${role})`);
      const password = user.passwordHash === undefined ? "no" : "yes";
      const state = user.disabledAt === undefined ? "" : `disabled ${user.disabledAt.toISOString()}`;
      rows.push([String(user.id), user.name, user.nickname, places.join(", "), password, state]);
    }
    writeTable(
      out,
      ["id", "name", "nickname", "workspaces", "password", "state"],
      rows,
      "there are no users",
    );
  });
}

/** Gives a user another password, read from standard input. */
export async function setPassword(terminal: Terminal, name: string): Promise<void> {
  const password = await readSecret(terminal, `new password of ${name}: `);
  await changeUser(terminal, "user password", name, async (store, user) => {
    await changePassword(store, user.id, password);
    return `${name} has a new password and is signed out everywhere`;
  });
}

/** Shuts a user and its tokens out. */
export async function disable(terminal: Terminal, name: string): Promise<void> {
  await changeUser(terminal, "user disable", name, async (store, user) => {
    await disableUser(store, user.id, new Date());
    return `${name} and its tokens are shut out; antiphon user enable ${name} lets them in again`;
  });
}

/** Lets a disabled user in again. */
export async function enable(terminal: Terminal, name: string): Promise<void> {
  await changeUser(terminal, "user enable", name, async (store, user) => {
    await enableUser(store, user.id);
    return `${name} and its tokens are let in again`;
  });
}

async function changeUser(
  { environment, out }: Terminal,
  command: CommandWork["command"],
  name: string,
  work: (store: Store, user: User) => Promise<string>,
): Promise<void> {
  await withGuestStore(readConfig(environment), async (store) => {
    const user = await userNamed(store, name);
    const done = await work(store, user);
    const workspaceId = await homeOfUser(store, user.id);
    await recordWork(store, { command, subject: `users/${user.id}`, workspaceId });
    out.line(done);
  });
}

/** Rejects with a `CommandFailure` when there is none. */
export async function userNamed(store: Pick<Store, "users">, name: string): Promise<User> {
  const user = await store.users.findByName(name);
  if (user !== undefined) return user;
  throw new CommandFailure(`there is no user ${name}`, "See antiphon user list");
}

/** By name or id; without one the oldest. Rejects with a `CommandFailure` when there is none, or more than one. */
export async function workspaceNamed(store: Pick<Store, "workspaces">, name?: string): Promise<Workspace> {
  const all = await store.workspaces.list();
  const [workspace, second] =
    name === undefined
      ? all.slice(0, 1)
      : all.filter((candidate) => candidate.name === name || String(candidate.id) === name);
  if (workspace !== undefined && second === undefined) return workspace;
  if (all.length === 0) throw new CommandFailure("there is no workspace yet", "Start the server once");
  const problem = workspace === undefined ? "there is no workspace" : "more than one workspace is called";
  const known = all.map((candidate) => `${candidate.name} (${candidate.id})`).join(", ");
  throw new CommandFailure(`${problem} ${name}`, `There are: ${known}`);
}

/** The oldest workspace's first owner. Rejects with a `CommandFailure` when it has none. */
export async function firstOwner(store: Pick<Store, "workspaces">): Promise<User> {
  const workspace = await workspaceNamed(store);
  const { items } = await store.workspaces.members(workspace.id, { offset: 0, limit: 1 });
  const [first] = items;
  if (first?.membership.role === "owner") return first.user;
  throw new CommandFailure(`the workspace ${workspace.name} has no owner`, "Name a user with --owner");
}
