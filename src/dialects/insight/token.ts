import { credentialEndpoint, type Endpoint } from "./endpoint.ts";
import { wireName } from "./wire.ts";

/** Source: spec page of Insight §9. */
export const tokenEndpoints: Endpoint[] = [
  credentialEndpoint({
    route: "POST /get-access-token",
    section: "§9",
    summary: "A new token for two hours; earlier ones stay good.",
    body: { accessKeyId: wireName(100), accessKeySecret: wireName(1_000) },
    async run({ services, body, call }) {
      const { token, expiresInSeconds } = await services.door.issueToken(
        body.accessKeyId,
        body.accessKeySecret,
        { address: call.clientAddress, origin: call.headers.origin },
      );
      return { data: { accessToken: token, expiresIn: expiresInSeconds } };
    },
  }),
];
