import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { getJWTToken } from "@coze/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engines } from "../../support/engines.ts";
import { openWorld, type World } from "./world.ts";

const run = promisify(execFile);
const PROGRAM = join(import.meta.dirname, "../../../bin/antiphon.js");

describe.each(engines)("antiphon oauth-app beside a running server, on $name", (engine) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(engine);
  });
  afterAll(() => world?.close());

  async function antiphon(...words: string[]): Promise<Record<string, string>> {
    const { stdout } = await run(process.execPath, [PROGRAM, ...words], {
      env: { ...process.env, ...world.environment },
    });
    return Object.fromEntries([...stdout.matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]));
  }

  test("an app made there gets tokens at once, and none after it is disabled there", async () => {
    const { user } = await world.aPerson("ann");
    const keyFile = join(world.server.dataDirectory, "backend.pem");
    const made = ["--kind", "jwt", "--name", "Backend", "--owner", "ann", "--generate-key", keyFile];
    const { client_id: appId = "", kid = "" } = await antiphon("oauth-app", "create", ...made);
    const privateKey = await readFile(keyFile, "utf8");
    const config = { baseURL: world.url, appId, aud: world.host, keyid: kid, privateKey };
    const { access_token: token } = await getJWTToken(config);
    expect(await world.whoIs(token)).toBe(user.nickname);

    await antiphon("oauth-app", "disable", appId);
    expect(await world.whoIs(token)).toBe(4100);
    await expect(getJWTToken(config)).rejects.toMatchObject({
      status: 401,
      rawError: { error: "invalid_client" },
    });
  });
});
