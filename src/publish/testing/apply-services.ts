import { Emitter } from "../../callbacks/emit.ts";
import { parseSecretKey } from "../../config/secrets.ts";
import type { Store } from "../../storage/store.ts";
import type { PublishServices } from "../services.ts";
import { FORMATS } from "./formats.ts";

/** What a file is applied with, at a time of the test's choice. */
export function applyServices(store: Store, now: () => Date) {
  return {
    store,
    now,
    secretKey: parseSecretKey(Buffer.alloc(32, 7).toString("base64"), "the test"),
    callbacks: new Emitter({ newId: store.newId, formats: FORMATS }),
  };
}

/** What tests publish with that nobody listens to. */
export function quietServices(store: Store): PublishServices {
  const emitter = new Emitter({ newId: store.newId, formats: FORMATS });
  const callbacks: PublishServices["callbacks"] = {
    emit: (inside, fact) => emitter.emit(inside, fact),
    prepareQuestion: (inside, fact) => emitter.prepareQuestion(inside, fact),
    wake() {},
    endpointChanged() {},
    ask: async () => {},
  };
  return { store, callbacks, formats: FORMATS };
}
