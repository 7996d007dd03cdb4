/** Made by `npm run reference` from the operations in `src/dialects/console`. Do not edit. */
export interface paths {
  "/api/access-keys": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Access keys of a workspace, oldest first.
     * @description Permission `viewAccessKeys`.
     */
    get: operations["GET /access-keys"];
    put?: never;
    /**
     * Make an access key; its secret is shown this once.
     * @description Permission `manageAccessKeys`.
     */
    post: operations["POST /access-keys"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/access-keys/{keyId}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * One access key.
     * @description Permission `viewAccessKeys`.
     */
    get: operations["GET /access-keys/:keyId"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    /**
     * Change what is given; `null` takes a limit away; its tokens follow at once.
     * @description Permission `manageAccessKeys`.
     */
    patch: operations["PATCH /access-keys/:keyId"];
    trace?: never;
  };
  "/api/access-keys/{keyId}/disable": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Shut it out with every token it got.
     * @description Permission `manageAccessKeys`.
     */
    post: operations["POST /access-keys/:keyId/disable"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/access-keys/{keyId}/enable": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Let it in again; tokens got before stay void.
     * @description Permission `manageAccessKeys`.
     */
    post: operations["POST /access-keys/:keyId/enable"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/access-keys/{keyId}/rotate": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Give it another secret, shown this once; the one before and all its tokens are void.
     * @description Permission `manageAccessKeys`.
     */
    post: operations["POST /access-keys/:keyId/rotate"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/agents": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Agents of a workspace with the ids that each family knows them by, oldest first.
     * @description Permission `viewAgents`.
     */
    get: operations["GET /agents"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/agents/{agentId}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /**
     * Delete an agent for good.
     * @description Permission `publish`.
     */
    delete: operations["DELETE /agents/:agentId"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/agents/{agentId}/history": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Every change of a submission's status with who did it and why, newest first.
     * @description Permission `viewChannels`.
     */
    get: operations["GET /agents/:agentId/history"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/agents/{agentId}/publish": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Publish the draft, or an earlier version, to channels; answers when the channels' servers have.
     * @description Permission `publish`.
     */
    post: operations["POST /agents/:agentId/publish"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/agents/{agentId}/submissions": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * What was submitted to channels and what became of it, newest first.
     * @description Permission `viewChannels`.
     */
    get: operations["GET /agents/:agentId/submissions"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/agents/{agentId}/unpublish": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Take an agent off a channel, and back what waits there for a verdict.
     * @description Permission `publish`.
     */
    post: operations["POST /agents/:agentId/unpublish"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/channels": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * The caller's own custom channels and those of its workspaces, oldest first.
     * @description Permission `viewChannels`.
     */
    get: operations["GET /channels"];
    put?: never;
    /**
     * Make a custom channel.
     * @description Permission `manageChannels`.
     */
    post: operations["POST /channels"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/channels/{channelId}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * One channel.
     * @description Permission `viewChannels`.
     */
    get: operations["GET /channels/:channelId"];
    put?: never;
    post?: never;
    /**
     * Delete a channel with its callback app; what is live or waits there is taken off.
     * @description Permission `manageChannels`.
     */
    delete: operations["DELETE /channels/:channelId"];
    options?: never;
    head?: never;
    /**
     * Change what is given.
     * @description Permission `manageChannels`.
     */
    patch: operations["PATCH /channels/:channelId"];
    trace?: never;
  };
  "/api/channels/{channelId}/options": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * What the caller chooses from when it publishes there.
     * @description Permission `viewChannels`.
     */
    get: operations["GET /channels/:channelId/options"];
    put?: never;
    /**
     * Add choices for one user, or for everybody.
     * @description Permission `manageChannels`.
     */
    post: operations["POST /channels/:channelId/options"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/channels/{channelId}/verdicts": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Decide about the latest version of an agent that was submitted to the caller's channel.
     * @description Permission `manageChannels`.
     */
    post: operations["POST /channels/:channelId/verdicts"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/channels/{channelId}/workspaces": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Let a workspace publish to the channel; once is enough.
     * @description Permission `manageChannels`.
     */
    post: operations["POST /channels/:channelId/workspaces"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/conversations/{conversationId}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * One conversation: whose it is, and whether the agent or a person has it.
     * @description Permission `viewConversations`.
     */
    get: operations["GET /conversations/:conversationId"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/conversations/{conversationId}/hold": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Give it to a person: its messages are kept and not answered.
     * @description Permission `manageConversations`.
     */
    post: operations["POST /conversations/:conversationId/hold"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/conversations/{conversationId}/release": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Give it back to its agent, which then knows everything that was said.
     * @description Permission `manageConversations`.
     */
    post: operations["POST /conversations/:conversationId/release"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/deliveries": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Deliveries of a workspace or of one endpoint, newest first.
     * @description Permission `viewCallbacks`.
     */
    get: operations["GET /deliveries"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/deliveries/{deliveryId}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * One delivery: exactly what is sent, and every attempt.
     * @description Permission `viewCallbacks`.
     */
    get: operations["GET /deliveries/:deliveryId"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/deliveries/{deliveryId}/curl": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * A command that sends it as it would be sent now, freshly signed.
     * @description Permission `manageCallbacks`.
     */
    get: operations["GET /deliveries/:deliveryId/curl"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/deliveries/{deliveryId}/resend": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Send it once more, whatever became of it: the same bytes, the same id.
     * @description Permission `manageCallbacks`.
     */
    post: operations["POST /deliveries/:deliveryId/resend"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/endpoints": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Endpoints of a workspace, or the caller's own callback apps, oldest first.
     * @description Permission `viewCallbacks`.
     */
    get: operations["GET /endpoints"];
    put?: never;
    /**
     * Make an endpoint; its secret is shown this once.
     * @description Permission `manageCallbacks`.
     */
    post: operations["POST /endpoints"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/endpoints/{endpointId}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * One endpoint and how it has been lately.
     * @description Permission `viewCallbacks`.
     */
    get: operations["GET /endpoints/:endpointId"];
    put?: never;
    post?: never;
    /**
     * Delete an endpoint; what was to be sent to it is dropped.
     * @description Permission `manageCallbacks`.
     */
    delete: operations["DELETE /endpoints/:endpointId"];
    options?: never;
    head?: never;
    /**
     * Change what is given.
     * @description Permission `manageCallbacks`.
     */
    patch: operations["PATCH /endpoints/:endpointId"];
    trace?: never;
  };
  "/api/endpoints/{endpointId}/disable": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Send nothing and hold what comes until it is enabled.
     * @description Permission `manageCallbacks`.
     */
    post: operations["POST /endpoints/:endpointId/disable"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/endpoints/{endpointId}/enable": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Send again.
     * @description Permission `manageCallbacks`.
     */
    post: operations["POST /endpoints/:endpointId/enable"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/endpoints/{endpointId}/pause": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Send nothing until it is resumed; events wait.
     * @description Permission `manageCallbacks`.
     */
    post: operations["POST /endpoints/:endpointId/pause"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/endpoints/{endpointId}/replays": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * The latest 100 replays of an endpoint, newest first.
     * @description Permission `viewCallbacks`.
     */
    get: operations["GET /endpoints/:endpointId/replays"];
    put?: never;
    /**
     * Send past events once more, at a rate; goes on after restarts.
     * @description Permission `manageCallbacks`.
     */
    post: operations["POST /endpoints/:endpointId/replays"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/endpoints/{endpointId}/resume": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * End a pause.
     * @description Permission `manageCallbacks`.
     */
    post: operations["POST /endpoints/:endpointId/resume"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/endpoints/{endpointId}/secrets": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Sign with another secret; it is shown this once.
     * @description Permission `manageCallbacks`.
     */
    post: operations["POST /endpoints/:endpointId/secrets"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/endpoints/{endpointId}/test": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Send the example of an event; answers with its delivery.
     * @description Permission `manageCallbacks`.
     */
    post: operations["POST /endpoints/:endpointId/test"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/event-types": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * What there is to subscribe to: when it happens, the JSON Schema of `data`, an example, what changed about it.
     * @description Permission `viewCallbacks`.
     */
    get: operations["GET /event-types"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/events": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Events of a workspace that somebody listened to, newest first.
     * @description Permission `viewCallbacks`.
     */
    get: operations["GET /events"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/events/{eventId}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * One event with its data and what became of it.
     * @description Permission `viewCallbacks`.
     */
    get: operations["GET /events/:eventId"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/held-conversations": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Conversations that are with a person, oldest first.
     * @description Permission `viewConversations`.
     */
    get: operations["GET /held-conversations"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/rated-turns": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * What was thought of answers, by turn and rater, with all there is to learn from.
     * @description Permission `viewFeedback`.
     */
    get: operations["GET /rated-turns"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/rated-turns/export": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * The same, all of them, as JSON one a line (`application/x-ndjson`).
     * @description Permission `viewFeedback`.
     */
    get: operations["GET /rated-turns/export"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/received-feedback": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Feedback callbacks that other servers sent to `POST /v1/bot-message/feedback`, newest first; for owners and admins of the oldest workspace.
     * @description Permission `viewFeedback`.
     */
    get: operations["GET /received-feedback"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/replays/{replayId}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * One replay and how far it is.
     * @description Permission `viewCallbacks`.
     */
    get: operations["GET /replays/:replayId"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/replays/{replayId}/cancel": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * End a replay; what it made is sent.
     * @description Permission `manageCallbacks`.
     */
    post: operations["POST /replays/:replayId/cancel"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/replays/{replayId}/pause": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Stop a replay for a while.
     * @description Permission `manageCallbacks`.
     */
    post: operations["POST /replays/:replayId/pause"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/replays/{replayId}/resume": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Go on with a replay.
     * @description Permission `manageCallbacks`.
     */
    post: operations["POST /replays/:replayId/resume"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/workflow-graphs/validate": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * What is wrong with a graph, and a picture of one that may run; nothing is stored.
     * @description Permission `viewWorkflows`.
     */
    post: operations["POST /workflow-graphs/validate"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/workflow-runs/{runId}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * One run with its steps, in the order in which they last changed.
     * @description Permission `viewWorkflows`.
     */
    get: operations["GET /workflow-runs/:runId"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/workflow-runs/{runId}/cancel": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * End a run on whatever node it runs, or waits.
     * @description Permission `manageWorkflows`.
     */
    post: operations["POST /workflow-runs/:runId/cancel"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/workflow-runs/{runId}/resume": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Answer what a waiting run asks for; answers when it has ended, asks again, or the time is up.
     * @description Permission `manageWorkflows`.
     */
    post: operations["POST /workflow-runs/:runId/resume"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/workflows": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Workflows of a workspace without their graphs, oldest first.
     * @description Permission `viewWorkflows`.
     */
    get: operations["GET /workflows"];
    put?: never;
    /**
     * Make a workflow of the caller's, with a draft and no version.
     * @description Permission `manageWorkflows`.
     */
    post: operations["POST /workflows"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/workflows/{workflowId}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * One workflow with the graph of its draft, headers hidden, and what is wrong with that.
     * @description Permission `viewWorkflows`.
     */
    get: operations["GET /workflows/:workflowId"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/workflows/{workflowId}/graph": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /**
     * Put another graph into the draft; one that cannot run is refused.
     * @description Permission `manageWorkflows`.
     */
    put: operations["PUT /workflows/:workflowId/graph"];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/workflows/{workflowId}/picture": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * The graph of the draft as a Mermaid flowchart.
     * @description Permission `viewWorkflows`.
     */
    get: operations["GET /workflows/:workflowId/picture"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/workflows/{workflowId}/runs": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Runs of a workflow, newest first, test runs left out.
     * @description Permission `viewWorkflows`.
     */
    get: operations["GET /workflows/:workflowId/runs"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/workflows/{workflowId}/test-runs": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Try the draft: nodes that would change something elsewhere are left out; answers when the run has ended, asks something, or the time is up.
     * @description Permission `manageWorkflows`.
     */
    post: operations["POST /workflows/:workflowId/test-runs"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    Error: {
      error: {
        code: string;
        field: string | null;
        message: string;
      };
      requestId: string;
    };
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  "GET /access-keys": {
    parameters: {
      query?: {
        workspaceId?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "POST /access-keys": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** @description The only agents it may use. */
          agentIds?: string[];
          /** @description For people, 1 to 128 characters. */
          name: string;
          /** @description The only networks (CIDR) or addresses it may be used from, at most 100. */
          networks?: string[];
          /** @description The web origins whose pages may use it, at most 100. */
          origins?: string[];
          /**
           * @description What its tokens may do: `chat`, `voice`, `workflow`, `feedback`, `knowledge:read`, `knowledge:write`.
           * @default [
           *       "chat",
           *       "voice",
           *       "workflow",
           *       "feedback",
           *       "knowledge:read",
           *       "knowledge:write"
           *     ]
           */
          scopes?: ("chat" | "voice" | "workflow" | "feedback" | "knowledge:read" | "knowledge:write")[];
          /** @description The workspace. Absent: the caller's oldest. */
          workspaceId?: string;
        };
      };
    };
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "GET /access-keys/:keyId": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        keyId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "PATCH /access-keys/:keyId": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        keyId: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": {
          agentIds?: string[] | null;
          /** @description For people, 1 to 128 characters. */
          name?: string;
          networks?: string[] | null;
          origins?: string[] | null;
          /** @description What its tokens may do: `chat`, `voice`, `workflow`, `feedback`, `knowledge:read`, `knowledge:write`. */
          scopes?: ("chat" | "voice" | "workflow" | "feedback" | "knowledge:read" | "knowledge:write")[];
        };
      };
    };
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "POST /access-keys/:keyId/disable": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        keyId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "POST /access-keys/:keyId/enable": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        keyId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "POST /access-keys/:keyId/rotate": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        keyId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "GET /agents": {
    parameters: {
      query?: {
        cursor?: string;
        limit?: number | string;
        workspaceId?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "DELETE /agents/:agentId": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        agentId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "GET /agents/:agentId/history": {
    parameters: {
      query?: {
        channel?: string;
        cursor?: string;
        limit?: number | string;
      };
      header?: never;
      path: {
        agentId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "POST /agents/:agentId/publish": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        agentId: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** @description What is new. */
          changelog?: string;
          /** @description `[{channel, options}]`: `api`, `chat-sdk`, `web-sdk`, `store` or a custom channel's id; `options` by key. */
          channels: {
            channel: string;
            options?: {
              [key: string]: string;
            };
          }[];
          /** @description An earlier version. Absent: a new one of the draft. */
          versionNumber?: number;
        };
      };
    };
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "GET /agents/:agentId/submissions": {
    parameters: {
      query?: {
        channel?: string;
        cursor?: string;
        limit?: number | string;
      };
      header?: never;
      path: {
        agentId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "POST /agents/:agentId/unpublish": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        agentId: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** @description Which. */
          channel: string;
          /** @description Why. */
          reason?: string;
        };
      };
    };
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "GET /channels": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "POST /channels": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** @description How publishers are known there: `{mode: none | device}`, or `{mode: oauth}` with `authorizeUrl`, `tokenUrl`, `userUrl`, `clientId`, `clientSecret`. */
          authorization?:
            | {
                /** @enum {string} */
                mode: "none" | "device";
              }
            | {
                authorizeUrl: string;
                clientId: string;
                clientSecret?: string;
                /** @constant */
                mode: "oauth";
                tokenUrl: string;
                userUrl: string;
              };
          /** @description At most 1000 characters. */
          description?: string;
          /** @description 1 to 100 characters. */
          name: string;
        };
      };
    };
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "GET /channels/:channelId": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        channelId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "DELETE /channels/:channelId": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        channelId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "PATCH /channels/:channelId": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        channelId: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": {
          /** @description How publishers are known there: `{mode: none | device}`, or `{mode: oauth}` with `authorizeUrl`, `tokenUrl`, `userUrl`, `clientId`, `clientSecret`. */
          authorization?:
            | {
                /** @enum {string} */
                mode: "none" | "device";
              }
            | {
                authorizeUrl: string;
                clientId: string;
                clientSecret?: string;
                /** @constant */
                mode: "oauth";
                tokenUrl: string;
                userUrl: string;
              };
          /** @description At most 1000 characters. */
          description?: string;
          /** @description 1 to 100 characters. */
          name?: string;
        };
      };
    };
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "GET /channels/:channelId/options": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        channelId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "POST /channels/:channelId/options": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        channelId: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** @description `[{key, values: [{label, value}]}]`. */
          options: {
            key: string;
            values: {
              label: string;
              value: string;
            }[];
          }[];
          /** @description Whose they are. Absent: everybody's. */
          userId?: string;
        };
      };
    };
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "POST /channels/:channelId/verdicts": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        channelId: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** @description The agent. */
          agentId: string;
          /** @description Why it is rejected. */
          reason?: string;
          /** @description Where the agent can be found in the channel. */
          shareLink?: string;
          /**
           * @description `approved`, `rejected`, or `auditing`: not yet.
           * @enum {string}
           */
          verdict: "approved" | "rejected" | "auditing";
          /** @description Which version is meant; refused when a later one was submitted. Absent: the latest. */
          versionNumber?: number;
        };
      };
    };
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "POST /channels/:channelId/workspaces": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        channelId: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** @description The workspace. */
          workspaceId: string;
        };
      };
    };
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "GET /conversations/:conversationId": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        conversationId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "POST /conversations/:conversationId/hold": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        conversationId: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": {
          /** @description For people. */
          reason?: string;
        };
      };
    };
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "POST /conversations/:conversationId/release": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        conversationId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "GET /deliveries": {
    parameters: {
      query?: {
        cursor?: string;
        endpointId?: string;
        eventId?: string;
        limit?: number | string;
        since?: string;
        state?: "pending" | "leased" | "held" | "delivered" | "exhausted" | "dropped" | "superseded";
        type?: string;
        until?: string;
        workspaceId?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "GET /deliveries/:deliveryId": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        deliveryId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "GET /deliveries/:deliveryId/curl": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        deliveryId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "POST /deliveries/:deliveryId/resend": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        deliveryId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "GET /endpoints": {
    parameters: {
      query?: {
        cursor?: string;
        kind?: "standard" | "insight" | "coze" | "coze-channel";
        limit?: number | string;
        workspaceId?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "POST /endpoints": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** @description Only events of these agents. Empty: all. */
          agentIds?: string[];
          /** @description What receivers that ask for a client certificate are shown: `certificate` and `key`, both PEM. Never shown again, only whose it is and until when it is good. */
          clientCertificate?: {
            certificate: string;
            key: string;
          };
          /** @description What it gets; see `GET /api/event-types`. Of `insight` always `feedback.changed`, also when absent. */
          eventTypes?: string[];
          /** @description What it is told of ratings; what is absent stays as it is. Only of `insight`. */
          feedback?: {
            /** @description Newest messages of the conversation that come along: 0 to 200, 50 when absent. */
            historyLimit?: number | string;
            /** @description Nothing beside the documented types and members, true when absent; false: also what senders of triggers called them. */
            isStrict?: boolean;
            /** @description Only changes to these; `none`: a rating was taken back. All when absent. */
            ratings?: ("none" | "like" | "dislike")[];
          };
          /** @description Sent along with every attempt. Never shown again, only their names. */
          headers?: {
            [key: string]: string;
          };
          /** @description Whether attempts are signed with the installation's own Ed25519 keys too (`v1a`); their public halves are at `GET /.well-known/webhook-jwks.json`. */
          isAsymmetric?: boolean;
          /** @description Whether a change takes the place of an earlier one of the same answer and rater that is not delivered yet; true when absent. Only of `insight`. */
          isCoalescing?: boolean;
          /** @description Whether an event waits until the one before it about the same subject was delivered or given up. Of `insight` always. */
          isOrdered?: boolean;
          /**
           * @description `standard`: our own bodies; `insight`: ratings alone, as the feedback callback of the Insight family, at most ten in a workspace.
           * @default standard
           * @enum {string}
           */
          kind?: "standard" | "insight";
          /** @description Most attempts at once: 1 to 64, 4 when absent; of `insight` 8. */
          maxInFlight?: number | string;
          /** @description For people, 1 to 128 characters. */
          name: string;
          /** @description Most attempts begun in a second: 1 to 1000. */
          ratePerSecond?: number | string;
          /** @description Milliseconds before each further attempt, at most 20. The standard schedule otherwise. */
          retryDelaysMs?: number[];
          /** @description `whsec_` and 24 to 64 bytes in base64. Absent: one is made. */
          secret?: string;
          /** @description For the whole exchange: 3000 to 30000, 15000 when absent; of `insight` 1000 to 30000, 10000 when absent. */
          timeoutMs?: number | string;
          /** @description Where events are sent: `https:`, or `http:` in a private network that is allowed. Of `insight` without a path: `/v1/bot-message/feedback`. */
          url?: string;
          /** @description The workspace. Absent: the caller's oldest. */
          workspaceId?: string;
        };
      };
    };
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "GET /endpoints/:endpointId": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        endpointId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "DELETE /endpoints/:endpointId": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        endpointId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "PATCH /endpoints/:endpointId": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        endpointId: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": {
          /** @description Only events of these agents. Empty: all. */
          agentIds?: string[];
          clientCertificate?: {
            certificate: string;
            key: string;
          } | null;
          /** @description What it gets; see `GET /api/event-types`. Of `insight` always `feedback.changed`, also when absent. */
          eventTypes?: string[];
          /** @description What it is told of ratings; what is absent stays as it is. Only of `insight`. */
          feedback?: {
            /** @description Newest messages of the conversation that come along: 0 to 200, 50 when absent. */
            historyLimit?: number | string;
            /** @description Nothing beside the documented types and members, true when absent; false: also what senders of triggers called them. */
            isStrict?: boolean;
            /** @description Only changes to these; `none`: a rating was taken back. All when absent. */
            ratings?: ("none" | "like" | "dislike")[];
          };
          /** @description Sent along with every attempt. Never shown again, only their names. */
          headers?: {
            [key: string]: string;
          };
          /** @description Whether attempts are signed with the installation's own Ed25519 keys too (`v1a`); their public halves are at `GET /.well-known/webhook-jwks.json`. */
          isAsymmetric?: boolean;
          /** @description Whether a change takes the place of an earlier one of the same answer and rater that is not delivered yet; true when absent. Only of `insight`. */
          isCoalescing?: boolean;
          /** @description Whether an event waits until the one before it about the same subject was delivered or given up. Of `insight` always. */
          isOrdered?: boolean;
          /** @description Most attempts at once: 1 to 64, 4 when absent; of `insight` 8. */
          maxInFlight?: number | string;
          /** @description For people, 1 to 128 characters. */
          name?: string;
          ratePerSecond?: (number | string) | null;
          retryDelaysMs?: number[] | null;
          /** @description For the whole exchange: 3000 to 30000, 15000 when absent; of `insight` 1000 to 30000, 10000 when absent. */
          timeoutMs?: number | string;
          /** @description Where events are sent: `https:`, or `http:` in a private network that is allowed. Of `insight` without a path: `/v1/bot-message/feedback`. */
          url?: string;
        };
      };
    };
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "POST /endpoints/:endpointId/disable": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        endpointId: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": {
          /** @description For people. */
          reason?: string;
        };
      };
    };
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "POST /endpoints/:endpointId/enable": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        endpointId: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /**
           * @description What becomes of what was held: `deliver` or `drop`.
           * @enum {string}
           */
          held: "deliver" | "drop";
        };
      };
    };
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "POST /endpoints/:endpointId/pause": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        endpointId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "GET /endpoints/:endpointId/replays": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        endpointId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "POST /endpoints/:endpointId/replays": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        endpointId: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** @description Only these. Absent or empty: all that the endpoint gets. */
          eventTypes?: string[];
          /** @description Only what was not delivered; true when absent. */
          onlyFailed?: boolean;
          /** @description Deliveries in a second: 1 to 1000, 10 when absent. */
          ratePerSecond?: number | string;
          /**
           * Format: date-time
           * @description Events from then on.
           */
          since: string;
          /**
           * Format: date-time
           * @description Events until then. Absent: now.
           */
          until?: string;
        };
      };
    };
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "POST /endpoints/:endpointId/resume": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        endpointId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "POST /endpoints/:endpointId/secrets": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        endpointId: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": {
          /** @description How long the earlier ones stay valid: 0 to 168, 24 when absent. */
          overlapHours?: number | string;
          /** @description `whsec_…`. Absent: one is made. */
          secret?: string;
        };
      };
    };
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "POST /endpoints/:endpointId/test": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        endpointId: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** @description Which event. */
          type: string;
        };
      };
    };
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "GET /event-types": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "GET /events": {
    parameters: {
      query?: {
        cursor?: string;
        limit?: number | string;
        subject?: string;
        type?: string;
        workspaceId?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "GET /events/:eventId": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        eventId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "GET /held-conversations": {
    parameters: {
      query?: {
        cursor?: string;
        limit?: number | string;
        workspaceId?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "GET /rated-turns": {
    parameters: {
      query?: {
        agentId?: string;
        cursor?: string;
        limit?: number | string;
        rating?: "like" | "dislike" | "none";
        since?: string;
        until?: string;
        workspaceId?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "GET /rated-turns/export": {
    parameters: {
      query?: {
        agentId?: string;
        rating?: "like" | "dislike" | "none";
        since?: string;
        until?: string;
        workspaceId?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "GET /received-feedback": {
    parameters: {
      query?: {
        cursor?: string;
        limit?: number | string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "GET /replays/:replayId": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        replayId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "POST /replays/:replayId/cancel": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        replayId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "POST /replays/:replayId/pause": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        replayId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "POST /replays/:replayId/resume": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        replayId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "POST /workflow-graphs/validate": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** @description The graph, as in a file: `antiphon-workflow.schema.json`. Values of headers are shown as `(hidden)`; put back like that they stay as they are, for the same host. */
          graph: {
            [key: string]: unknown;
          };
          /** @description The workflow that it is for. Absent: one that is not made yet. */
          workflowId?: string;
          /** @description Without `workflowId`: where others that it runs are looked for. Absent: the caller's oldest. */
          workspaceId?: string;
        };
      };
    };
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "GET /workflow-runs/:runId": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        runId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "POST /workflow-runs/:runId/cancel": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        runId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "POST /workflow-runs/:runId/resume": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        runId: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** @description The answer: text for a question; an object, JSON text or `name: value` lines for an input; a tool's result; `done`, `repeat` or `fail` for an unknown outcome. */
          data: unknown;
          /** @description The interrupt that is answered. Absent: the first. */
          stepId?: string;
          /** @description How long to wait for the run to end or to ask something: 0 to 60, 10 when absent. */
          waitSeconds?: number | string;
        };
      };
    };
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "GET /workflows": {
    parameters: {
      query?: {
        cursor?: string;
        limit?: number | string;
        workspaceId?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "POST /workflows": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** @description What it does. */
          description?: string;
          /** @description The graph, as in a file: `antiphon-workflow.schema.json`. Values of headers are shown as `(hidden)`; put back like that they stay as they are, for the same host. */
          graph?: {
            [key: string]: unknown;
          };
          /** @description For people, 1 to 100 characters. */
          name: string;
          /** @description The workspace. Absent: the caller's oldest. */
          workspaceId?: string;
        };
      };
    };
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "GET /workflows/:workflowId": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        workflowId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "PUT /workflows/:workflowId/graph": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        workflowId: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** @description The graph, as in a file: `antiphon-workflow.schema.json`. Values of headers are shown as `(hidden)`; put back like that they stay as they are, for the same host. */
          graph: {
            [key: string]: unknown;
          };
          /** @description `revision` of the draft that the graph was made from: refused when it changed since. Absent: not looked at. */
          revision?: number;
        };
      };
    };
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "GET /workflows/:workflowId/picture": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        workflowId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "GET /workflows/:workflowId/runs": {
    parameters: {
      query?: {
        cursor?: string;
        limit?: number | string;
        status?: "running" | "waiting" | "completed" | "failed" | "cancelled";
      };
      header?: never;
      path: {
        workflowId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  "POST /workflows/:workflowId/test-runs": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        workflowId: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": {
          /**
           * @description Parameters of the start node.
           * @default {}
           */
          input?: {
            [key: string]: unknown;
          };
          /** @description How long to wait for the run to end or to ask something: 0 to 60, 10 when absent. */
          waitSeconds?: number | string;
        };
      };
    };
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What is wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
}
