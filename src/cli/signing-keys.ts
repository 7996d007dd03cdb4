import { portableKey, publicSigningKeys, rotateSigningKeys } from "../callbacks/signing-keys.ts";
import { atDesk } from "./callback-desk.ts";
import type { Terminal } from "./terminal.ts";

/** Prints the installation's public keys, newest first, as `whpk_…` and with their ids; makes another pair before. */
export async function printKeys(terminal: Terminal, { rotate }: { rotate: boolean }): Promise<void> {
  await atDesk(terminal, async ({ store, secretKey }) => {
    if (rotate) await rotateSigningKeys(store, secretKey);
    const keys = await publicSigningKeys(store);
    for (const key of keys) terminal.out.line(`${portableKey(key)} kid=${key.kid}`);
    if (keys.length === 0) {
      terminal.err.line("there are none yet: the first endpoint that is signed with them makes them");
    } else if (rotate) {
      terminal.err.line("a running server signs with the new one within a minute");
    }
  });
}
