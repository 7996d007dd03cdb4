import { ModelError } from "./chat-model.ts";

/** The error for a request that ended without a whole answer. `hasAnswered`: its headers had come. */
export function connectionError(error: Error, hasAnswered: boolean, requestId?: string): ModelError {
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const options = { detail: describe(error, code), requestId, cause: error };
  switch (code) {
    case "UND_ERR_HEADERS_TIMEOUT":
      return new ModelError("timeout", "the model's server did not answer in time", options);
    case "UND_ERR_BODY_TIMEOUT":
      return new ModelError("timeout", "the model's server stopped sending", options);
    case "UND_ERR_CONNECT_TIMEOUT":
      return new ModelError("unreachable", "no connection to the model's server in time", options);
    case "UND_ERR_INVALID_ARG":
      return new ModelError(
        "refused",
        "the request to the model's server cannot be made as configured",
        options,
      );
  }
  if (hasAnswered) return new ModelError("broken", "the connection to the model's server broke", options);
  if (error.name === "HTTPParserError") {
    return new ModelError("broken", "the model's server does not speak HTTP", options);
  }
  return new ModelError("unreachable", "no connection to the model's server", options);
}

function describe(error: Error, code: string): string {
  return code === "" || error.message.includes(code) ? error.message : `${code}: ${error.message}`;
}
