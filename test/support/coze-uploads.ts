import { type RawConnection, rawConnection } from "./raw-http-client.ts";

const BOUNDARY = "----antiphon-test";

/** A file to upload; `size` zero bytes where there is no content. */
export interface TestUpload {
  token: string;
  name: string;
  content?: Buffer | string;
}

/** Uploads a small file as browsers do. */
export async function upload(url: string, { token, name, content = "" }: TestUpload) {
  const form = new FormData();
  form.append("file", new Blob([new Uint8Array(Buffer.from(content))]), name);
  const response = await fetch(`${url}/v1/files/upload`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
    body: form,
  });
  return { status: response.status, headers: response.headers, body: Object(await response.json()) };
}

/** Begins an upload of so many bytes and sends its head only. */
export async function beginUpload(
  url: string,
  { token, name, size }: { token: string; name: string; size: number },
): Promise<RawConnection> {
  const [head, end] = frame(name);
  const connection = await rawConnection(Number(new URL(url).port));
  connection.send(
    `POST /v1/files/upload HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\n` +
      `content-type: multipart/form-data; boundary=${BOUNDARY}\r\ncontent-length: ${head.length + size + end.length}\r\n\r\n${head}`,
  );
  return connection;
}

/** Uploads so many bytes without holding them. */
export async function uploadZeros(
  url: string,
  { token, name, size }: { token: string; name: string; size: number },
) {
  const [head, end] = frame(name);
  const piece = new Uint8Array(256 * 1024);
  let left = size;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(Buffer.from(head)),
    pull(controller) {
      if (left > 0) controller.enqueue(piece.subarray(0, Math.min(piece.length, left)));
      left -= piece.length;
      if (left > 0) return;
      controller.enqueue(Buffer.from(end));
      controller.close();
    },
  });
  const response = await fetch(`${url}/v1/files/upload`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": `multipart/form-data; boundary=${BOUNDARY}`,
    },
    body,
    duplex: "half",
  });
  return { status: response.status, body: Object(await response.json()) };
}

function frame(name: string): [head: string, end: string] {
  const disposition = `Content-Disposition: form-data; name="file"; filename="${name}"`;
  return [`--${BOUNDARY}\r\n${disposition}\r\n\r\n`, `\r\n--${BOUNDARY}--\r\n`];
}
