import { createReadStream } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engines } from "../../support/engines.ts";
import {
  type CozeWorld,
  chatOf,
  expectStrictAnswers,
  openCozeWorld,
  question,
  readAll,
  refusalOf,
} from "./world.ts";

/** One transparent pixel. */
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
  "base64",
);

describe.each(engines)("files of @coze/api on $name", (engine) => {
  let world: CozeWorld;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "antiphon-upload-test-"));
    world = await openCozeWorld(engine, { ANTIPHON_MAX_FILE_MB: "1" });
  });
  afterAll(async () => {
    await world.close();
    await rm(folder, { recursive: true, force: true });
  });
  expectStrictAnswers(() => world);

  /** On Node the SDK takes a stream of a file. */
  const upload = async (bytes: string | Buffer, name: string, user: "owner" | "member" = "owner") => {
    const path = join(folder, name);
    await writeFile(path, bytes);
    return world.sdk(user).files.upload({ file: createReadStream(path) });
  };
  const uploadForm = (field: string, file: File) => {
    const form = new FormData();
    form.append(field, file);
    return world.call("POST /v1/files/upload", { body: form });
  };
  const ask = (parts: object[], more: object = {}) =>
    readAll(
      world.sdk().chat.stream({
        bot_id: world.botId("shop"),
        user_id: "u1",
        additional_messages: [
          { ...question(""), content: JSON.stringify(parts), content_type: "object_string" },
        ],
        ...more,
      }),
    );

  test("upload and retrieve", async () => {
    const file = await upload("退货政策：7 天无理由。", "退货 政策.txt");
    expect(file).toMatchObject({
      bytes: Buffer.byteLength("退货政策：7 天无理由。"),
      file_name: "退货 政策.txt",
    });
    expect(Math.abs(file.created_at - Date.now() / 1000)).toBeLessThan(120);
    expect(await world.sdk().files.retrieve(file.id)).toEqual(file);
  });

  test("an image and its question reach the model as an image", async () => {
    const { id } = await upload(PNG, "pixel.png");
    const events = await ask([
      { type: "text", text: "what is in this picture" },
      { type: "image", file_id: id },
    ]);
    expect(events.at(-1)).toMatchObject({ event: "done" });
    const content = world.asked("what is in this picture").body.messages.at(-1)?.content;
    expect(content).toEqual([
      { type: "text", text: "what is in this picture" },
      { type: "image_url", image_url: { url: `data:image/png;base64,${PNG.toString("base64")}` } },
    ]);
  });

  test("a text file reaches the model as its text", async () => {
    const { id } = await upload("Rückgabe binnen 30 Tagen.", "policy.txt");
    await ask([
      { type: "text", text: "how long may I return it" },
      { type: "file", file_id: id },
    ]);
    const seen = JSON.stringify(world.asked("how long may I return it").body.messages.at(-1));
    expect(seen).toContain("Rückgabe binnen 30 Tagen.");
    expect(seen).toContain("policy.txt");
  });

  test("an image by its address is handed on by its address", async () => {
    await ask([
      { type: "text", text: "look at this address" },
      { type: "image", file_url: "https://pictures.example/cat.png" },
    ]);
    expect(JSON.stringify(world.asked("look at this address").body.messages.at(-1))).toContain(
      "https://pictures.example/cat.png",
    );
  });

  test("the message is listed with the file it was sent with, and reaches the model again as history", async () => {
    const { id } = await upload(PNG, "again.png");
    const events = await ask([
      { type: "text", text: "remember this picture" },
      { type: "image", file_id: id },
    ]);
    const { conversation_id } = chatOf(events);
    const { data } = await world.sdk().conversations.messages.list(conversation_id, { order: "asc" });
    expect(data[0]?.content_type).toBe("object_string");
    expect(JSON.parse(data[0]?.content ?? "")).toEqual([
      { type: "text", text: "remember this picture" },
      { type: "image", file_id: id },
    ]);
    await readAll(
      world.sdk().chat.stream({
        bot_id: world.botId("shop"),
        user_id: "u1",
        conversation_id,
        additional_messages: [question("and what was in it")],
      }),
    );
    expect(JSON.stringify(world.asked("and what was in it").body.messages)).toContain(PNG.toString("base64"));
  });

  test("a message of only an image needs a text beside it", async () => {
    const { id } = await upload(PNG, "alone.png");
    const only = {
      ...question(""),
      content: JSON.stringify([{ type: "image", file_id: id }]),
      content_type: "object_string" as const,
    };
    const shop = { bot_id: world.botId("shop"), user_id: "u1" };
    const refusal = await refusalOf(world.sdk().chat.create({ ...shop, additional_messages: [only] }));
    expect(refusal).toMatchObject({ code: 4000 });
    expect(refusal.msg).toContain("additional_messages.0");
    const events = await readAll(
      world.sdk().chat.stream({ ...shop, additional_messages: [only, question("what is on it")] }),
    );
    expect(events.at(-1)).toMatchObject({ event: "done" });
    expect(JSON.stringify(world.asked("what is on it").body.messages)).toContain(PNG.toString("base64"));
  });

  test("files of others cannot be looked at or used", async () => {
    const { id } = await upload(PNG, "mine.png", "member");
    expect(await refusalOf(world.sdk().files.retrieve(id))).toMatchObject({
      name: "NotFoundError",
      code: 4200,
    });
    const events = await ask([
      { type: "text", text: "use theirs" },
      { type: "image", file_id: id },
    ]);
    expect(events).toMatchObject([{ event: "error" }]);
    expect(await world.sdk("member").files.retrieve(id)).toMatchObject({ file_name: "mine.png" });
  });

  test("unknown files are not found", async () => {
    for (const id of ["123456789012345", "nonsense", "../../etc/passwd"]) {
      expect(await refusalOf(world.sdk().files.retrieve(id))).toMatchObject({ code: 4200 });
    }
  });

  test("a name is data: folders in it lead nowhere", async () => {
    for (const name of ["../../evil.txt", "C:\\temp\\evil.txt", "/etc/evil.txt"]) {
      const { data: file } = (await uploadForm("file", new File(["x"], name))).json;
      expect([name, file.file_name]).toEqual([name, "evil.txt"]);
      expect(await world.sdk().files.retrieve(file.id)).toEqual(file);
    }
  });

  test("a file that is too large is refused and not kept", async () => {
    const most = 1024 * 1024;
    const refusal = await refusalOf(upload(Buffer.alloc(most + 1, "a"), "large.txt"));
    expect(refusal).toMatchObject({ code: 4000 });
    expect((await upload(Buffer.alloc(most, "a"), "just-right.txt")).bytes).toBe(most);
  });

  test("a type that is none of the documented ones is refused", async () => {
    const refusal = await refusalOf(upload("MZ", "program.exe"));
    expect(refusal).toMatchObject({ name: "BadRequestError", code: 4000 });
    expect(refusal.msg).toContain("file");
  });

  test("an empty file, and a body that is no upload", async () => {
    expect(await upload("", "empty.txt")).toMatchObject({ bytes: 0 });
    const wrong = await world.call("POST /v1/files/upload", { body: { file: "x" } });
    expect(wrong.json).toMatchObject({ code: 4000 });
    const other = await uploadForm("document", new File(["x"], "x.txt"));
    expect(other.json).toMatchObject({ code: 4000, msg: expect.stringContaining("file") });
  });
});
