import { z } from "zod";
import { requireClient } from "../../access/oauth-apps.ts";
import { DEVICE_LIFETIME_SECONDS, startDevice } from "../../access/oauth-devices.ts";
import { scopeWithin } from "../../access/oauth-scopes.ts";
import { siteOf } from "../../access/throttle.ts";
import type { OAuthAppId, WorkspaceId } from "../../domain/ids.ts";
import type { Call, Reply, Route } from "../../http/route.ts";
import { serverAddress } from "../../http/server-address.ts";
import { DEVICE_PAGE } from "./paths.ts";
import type { OAuthDialectServices } from "./services.ts";
import { idOf, readInput, wireId } from "./wire.ts";

const DeviceCodeBody = z.object({ client_id: wireId<OAuthAppId>() });

/** `POST …/device/code`, also for one workspace. Source: spec page §2.3. */
export function deviceCodeRoutes(services: OAuthDialectServices): Route<never>[] {
  const handle = (call: Call) => answerDeviceCode(services, call);
  return ["/device/code", "/workspace_id/:workspace_id/device/code"].map((path) => ({
    method: "POST",
    path: `/api/permission/oauth2${path}`,
    access: "public",
    handle,
  }));
}

async function answerDeviceCode(services: OAuthDialectServices, call: Call): Promise<Reply> {
  const { client_id: id } = readInput(DeviceCodeBody, call.body);
  const { origin } = serverAddress(call, services.publicUrl);
  await services.guessThrottle.starts.take(siteOf(call.clientAddress));
  const app = await requireClient(services.store, { id, secret: undefined, kinds: ["device"] });
  const workspace = call.params["workspace_id"];
  const scope = scopeWithin(
    app.scope,
    workspace === undefined ? {} : { workspaceIds: [idOf<WorkspaceId>(workspace)] },
  );
  const { deviceCode, userCode, intervalSeconds } = await startDevice(services, { app, scope });
  return {
    kind: "json",
    headers: { "x-tt-logid": call.requestId },
    body: {
      device_code: deviceCode,
      user_code: userCode,
      verification_uri: `${origin}${DEVICE_PAGE}`,
      expires_in: DEVICE_LIFETIME_SECONDS,
      interval: intervalSeconds,
    },
  };
}
