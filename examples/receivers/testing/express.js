import { createServer } from "node:http";
import { registerHooks } from "node:module";

/** As much of Express as its example uses, for a machine where it is not installed. */
function express() {
  const handlers = [];
  const app = {
    post: (path, ...steps) => handlers.push({ path, steps }),
    use: (onError) => handlers.push({ steps: [], onError }),
    listen: (...args) =>
      createServer((request, response) => serve(handlers, request, response)).listen(...args),
  };
  return app;
}

express.raw = () => async (request) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  request.body = Buffer.concat(chunks);
};

async function serve(handlers, request, response) {
  response.status = (code) => Object.assign(response, { statusCode: code });
  response.send = (text) => response.end(text);
  response.sendStatus = (code) => response.writeHead(code).end();
  try {
    for (const step of handlers.find(({ path }) => path === request.url)?.steps ?? [])
      await step(request, response);
  } catch (error) {
    const next = () => response.writeHead(500).end();
    handlers.find(({ onError }) => onError !== undefined)?.onError(error, request, response, next);
  }
}

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "express" ? { url: import.meta.url, shortCircuit: true } : next(specifier, context),
});

// biome-ignore lint/style/noDefaultExport: Express has one
export { express as default };
