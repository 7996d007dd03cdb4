import { describe, expect, test } from "vitest";
import { engines } from "../../support/engines.ts";
import { eventually } from "../../support/eventually.ts";
import { replyOf } from "../../support/insight-client.ts";
import { aSession, openStreams, rowOf, useInsightWorld } from "./world.ts";

describe.each(engines)("streams of Insight on $name", (engine) => {
  const world = useInsightWorld(engine);
  const session = (bot: "shop" | "library" | "desk" = "shop") => ({
    botId: world().botId(bot),
    sessionId: aSession("stream"),
  });

  test("the frames are those of the reference, byte for byte", async () => {
    const { insight, teach } = world();
    teach("逐帧", ["您", "好\n\u2028"]);
    const stream = await insight.stream({ ...session(), message: "逐帧" });
    await stream.all();
    expect([stream.status, stream.headers.get("content-type")]).toEqual([
      200,
      "text/event-stream; charset=utf-8",
    ]);
    const { msgId, execId } = stream.payloads[0]?.data ?? {};
    const ids = `"msgId":"${msgId}","execId":"${execId}"`;
    expect(stream.raw).toBe(
      [
        `data: {"code":0,"data":{"message":"您",${ids}}}`,
        `data: {"code":0,"data":{"message":"好\\n\\u2028",${ids}}}`,
        `data: {"code":0,"data":{"message":"","finish":true,${ids},"handover":false,"domain":"","references":[],"fileUrls":[],"outputActions":[{"type":"send-text-message","status":"send","payload":{"text":"您好\\n\\u2028"}}]}}`,
        "data: [DONE]",
        "",
      ].join("\n\n"),
    );
  });

  test("what is streamed is what the whole reply says, with knowledge and tools too", async () => {
    const { insight, teach } = world();
    const image = JSON.stringify({ imageUrl: "https://files.example/map.png" });
    const post = JSON.stringify({ messages: [{ type: "text", content: "楼层图见上" }] });
    teach("怎么走", ({ body }) =>
      body.messages.at(-1)?.role === "tool"
        ? ["请走", "二号门。"]
        : [
            "稍等。",
            { type: "tool-call", name: "send_image", arguments: image, index: 0 },
            { type: "tool-call", name: "send_post", arguments: post, index: 1 },
          ],
    );
    const whole = await insight.ask({ ...session("desk"), message: "怎么走？" });
    const stream = await insight.stream({ ...session("desk"), message: "怎么走？" });
    const frames = await stream.all();
    expect(whole.outputActions.map(({ type }: { type: string }) => type)).toEqual([
      "send-image-message",
      "send-post-message",
      "send-text-message",
    ]);
    expect(whole.message).toBe("稍等。请走二号门。\n楼层图见上");
    expect(replyOf(frames)).toBe(whole.message);
    const { message: _, msgId: __, execId: ___, ...rest } = whole;
    expect(frames.at(-2)?.data).toMatchObject({ message: "", finish: true, ...rest });
    expect(whole.fileUrls).toEqual(["https://files.example/map.png"]);

    const found = await (await insight.stream({ ...session("library"), message: "图书馆几点闭馆？" })).all();
    expect(found.at(-2)?.data.references).toHaveLength(1);
  });

  test("a model that fails before any word is answered as JSON, after one in a frame of its own", async () => {
    const { insight, teach } = world();
    teach("一开始就坏", [{ type: "status", status: 400, body: { error: { message: "no" } } }]);
    const said = Promise.withResolvers<void>();
    teach("说到一半坏", ["半句", { type: "hold", until: said.promise }, { type: "destroy" }]);
    const refused = await insight.call("POST /bot/message", {
      ...session(),
      message: "一开始就坏",
      stream: true,
    });
    expect([refused.status, refused.headers.get("content-type")]).toEqual([
      502,
      "application/json; charset=utf-8",
    ]);
    expect(refused.body).toMatchObject({ code: 50201, errorCode: "MODEL_ERROR" });
    const stream = await insight.stream({ ...session(), message: "说到一半坏" });
    await stream.until("delta");
    said.resolve();
    const frames = await stream.all();
    expect(frames.map(({ event }) => event)).toEqual(["delta", "error", "done"]);
    expect(stream.raw.split("\n\n").at(-3)).toMatch(
      /^data: \{"code":50201,"errorCode":"MODEL_ERROR","errorMessage":"[^"]+","data":null\}$/,
    );
  });

  test("what is wrong with a request for a stream is answered as JSON", async () => {
    const { insight } = world();
    const reply = await insight.call("POST /bot/message", { ...session(), stream: true });
    expect([reply.status, reply.body.code]).toEqual([400, 40001]);
  });

  test("a client that hangs up stops the model; what was said is kept", async () => {
    const { insight, teach, asked } = world();
    const place = session();
    const never = Promise.withResolvers<void>();
    teach("长篇大论", ["开头，", { type: "hold", until: never.promise }]);
    const stream = await insight.stream({ ...place, message: "长篇大论" });
    const { data } = await stream.until("delta");
    stream.hangUp();
    await eventually(() => asked("长篇大论")[0]?.closedAtMs !== undefined);
    const row = await eventually(async () => {
      const found = await rowOf(insight, place.botId, data.execId);
      if (found.status === "running") throw new Error("still running");
      return found;
    });
    expect(row).toMatchObject({ status: "cancelled", outputActions: [{ payload: { text: "开头，" } }] });
  });

  test("a client that hangs up before the first word stops the model", async () => {
    const { insight, teach, asked } = world();
    const never = Promise.withResolvers<void>();
    teach("一言不发", [{ type: "hold", until: never.promise }]);
    const leaving = new AbortController();
    const place = session();
    const call = insight.call(
      "POST /bot/message",
      { ...place, message: "一言不发", stream: true },
      leaving.signal,
    );
    await eventually(() => asked("一言不发").length === 1);
    leaving.abort();
    await expect(call).rejects.toThrow();
    await eventually(() => asked("一言不发")[0]?.closedAtMs !== undefined);
  });

  test("a reply that has done something goes on when its client hangs up", async () => {
    const { insight, teach } = world();
    const place = session("desk");
    const gate = Promise.withResolvers<void>();
    const image = JSON.stringify({ imageUrl: "https://files.example/map.png" });
    teach("发图再说", ({ body }) =>
      body.messages.at(-1)?.role === "tool"
        ? ["图已", { type: "hold", until: gate.promise }, "发。"]
        : [{ type: "tool-call", name: "send_image", arguments: image }],
    );
    const stream = await insight.stream({ ...place, message: "发图再说" });
    const { data } = await stream.until("delta");
    stream.hangUp();
    await eventually(async () => (await openStreams(world().url)) === 0);
    gate.resolve();
    const row = await eventually(async () => {
      const found = await rowOf(insight, place.botId, data.execId);
      if (found.status === "running") throw new Error("still running");
      return found;
    });
    expect(row.status).toBe("success");
    expect(row.outputActions.at(-1)).toMatchObject({ payload: { text: "图已发。" } });
  });

  test("a client that waits for the whole reply and hangs up loses nothing", async () => {
    const { insight, teach, asked } = world();
    const place = session();
    const gate = Promise.withResolvers<void>();
    teach("慢慢说", ["好", { type: "hold", until: gate.promise }, "了。"]);
    const leaving = new AbortController();
    const call = insight.call("POST /bot/message", { ...place, message: "慢慢说" }, leaving.signal);
    await eventually(() => asked("慢慢说").length === 1);
    leaving.abort();
    await expect(call).rejects.toThrow();
    gate.resolve();
    await insight.ask({ ...place, message: "接着说" });
    expect(world().told("接着说")).toContainEqual({ role: "assistant", content: "好了。" });
  });
});
