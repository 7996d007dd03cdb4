import { createHash, createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import { decryptSecret, encryptSecret, type SecretKey } from "../config/secrets.ts";
import type { Endpoint } from "../domain/endpoint.ts";
import type { ClientIdentity } from "../http/outbound.ts";
import { invalid } from "./invalid-setting.ts";

/** What proves in TLS who sends; both PEM. Our certificate first, then those that lead to an authority. */
export interface ClientCertificate {
  certificate: string;
  key: string;
}

/** What may be shown of one. */
export interface CertificateDescription {
  subject: string;
  /** SHA-256 of the certificate, as OpenSSL writes it. */
  fingerprint: string;
  expiresAt: Date;
}

const FIELD = "clientCertificate";
const LENGTH_LIMIT = 32_768;

/** Throws `request_invalid` naming the part that is no PEM, or does not belong to the other. */
export function checkClientCertificate({ certificate, key }: ClientCertificate): void {
  if (certificate.length > LENGTH_LIMIT || key.length > LENGTH_LIMIT) {
    throw invalid(FIELD, `longer than ${LENGTH_LIMIT} characters`);
  }
  const first = readCertificate(certificate);
  if (!first.checkPrivateKey(readKey(key))) {
    throw invalid(`${FIELD}.key`, "does not belong to the certificate");
  }
  try {
    createSecureContext({ cert: certificate, key, minVersion: "TLSv1.2" });
  } catch {
    // OpenSSL's words name its functions, nothing that helps who reads them.
    throw invalid(`${FIELD}.certificate`, "cannot be used for TLS");
  }
}

/** Throws `request_invalid`: without TLS nobody asks for a certificate. */
export function checkNeedsTls({ url, encryptedClientCertificate }: Endpoint): void {
  if (encryptedClientCertificate === undefined || url === undefined || url.startsWith("https:")) return;
  throw invalid(FIELD, "is only for https: addresses");
}

/** A certificate as it is stored. */
export function sealClientCertificate(secretKey: SecretKey, { certificate, key }: ClientCertificate): string {
  return encryptSecret(secretKey, JSON.stringify({ certificate, key }));
}

/** The endpoint's certificate. Undefined: it has none. */
export function openClientCertificate(
  secretKey: SecretKey,
  { encryptedClientCertificate }: Pick<Endpoint, "encryptedClientCertificate">,
): ClientCertificate | undefined {
  if (encryptedClientCertificate === undefined) return undefined;
  return JSON.parse(decryptSecret(secretKey, encryptedClientCertificate));
}

/** What attempts show in TLS, over connections that no other endpoint uses. Undefined: nothing. */
export function identityOf(
  secretKey: SecretKey,
  endpoint: Pick<Endpoint, "id" | "encryptedClientCertificate">,
): ClientIdentity | undefined {
  const opened = openClientCertificate(secretKey, endpoint);
  if (opened === undefined) return undefined;
  const print = createHash("sha256").update(opened.certificate).update(opened.key).digest("hex");
  return { name: `${endpoint.id} ${print}`, ...opened };
}

/** What may be shown of the endpoint's certificate. Undefined: it has none. */
export function describeClientCertificate(
  secretKey: SecretKey,
  endpoint: Pick<Endpoint, "encryptedClientCertificate">,
): CertificateDescription | undefined {
  const opened = openClientCertificate(secretKey, endpoint);
  if (opened === undefined) return undefined;
  const { subject, fingerprint256, validTo } = new X509Certificate(opened.certificate);
  return {
    subject: subject.split("\n").join(", "),
    fingerprint: fingerprint256,
    expiresAt: new Date(validTo),
  };
}

function readCertificate(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw invalid(`${FIELD}.certificate`, "must be a certificate in PEM");
  }
}

function readKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    throw invalid(`${FIELD}.key`, "must be a private key in PEM, without a passphrase");
  }
}
