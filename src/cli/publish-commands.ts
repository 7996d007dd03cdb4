import { type Command, InvalidArgumentError, Option } from "commander";
import type { decideAbout, Publishing } from "./agent.ts";
import type { NewChannel } from "./channel.ts";
import { EXIT_CODES } from "./failure.ts";
import { listOf } from "./option-values.ts";
import type { Terminal } from "./terminal.ts";

const BESIDE = "Works while a server runs on the same data.";
const AGENT = "its slug or id";
const CHANNEL = "api, chat-sdk, web-sdk, store, or the slug or id of a custom one";
const AS: [string, string] = ["--as <user>", "who does it (default: the agent's or its workspace's owner)"];

/** `antiphon channel …` and `antiphon agent …`. */
export function addPublishing(program: Command, terminal: Terminal): void {
  addChannels(program, terminal);
  addAgents(program, terminal);
}

function addChannels(program: Command, terminal: Terminal): void {
  const channel = program
    .command("channel")
    .summary("make, list, open and delete custom channels")
    .description(`Channels: places of others where agents are published. ${BESIDE}`)
    .addHelpText(
      "after",
      `
Examples:
  antiphon channel create --name "Market" --owner ann
  antiphon channel create --name "Robots" --authorization device --workspaces shop
  antiphon channel install 412345678901234 --workspace shop

What channels are and how they decide: docs/channels.md
${EXIT_CODES}`,
    );
  channel
    .command("create")
    .summary("make a channel and print its id")
    .requiredOption("--name <text>", "shown to people")
    .option("--description <text>", "shown to people", "")
    .option("--owner <name>", "user who decides in its name (default: the oldest workspace's owner)")
    .addOption(
      new Option("--authorization <mode>", "how publishers are known there")
        .choices(["none", "device", "oauth"])
        .default("none"),
    )
    .option("--authorize-url <address>", "where browsers are sent to link an account, for oauth")
    .option("--token-url <address>", "gives a token for a code, for oauth")
    .option("--user-url <address>", "says whose a token is, for oauth")
    .option("--client-id <id>", "what we are known by there, for oauth")
    .option("--client-secret-file <file>", "file with our secret there, for oauth")
    .option("--workspaces <list>", "names of those who may publish to it (default: the oldest)", listOf)
    .action(async (options: NewChannel) => (await import("./channel.ts")).createChannel(terminal, options));
  channel
    .command("list")
    .summary("print all custom channels")
    .action(async () => (await import("./channel.ts")).listChannels(terminal));
  channel
    .command("install")
    .summary("let a workspace publish to a channel")
    .argument("<channel>", "its slug or id")
    .requiredOption("--workspace <name>", "name or id of the workspace")
    .action(async (name: string, { workspace }: { workspace: string }) =>
      (await import("./channel.ts")).installChannel(terminal, { channel: name, workspace }),
    );
  channel
    .command("offer")
    .summary("add what publishers choose from, such as a device")
    .argument("<channel>", "its slug or id")
    .requiredOption("--key <name>", "what is chosen, such as device_id")
    .requiredOption("--value <text>", "what the channel knows the choice by")
    .option("--label <text>", "shown to publishers (default: the value)")
    .option("--user <name>", "whose choice it is (default: everybody's)")
    .action(async (name: string, choice: { key: string; value: string; label?: string; user?: string }) =>
      (await import("./channel.ts")).offerChoice(terminal, { ...choice, channel: name }),
    );
  channel
    .command("delete")
    .summary("delete a channel with its callback app; what is live there is taken off")
    .argument("<channel>", "its slug or id")
    .action(async (name: string) => (await import("./channel.ts")).removeChannel(terminal, name));
}

function addAgents(program: Command, terminal: Terminal): void {
  const agent = program
    .command("agent")
    .summary("publish agents, take them back, and see what happened to them")
    .description(
      `Agents and what is live where. ${BESIDE} Channels that want to be asked are asked by the server.`,
    )
    .addHelpText(
      "after",
      `
Examples:
  antiphon agent publish shop-assistant --channels api,market
  antiphon agent history shop-assistant --channel market
  antiphon agent rollback shop-assistant --channel market
  antiphon agent unpublish shop-assistant --channel market --reason "season is over"
${EXIT_CODES}`,
    );
  agent
    .command("list")
    .summary("print all agents and where they are live")
    .action(async () => (await import("./agent.ts")).listAgents(terminal));
  agent
    .command("publish")
    .summary("make a version of the draft, or take one that there is, and hand it to channels")
    .argument("<agent>", AGENT)
    .requiredOption("--channels <list>", `separated by commas: ${CHANNEL}`, listOf)
    .option("--number <version>", "an existing version (default: a new one of the draft)", versionNumber)
    .option("--changelog <text>", "what is new in it", "")
    .option("--choose <key=value...>", "of what the custom channels offer, such as device_id=51237825")
    .option(...AS)
    .action(async (name: string, options: Omit<Publishing, "agent">) =>
      (await import("./agent.ts")).publishAgent(terminal, { ...options, agent: name }),
    );
  agent
    .command("rollback")
    .summary("put an earlier version back on a channel")
    .argument("<agent>", AGENT)
    .requiredOption("--channel <channel>", CHANNEL)
    .option("--number <version>", "which one (default: the one that was live there before)", versionNumber)
    .option(...AS)
    .action(async (name: string, options: { channel: string; number?: number; as?: string }) =>
      (await import("./agent.ts")).rollBack(terminal, { ...options, agent: name }),
    );
  addEndings(agent, terminal);
}

function addEndings(agent: Command, terminal: Terminal): void {
  agent
    .command("decide")
    .summary("decide about an agent in the name of a custom channel")
    .argument("<agent>", AGENT)
    .requiredOption("--channel <channel>", "its slug or id")
    .addOption(
      new Option("--verdict <word>", "also after another verdict")
        .choices(["approve", "reject"])
        .makeOptionMandatory(),
    )
    .option("--reason <text>", "why it is rejected", "")
    .option("--share-link <address>", "where the agent can be found in the channel", "")
    .action(async (name: string, verdict: Omit<Parameters<typeof decideAbout>[1], "agent">) =>
      (await import("./agent.ts")).decideAbout(terminal, { ...verdict, agent: name }),
    );
  agent
    .command("unpublish")
    .summary("take an agent off a channel")
    .argument("<agent>", AGENT)
    .requiredOption("--channel <channel>", CHANNEL)
    .option("--reason <text>", "shown to its people and told to the channel", "")
    .option(...AS)
    .action(async (name: string, options: { channel: string; reason: string; as?: string }) =>
      (await import("./agent.ts")).unpublishAgent(terminal, { ...options, agent: name }),
    );
  agent
    .command("delete")
    .summary("delete an agent for good; its conversations stay in the store")
    .argument("<agent>", AGENT)
    .option(...AS)
    .action(async (name: string, options: { as?: string }) =>
      (await import("./agent.ts")).removeAgent(terminal, { ...options, agent: name }),
    );
  agent
    .command("history")
    .summary("print what happened to an agent on its channels, with who and why")
    .argument("<agent>", AGENT)
    .option("--channel <channel>", `only there: ${CHANNEL}`)
    .action(async (name: string, options: { channel?: string }) =>
      (await import("./agent.ts")).showHistory(terminal, { ...options, agent: name }),
    );
}

function versionNumber(text: string): number {
  if (/^[1-9]\d{0,15}$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  throw new InvalidArgumentError("It is a number, as antiphon agent history shows it.");
}
