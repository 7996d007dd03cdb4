import { describe, expect, test, vi } from "vitest";
import { engines } from "../support/engines.ts";
import { eventually } from "../support/eventually.ts";
import { printFigure } from "../support/figures.ts";
import { inParallel } from "../support/in-parallel.ts";
import { beginConversation, type CallbackScene, useCallbackScene } from "./callback-scene.ts";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 90_000 });

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;
/** The first wait of the schedule with the most jitter. */
const FIRST_DELAY_MS = { from: 5 * SECOND_MS, to: 7 * SECOND_MS };
/** Between the start of an attempt and the moment its end is written down. */
const SLACK_MS = 5 * SECOND_MS;
/** Ten minutes of a schedule take three seconds. */
const QUICK_SCALE = 1 / 200;

describe.each(engines)("how fast events are sent, on $name", (engine) => {
  describe("in real time", () => {
    const set = useCallbackScene(async () => ({ databaseUrl: await engine.databaseUrl() }));

    test("F17: Retry-After is heeded where it makes sense, in seconds and as a date, up to ten hours", async () => {
      const scene = set();
      const agentId = await scene.newAgent();
      const inFiveMinutes = new Date(Date.now() + 300 * SECOND_MS).toUTCString();
      const cases = [
        { hint: "120", from: 120 * SECOND_MS, to: 120 * SECOND_MS },
        { hint: inFiveMinutes, from: 250 * SECOND_MS, to: 300 * SECOND_MS },
        { hint: "1000000000", from: 10 * HOUR_MS, to: 10 * HOUR_MS },
        ...["-5", "1e9", "soon", "0", "Thu, 01 Jan 1970 00:00:00 GMT"].map((hint) => ({
          hint,
          ...FIRST_DELAY_MS,
        })),
      ];
      const listeners = await inParallel(cases.length, 8, (index) =>
        scene.listen(agentId, {
          behaviour: { status: 429, headers: { "retry-after": cases[index]?.hint ?? "" } },
        }),
      );
      const acknowledged = await scene.converse(agentId, 1, listeners);
      for (const [index, listener] of listeners.entries()) {
        const [attempt] = await eventually(async () => {
          const attempts = await listener.attempts();
          expect(attempts).toHaveLength(1);
          return attempts;
        });
        const [delivery] = await listener.deliveries();
        const { hint, from, to } = cases[index] ?? { hint: "", from: 0, to: 0 };
        const waitMs = (delivery?.dueAt ?? 0) - (attempt?.startedAt ?? 0);
        expect([hint, waitMs >= from, waitMs <= to + SLACK_MS]).toEqual([hint, true, true]);
      }
      await scene.check(listeners, acknowledged);
      for (const { id } of listeners) await scene.api(`DELETE /endpoints/${id}`);
    });

    test("F18: a rate is kept in every second, and waiting uses up no attempt", async () => {
      const scene = set();
      const agentId = await scene.newAgent();
      const RATE = 10;
      const listener = await scene.listen(agentId, { more: { ratePerSecond: RATE } });
      const acknowledged = await scene.converse(agentId, 40, [listener]);
      await listener.settled(40);
      const starts = (await listener.attempts()).map(({ startedAt }) => startedAt).sort((a, b) => a - b);
      const most = Math.max(
        ...starts.map((start) => starts.filter((at) => at >= start && at < start + SECOND_MS).length),
      );
      expect(starts).toHaveLength(40);
      expect(most).toBeLessThanOrEqual(RATE + 1);
      await scene.check([listener], acknowledged);
    });
  });

  describe("with a schedule that takes less time", () => {
    const set = useCallbackScene(async () => ({
      databaseUrl: await engine.databaseUrl(),
      scale: QUICK_SCALE,
    }));

    test("F36: ten minutes of silence cost few attempts; afterwards everything drains, and no count is inflated", async () => {
      const scene = set();
      const agentId = await scene.newAgent();
      const listener = await scene.listen(agentId, { behaviour: { status: 503 } });
      const downMs = Date.now();
      const acknowledged = await converseFor(scene, agentId, 600 * SECOND_MS * QUICK_SCALE);
      const tries = listener.arrivals().length;
      expect(tries).toBeLessThanOrEqual(25);
      expect(tries).toBeGreaterThan(5);
      scene.receiver.behave(listener.path, {});
      const repairedMs = Date.now();
      const deliveries = await listener.settled(acknowledged.length);
      printFigure(
        `${engine.name}, F36: ${tries} attempts in ${repairedMs - downMs} ms of silence, ` +
          `${deliveries.length} delivered ${Date.now() - repairedMs} ms after it`,
      );
      const failures = deliveries.reduce((sum, { failureCount }) => sum + failureCount, 0);
      expect(failures).toBe(tries);
      expect(listener.arrivals()).toHaveLength(acknowledged.length + tries);
      await scene.check(
        [listener],
        acknowledged.map((mark) => ({ endpointId: listener.id, mark })),
      );
    });
  });
});

/** Begins one conversation after the other for so long. */
async function converseFor({ coze }: CallbackScene, agentId: string, forMs: number): Promise<string[]> {
  const marks: string[] = [];
  const endMs = Date.now() + forMs;
  await inParallel(4, 4, async () => {
    while (Date.now() < endMs) marks.push(await beginConversation(coze(), agentId));
  });
  return marks;
}
