import { DomainError } from "../../domain/errors.ts";
import type { Call, Mount, Reply, Route } from "../../http/route.ts";
import { ShareDesk } from "./conversations.ts";
import { presentError } from "./errors.ts";
import { shareFile, sharePage } from "./pages.ts";
import { ShareLimits, type ShareServices } from "./services.ts";

/** Largest question, rating and the like, as JSON. */
const BODY_LIMIT_BYTES = 64 * 1024;

/**
 * The public pages of agents, and what they call: one agent as it is live, the visitor's own conversations, nothing else.
 * No cookies: a visitor proves itself by the token that its page keeps, so no other site can act for it.
 */
export function shareDialect(services: ShareServices): Mount<never> {
  const desk = new ShareDesk(services, new ShareLimits());
  const route = (method: Route<never>["method"], path: string, handle: (call: Call) => Promise<Reply>) =>
    ({ method, path, access: "public", maxBodyBytes: BODY_LIMIT_BYTES, handle }) satisfies Route<never>;
  const turn = "/api/:key/turns/:turnId";
  return {
    name: "share",
    prefixes: ["/share"],
    routes: [
      route("GET", "/embed.js", (call) => shareFile(services, call, "embed.js")),
      route("GET", "/assets/*", (call) => shareFile(services, call, `assets/${call.params["*"]}`)),
      route("GET", "/:key", (call) => sharePage(services, call)),
      route("POST", "/api/:key/visitor", (call) => desk.enter(call)),
      route("GET", "/api/:key/conversations/:id/exchanges", (call) => desk.exchanges(call)),
      route("POST", "/api/:key/ask", (call) => desk.ask(call)),
      route("GET", `${turn}/events`, (call) => desk.follow(call)),
      route("POST", `${turn}/regenerate`, (call) => desk.regenerate(call)),
      route("POST", `${turn}/stop`, (call) => desk.stop(call)),
      route("POST", `${turn}/choose`, (call) => desk.choose(call)),
      route("PUT", `${turn}/feedback`, (call) => desk.rate(call)),
    ],
    async authenticate() {
      throw new DomainError("credential_missing", "visitors have tokens of their own");
    },
    presentError,
  };
}
