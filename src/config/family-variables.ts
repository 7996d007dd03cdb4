import { z } from "zod";
import { flag, pathPrefix, timeZoneOffset, type VariableKind, wholeNumber } from "./variable.ts";
import type { VariableReader } from "./variable-reader.ts";

/** What the environment decides of each family of the API. */

export function hiagentVariables(read: VariableReader) {
  return {
    pathPrefix: read.optional("ANTIPHON_PATH_PREFIX", pathPrefix, {
      sentence: "One more path under which the HiAgent actions answer, beside the usual ones.",
    }),
    timeZoneOffsetMinutes: read.value("ANTIPHON_TIME_ZONE_OFFSET", timeZoneOffset, {
      default: "+08:00",
      sentence:
        "Local time of the conversation times (`CreateTime`, `LastChatTime`) that HiAgent clients see.",
    }),
    userIdMaxLength: read.value("ANTIPHON_HIAGENT_USER_ID_MAX_LENGTH", wholeNumber(1, 1_024), {
      default: "20",
      unit: "characters",
      sentence: "Longest accepted `UserID`.",
    }),
    userIdAscii: read.value("ANTIPHON_HIAGENT_USER_ID_ASCII", flag, {
      default: "true",
      sentence: "`true`: a `UserID` with characters outside printable ASCII is refused.",
    }),
    errorsAs200: read.value("ANTIPHON_HIAGENT_ERRORS_AS_200", flag, {
      default: "false",
      sentence: "`true`: errors come with HTTP status 200, for clients that never read the body of others.",
    }),
    strictInputs: read.value("ANTIPHON_HIAGENT_STRICT_INPUTS", flag, {
      default: "false",
      sentence: "`true`: a conversation cannot be created while a required variable has no value.",
    }),
    runGraceSeconds: read.value("ANTIPHON_HIAGENT_RUN_GRACE_SECONDS", wholeNumber(0, 60), {
      default: "2",
      unit: "seconds",
      sentence:
        "How long `run_app_workflow` and `async_resume_app_workflow` wait for the end of a run before they answer that it is processing; 0: not at all.",
    }),
    strictInputData: read.value("ANTIPHON_HIAGENT_STRICT_INPUT_DATA", flag, {
      default: "false",
      sentence:
        "`true`: `InputData` and `Input` of workflow actions must be JSON text, as the vendor's server wants; an object is refused.",
    }),
  };
}

export function cozeVariables(read: VariableReader) {
  return {
    numericCallbackIds: read.value("ANTIPHON_COZE_NUMERIC_CALLBACK_IDS", flag, {
      default: "false",
      sentence:
        "`true`: `user_id_str` and `bot_id_str` in the bodies of Coze callbacks are numbers, as the reference's table says, instead of strings of digits.",
    }),
    runSeconds: read.value("ANTIPHON_COZE_RUN_SECONDS", wholeNumber(1, 3_600), {
      default: "90",
      unit: "seconds",
      sentence:
        "How long a caller of the Coze Open API waits for a workflow that it neither streams nor runs with `is_async`; then it gets code 6023 with the `execute_id`, and the run goes on.",
    }),
    pingSeconds: read.value("ANTIPHON_COZE_PING_SECONDS", wholeNumber(1, 3_600), {
      default: "10",
      unit: "seconds",
      sentence: "After how much silence the stream of a workflow's run over the Coze Open API says `PING`.",
    }),
  };
}

export function insightVariables(read: VariableReader) {
  return {
    successStatus: read.value("ANTIPHON_INSIGHT_SUCCESS_STATUS", successStatus, {
      default: "200",
      sentence:
        "HTTP status of successful POSTs of the Insight Open API: its document says 200, the hosted service answers 201.",
    }),
    replySeconds: read.value("ANTIPHON_INSIGHT_REPLY_SECONDS", wholeNumber(1, 3_600), {
      default: "120",
      unit: "seconds",
      sentence:
        "How long a reply over the Insight Open API, or a turn that an event or an adapter started, may take altogether; what is not complete then has failed, and its text so far is kept.",
    }),
    requestsPerSecond: read.value("ANTIPHON_INSIGHT_REQUESTS_PER_SECOND", wholeNumber(0, 1_000_000), {
      default: "60",
      unit: "requests per second",
      sentence:
        "Requests over the Insight Open API with tokens of one access key, and twice as many at once; 0: no limit.",
    }),
    hasReceiver: read.value("ANTIPHON_INSIGHT_RECEIVER", flag, {
      default: "false",
      sentence:
        "`true`: feedback callbacks of other servers are taken at `POST /v1/bot-message/feedback` and kept, to be read at `GET /api/received-feedback`.",
    }),
  };
}

const successStatus: VariableKind<200 | 201> = {
  accepts: "200 or 201",
  schema: z.enum(["200", "201"]).transform((status) => (status === "200" ? 200 : 201)),
};
