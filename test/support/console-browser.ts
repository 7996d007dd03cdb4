import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { hashPassword } from "../../src/access/passwords.ts";
import { createUser } from "../../src/access/users.ts";
import type { Role, User } from "../../src/domain/access.ts";
import type { Workspace } from "../../src/domain/agent.ts";
import { startAntiphon, type TestAntiphon, type TestInstallation } from "./antiphon.ts";
import { startBrowser } from "./chromium.ts";
import type { TestEngine } from "./engines.ts";

export const PASSWORD = "correct horse battery";

/** A server with its console, a browser, and an owner who can sign in. */
export interface ConsoleWorld {
  readonly server: TestAntiphon;
  readonly browser: Browser;
  readonly owner: User;
  readonly workspace: Workspace;
  /** One more person, a member of the owner's workspace; `PASSWORD` is the password. */
  aPerson(name: string, role: Role): Promise<User>;
  /**
   * A page where the owner, or whoever is named, is signed in; at a path below `/console`. In English at 1440 px unless
   * told otherwise.
   */
  open(path?: string, options?: BrowserContextOptions & { as?: string }): Promise<Page>;
  /** A page nobody is signed in on. */
  visit(path?: string, options?: BrowserContextOptions): Promise<Page>;
  close(): Promise<void>;
}

export async function openConsole(
  engine: TestEngine,
  installation: Partial<TestInstallation> = {},
): Promise<ConsoleWorld> {
  const server = await startAntiphon({
    ...installation,
    file: { models: [{ name: "m", provider: "extractive" }], ...installation.file },
    environment: { ANTIPHON_LOG_LEVEL: "silent", ...installation.environment },
    databaseUrl: await engine.databaseUrl(),
  });
  const browser = await startBrowser();
  const { store, url } = server;
  const passwordHash = await hashPassword(PASSWORD);
  const now = new Date();
  const owner = await createUser(store, {
    name: "owner-of-all",
    nickname: "Olivia Owner",
    passwordHash,
    now,
  });
  const [workspace] = await store.workspaces.list();
  if (workspace === undefined) throw new Error("no workspace");
  const join = ({ id: userId }: User, role: Role) =>
    store.workspaces.saveMember({ workspaceId: workspace.id, userId, role, joinedAt: now });
  await join(owner, "owner");

  const visit: ConsoleWorld["visit"] = async (path = "/", options = {}) => {
    const context = await browser.newContext({
      locale: "en-GB",
      viewport: { width: 1440, height: 900 },
      reducedMotion: "reduce",
      ...options,
    });
    const page = await context.newPage();
    await page.goto(`${url}/console${path}`);
    return page;
  };
  return {
    server,
    browser,
    owner,
    workspace,
    visit,
    async aPerson(name, role) {
      const user = await createUser(store, { name, nickname: name, passwordHash, now });
      await join(user, role);
      return user;
    },
    async open(path = "/", { as = owner.name, ...options } = {}) {
      const page = await visit(path, options);
      await signIn(page, as);
      return page;
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

/** Signs in on the page that asks for it, as a person does. */
export async function signIn(page: Page, name: string, password = PASSWORD): Promise<void> {
  await page.locator("input[autocomplete=username]").fill(name);
  await page.locator("input[autocomplete=current-password]").fill(password);
  await page.locator("button[type=submit]").click();
  await page.locator("#content").waitFor();
}
