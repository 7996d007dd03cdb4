import express from "express";
import { SignatureError, verifyStandardWebhook } from "../../receiver/receiver.ts";

/**
 * Receives events of Antiphon with Express, which has to be installed: `npm install express`. In a project of your
 * own import from "antiphon-receiver".
 *
 *   SECRET=whsec_… PORT=3000 node examples/receivers/express.js
 */
const { SECRET = "", PORT = "3000" } = process.env;
const handled = new Set();
const app = express();

// express.raw, not express.json: the signature is that of the bytes.
app.post("/events", express.raw({ type: "application/json" }), (request, response) => {
  const { headers, body } = request;
  const { id } = verifyStandardWebhook({ headers, body, secrets: SECRET });
  // The same event may come twice. Here it is forgotten with the process; keep the ids where your data is.
  if (!handled.has(id)) process.stdout.write(`${id} ${body}\n`);
  handled.add(id);
  response.sendStatus(204);
});

app.use((error, _request, response, next) => {
  if (error instanceof SignatureError) response.status(401).send(error.message);
  else next(error);
});

const server = app.listen(Number(PORT), "127.0.0.1", () => {
  process.stdout.write(`listening ${JSON.stringify(server.address())}\n`);
});
