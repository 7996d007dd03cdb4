import type { Command } from "commander";
import type { AccessKeyOptions, NewAccessKey } from "./access-key.ts";
import { EXIT_CODES } from "./failure.ts";
import { listOf } from "./option-values.ts";
import type { Terminal } from "./terminal.ts";

/** `antiphon access-key …` */
export function addAccessKeys(program: Command, terminal: Terminal): void {
  const accessKey = program
    .command("access-key")
    .summary("make, list, change, rotate and disable access keys of the Insight Open API")
    .description(
      "Access keys: an id and a secret with which clients of the Insight Open API get tokens for two hours.\n" +
        "Works while a server runs on the same data; takes effect at once.",
    )
    .addHelpText(
      "after",
      `
Examples:
  antiphon access-key create --name "Shop backend"
  antiphon access-key create --name "Web chat" --scopes chat,feedback --agents shop --origins https://shop.example
  antiphon access-key rotate 6c7b1f0a-1111-4222-8333-444455556666
${EXIT_CODES}`,
    );
  limits(accessKey.command("create").summary("make a key; prints its id and, once, its secret"))
    .requiredOption("--name <text>", "for people")
    .option("--workspace <name>", "whose agents it is for: name or id (default: the oldest workspace)")
    .action(async (options: NewAccessKey) => (await import("./access-key.ts")).createKey(terminal, options));
  accessKey
    .command("list")
    .summary("print all keys, without their secrets")
    .action(async () => (await import("./access-key.ts")).listKeys(terminal));
  limits(accessKey.command("change").summary("change what is given; `any` takes a limit away"))
    .argument("<id>", "the key's id")
    .option("--name <text>", "for people")
    .action(async (id: string, options: AccessKeyOptions) =>
      (await import("./access-key.ts")).changeKey(terminal, id, options),
    );
  accessKey
    .command("rotate")
    .summary("give a key another secret; the one before and all its tokens are void")
    .argument("<id>", "the key's id")
    .action(async (id: string) => (await import("./access-key.ts")).rotateKey(terminal, id));
  accessKey
    .command("disable")
    .summary("shut a key out with every token it got")
    .argument("<id>", "the key's id")
    .action(async (id: string) => (await import("./access-key.ts")).disableKey(terminal, id));
  accessKey
    .command("enable")
    .summary("let a disabled key in again")
    .argument("<id>", "the key's id")
    .action(async (id: string) => (await import("./access-key.ts")).enableKey(terminal, id));
}

function limits(command: Command): Command {
  return command
    .option("--scopes <list>", "what its tokens may do, separated by commas (default: everything)", listOf)
    .option("--agents <list>", "slugs or ids of the only agents it may use (default: all)", listOf)
    .option("--networks <list>", "the only networks or addresses it may be used from (default: any)", listOf)
    .option("--origins <list>", "web origins whose pages may use it (default: none)", listOf);
}
