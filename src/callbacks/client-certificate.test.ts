import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { newCertificate } from "../../test/support/certificates.ts";
import { SecretKeyError } from "../config/secrets.ts";
import { describeClientCertificate, identityOf, openClientCertificate } from "./client-certificate.ts";
import { updateEndpoint } from "./endpoints.ts";
import { openEndpointDesk } from "./testing/endpoint-desk.ts";

const { cert, key } = newCertificate("antiphon.example");
const clientCertificate = { certificate: cert, key };

function keyWithPassphrase(): string {
  const cipher = { cipher: "aes-256-cbc", passphrase: "secret", type: "pkcs8", format: "pem" } as const;
  return generateKeyPairSync("ed25519").privateKey.export(cipher).toString();
}

describe("a client certificate", () => {
  test("is stored encrypted, described without its key, and taken away by null", async () => {
    const { services, ...desk } = await openEndpointDesk();
    const { endpoint } = await desk.endpoint({ clientCertificate });
    const { secretKey, store } = services;
    const stored = await store.endpoints.find(endpoint.id);
    if (stored === undefined) throw new Error("not there");
    expect(JSON.stringify(stored)).not.toContain("BEGIN");
    expect(openClientCertificate(secretKey, stored)).toEqual(clientCertificate);
    expect(describeClientCertificate(secretKey, stored)).toEqual({
      subject: "CN=antiphon.example",
      fingerprint: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/),
      expiresAt: expect.any(Date),
    });
    expect(() => openClientCertificate({ ...secretKey, id: "another0" }, stored)).toThrow(SecretKeyError);
    expect(await updateEndpoint(services, endpoint.id, { name: "Still" })).toMatchObject({
      encryptedClientCertificate: stored.encryptedClientCertificate,
    });
    const without = await updateEndpoint(services, endpoint.id, { clientCertificate: null });
    expect(without.encryptedClientCertificate).toBeUndefined();
    expect(describeClientCertificate(secretKey, without)).toBeUndefined();
  });

  test("is shown over connections of its endpoint only, and of itself only", async () => {
    const { services, ...desk } = await openEndpointDesk();
    const { endpoint: one } = await desk.endpoint({ clientCertificate });
    const { endpoint: two } = await desk.endpoint({ clientCertificate });
    const other = newCertificate("antiphon.example");
    const renewed = await updateEndpoint(services, one.id, {
      clientCertificate: { certificate: other.cert, key: other.key },
    });
    const names = [one, two, renewed].map((endpoint) => identityOf(services.secretKey, endpoint)?.name);
    expect(new Set(names).size).toBe(3);
    expect(identityOf(services.secretKey, { ...one })?.name).toBe(names[0]);
    expect(identityOf(services.secretKey, { id: one.id })).toBeUndefined();
  });

  test.each([
    [{ certificate: "x", key }, "clientCertificate.certificate"],
    [
      { certificate: `${cert.slice(0, 200)}\n-----END CERTIFICATE-----`, key },
      "clientCertificate.certificate",
    ],
    [{ certificate: key, key }, "clientCertificate.certificate"],
    [
      { certificate: `${cert}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`, key },
      "clientCertificate.certificate",
    ],
    [{ certificate: cert, key: "x" }, "clientCertificate.key"],
    [{ certificate: cert, key: cert }, "clientCertificate.key"],
    [{ certificate: cert, key: keyWithPassphrase() }, "clientCertificate.key"],
    [{ certificate: cert, key: newCertificate("antiphon.example").key }, "clientCertificate.key"],
    [{ certificate: cert, key: " ".repeat(32_769) }, "clientCertificate"],
  ])("that is none is refused, naming the part: %#", async (wrong, field) => {
    const desk = await openEndpointDesk();
    const made = desk.endpoint({ clientCertificate: wrong });
    await expect(made).rejects.toMatchObject({ code: "request_invalid", field });
    const { endpoint } = await desk.endpoint();
    const changed = updateEndpoint(desk.services, endpoint.id, { clientCertificate: wrong });
    await expect(changed).rejects.toMatchObject({ code: "request_invalid", field });
  });

  test("needs an address with TLS, whichever of both comes first", async () => {
    const { services, ...desk } = await openEndpointDesk();
    const refusal = { code: "request_invalid", field: "clientCertificate" };
    const url = "http://orders.example.com/hooks";
    await expect(desk.endpoint({ clientCertificate, url })).rejects.toMatchObject(refusal);
    const { endpoint: plain } = await desk.endpoint({ url });
    await expect(updateEndpoint(services, plain.id, { clientCertificate })).rejects.toMatchObject(refusal);
    const { endpoint } = await desk.endpoint({ clientCertificate });
    await expect(updateEndpoint(services, endpoint.id, { url })).rejects.toMatchObject(refusal);
    await updateEndpoint(services, endpoint.id, { url, clientCertificate: null });
  });
});
