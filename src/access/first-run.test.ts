import { afterEach, describe, expect, test } from "vitest";
import { engines } from "../../test/support/engines.ts";
import { openPostgresStore } from "../storage/postgres/open.ts";
import { openSqliteStore } from "../storage/sqlite/open.ts";
import type { Store } from "../storage/store.ts";
import { claimFirstRun, openFirstRun } from "./first-run.ts";
import { SignInThrottle } from "./sign-in.ts";

const ATTEMPTS = 3;

describe.each(engines)("the link of the first start on $name", (engine) => {
  const opened: Store[] = [];
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
  });

  /** Two nodes where there can be two. */
  async function nodes(): Promise<[Store, Store]> {
    const url = await engine.databaseUrl();
    const open = async () => {
      const store =
        url === undefined
          ? await openSqliteStore({ path: ":memory:", durability: "relaxed" })
          : await openPostgresStore({ url });
      opened.push(store);
      return store;
    };
    const here = await open();
    return [here, url === undefined ? here : await open()];
  }

  function claim(store: Store, token: string, name: string) {
    const throttle = new SignInThrottle();
    return claimFirstRun({ store, throttle }, { token, name, password: "long enough", address: "127.0.0.1" });
  }

  test("makes one owner, however many claim it at once", async () => {
    const stores = await nodes();
    const token = (await openFirstRun(stores[0])) ?? "";
    const claims = Array.from({ length: ATTEMPTS }, (_, number) =>
      claim(stores[number % 2 === 0 ? 0 : 1], token, `owner-${number}`),
    );
    const ends = await Promise.allSettled(claims);
    expect(ends.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const end of ends) {
      if (end.status === "rejected") expect(end.reason).toMatchObject({ code: "credential_invalid" });
    }
    const [workspace] = await stores[0].workspaces.list();
    const [listing] = await stores[0].workspaces.listings(workspace === undefined ? [] : [workspace.id]);
    expect(listing?.ownerIds).toHaveLength(1);
    expect(await openFirstRun(stores[0])).toBeUndefined();
  });

  test("is void once there is another, and when somebody can sign in", async () => {
    const [store] = await nodes();
    const first = (await openFirstRun(store)) ?? "";
    const second = (await openFirstRun(store)) ?? "";
    await expect(claim(store, first, "ann")).rejects.toMatchObject({ code: "credential_invalid" });
    await claim(store, second, "ann");
    await expect(claim(store, second, "bob")).rejects.toMatchObject({ code: "credential_invalid" });
    expect(await store.users.findByName("bob")).toBeUndefined();
  });
});
