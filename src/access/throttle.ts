import ipaddr from "ipaddr.js";
import type { RateLimiterMemory } from "rate-limiter-flexible";
import { DomainError } from "../domain/errors.ts";

const IPV6_SITE_BITS = 64;

/** Counts attempts by key in windows of time, in this process's memory: every node and every start counts anew. */
export class Throttle {
  readonly #attempts: number;
  readonly #windowSeconds: number;
  #limiter: Promise<RateLimiterMemory> | undefined;

  constructor({ attempts, windowSeconds }: { attempts: number; windowSeconds: number }) {
    this.#attempts = attempts;
    this.#windowSeconds = windowSeconds;
  }

  /** Counts one attempt. Rejects with `rate_limited` when there were too many since the window of the key began. */
  async take(key: string): Promise<void> {
    const limiter = await this.#open();
    const { consumedPoints, msBeforeNext } = await limiter.penalty(key);
    if (consumedPoints <= this.#attempts) return;
    throw new DomainError("rate_limited", "too many attempts; try again later", {
      retryAfterSeconds: Math.max(1, Math.ceil(msBeforeNext / 1_000)),
    });
  }

  /** Takes one attempt back that turned out to be no guess. */
  async giveBack(key: string): Promise<void> {
    await (await this.#open()).reward(key);
  }

  /** Loaded only where somebody signs in: the library brings every kind of store along. */
  #open(): Promise<RateLimiterMemory> {
    this.#limiter ??= import("rate-limiter-flexible").then(
      (library) => new library.RateLimiterMemory({ points: this.#attempts, duration: this.#windowSeconds }),
    );
    return this.#limiter;
  }
}

/** What one guesser can hardly change about its address: the address, of IPv6 the network a site is given. */
export function siteOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === "ipv4") return parsed.toString();
  return ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/${IPV6_SITE_BITS}`).toString();
}
