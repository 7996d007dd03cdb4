import { type Command, Option } from "commander";
import { ROLES, type Role } from "../domain/access.ts";
import { addAccessKeys } from "./access-key-command.ts";
import { EXIT_CODES } from "./failure.ts";
import type { NewOAuthApp } from "./oauth-app.ts";
import { listOf } from "./option-values.ts";
import type { Terminal } from "./terminal.ts";

const BESIDE = "Works while a server runs on the same data; takes effect at once.";

/** `antiphon user …`, `antiphon token …`, `antiphon oauth-app …` and `antiphon access-key …`. */
export function addAccess(program: Command, terminal: Terminal): void {
  addUsers(program, terminal);
  addTokens(program, terminal);
  addOAuthApps(program, terminal);
  addAccessKeys(program, terminal);
}

function addUsers(program: Command, terminal: Terminal): void {
  const user = program
    .command("user")
    .summary("add, list and disable users")
    .description(`Users: people and programs with an account. ${BESIDE}`)
    .addHelpText(
      "after",
      `
Examples:
  antiphon user add ann --role admin
  antiphon user add bob --workspace shop --password < password.txt
  antiphon user password ann
${EXIT_CODES}`,
    );
  user
    .command("add")
    .summary("make a user")
    .argument("<name>", "what it signs in with")
    .option("--nickname <text>", "shown to people (default: the name)")
    .option("--workspace <name>", "where it becomes a member: name or id (default: the oldest workspace)")
    .addOption(new Option("--role <role>", "in that workspace").choices([...ROLES]).default("member"))
    .option("--password", "read a password from standard input; without one it cannot sign in with a browser")
    .action(
      async (
        name: string,
        options: { nickname?: string; workspace?: string; role: Role; password?: boolean },
      ) =>
        (await import("./user.ts")).addUser(terminal, {
          ...options,
          name,
          password: options.password === true,
        }),
    );
  user
    .command("list")
    .summary("print all users")
    .action(async () => (await import("./user.ts")).listUsers(terminal));
  user
    .command("password")
    .summary("set a password, read from standard input; browsers are signed out")
    .argument("<name>", "name of the user")
    .action(async (name: string) => (await import("./user.ts")).setPassword(terminal, name));
  user
    .command("disable")
    .summary("shut a user and all its tokens out")
    .argument("<name>", "name of the user")
    .action(async (name: string) => (await import("./user.ts")).disable(terminal, name));
  user
    .command("enable")
    .summary("let a disabled user in again")
    .argument("<name>", "name of the user")
    .action(async (name: string) => (await import("./user.ts")).enable(terminal, name));
}

function addTokens(program: Command, terminal: Terminal): void {
  const token = program
    .command("token")
    .summary("make, list and revoke access tokens")
    .description(`Personal access tokens, as SDKs of Coze and OpenAI clients send them. ${BESIDE}`)
    .addHelpText(
      "after",
      `
Examples:
  antiphon token create --user owner
  antiphon token create --user bot --scopes chat,retrieveConversation --workspaces shop --expires 30d
  TOKEN=$(antiphon token create --user owner)
  antiphon token revoke 412345678901234
${EXIT_CODES}`,
    );
  token
    .command("create")
    .summary("make a token and print it, once")
    .requiredOption("--user <name>", "whose token it is")
    .option("--name <text>", "for people", "antiphon token")
    .option("--scopes <list>", "what it permits, separated by commas", listOf, ["all"])
    .option(
      "--workspaces <list>",
      "names or ids of the workspaces it reaches (default: all of the user's)",
      listOf,
    )
    .option("--expires <when>", "12h, 30d, 4w or a date (default: never)")
    .action(
      async (options: {
        user: string;
        name: string;
        scopes: string[];
        workspaces?: string[];
        expires?: string;
      }) => (await import("./token.ts")).createToken(terminal, options),
    );
  token
    .command("list")
    .summary("print tokens, without their secrets")
    .option("--user <name>", "only of this user")
    .action(async (options: { user?: string }) =>
      (await import("./token.ts")).listTokens(terminal, options.user),
    );
  token
    .command("revoke")
    .summary("make a token useless")
    .argument("<token>", "its id, or the token itself")
    .action(async (idOrSecret: string) => (await import("./token.ts")).revokeToken(terminal, idOrSecret));
}

function addOAuthApps(program: Command, terminal: Terminal): void {
  const app = program
    .command("oauth-app")
    .summary("make, list and disable OAuth apps")
    .description(`OAuth apps: programs that get tokens of users. ${BESIDE}`)
    .addHelpText(
      "after",
      `
Examples:
  antiphon oauth-app create --kind web --name "Shop admin" --redirect-uri https://shop.example/callback
  antiphon oauth-app create --kind device --name "Kiosk" --scopes chat,createConversation
  antiphon oauth-app create --kind jwt --name "Backend" --owner ann --generate-key backend.pem
  antiphon oauth-app disable 412345678901234

How apps get tokens: docs/oauth.md
${EXIT_CODES}`,
    );
  app
    .command("create")
    .summary("make an app; prints its client id and, once, its secret or the kid of its keys")
    .addOption(
      new Option("--kind <kind>", "how it gets tokens")
        .choices(["web", "pkce", "device", "jwt"])
        .makeOptionMandatory(),
    )
    .requiredOption("--name <text>", "shown to people who are asked for consent")
    .option(
      "--owner <name>",
      "user a jwt app acts for (default: the channel's or the oldest workspace's owner)",
    )
    .option("--redirect-uri <address...>", "where web and pkce apps are sent back to; compared exactly")
    .option("--public-key <file...>", "RSA public key in PEM, for jwt")
    .option("--generate-key <file>", "make a key pair for jwt; the private key goes into this new file")
    .option("--channel <name>", "slug or id of the channel that the tokens of a jwt app speak for")
    .option("--scopes <list>", "most it may ever be given, separated by commas", listOf, ["all"])
    .option(
      "--workspaces <list>",
      "names of the workspaces it may reach (default: all of whoever agrees)",
      listOf,
    )
    .action(async (options: NewOAuthApp) => (await import("./oauth-app.ts")).createApp(terminal, options));
  app
    .command("list")
    .summary("print all apps, without their secrets")
    .action(async () => (await import("./oauth-app.ts")).listApps(terminal));
  app
    .command("disable")
    .summary("shut an app out and void every token it got")
    .argument("<client-id>", "its id")
    .action(async (id: string) => (await import("./oauth-app.ts")).disableApp(terminal, id));
}
