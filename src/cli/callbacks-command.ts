import { type Command, Option } from "commander";
import { DELIVERY_STATES, type DeliveryState } from "../domain/endpoint.ts";
import type { NewCallbackEndpoint } from "./callbacks.ts";
import { EXIT_CODES } from "./failure.ts";
import { moment, wholeNumber } from "./option-values.ts";
import type { Terminal } from "./terminal.ts";

/** Adds `antiphon callbacks …`. */
export function addCallbacks(program: Command, terminal: Terminal): void {
  const callbacks = program
    .command("callbacks")
    .summary("endpoints that get signed events, and what became of them")
    .description(
      "Callback endpoints, events, deliveries and attempts. Works while a server runs on the same data, which\n" +
        "takes notice within 5 s. An <endpoint> is its id, its slug in antiphon.yaml or its name.",
    )
    .addHelpText(
      "after",
      `
Examples:
  antiphon callbacks add http://127.0.0.1:9000/hooks --event agent.published turn.completed
  antiphon callbacks test orders
  antiphon callbacks deliveries orders --state exhausted
  antiphon callbacks replay orders --since 2d
  antiphon callbacks tail

A walk through all of it: docs/callbacks.md
${EXIT_CODES}`,
    );
  addEndpoints(callbacks, terminal);
  addChanges(callbacks, terminal);
  addStates(callbacks, terminal);
  addLooking(callbacks, terminal);
  addSending(callbacks, terminal);
}

function addEndpoints(callbacks: Command, terminal: Terminal): void {
  callbacks
    .command("list")
    .summary("print all endpoints")
    .action(async () => (await import("./callbacks.ts")).listEndpoints(terminal));
  callbacks
    .command("add")
    .summary("make an endpoint and print its secret, once")
    .argument("<url>", "where events are sent")
    .option("--name <text>", "for people (default: the host of the address)")
    .addOption(
      new Option(
        "--kind <kind>",
        "standard: our own bodies; coze: a callback app; coze-channel: that of a channel; insight: ratings alone",
      )
        .choices(["standard", "coze", "coze-channel", "insight"])
        .default("standard"),
    )
    .option("--event <type...>", "what it gets: agent.published, turn.completed… (default: everything)", [])
    .option("--workspace <name>", "whose events: name or id (default: the oldest workspace)")
    .option("--owner <name>", "user whose callback app it is (default: the workspace's owner)")
    .option("--channel <channel>", "for coze-channel: slug or id of the channel")
    .option("--secret <text>", "what receivers check with (default: one is made)")
    .option("--retry <seconds...>", "seconds before each further attempt (default: 5 s to 24 h)", [])
    .option("--agent <agent...>", "only events of these: id or slug", [])
    .option("--header <header...>", '"name: value" sent along with every attempt', [])
    .option("--ordered", "events about the same subject one after the other")
    .option("--rating <rating...>", "for insight: only changes to these: like, dislike, none", [])
    .option(
      "--history <count>",
      "for insight: newest messages that come along (default: 50)",
      wholeNumber(0, 200),
    )
    .option("--no-strict", "for insight: also what senders of triggers called them")
    .option("--no-coalesce", "for insight: send every change, also one that was followed by another")
    .option("--asymmetric", "sign with the installation's own keys too; see antiphon callbacks keys")
    .option("--certificate <file>", "client certificate for receivers that want one (PEM)")
    .option("--certificate-key <file>", "its private key (PEM)")
    .action(async (url: string, options: Omit<NewCallbackEndpoint, "url">) =>
      (await import("./callbacks.ts")).addEndpoint(terminal, { ...options, url }),
    );
  callbacks
    .command("show")
    .summary("print an endpoint and how it has been lately")
    .argument("<endpoint>")
    .option("--secrets", "print its secrets instead of their fingerprints")
    .action(async (endpoint: string, { secrets }: { secrets?: boolean }) =>
      (await import("./callbacks.ts")).showEndpoint(terminal, endpoint, { withSecrets: secrets === true }),
    );
}

function addChanges(callbacks: Command, terminal: Terminal): void {
  callbacks
    .command("change")
    .summary("give an endpoint another address, name, or other events")
    .argument("<endpoint>")
    .option("--url <address>", "where events are sent from now on")
    .option("--name <text>", "for people")
    .option("--event <type...>", "what it gets from now on, instead of what it got")
    .action(async (endpoint: string, change: { url?: string; name?: string; event?: string[] }) =>
      (await import("./callbacks.ts")).changeEndpoint(terminal, endpoint, change),
    );
  callbacks
    .command("rotate")
    .summary("sign with another secret; the earlier one stays valid for a while")
    .argument("<endpoint>")
    .option("--overlap <hours>", "how long the earlier one stays valid", wholeNumber(0, 168), 24)
    .action(async (endpoint: string, { overlap }: { overlap: number }) =>
      (await import("./callbacks.ts")).rotate(terminal, endpoint, { overlapHours: overlap }),
    );
  callbacks
    .command("keys")
    .summary("print the public keys that receivers check v1a signatures with")
    .option("--rotate", "make another pair first; the one before signs beside it until the next rotation")
    .action(async ({ rotate }: { rotate?: boolean }) =>
      (await import("./signing-keys.ts")).printKeys(terminal, { rotate: rotate === true }),
    );
  callbacks
    .command("delete")
    .summary("delete an endpoint; what was to be sent to it is dropped")
    .argument("<endpoint>")
    .action(async (endpoint: string) => (await import("./callbacks.ts")).remove(terminal, endpoint));
}

function addStates(callbacks: Command, terminal: Terminal): void {
  callbacks
    .command("enable")
    .summary("send again to a disabled or paused endpoint, also what was held")
    .argument("<endpoint>")
    .option("--drop-held", "drop what was held instead of sending it")
    .action(async (endpoint: string, { dropHeld }: { dropHeld?: boolean }) =>
      (await import("./callbacks.ts")).enable(terminal, endpoint, { drop: dropHeld === true }),
    );
  callbacks
    .command("disable")
    .summary("send nothing any more; what comes is held")
    .argument("<endpoint>")
    .option("--reason <text>", "for people", "from the command line")
    .action(async (endpoint: string, { reason }: { reason: string }) =>
      (await import("./callbacks.ts")).disable(terminal, endpoint, reason),
    );
  callbacks
    .command("pause")
    .summary("send nothing for a while; what comes waits")
    .argument("<endpoint>")
    .action(async (endpoint: string) => (await import("./callbacks.ts")).pause(terminal, endpoint));
}

function addLooking(callbacks: Command, terminal: Terminal): void {
  callbacks
    .command("events")
    .summary("print the latest events, newest first")
    .option("--workspace <name>", "name or id (default: the oldest workspace)")
    .option("--event <type...>", "only of these types", [])
    .option("--limit <count>", "how many", wholeNumber(1, 1_000), 20)
    .action(async (options: { workspace?: string; event: string[]; limit: number }) =>
      (await import("./deliveries.ts")).listEvents(terminal, options),
    );
  callbacks
    .command("deliveries")
    .summary("print the latest deliveries, newest first")
    .argument("[endpoint]", "only to this endpoint")
    .addOption(new Option("--state <state>", "only in this state").choices([...DELIVERY_STATES]))
    .option("--limit <count>", "how many", wholeNumber(1, 1_000), 20)
    .action(async (endpoint: string | undefined, options: { state?: DeliveryState; limit: number }) =>
      (await import("./deliveries.ts")).listDeliveries(terminal, endpoint, options),
    );
  callbacks
    .command("attempts")
    .summary("print what is sent of a delivery, and every attempt")
    .argument("<delivery>", "id of the delivery")
    .option("--curl", "print a command instead that sends it as it would be sent now; it holds secrets")
    .action(async (delivery: string, { curl }: { curl?: boolean }) =>
      (await import("./deliveries.ts")).showDelivery(terminal, delivery, { asCurl: curl === true }),
    );
  callbacks
    .command("tail")
    .summary("print deliveries and attempts as they happen")
    .argument("[endpoint]", "only to this endpoint")
    .action(async (endpoint: string | undefined) => (await import("./tail.ts")).tail(terminal, endpoint));
}

function addSending(callbacks: Command, terminal: Terminal): void {
  callbacks
    .command("replay")
    .summary("send past events once more")
    .argument("<endpoint>")
    .requiredOption("--since <when>", "30m, 12h, 2d or a time such as 2026-11-21T08:00:00Z", moment)
    .option("--until <when>", "likewise (default: now)", moment)
    .option("--event <type...>", "only of these types", [])
    .option("--all", "also what was delivered")
    .option("--rate <count>", "deliveries in a second", wholeNumber(1, 1_000), 10)
    .action(
      async (
        endpoint: string,
        options: { since: Date; until?: Date; event: string[]; all?: boolean; rate: number },
      ) => (await import("./deliveries.ts")).replay(terminal, endpoint, options),
    );
  callbacks
    .command("resend")
    .summary("send a delivery once more, whatever became of it")
    .argument("<delivery>", "id of the delivery")
    .action(async (delivery: string) => (await import("./deliveries.ts")).resend(terminal, delivery));
  callbacks
    .command("test")
    .summary("send an example to an endpoint")
    .argument("<endpoint>")
    .option("--event <type>", "which event (default: the first it gets)")
    .action(async (endpoint: string, options: { event?: string }) =>
      (await import("./deliveries.ts")).test(terminal, endpoint, options),
    );
}
