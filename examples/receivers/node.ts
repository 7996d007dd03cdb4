import { createServer } from "node:http";
import { SignatureError, verifyStandardWebhook } from "../../receiver/receiver.ts";

/**
 * Receives events of Antiphon with nothing but Node. In a project of your own import from "antiphon-receiver".
 *
 *   SECRET=whsec_… PORT=3000 node examples/receivers/node.ts
 */
const { SECRET = "", PORT = "3000" } = process.env;
const handled = new Set<string>();

const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  try {
    const { id } = verifyStandardWebhook({ headers: request.headers, body, secrets: SECRET });
    // The same event may come twice. Here it is forgotten with the process; keep the ids where your data is.
    if (!handled.has(id)) process.stdout.write(`${id} ${body}\n`);
    handled.add(id);
    response.writeHead(204).end();
  } catch (error) {
    if (!(error instanceof SignatureError)) throw error;
    response.writeHead(401).end(error.message);
  }
});

server.listen(Number(PORT), "127.0.0.1", () => {
  process.stdout.write(`listening ${JSON.stringify(server.address())}\n`);
});
