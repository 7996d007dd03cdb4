/** Made by `npm run reference` from the operations in `src/dialects/console`. Do not edit. */
export interface paths {
    "/api/about": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What this installation is, and how it is.
         * @description Permission `viewAbout`, least role `viewer`.
         */
        get: operations["GET /about"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/access-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Access keys of a workspace, oldest first.
         * @description Permission `viewAccessKeys`, least role `admin`.
         */
        get: operations["GET /access-keys"];
        put?: never;
        /**
         * Make an access key; its secret is shown this once.
         * @description Permission `manageAccessKeys`, least role `admin`.
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
         * @description Permission `viewAccessKeys`, least role `admin`.
         */
        get: operations["GET /access-keys/:keyId"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change what is given; `null` takes a limit away; its tokens follow at once.
         * @description Permission `manageAccessKeys`, least role `admin`.
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
         * @description Permission `manageAccessKeys`, least role `admin`.
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
         * @description Permission `manageAccessKeys`, least role `admin`.
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
         * @description Permission `manageAccessKeys`, least role `admin`.
         */
        post: operations["POST /access-keys/:keyId/rotate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/account": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The caller's own account.
         * @description Permission `manageAccount`, least role `anyone`.
         */
        get: operations["GET /account"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Be called otherwise.
         * @description Permission `manageAccount`, least role `anyone`.
         */
        patch: operations["PATCH /account"];
        trace?: never;
    };
    "/api/account/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Change the password; every browser is signed out, and this one in again; for people who are signed in, and tokens without limits that were made by hand.
         * @description Permission `manageAccount`, least role `anyone`.
         */
        put: operations["PUT /account/password"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/account/sessions": {
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
         * Sign out in every browser, this one too.
         * @description Permission `manageAccount`, least role `anyone`.
         */
        delete: operations["DELETE /account/sessions"];
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
         * Agents of a workspace with the ids that each family knows them by, and what is live of them.
         * @description Permission `viewAgents`, least role `viewer`.
         */
        get: operations["GET /agents"];
        put?: never;
        /**
         * Make an agent of the caller's that chats, with a draft and no version.
         * @description Permission `manageAgents`, least role `member`.
         */
        post: operations["POST /agents"];
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
        /**
         * One agent with its draft, values of headers hidden.
         * @description Permission `viewAgents`, least role `viewer`.
         */
        get: operations["GET /agents/:agentId"];
        put?: never;
        post?: never;
        /**
         * Delete an agent for good.
         * @description Permission `publish`, least role `member`.
         */
        delete: operations["DELETE /agents/:agentId"];
        options?: never;
        head?: never;
        /**
         * Change the draft; what is live stays as it is until it is published.
         * @description Permission `manageAgents`, least role `member`.
         */
        patch: operations["PATCH /agents/:agentId"];
        trace?: never;
    };
    "/api/agents/{agentId}/channels": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Every channel that an agent can be published to, and how it stands there.
         * @description Permission `viewChannels`, least role `viewer`.
         */
        get: operations["GET /agents/:agentId/channels"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agents/{agentId}/difference": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Where two versions differ, or a version and the draft.
         * @description Permission `viewAgents`, least role `viewer`.
         */
        get: operations["GET /agents/:agentId/difference"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agents/{agentId}/draft-chat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask the agent's draft; answers with server-sent events, which go on at `GET /api/turns/:turnId/events` when the connection breaks.
         * @description Permission `chat`, least role `member`.
         */
        post: operations["POST /agents/:agentId/draft-chat"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agents/{agentId}/draft-conversations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The caller's own conversations with the agent's draft, newest first.
         * @description Permission `chat`, least role `member`.
         */
        get: operations["GET /agents/:agentId/draft-conversations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agents/{agentId}/duplicate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make an agent of the caller's with the same draft, without what another workspace may not have.
         * @description Permission `manageAgents`, least role `member`.
         */
        post: operations["POST /agents/:agentId/duplicate"];
        delete?: never;
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
         * @description Permission `viewChannels`, least role `viewer`.
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
    "/api/agents/{agentId}/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * App keys of an agent, oldest first; at most 100.
         * @description Permission `manageAgents`, least role `member`.
         */
        get: operations["GET /agents/:agentId/keys"];
        put?: never;
        /**
         * Make an app key; it is shown this once.
         * @description Permission `manageAgents`, least role `member`.
         */
        post: operations["POST /agents/:agentId/keys"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agents/{agentId}/keys/{keyId}": {
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
         * Revoke an app key; calls with it are refused from now on.
         * @description Permission `manageAgents`, least role `member`.
         */
        delete: operations["DELETE /agents/:agentId/keys/:keyId"];
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
         * @description Permission `publish`, least role `member`.
         */
        post: operations["POST /agents/:agentId/publish"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agents/{agentId}/share-links": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Public links of an agent, oldest first; at most 50.
         * @description Permission `manageAgents`, least role `member`.
         */
        get: operations["GET /agents/:agentId/share-links"];
        put?: never;
        /**
         * Open the agent to everybody who knows the link, as it is live on the API channel.
         * @description Permission `manageAgents`, least role `member`.
         */
        post: operations["POST /agents/:agentId/share-links"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agents/{agentId}/share-links/{linkId}": {
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
         * Delete a public link; it leads nowhere from now on.
         * @description Permission `manageAgents`, least role `member`.
         */
        delete: operations["DELETE /agents/:agentId/share-links/:linkId"];
        options?: never;
        head?: never;
        /**
         * Change what is given of a public link.
         * @description Permission `manageAgents`, least role `member`.
         */
        patch: operations["PATCH /agents/:agentId/share-links/:linkId"];
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
         * @description Permission `viewChannels`, least role `viewer`.
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
         * @description Permission `publish`, least role `member`.
         */
        post: operations["POST /agents/:agentId/unpublish"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agents/{agentId}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Versions of an agent with where they are live, newest first.
         * @description Permission `viewAgents`, least role `viewer`.
         */
        get: operations["GET /agents/:agentId/versions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agents/{agentId}/versions/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One version with its settings, values of headers hidden.
         * @description Permission `viewAgents`, least role `viewer`.
         */
        get: operations["GET /agents/:agentId/versions/:number"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agents/{agentId}/versions/{number}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make the draft what this version was; what is live stays as it is until it is published.
         * @description Permission `manageAgents`, least role `member`.
         */
        post: operations["POST /agents/:agentId/versions/:number/restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/attempts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Attempts to deliver of a workspace or of one endpoint, newest first.
         * @description Permission `viewCallbacks`, least role `admin`.
         */
        get: operations["GET /attempts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/audit-log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who changed what in a workspace, newest first.
         * @description Permission `viewAudit`, least role `admin`.
         */
        get: operations["GET /audit-log"];
        put?: never;
        post?: never;
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
         * @description Permission `viewChannels`, least role `viewer`.
         */
        get: operations["GET /channels"];
        put?: never;
        /**
         * Make a custom channel.
         * @description Permission `manageChannels`, least role `member`.
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
         * @description Permission `viewChannels`, least role `viewer`.
         */
        get: operations["GET /channels/:channelId"];
        put?: never;
        post?: never;
        /**
         * Delete a channel with its callback app; what is live or waits there is taken off.
         * @description Permission `manageChannels`, least role `member`.
         */
        delete: operations["DELETE /channels/:channelId"];
        options?: never;
        head?: never;
        /**
         * Change what is given.
         * @description Permission `manageChannels`, least role `member`.
         */
        patch: operations["PATCH /channels/:channelId"];
        trace?: never;
    };
    "/api/channels/{channelId}/audit-server": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The server that decides what comes onto a channel of the caller's; `endpoint` is null without one.
         * @description Permission `viewChannels`, least role `member`.
         */
        get: operations["GET /channels/:channelId/audit-server"];
        /**
         * Give a channel a server that decides, or the one it has another address; a new one's `verifyToken` is shown this once.
         * @description Permission `manageChannels`, least role `member`.
         */
        put: operations["PUT /channels/:channelId/audit-server"];
        post?: never;
        /**
         * Ask nobody any more: what is submitted to the channel is live at once.
         * @description Permission `manageChannels`, least role `member`.
         */
        delete: operations["DELETE /channels/:channelId/audit-server"];
        options?: never;
        head?: never;
        patch?: never;
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
         * @description Permission `viewChannels`, least role `viewer`.
         */
        get: operations["GET /channels/:channelId/options"];
        put?: never;
        /**
         * Add choices for one user, or for everybody.
         * @description Permission `manageChannels`, least role `member`.
         */
        post: operations["POST /channels/:channelId/options"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/channels/{channelId}/submissions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What is live on a channel of the caller's or waits there for a verdict, oldest first, at most 1000.
         * @description Permission `manageChannels`, least role `member`.
         */
        get: operations["GET /channels/:channelId/submissions"];
        put?: never;
        post?: never;
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
         * @description Permission `manageChannels`, least role `member`.
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
         * @description Permission `manageChannels`, least role `admin`.
         */
        post: operations["POST /channels/:channelId/workspaces"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/conversations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Conversations of a workspace, newest activity first; what takes long to find comes in several pages, which may be empty.
         * @description Permission `viewConversations`, least role `viewer`.
         */
        get: operations["GET /conversations"];
        put?: never;
        post?: never;
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
         * @description Permission `viewConversations`, least role `viewer`.
         */
        get: operations["GET /conversations/:conversationId"];
        put?: never;
        post?: never;
        /**
         * Delete a conversation with all that was said in it; answers that are being made go on unseen.
         * @description Permission `manageConversations`, least role `admin`.
         */
        delete: operations["DELETE /conversations/:conversationId"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/conversations/{conversationId}/exchanges": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was said in a conversation, as its user saw it, with all answers of each question.
         * @description Permission `viewConversations`, least role `viewer`.
         */
        get: operations["GET /conversations/:conversationId/exchanges"];
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
         * @description Permission `manageConversations`, least role `member`.
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
         * @description Permission `manageConversations`, least role `member`.
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
         * @description Permission `viewCallbacks`, least role `admin`.
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
         * @description Permission `viewCallbacks`, least role `admin`.
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
         * @description Permission `manageCallbacks`, least role `admin`.
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
         * @description Permission `manageCallbacks`, least role `admin`.
         */
        post: operations["POST /deliveries/:deliveryId/resend"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/deliveries/resend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send up to 100 deliveries once more: those that are named, or those that a filter finds, newest first.
         * @description Permission `manageCallbacks`, least role `admin`.
         */
        post: operations["POST /deliveries/resend"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/deliveries/tail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Attempts to deliver as they end, on all nodes: server-sent events `attempt` with a line of `GET /attempts`.
         * @description Permission `viewCallbacks`, least role `admin`.
         */
        get: operations["GET /deliveries/tail"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/draft-conversations/{conversationId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One of the caller's own conversations with a draft, and the values of its variables.
         * @description Permission `chat`, least role `member`.
         */
        get: operations["GET /draft-conversations/:conversationId"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/draft-conversations/{conversationId}/exchanges": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was said in it, each question with all its answers, newest first.
         * @description Permission `chat`, least role `member`.
         */
        get: operations["GET /draft-conversations/:conversationId/exchanges"];
        put?: never;
        post?: never;
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
         * @description Permission `viewCallbacks`, least role `admin`.
         */
        get: operations["GET /endpoints"];
        put?: never;
        /**
         * Make an endpoint; its secret is shown this once.
         * @description Permission `manageCallbacks`, least role `admin`.
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
         * @description Permission `viewCallbacks`, least role `admin`.
         */
        get: operations["GET /endpoints/:endpointId"];
        put?: never;
        post?: never;
        /**
         * Delete an endpoint; what was to be sent to it is dropped.
         * @description Permission `manageCallbacks`, least role `admin`.
         */
        delete: operations["DELETE /endpoints/:endpointId"];
        options?: never;
        head?: never;
        /**
         * Change what is given; null takes a limit away, or brings back the one of its kind.
         * @description Permission `manageCallbacks`, least role `admin`.
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
         * @description Permission `manageCallbacks`, least role `admin`.
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
         * @description Permission `manageCallbacks`, least role `admin`.
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
         * @description Permission `manageCallbacks`, least role `admin`.
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
         * @description Permission `viewCallbacks`, least role `admin`.
         */
        get: operations["GET /endpoints/:endpointId/replays"];
        put?: never;
        /**
         * Send past events once more, at a rate; goes on after restarts.
         * @description Permission `manageCallbacks`, least role `admin`.
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
         * @description Permission `manageCallbacks`, least role `admin`.
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
         * @description Permission `manageCallbacks`, least role `admin`.
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
         * @description Permission `manageCallbacks`, least role `admin`.
         */
        post: operations["POST /endpoints/:endpointId/test"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/evaluation-cases/{caseId}": {
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
         * Take a question out of its set.
         * @description Permission `manageEvaluations`, least role `member`.
         */
        delete: operations["DELETE /evaluation-cases/:caseId"];
        options?: never;
        head?: never;
        /**
         * Change what is given of a question.
         * @description Permission `manageEvaluations`, least role `member`.
         */
        patch: operations["PATCH /evaluation-cases/:caseId"];
        trace?: never;
    };
    "/api/evaluation-sets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Sets of questions of a workspace, newest first, each with its latest evaluation.
         * @description Permission `viewFeedback`, least role `viewer`.
         */
        get: operations["GET /evaluation-sets"];
        put?: never;
        /**
         * Make a set of questions for an agent.
         * @description Permission `manageEvaluations`, least role `member`.
         */
        post: operations["POST /evaluation-sets"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/evaluation-sets/{setId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One set of questions.
         * @description Permission `viewFeedback`, least role `viewer`.
         */
        get: operations["GET /evaluation-sets/:setId"];
        put?: never;
        post?: never;
        /**
         * Delete it with its questions and evaluations.
         * @description Permission `manageEvaluations`, least role `member`.
         */
        delete: operations["DELETE /evaluation-sets/:setId"];
        options?: never;
        head?: never;
        /**
         * Name it otherwise.
         * @description Permission `manageEvaluations`, least role `member`.
         */
        patch: operations["PATCH /evaluation-sets/:setId"];
        trace?: never;
    };
    "/api/evaluation-sets/{setId}/cases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Questions of a set, oldest first.
         * @description Permission `viewFeedback`, least role `viewer`.
         */
        get: operations["GET /evaluation-sets/:setId/cases"];
        put?: never;
        /**
         * Add a question, or the one of a turn with what was said before it; a set holds at most 500, each turn once.
         * @description Permission `manageEvaluations`, least role `member`.
         */
        post: operations["POST /evaluation-sets/:setId/cases"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/evaluation-sets/{setId}/cases/rated": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Add the questions of rated turns of the set's agent, the newest first, as many as there is room for.
         * @description Permission `manageEvaluations`, least role `member`.
         */
        post: operations["POST /evaluation-sets/:setId/cases/rated"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/evaluation-sets/{setId}/evaluations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Evaluations of a set, newest first.
         * @description Permission `viewFeedback`, least role `viewer`.
         */
        get: operations["GET /evaluation-sets/:setId/evaluations"];
        put?: never;
        /**
         * Ask all questions of the set; it runs on the server, also when the caller hangs up, and calls no tool that might change something.
         * @description Permission `manageEvaluations`, least role `member`.
         */
        post: operations["POST /evaluation-sets/:setId/evaluations"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/evaluations/{evaluationId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One evaluation: how far it is, and what it comes to.
         * @description Permission `viewFeedback`, least role `viewer`.
         */
        get: operations["GET /evaluations/:evaluationId"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/evaluations/{evaluationId}/rows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Its report: every question that is done with both answers, by number.
         * @description Permission `viewFeedback`, least role `viewer`.
         */
        get: operations["GET /evaluations/:evaluationId/rows"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/evaluations/{evaluationId}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stop it; what is done stays.
         * @description Permission `manageEvaluations`, least role `member`.
         */
        post: operations["POST /evaluations/:evaluationId/stop"];
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
         * @description Permission `viewCallbacks`, least role `viewer`.
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
         * @description Permission `viewCallbacks`, least role `admin`.
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
         * @description Permission `viewCallbacks`, least role `admin`.
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
    "/api/exchanges/{exchangeId}/examples": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How the same question is asked over each family of the API: as a command, and as programs.
         * @description Permission `viewConversations`, least role `viewer`.
         */
        get: operations["GET /exchanges/:exchangeId/examples"];
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
         * @description Permission `viewConversations`, least role `viewer`.
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
    "/api/knowledge-bases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Knowledge bases of a workspace, oldest first.
         * @description Permission `viewAgents`, least role `viewer`.
         */
        get: operations["GET /knowledge-bases"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/limits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What a workspace may use, and has used of it this month.
         * @description Permission `viewLimits`, least role `viewer`.
         */
        get: operations["GET /limits"];
        /**
         * Limit what a workspace may use; counts within seconds.
         * @description Permission `manageLimits`, least role `admin`.
         */
        put: operations["PUT /limits"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Server-sent events of what changes in a workspace: `ready` once, with the `topics` of the last half minute, then `change` with its `topics`, at most once a second.
         * @description Permission `viewConversations`, least role `viewer`.
         */
        get: operations["GET /live"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/local-model-servers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Model servers that answer on the usual ports of the server's own machine; for owners of the oldest workspace.
         * @description Permission `manageModels`, least role `owner`.
         */
        get: operations["GET /local-model-servers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/member-tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Personal access tokens of a workspace's members that are limited to it, in the oldest workspace also those that are not; newest first.
         * @description Permission `manageTokens`, least role `owner`.
         */
        get: operations["GET /member-tokens"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/model-presets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Vendors and servers that are connected most, with what their documentation says.
         * @description Permission `viewModels`, least role `viewer`.
         */
        get: operations["GET /model-presets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Models of the installation, the configured ones first; never their keys.
         * @description Permission `viewModels`, least role `viewer`.
         */
        get: operations["GET /models"];
        put?: never;
        /**
         * Connect a model; for owners of the oldest workspace.
         * @description Permission `manageModels`, least role `owner`.
         */
        post: operations["POST /models"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/models/{name}": {
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
         * Forget a model that was connected here; refused while an agent names it in its draft or live version; for owners of the oldest workspace.
         * @description Permission `manageModels`, least role `owner`.
         */
        delete: operations["DELETE /models/:name"];
        options?: never;
        head?: never;
        /**
         * Change what is given of a model that was connected here; `null` takes it away; for owners of the oldest workspace.
         * @description Permission `manageModels`, least role `owner`.
         */
        patch: operations["PATCH /models/:name"];
        trace?: never;
    };
    "/api/models/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask a model for one token: one that is not kept, or one that is, with what is given in the place of what it says; for owners of the oldest workspace.
         * @description Permission `manageModels`, least role `owner`.
         */
        post: operations["POST /models/test"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/oauth-apps": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The caller's OAuth apps, in the oldest workspace those of all its members; oldest first.
         * @description Permission `manageOAuthApps`, least role `admin`.
         */
        get: operations["GET /oauth-apps"];
        put?: never;
        /**
         * Make an OAuth app of the caller's; its secret, if it has one, is shown this once.
         * @description Permission `manageOAuthApps`, least role `admin`.
         */
        post: operations["POST /oauth-apps"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/oauth-apps/{clientId}/disable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Shut an app out for good, with every token it got.
         * @description Permission `manageOAuthApps`, least role `admin`.
         */
        post: operations["POST /oauth-apps/:clientId/disable"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/oauth-apps/{clientId}/secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a `web` app another secret, shown this once; the one before is void.
         * @description Permission `manageOAuthApps`, least role `admin`.
         */
        post: operations["POST /oauth-apps/:clientId/secret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/publications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Agents of a workspace with the channels they are on or were submitted to lately.
         * @description Permission `viewChannels`, least role `viewer`.
         */
        get: operations["GET /publications"];
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
         * What was thought of answers, by turn and rater, with all there is to learn from; a page may hold fewer than asked for although there are more.
         * @description Permission `viewFeedback`, least role `viewer`.
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
         * The same, all of them: JSON one a line (`application/x-ndjson`), or a table (`text/csv`).
         * @description Permission `viewFeedback`, least role `viewer`.
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
         * @description Permission `viewFeedback`, least role `admin`.
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
         * @description Permission `viewCallbacks`, least role `admin`.
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
         * @description Permission `manageCallbacks`, least role `admin`.
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
         * @description Permission `manageCallbacks`, least role `admin`.
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
         * @description Permission `manageCallbacks`, least role `admin`.
         */
        post: operations["POST /replays/:replayId/resume"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/running-turns": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Turns of a workspace that run now, on whatever node, newest first.
         * @description Permission `viewConversations`, least role `viewer`.
         */
        get: operations["GET /running-turns"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who is signed in in this browser, and what its pages prove themselves with.
         * @description Permission `public`, least role `public`.
         */
        get: operations["GET /session"];
        put?: never;
        /**
         * Sign in; the session is in a cookie.
         * @description Permission `public`, least role `public`.
         */
        post: operations["POST /session"];
        /**
         * Sign out.
         * @description Permission `public`, least role `public`.
         */
        delete: operations["DELETE /session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/setup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Become the owner with the link of the start-up log, once, and be signed in.
         * @description Permission `public`, least role `public`.
         */
        post: operations["POST /setup"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/statistics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Turns, tokens, cost, latency, errors and opinions of a workspace over time: totals, those of the period before, and a series; with `groupBy` also told apart.
         * @description Permission `viewConversations`, least role `viewer`.
         */
        get: operations["GET /statistics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The caller's own personal access tokens, newest first.
         * @description Permission `manageTokens`, least role `anyone`.
         */
        get: operations["GET /tokens"];
        put?: never;
        /**
         * Make a personal access token; its secret is shown this once.
         * @description Permission `manageTokens`, least role `anyone`.
         */
        post: operations["POST /tokens"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tokens/{tokenId}": {
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
         * Revoke a personal access token: one's own, or as an owner one that is limited to the workspace; owners of the oldest workspace any.
         * @description Permission `manageTokens`, least role `anyone`.
         */
        delete: operations["DELETE /tokens/:tokenId"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/turns/{turnId}/choose": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make an answer of a draft conversation of the caller's own the one that the agent remembers.
         * @description Permission `chat`, least role `member`.
         */
        post: operations["POST /turns/:turnId/choose"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/turns/{turnId}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A turn as server-sent events, while it runs and afterwards, on any node; goes on behind `Last-Event-ID` or `after`.
         * @description Permission `viewConversations`, least role `viewer`.
         */
        get: operations["GET /turns/:turnId/events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/turns/{turnId}/feedback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Say what one thinks of an answer; each person has one opinion, the newest counts.
         * @description Permission `chat`, least role `member`.
         */
        put: operations["PUT /turns/:turnId/feedback"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/turns/{turnId}/regenerate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask a question of a draft conversation of the caller's own again; answers with events like `GET /api/turns/:turnId/events`.
         * @description Permission `chat`, least role `member`.
         */
        post: operations["POST /turns/:turnId/regenerate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/turns/{turnId}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stop a running answer, on whatever node: the connection to its model is closed, the text so far is kept.
         * @description Permission `chat`, least role `member`.
         */
        post: operations["POST /turns/:turnId/stop"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/turns/{turnId}/trace": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How an answer came to be: what was searched, asked of models, called and handed over, step by step.
         * @description Permission `viewConversations`, least role `viewer`.
         */
        get: operations["GET /turns/:turnId/trace"];
        put?: never;
        post?: never;
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
         * @description Permission `viewWorkflows`, least role `viewer`.
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
         * @description Permission `viewWorkflows`, least role `viewer`.
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
         * @description Permission `manageWorkflows`, least role `member`.
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
         * @description Permission `manageWorkflows`, least role `member`.
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
         * @description Permission `viewWorkflows`, least role `viewer`.
         */
        get: operations["GET /workflows"];
        put?: never;
        /**
         * Make a workflow of the caller's, with a draft and no version.
         * @description Permission `manageWorkflows`, least role `member`.
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
         * @description Permission `viewWorkflows`, least role `viewer`.
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
         * @description Permission `manageWorkflows`, least role `member`.
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
         * @description Permission `viewWorkflows`, least role `viewer`.
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
         * @description Permission `viewWorkflows`, least role `viewer`.
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
         * @description Permission `manageWorkflows`, least role `member`.
         */
        post: operations["POST /workflows/:workflowId/test-runs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/workspaces": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a workspace; its owner is the caller.
         * @description Permission `manageWorkspace`, least role `member`.
         */
        post: operations["POST /workspaces"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/workspaces/{workspaceId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One workspace of the caller.
         * @description Permission `viewWorkspace`, least role `viewer`.
         */
        get: operations["GET /workspaces/:workspaceId"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change what is given.
         * @description Permission `manageWorkspace`, least role `admin`.
         */
        patch: operations["PATCH /workspaces/:workspaceId"];
        trace?: never;
    };
    "/api/workspaces/{workspaceId}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Members of a workspace: owners, admins, members, viewers; each longest first.
         * @description Permission `viewWorkspace`, least role `viewer`.
         */
        get: operations["GET /workspaces/:workspaceId/members"];
        put?: never;
        /**
         * Make a user a member: one that there is, or a new one with a password.
         * @description Permission `manageMembers`, least role `admin`.
         */
        post: operations["POST /workspaces/:workspaceId/members"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/workspaces/{workspaceId}/members/{userId}": {
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
         * Take a member out; its account stays.
         * @description Permission `manageMembers`, least role `admin`.
         */
        delete: operations["DELETE /workspaces/:workspaceId/members/:userId"];
        options?: never;
        head?: never;
        /**
         * Give a member another role; only owners make owners, and a workspace keeps one.
         * @description Permission `manageMembers`, least role `admin`.
         */
        patch: operations["PATCH /workspaces/:workspaceId/members/:userId"];
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
    "GET /about": {
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
                content: {
                    "application/json": {
                        /** @description For owners of the oldest workspace only. */
                        dataDirectory: string | null;
                        health: {
                            isReady: boolean;
                            /** @description What the store says is wrong. */
                            problem: string | null;
                        };
                        /** @description The number of the node that answered. */
                        node: number;
                        /** @description Nodes that share the work. */
                        nodes: number[];
                        /**
                         * Format: date-time
                         * @description When the node that answered began.
                         */
                        startedAt: string;
                        storage: {
                            /** @description How large the database is. */
                            bytes: number;
                            /** @enum {string} */
                            durability: "full" | "relaxed";
                            /** @enum {string} */
                            engine: "sqlite" | "postgres";
                            schemaVersion: number;
                        };
                        version: string;
                    };
                };
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
                content: {
                    "application/json": {
                        items: {
                            /** @description Null: every agent of the workspace. */
                            agentIds: string[] | null;
                            /** Format: date-time */
                            createdAt: string;
                            disabledAt: string | null;
                            /** @description The configuration file says what it may. */
                            isFromFile: boolean;
                            /** @description What clients name it by. */
                            keyId: string;
                            lastUsedAt: string | null;
                            name: string;
                            /** @description Null: from anywhere. */
                            networks: string[] | null;
                            /** @description Null: from no web page. */
                            origins: string[] | null;
                            scopes: ("chat" | "voice" | "workflow" | "feedback" | "knowledge:read" | "knowledge:write")[];
                            workspaceId: string;
                        }[];
                        nextCursor: string | null;
                    };
                };
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
                content: {
                    "application/json": {
                        accessKey: {
                            /** @description Null: every agent of the workspace. */
                            agentIds: string[] | null;
                            /** Format: date-time */
                            createdAt: string;
                            disabledAt: string | null;
                            /** @description The configuration file says what it may. */
                            isFromFile: boolean;
                            /** @description What clients name it by. */
                            keyId: string;
                            lastUsedAt: string | null;
                            name: string;
                            /** @description Null: from anywhere. */
                            networks: string[] | null;
                            /** @description Null: from no web page. */
                            origins: string[] | null;
                            scopes: ("chat" | "voice" | "workflow" | "feedback" | "knowledge:read" | "knowledge:write")[];
                            workspaceId: string;
                        };
                        secret: string;
                    };
                };
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
                content: {
                    "application/json": {
                        /** @description Null: every agent of the workspace. */
                        agentIds: string[] | null;
                        /** Format: date-time */
                        createdAt: string;
                        disabledAt: string | null;
                        /** @description The configuration file says what it may. */
                        isFromFile: boolean;
                        /** @description What clients name it by. */
                        keyId: string;
                        lastUsedAt: string | null;
                        name: string;
                        /** @description Null: from anywhere. */
                        networks: string[] | null;
                        /** @description Null: from no web page. */
                        origins: string[] | null;
                        scopes: ("chat" | "voice" | "workflow" | "feedback" | "knowledge:read" | "knowledge:write")[];
                        workspaceId: string;
                    };
                };
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
                content: {
                    "application/json": {
                        /** @description Null: every agent of the workspace. */
                        agentIds: string[] | null;
                        /** Format: date-time */
                        createdAt: string;
                        disabledAt: string | null;
                        /** @description The configuration file says what it may. */
                        isFromFile: boolean;
                        /** @description What clients name it by. */
                        keyId: string;
                        lastUsedAt: string | null;
                        name: string;
                        /** @description Null: from anywhere. */
                        networks: string[] | null;
                        /** @description Null: from no web page. */
                        origins: string[] | null;
                        scopes: ("chat" | "voice" | "workflow" | "feedback" | "knowledge:read" | "knowledge:write")[];
                        workspaceId: string;
                    };
                };
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
                content: {
                    "application/json": {
                        /** @description Null: every agent of the workspace. */
                        agentIds: string[] | null;
                        /** Format: date-time */
                        createdAt: string;
                        disabledAt: string | null;
                        /** @description The configuration file says what it may. */
                        isFromFile: boolean;
                        /** @description What clients name it by. */
                        keyId: string;
                        lastUsedAt: string | null;
                        name: string;
                        /** @description Null: from anywhere. */
                        networks: string[] | null;
                        /** @description Null: from no web page. */
                        origins: string[] | null;
                        scopes: ("chat" | "voice" | "workflow" | "feedback" | "knowledge:read" | "knowledge:write")[];
                        workspaceId: string;
                    };
                };
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
                content: {
                    "application/json": {
                        /** @description Null: every agent of the workspace. */
                        agentIds: string[] | null;
                        /** Format: date-time */
                        createdAt: string;
                        disabledAt: string | null;
                        /** @description The configuration file says what it may. */
                        isFromFile: boolean;
                        /** @description What clients name it by. */
                        keyId: string;
                        lastUsedAt: string | null;
                        name: string;
                        /** @description Null: from anywhere. */
                        networks: string[] | null;
                        /** @description Null: from no web page. */
                        origins: string[] | null;
                        scopes: ("chat" | "voice" | "workflow" | "feedback" | "knowledge:read" | "knowledge:write")[];
                        workspaceId: string;
                    };
                };
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
                content: {
                    "application/json": {
                        accessKey: {
                            /** @description Null: every agent of the workspace. */
                            agentIds: string[] | null;
                            /** Format: date-time */
                            createdAt: string;
                            disabledAt: string | null;
                            /** @description The configuration file says what it may. */
                            isFromFile: boolean;
                            /** @description What clients name it by. */
                            keyId: string;
                            lastUsedAt: string | null;
                            name: string;
                            /** @description Null: from anywhere. */
                            networks: string[] | null;
                            /** @description Null: from no web page. */
                            origins: string[] | null;
                            scopes: ("chat" | "voice" | "workflow" | "feedback" | "knowledge:read" | "knowledge:write")[];
                            workspaceId: string;
                        };
                        secret: string;
                    };
                };
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
    "GET /account": {
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
                content: {
                    "application/json": {
                        /** Format: date-time */
                        createdAt: string;
                        hasPassword: boolean;
                        id: string;
                        /** @description What it signs in with. */
                        name: string;
                        nickname: string;
                    };
                };
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
    "PATCH /account": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Shown to people, 1 to 100 characters. */
                    nickname: string;
                };
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: date-time */
                        createdAt: string;
                        hasPassword: boolean;
                        id: string;
                        /** @description What it signs in with. */
                        name: string;
                        nickname: string;
                    };
                };
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
    "PUT /account/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The password until now. Absent: there is none. */
                    current?: string;
                    /** @description The new one, 8 to 1024 characters. */
                    password: string;
                };
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description What changing requests of this session carry as `x-csrf-token`. */
                        csrfToken: string | null;
                        /** @description The workspaces of the user, oldest first. */
                        memberships: {
                            icon: string;
                            name: string;
                            /** @enum {string} */
                            role: "viewer" | "member" | "admin" | "owner";
                            workspaceId: string;
                        }[];
                        /** @description Nobody has a password yet: the start-up log has a link to make the owner. */
                        needsSetup: boolean;
                        /** @description Null: nobody is signed in. */
                        user: {
                            avatarUrl: string;
                            id: string;
                            name: string;
                            nickname: string;
                        } | null;
                    };
                };
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
    "DELETE /account/sessions": {
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
                content: {
                    "application/json": Record<string, never>;
                };
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
                kind?: "chat" | "workflow";
                limit?: number | string;
                order?: "oldest" | "newest";
                search?: string;
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
                content: {
                    "application/json": {
                        items: {
                            apiEnabled: boolean;
                            /** Format: date-time */
                            createdAt: string;
                            description: string;
                            icon: string;
                            id: string;
                            /** @description What callers of the Insight family know it by. */
                            insightBotId: string;
                            /** @description Whether `antiphon.yaml` made it, and may put it back. */
                            isFromFile: boolean;
                            /** @enum {string} */
                            kind: "chat" | "workflow";
                            live: {
                                /** @description `api`, another built-in channel, or a custom channel's id. */
                                channel: string;
                                /** @description What people call a custom channel. */
                                channelName: string | null;
                                /** @description Whether the draft has changed since. */
                                isBehind: boolean;
                                /** Format: date-time */
                                since: string;
                                versionNumber: number;
                            }[];
                            model: string | null;
                            name: string;
                            revision: number;
                            slug: string;
                            /** Format: date-time */
                            updatedAt: string;
                        }[];
                        nextCursor: string | null;
                    };
                };
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
    "POST /agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description For people, 1 to 100 characters. */
                    name: string;
                    /**
                     * @description What is left out is as in every new agent.
                     * @default {}
                     */
                    settings?: {
                        actions?: ("handover" | "tag-user" | "invite-room" | "update-data" | "canvas-event-action" | "send-image-message" | "send-file-message" | "send-audio-message" | "send-post-message")[];
                        background?: string;
                        callerTools?: {
                            description: string;
                            name: string;
                            /** @description JSON Schema (object) of the arguments. */
                            parameters: {
                                [key: string]: unknown;
                            };
                        }[];
                        description?: string;
                        events?: {
                            description: string;
                            /** Format: uuid */
                            id: string;
                            limit: number | null;
                            name: string;
                            variables: {
                                name: string;
                                /** @enum {string} */
                                type: "string" | "number" | "boolean" | "datetime" | "date" | "time" | "array" | "object";
                            }[];
                        }[];
                        handoffs?: {
                            agentId: string;
                            description: string;
                        }[];
                        handover?: {
                            idleMinutes: number | null;
                            message: string | null;
                            releaseCommand: string | null;
                        } | null;
                        historyLimitExchanges?: number | null;
                        historyLimitTokens?: number;
                        icon?: string;
                        iconFileId?: string | null;
                        knowledge?: {
                            baseIds: string[];
                            /** @enum {string} */
                            mode: "automatic" | "tool";
                            pairThreshold: number;
                            scoreThreshold: number;
                            strategy: ("semantic" | "hybrid" | "full-text") | null;
                            topK: number;
                        };
                        mergeWindowMs?: number;
                        /** @description Name of a model. Null: the installation's default. */
                        model?: string | null;
                        /** @description What is left out is the model's own. */
                        modelParameters?: {
                            /** @enum {string} */
                            api?: "chat" | "responses";
                            /** @enum {string} */
                            cache?: "closed" | "prefix";
                            /** @description Tell the model the current time. */
                            currentTime?: boolean;
                            extra?: {
                                [key: string]: string;
                            };
                            frequencyPenalty?: number;
                            /** @description Tell the model to keep its prompt to itself. */
                            guardPrompt?: boolean;
                            maxOutputTokens?: number;
                            presencePenalty?: number;
                            /** @enum {string} */
                            responseFormat?: "text" | "markdown" | "json";
                            temperature?: number;
                            topK?: number;
                            topP?: number;
                        };
                        needsDislikeComment?: boolean;
                        opening?: {
                            message: string;
                            questions: string[];
                        };
                        plugins?: {
                            pluginId: string;
                            toolId: string;
                        }[];
                        /** @description Template of the system prompt; sees the variables. */
                        prompt?: string;
                        promptPrefix?: {
                            dynamic: string;
                            fixed: string;
                        } | null;
                        /** @description The workflow that answers in place of prompt and model. */
                        responder?: string | null;
                        shortcuts?: {
                            command: string;
                            components: {
                                defaultValue: string;
                                description: string;
                                isHidden: boolean;
                                name: string;
                                options: string[];
                                /** @enum {string} */
                                type: "text" | "select" | "file";
                            }[];
                            description: string;
                            icon: string;
                            id: string;
                            name: string;
                            template: string;
                        }[];
                        stepLimit?: number;
                        suggestionPrompt?: string | null;
                        suggestions?: boolean;
                        tools?: {
                            description: string;
                            /** @description Values are shown as `(hidden)`; put back like that they stay as they are, for the same host. */
                            headers: {
                                [key: string]: string;
                            };
                            /** @enum {string} */
                            method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
                            name: string;
                            /** @description JSON Schema (object) of the arguments. */
                            parameters: {
                                [key: string]: unknown;
                            };
                            timeoutMs: number;
                            title: string;
                            url: string;
                        }[];
                        triggers?: ("receive-text-message" | "receive-image-message" | "receive-audio-message" | "receive-video-message" | "receive-other-message" | "tag-event" | "join-room" | "new-friend" | "canvas-event-trigger" | "bot-receive-text-message")[] | null;
                        variables?: {
                            choices: string[];
                            defaultValue: string | null;
                            description: string;
                            key: string;
                            maxLength: number | null;
                            name: string;
                            required: boolean;
                            /** @enum {string} */
                            type: "text" | "paragraph" | "enum";
                        }[];
                        /** @description Ids of workflows that the model may run. */
                        workflows?: string[];
                    };
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
                content: {
                    "application/json": {
                        apiEnabled: boolean;
                        /** Format: date-time */
                        createdAt: string;
                        description: string;
                        icon: string;
                        id: string;
                        /** @description What callers of the Insight family know it by. */
                        insightBotId: string;
                        /** @description Whether `antiphon.yaml` made it, and may put it back. */
                        isFromFile: boolean;
                        /** @enum {string} */
                        kind: "chat" | "workflow";
                        live: {
                            /** @description `api`, another built-in channel, or a custom channel's id. */
                            channel: string;
                            /** @description What people call a custom channel. */
                            channelName: string | null;
                            /** @description Whether the draft has changed since. */
                            isBehind: boolean;
                            /** Format: date-time */
                            since: string;
                            versionNumber: number;
                        }[];
                        /** @description Whether the caller may change it. */
                        mayChange: boolean;
                        model: string | null;
                        name: string;
                        revision: number;
                        settings: {
                            actions: ("handover" | "tag-user" | "invite-room" | "update-data" | "canvas-event-action" | "send-image-message" | "send-file-message" | "send-audio-message" | "send-post-message")[];
                            background: string;
                            callerTools: {
                                description: string;
                                name: string;
                                /** @description JSON Schema (object) of the arguments. */
                                parameters: {
                                    [key: string]: unknown;
                                };
                            }[];
                            description: string;
                            events: {
                                description: string;
                                /** Format: uuid */
                                id: string;
                                limit: number | null;
                                name: string;
                                variables: {
                                    name: string;
                                    /** @enum {string} */
                                    type: "string" | "number" | "boolean" | "datetime" | "date" | "time" | "array" | "object";
                                }[];
                            }[];
                            handoffs: {
                                agentId: string;
                                description: string;
                            }[];
                            handover: {
                                idleMinutes: number | null;
                                message: string | null;
                                releaseCommand: string | null;
                            } | null;
                            historyLimitExchanges: number | null;
                            historyLimitTokens: number;
                            icon: string;
                            iconFileId: string | null;
                            knowledge: {
                                baseIds: string[];
                                /** @enum {string} */
                                mode: "automatic" | "tool";
                                pairThreshold: number;
                                scoreThreshold: number;
                                strategy: ("semantic" | "hybrid" | "full-text") | null;
                                topK: number;
                            };
                            mergeWindowMs: number;
                            /** @description Name of a model. Null: the installation's default. */
                            model: string | null;
                            /** @description What is left out is the model's own. */
                            modelParameters: {
                                /** @enum {string} */
                                api?: "chat" | "responses";
                                /** @enum {string} */
                                cache?: "closed" | "prefix";
                                /** @description Tell the model the current time. */
                                currentTime?: boolean;
                                extra?: {
                                    [key: string]: string;
                                };
                                frequencyPenalty?: number;
                                /** @description Tell the model to keep its prompt to itself. */
                                guardPrompt?: boolean;
                                maxOutputTokens?: number;
                                presencePenalty?: number;
                                /** @enum {string} */
                                responseFormat?: "text" | "markdown" | "json";
                                temperature?: number;
                                topK?: number;
                                topP?: number;
                            };
                            needsDislikeComment: boolean;
                            opening: {
                                message: string;
                                questions: string[];
                            };
                            plugins: {
                                pluginId: string;
                                toolId: string;
                            }[];
                            /** @description Template of the system prompt; sees the variables. */
                            prompt: string;
                            promptPrefix: {
                                dynamic: string;
                                fixed: string;
                            } | null;
                            /** @description The workflow that answers in place of prompt and model. */
                            responder: string | null;
                            shortcuts: {
                                command: string;
                                components: {
                                    defaultValue: string;
                                    description: string;
                                    isHidden: boolean;
                                    name: string;
                                    options: string[];
                                    /** @enum {string} */
                                    type: "text" | "select" | "file";
                                }[];
                                description: string;
                                icon: string;
                                id: string;
                                name: string;
                                template: string;
                            }[];
                            stepLimit: number;
                            suggestionPrompt: string | null;
                            suggestions: boolean;
                            tools: {
                                description: string;
                                /** @description Values are shown as `(hidden)`; put back like that they stay as they are, for the same host. */
                                headers: {
                                    [key: string]: string;
                                };
                                /** @enum {string} */
                                method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
                                name: string;
                                /** @description JSON Schema (object) of the arguments. */
                                parameters: {
                                    [key: string]: unknown;
                                };
                                timeoutMs: number;
                                title: string;
                                url: string;
                            }[];
                            triggers: ("receive-text-message" | "receive-image-message" | "receive-audio-message" | "receive-video-message" | "receive-other-message" | "tag-event" | "join-room" | "new-friend" | "canvas-event-trigger" | "bot-receive-text-message")[] | null;
                            variables: {
                                choices: string[];
                                defaultValue: string | null;
                                description: string;
                                key: string;
                                maxLength: number | null;
                                name: string;
                                required: boolean;
                                /** @enum {string} */
                                type: "text" | "paragraph" | "enum";
                            }[];
                            /** @description Ids of workflows that the model may run. */
                            workflows: string[];
                        };
                        slug: string;
                        /** Format: date-time */
                        updatedAt: string;
                        workspaceId: string;
                    };
                };
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
    "GET /agents/:agentId": {
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
                content: {
                    "application/json": {
                        apiEnabled: boolean;
                        /** Format: date-time */
                        createdAt: string;
                        description: string;
                        icon: string;
                        id: string;
                        /** @description What callers of the Insight family know it by. */
                        insightBotId: string;
                        /** @description Whether `antiphon.yaml` made it, and may put it back. */
                        isFromFile: boolean;
                        /** @enum {string} */
                        kind: "chat" | "workflow";
                        live: {
                            /** @description `api`, another built-in channel, or a custom channel's id. */
                            channel: string;
                            /** @description What people call a custom channel. */
                            channelName: string | null;
                            /** @description Whether the draft has changed since. */
                            isBehind: boolean;
                            /** Format: date-time */
                            since: string;
                            versionNumber: number;
                        }[];
                        /** @description Whether the caller may change it. */
                        mayChange: boolean;
                        model: string | null;
                        name: string;
                        revision: number;
                        settings: {
                            actions: ("handover" | "tag-user" | "invite-room" | "update-data" | "canvas-event-action" | "send-image-message" | "send-file-message" | "send-audio-message" | "send-post-message")[];
                            background: string;
                            callerTools: {
                                description: string;
                                name: string;
                                /** @description JSON Schema (object) of the arguments. */
                                parameters: {
                                    [key: string]: unknown;
                                };
                            }[];
                            description: string;
                            events: {
                                description: string;
                                /** Format: uuid */
                                id: string;
                                limit: number | null;
                                name: string;
                                variables: {
                                    name: string;
                                    /** @enum {string} */
                                    type: "string" | "number" | "boolean" | "datetime" | "date" | "time" | "array" | "object";
                                }[];
                            }[];
                            handoffs: {
                                agentId: string;
                                description: string;
                            }[];
                            handover: {
                                idleMinutes: number | null;
                                message: string | null;
                                releaseCommand: string | null;
                            } | null;
                            historyLimitExchanges: number | null;
                            historyLimitTokens: number;
                            icon: string;
                            iconFileId: string | null;
                            knowledge: {
                                baseIds: string[];
                                /** @enum {string} */
                                mode: "automatic" | "tool";
                                pairThreshold: number;
                                scoreThreshold: number;
                                strategy: ("semantic" | "hybrid" | "full-text") | null;
                                topK: number;
                            };
                            mergeWindowMs: number;
                            /** @description Name of a model. Null: the installation's default. */
                            model: string | null;
                            /** @description What is left out is the model's own. */
                            modelParameters: {
                                /** @enum {string} */
                                api?: "chat" | "responses";
                                /** @enum {string} */
                                cache?: "closed" | "prefix";
                                /** @description Tell the model the current time. */
                                currentTime?: boolean;
                                extra?: {
                                    [key: string]: string;
                                };
                                frequencyPenalty?: number;
                                /** @description Tell the model to keep its prompt to itself. */
                                guardPrompt?: boolean;
                                maxOutputTokens?: number;
                                presencePenalty?: number;
                                /** @enum {string} */
                                responseFormat?: "text" | "markdown" | "json";
                                temperature?: number;
                                topK?: number;
                                topP?: number;
                            };
                            needsDislikeComment: boolean;
                            opening: {
                                message: string;
                                questions: string[];
                            };
                            plugins: {
                                pluginId: string;
                                toolId: string;
                            }[];
                            /** @description Template of the system prompt; sees the variables. */
                            prompt: string;
                            promptPrefix: {
                                dynamic: string;
                                fixed: string;
                            } | null;
                            /** @description The workflow that answers in place of prompt and model. */
                            responder: string | null;
                            shortcuts: {
                                command: string;
                                components: {
                                    defaultValue: string;
                                    description: string;
                                    isHidden: boolean;
                                    name: string;
                                    options: string[];
                                    /** @enum {string} */
                                    type: "text" | "select" | "file";
                                }[];
                                description: string;
                                icon: string;
                                id: string;
                                name: string;
                                template: string;
                            }[];
                            stepLimit: number;
                            suggestionPrompt: string | null;
                            suggestions: boolean;
                            tools: {
                                description: string;
                                /** @description Values are shown as `(hidden)`; put back like that they stay as they are, for the same host. */
                                headers: {
                                    [key: string]: string;
                                };
                                /** @enum {string} */
                                method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
                                name: string;
                                /** @description JSON Schema (object) of the arguments. */
                                parameters: {
                                    [key: string]: unknown;
                                };
                                timeoutMs: number;
                                title: string;
                                url: string;
                            }[];
                            triggers: ("receive-text-message" | "receive-image-message" | "receive-audio-message" | "receive-video-message" | "receive-other-message" | "tag-event" | "join-room" | "new-friend" | "canvas-event-trigger" | "bot-receive-text-message")[] | null;
                            variables: {
                                choices: string[];
                                defaultValue: string | null;
                                description: string;
                                key: string;
                                maxLength: number | null;
                                name: string;
                                required: boolean;
                                /** @enum {string} */
                                type: "text" | "paragraph" | "enum";
                            }[];
                            /** @description Ids of workflows that the model may run. */
                            workflows: string[];
                        };
                        slug: string;
                        /** Format: date-time */
                        updatedAt: string;
                        workspaceId: string;
                    };
                };
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
    "PATCH /agents/:agentId": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                agentId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description Whether its app keys open it; at once, without publishing. */
                    apiEnabled?: boolean;
                    /** @description For people, 1 to 100 characters. */
                    name?: string;
                    /** @description `revision` of the draft that was changed: refused with 409 when somebody else changed it since. Absent: not looked at. */
                    revision?: number;
                    /**
                     * @description Only what is to be different, each as a whole.
                     * @default {}
                     */
                    settings?: {
                        actions?: ("handover" | "tag-user" | "invite-room" | "update-data" | "canvas-event-action" | "send-image-message" | "send-file-message" | "send-audio-message" | "send-post-message")[];
                        background?: string;
                        callerTools?: {
                            description: string;
                            name: string;
                            /** @description JSON Schema (object) of the arguments. */
                            parameters: {
                                [key: string]: unknown;
                            };
                        }[];
                        description?: string;
                        events?: {
                            description: string;
                            /** Format: uuid */
                            id: string;
                            limit: number | null;
                            name: string;
                            variables: {
                                name: string;
                                /** @enum {string} */
                                type: "string" | "number" | "boolean" | "datetime" | "date" | "time" | "array" | "object";
                            }[];
                        }[];
                        handoffs?: {
                            agentId: string;
                            description: string;
                        }[];
                        handover?: {
                            idleMinutes: number | null;
                            message: string | null;
                            releaseCommand: string | null;
                        } | null;
                        historyLimitExchanges?: number | null;
                        historyLimitTokens?: number;
                        icon?: string;
                        iconFileId?: string | null;
                        knowledge?: {
                            baseIds: string[];
                            /** @enum {string} */
                            mode: "automatic" | "tool";
                            pairThreshold: number;
                            scoreThreshold: number;
                            strategy: ("semantic" | "hybrid" | "full-text") | null;
                            topK: number;
                        };
                        mergeWindowMs?: number;
                        /** @description Name of a model. Null: the installation's default. */
                        model?: string | null;
                        /** @description What is left out is the model's own. */
                        modelParameters?: {
                            /** @enum {string} */
                            api?: "chat" | "responses";
                            /** @enum {string} */
                            cache?: "closed" | "prefix";
                            /** @description Tell the model the current time. */
                            currentTime?: boolean;
                            extra?: {
                                [key: string]: string;
                            };
                            frequencyPenalty?: number;
                            /** @description Tell the model to keep its prompt to itself. */
                            guardPrompt?: boolean;
                            maxOutputTokens?: number;
                            presencePenalty?: number;
                            /** @enum {string} */
                            responseFormat?: "text" | "markdown" | "json";
                            temperature?: number;
                            topK?: number;
                            topP?: number;
                        };
                        needsDislikeComment?: boolean;
                        opening?: {
                            message: string;
                            questions: string[];
                        };
                        plugins?: {
                            pluginId: string;
                            toolId: string;
                        }[];
                        /** @description Template of the system prompt; sees the variables. */
                        prompt?: string;
                        promptPrefix?: {
                            dynamic: string;
                            fixed: string;
                        } | null;
                        /** @description The workflow that answers in place of prompt and model. */
                        responder?: string | null;
                        shortcuts?: {
                            command: string;
                            components: {
                                defaultValue: string;
                                description: string;
                                isHidden: boolean;
                                name: string;
                                options: string[];
                                /** @enum {string} */
                                type: "text" | "select" | "file";
                            }[];
                            description: string;
                            icon: string;
                            id: string;
                            name: string;
                            template: string;
                        }[];
                        stepLimit?: number;
                        suggestionPrompt?: string | null;
                        suggestions?: boolean;
                        tools?: {
                            description: string;
                            /** @description Values are shown as `(hidden)`; put back like that they stay as they are, for the same host. */
                            headers: {
                                [key: string]: string;
                            };
                            /** @enum {string} */
                            method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
                            name: string;
                            /** @description JSON Schema (object) of the arguments. */
                            parameters: {
                                [key: string]: unknown;
                            };
                            timeoutMs: number;
                            title: string;
                            url: string;
                        }[];
                        triggers?: ("receive-text-message" | "receive-image-message" | "receive-audio-message" | "receive-video-message" | "receive-other-message" | "tag-event" | "join-room" | "new-friend" | "canvas-event-trigger" | "bot-receive-text-message")[] | null;
                        variables?: {
                            choices: string[];
                            defaultValue: string | null;
                            description: string;
                            key: string;
                            maxLength: number | null;
                            name: string;
                            required: boolean;
                            /** @enum {string} */
                            type: "text" | "paragraph" | "enum";
                        }[];
                        /** @description Ids of workflows that the model may run. */
                        workflows?: string[];
                    };
                };
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        apiEnabled: boolean;
                        /** Format: date-time */
                        createdAt: string;
                        description: string;
                        icon: string;
                        id: string;
                        /** @description What callers of the Insight family know it by. */
                        insightBotId: string;
                        /** @description Whether `antiphon.yaml` made it, and may put it back. */
                        isFromFile: boolean;
                        /** @enum {string} */
                        kind: "chat" | "workflow";
                        live: {
                            /** @description `api`, another built-in channel, or a custom channel's id. */
                            channel: string;
                            /** @description What people call a custom channel. */
                            channelName: string | null;
                            /** @description Whether the draft has changed since. */
                            isBehind: boolean;
                            /** Format: date-time */
                            since: string;
                            versionNumber: number;
                        }[];
                        /** @description Whether the caller may change it. */
                        mayChange: boolean;
                        model: string | null;
                        name: string;
                        revision: number;
                        settings: {
                            actions: ("handover" | "tag-user" | "invite-room" | "update-data" | "canvas-event-action" | "send-image-message" | "send-file-message" | "send-audio-message" | "send-post-message")[];
                            background: string;
                            callerTools: {
                                description: string;
                                name: string;
                                /** @description JSON Schema (object) of the arguments. */
                                parameters: {
                                    [key: string]: unknown;
                                };
                            }[];
                            description: string;
                            events: {
                                description: string;
                                /** Format: uuid */
                                id: string;
                                limit: number | null;
                                name: string;
                                variables: {
                                    name: string;
                                    /** @enum {string} */
                                    type: "string" | "number" | "boolean" | "datetime" | "date" | "time" | "array" | "object";
                                }[];
                            }[];
                            handoffs: {
                                agentId: string;
                                description: string;
                            }[];
                            handover: {
                                idleMinutes: number | null;
                                message: string | null;
                                releaseCommand: string | null;
                            } | null;
                            historyLimitExchanges: number | null;
                            historyLimitTokens: number;
                            icon: string;
                            iconFileId: string | null;
                            knowledge: {
                                baseIds: string[];
                                /** @enum {string} */
                                mode: "automatic" | "tool";
                                pairThreshold: number;
                                scoreThreshold: number;
                                strategy: ("semantic" | "hybrid" | "full-text") | null;
                                topK: number;
                            };
                            mergeWindowMs: number;
                            /** @description Name of a model. Null: the installation's default. */
                            model: string | null;
                            /** @description What is left out is the model's own. */
                            modelParameters: {
                                /** @enum {string} */
                                api?: "chat" | "responses";
                                /** @enum {string} */
                                cache?: "closed" | "prefix";
                                /** @description Tell the model the current time. */
                                currentTime?: boolean;
                                extra?: {
                                    [key: string]: string;
                                };
                                frequencyPenalty?: number;
                                /** @description Tell the model to keep its prompt to itself. */
                                guardPrompt?: boolean;
                                maxOutputTokens?: number;
                                presencePenalty?: number;
                                /** @enum {string} */
                                responseFormat?: "text" | "markdown" | "json";
                                temperature?: number;
                                topK?: number;
                                topP?: number;
                            };
                            needsDislikeComment: boolean;
                            opening: {
                                message: string;
                                questions: string[];
                            };
                            plugins: {
                                pluginId: string;
                                toolId: string;
                            }[];
                            /** @description Template of the system prompt; sees the variables. */
                            prompt: string;
                            promptPrefix: {
                                dynamic: string;
                                fixed: string;
                            } | null;
                            /** @description The workflow that answers in place of prompt and model. */
                            responder: string | null;
                            shortcuts: {
                                command: string;
                                components: {
                                    defaultValue: string;
                                    description: string;
                                    isHidden: boolean;
                                    name: string;
                                    options: string[];
                                    /** @enum {string} */
                                    type: "text" | "select" | "file";
                                }[];
                                description: string;
                                icon: string;
                                id: string;
                                name: string;
                                template: string;
                            }[];
                            stepLimit: number;
                            suggestionPrompt: string | null;
                            suggestions: boolean;
                            tools: {
                                description: string;
                                /** @description Values are shown as `(hidden)`; put back like that they stay as they are, for the same host. */
                                headers: {
                                    [key: string]: string;
                                };
                                /** @enum {string} */
                                method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
                                name: string;
                                /** @description JSON Schema (object) of the arguments. */
                                parameters: {
                                    [key: string]: unknown;
                                };
                                timeoutMs: number;
                                title: string;
                                url: string;
                            }[];
                            triggers: ("receive-text-message" | "receive-image-message" | "receive-audio-message" | "receive-video-message" | "receive-other-message" | "tag-event" | "join-room" | "new-friend" | "canvas-event-trigger" | "bot-receive-text-message")[] | null;
                            variables: {
                                choices: string[];
                                defaultValue: string | null;
                                description: string;
                                key: string;
                                maxLength: number | null;
                                name: string;
                                required: boolean;
                                /** @enum {string} */
                                type: "text" | "paragraph" | "enum";
                            }[];
                            /** @description Ids of workflows that the model may run. */
                            workflows: string[];
                        };
                        slug: string;
                        /** Format: date-time */
                        updatedAt: string;
                        workspaceId: string;
                    };
                };
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
    "GET /agents/:agentId/channels": {
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
                content: {
                    "application/json": {
                        agentId: string;
                        items: {
                            channel: string;
                            description: string;
                            /** @description Its server is asked about every submission. */
                            isAudited: boolean;
                            isCustom: boolean;
                            /** @description What was submitted there last. */
                            latest: {
                                agentId: string;
                                channel: string;
                                /** Format: date-time */
                                createdAt: string;
                                decidedAt: string | null;
                                deliveryId: string | null;
                                /** Format: date-time */
                                expiresAt: string;
                                id: string;
                                options: {
                                    [key: string]: string;
                                };
                                /** @description Null: the configuration file, or nobody who is there any more. */
                                publisher: {
                                    id: string;
                                    name: string;
                                } | null;
                                publisherId: string | null;
                                reason: string;
                                shareLink: string;
                                /** @enum {string} */
                                status: "auditing" | "live" | "rejected" | "failed" | "expired" | "superseded" | "withdrawn";
                                versionId: string;
                                versionNumber: number;
                            } | null;
                            live: {
                                /** Format: date-time */
                                since: string;
                                versionId: string;
                                versionNumber: number;
                            } | null;
                            /** @description As a custom channel is called; of built-in ones as `channel`. */
                            name: string;
                            /** @description The caller has to link its account there first. */
                            needsLink: boolean;
                        }[];
                        mayPublish: boolean;
                        name: string;
                    };
                };
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
    "GET /agents/:agentId/difference": {
        parameters: {
            query?: {
                from?: string;
                to?: string;
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
                content: {
                    "application/json": {
                        items: {
                            /** @description Null: it is gone. */
                            after: unknown;
                            /** @description Null: it is new. */
                            before: unknown;
                            /** @description From the outside in; members of lists by their id, key or name. `order`: of a list. */
                            path: string[];
                        }[];
                    };
                };
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
    "POST /agents/:agentId/draft-chat": {
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
                    /** @description Files beside it: `kind`, `url` and perhaps `name`. */
                    attachments?: {
                        /** @enum {string} */
                        kind: "image" | "file" | "audio";
                        name?: string;
                        url: string;
                    }[];
                    /** @description One of the caller's own. Absent: a new one. */
                    conversationId?: string;
                    /** @description What is asked. */
                    text: string;
                    /** @description Values of the agent's variables, kept with the conversation. */
                    variables?: {
                        [key: string]: string;
                    };
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
    "GET /agents/:agentId/draft-conversations": {
        parameters: {
            query?: {
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
                content: {
                    "application/json": {
                        items: {
                            agentId: string | null;
                            /** Format: date-time */
                            createdAt: string;
                            id: string;
                            lastTurnAt: string | null;
                            variables: {
                                [key: string]: string;
                            };
                        }[];
                        nextCursor: string | null;
                    };
                };
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
    "POST /agents/:agentId/duplicate": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                agentId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description Absent: the same; only for a copy in the same workspace. */
                    name?: string;
                    /** @description Where to. Absent: the same workspace. */
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
                content: {
                    "application/json": {
                        agent: {
                            apiEnabled: boolean;
                            /** Format: date-time */
                            createdAt: string;
                            description: string;
                            icon: string;
                            id: string;
                            /** @description What callers of the Insight family know it by. */
                            insightBotId: string;
                            /** @description Whether `antiphon.yaml` made it, and may put it back. */
                            isFromFile: boolean;
                            /** @enum {string} */
                            kind: "chat" | "workflow";
                            live: {
                                /** @description `api`, another built-in channel, or a custom channel's id. */
                                channel: string;
                                /** @description What people call a custom channel. */
                                channelName: string | null;
                                /** @description Whether the draft has changed since. */
                                isBehind: boolean;
                                /** Format: date-time */
                                since: string;
                                versionNumber: number;
                            }[];
                            /** @description Whether the caller may change it. */
                            mayChange: boolean;
                            model: string | null;
                            name: string;
                            revision: number;
                            settings: {
                                actions: ("handover" | "tag-user" | "invite-room" | "update-data" | "canvas-event-action" | "send-image-message" | "send-file-message" | "send-audio-message" | "send-post-message")[];
                                background: string;
                                callerTools: {
                                    description: string;
                                    name: string;
                                    /** @description JSON Schema (object) of the arguments. */
                                    parameters: {
                                        [key: string]: unknown;
                                    };
                                }[];
                                description: string;
                                events: {
                                    description: string;
                                    /** Format: uuid */
                                    id: string;
                                    limit: number | null;
                                    name: string;
                                    variables: {
                                        name: string;
                                        /** @enum {string} */
                                        type: "string" | "number" | "boolean" | "datetime" | "date" | "time" | "array" | "object";
                                    }[];
                                }[];
                                handoffs: {
                                    agentId: string;
                                    description: string;
                                }[];
                                handover: {
                                    idleMinutes: number | null;
                                    message: string | null;
                                    releaseCommand: string | null;
                                } | null;
                                historyLimitExchanges: number | null;
                                historyLimitTokens: number;
                                icon: string;
                                iconFileId: string | null;
                                knowledge: {
                                    baseIds: string[];
                                    /** @enum {string} */
                                    mode: "automatic" | "tool";
                                    pairThreshold: number;
                                    scoreThreshold: number;
                                    strategy: ("semantic" | "hybrid" | "full-text") | null;
                                    topK: number;
                                };
                                mergeWindowMs: number;
                                /** @description Name of a model. Null: the installation's default. */
                                model: string | null;
                                /** @description What is left out is the model's own. */
                                modelParameters: {
                                    /** @enum {string} */
                                    api?: "chat" | "responses";
                                    /** @enum {string} */
                                    cache?: "closed" | "prefix";
                                    /** @description Tell the model the current time. */
                                    currentTime?: boolean;
                                    extra?: {
                                        [key: string]: string;
                                    };
                                    frequencyPenalty?: number;
                                    /** @description Tell the model to keep its prompt to itself. */
                                    guardPrompt?: boolean;
                                    maxOutputTokens?: number;
                                    presencePenalty?: number;
                                    /** @enum {string} */
                                    responseFormat?: "text" | "markdown" | "json";
                                    temperature?: number;
                                    topK?: number;
                                    topP?: number;
                                };
                                needsDislikeComment: boolean;
                                opening: {
                                    message: string;
                                    questions: string[];
                                };
                                plugins: {
                                    pluginId: string;
                                    toolId: string;
                                }[];
                                /** @description Template of the system prompt; sees the variables. */
                                prompt: string;
                                promptPrefix: {
                                    dynamic: string;
                                    fixed: string;
                                } | null;
                                /** @description The workflow that answers in place of prompt and model. */
                                responder: string | null;
                                shortcuts: {
                                    command: string;
                                    components: {
                                        defaultValue: string;
                                        description: string;
                                        isHidden: boolean;
                                        name: string;
                                        options: string[];
                                        /** @enum {string} */
                                        type: "text" | "select" | "file";
                                    }[];
                                    description: string;
                                    icon: string;
                                    id: string;
                                    name: string;
                                    template: string;
                                }[];
                                stepLimit: number;
                                suggestionPrompt: string | null;
                                suggestions: boolean;
                                tools: {
                                    description: string;
                                    /** @description Values are shown as `(hidden)`; put back like that they stay as they are, for the same host. */
                                    headers: {
                                        [key: string]: string;
                                    };
                                    /** @enum {string} */
                                    method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
                                    name: string;
                                    /** @description JSON Schema (object) of the arguments. */
                                    parameters: {
                                        [key: string]: unknown;
                                    };
                                    timeoutMs: number;
                                    title: string;
                                    url: string;
                                }[];
                                triggers: ("receive-text-message" | "receive-image-message" | "receive-audio-message" | "receive-video-message" | "receive-other-message" | "tag-event" | "join-room" | "new-friend" | "canvas-event-trigger" | "bot-receive-text-message")[] | null;
                                variables: {
                                    choices: string[];
                                    defaultValue: string | null;
                                    description: string;
                                    key: string;
                                    maxLength: number | null;
                                    name: string;
                                    required: boolean;
                                    /** @enum {string} */
                                    type: "text" | "paragraph" | "enum";
                                }[];
                                /** @description Ids of workflows that the model may run. */
                                workflows: string[];
                            };
                            slug: string;
                            /** Format: date-time */
                            updatedAt: string;
                            workspaceId: string;
                        };
                        /** @description What the copy had to leave behind. */
                        left: string[];
                    };
                };
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
                content: {
                    "application/json": {
                        items: {
                            /** Format: date-time */
                            at: string;
                            by: {
                                /** @enum {string} */
                                kind: "user" | "channel" | "audit" | "time" | "file" | "system";
                                name: string | null;
                                userId: string | null;
                            };
                            channel: string;
                            /** @description As a custom channel is called, also a deleted one; else as `channel`. */
                            channelName: string;
                            from: ("auditing" | "live" | "rejected" | "failed" | "expired" | "superseded" | "withdrawn") | null;
                            reason: string;
                            submissionId: string;
                            /** @enum {string} */
                            to: "auditing" | "live" | "rejected" | "failed" | "expired" | "superseded" | "withdrawn";
                            versionNumber: number;
                        }[];
                        nextCursor: string | null;
                    };
                };
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
    "GET /agents/:agentId/keys": {
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
                content: {
                    "application/json": {
                        items: {
                            /** Format: date-time */
                            createdAt: string;
                            /** @description Its last characters. Empty: not known. */
                            ending: string;
                            id: string;
                            /** @description Whether `antiphon.yaml` names it, and would put it back. */
                            isFromFile: boolean;
                            /** @description Empty: none. */
                            name: string;
                        }[];
                        nextCursor: string | null;
                    };
                };
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
    "POST /agents/:agentId/keys": {
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
                    /** @description For people, 1 to 100 characters. */
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
                content: {
                    "application/json": {
                        key: {
                            /** Format: date-time */
                            createdAt: string;
                            /** @description Its last characters. Empty: not known. */
                            ending: string;
                            id: string;
                            /** @description Whether `antiphon.yaml` names it, and would put it back. */
                            isFromFile: boolean;
                            /** @description Empty: none. */
                            name: string;
                        };
                        secret: string;
                    };
                };
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
    "DELETE /agents/:agentId/keys/:keyId": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                agentId: string;
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
                content: {
                    "application/json": Record<string, never>;
                };
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
                content: {
                    "application/json": {
                        submissions: {
                            agentId: string;
                            channel: string;
                            /** Format: date-time */
                            createdAt: string;
                            decidedAt: string | null;
                            deliveryId: string | null;
                            /** Format: date-time */
                            expiresAt: string;
                            id: string;
                            options: {
                                [key: string]: string;
                            };
                            /** @description Null: the configuration file, or nobody who is there any more. */
                            publisher: {
                                id: string;
                                name: string;
                            } | null;
                            publisherId: string | null;
                            reason: string;
                            shareLink: string;
                            /** @enum {string} */
                            status: "auditing" | "live" | "rejected" | "failed" | "expired" | "superseded" | "withdrawn";
                            versionId: string;
                            versionNumber: number;
                        }[];
                        version: {
                            /** Format: date-time */
                            createdAt: string;
                            id: string;
                            number: number;
                        };
                    };
                };
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
    "GET /agents/:agentId/share-links": {
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
                content: {
                    "application/json": {
                        items: {
                            color: string;
                            /** Format: date-time */
                            createdAt: string;
                            greeting: string;
                            id: string;
                            isEnabled: boolean;
                            key: string;
                            origins: string[];
                            /** @description Of the public page, on this server's address. */
                            path: string;
                            title: string;
                            /** Format: date-time */
                            updatedAt: string;
                        }[];
                        nextCursor: string | null;
                    };
                };
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
    "POST /agents/:agentId/share-links": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                agentId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description `#rrggbb`. Empty: the page's own. */
                    color?: string;
                    /** @description Instead of the agent's opening. Empty: its opening. */
                    greeting?: string;
                    /** @description Whether the link leads anywhere; true when absent. */
                    isEnabled?: boolean;
                    /** @description Origins of pages that may embed it, such as `https://shop.example`; `*` is every one. */
                    origins?: string[];
                    /** @description Instead of the agent's name. Empty: its name. */
                    title?: string;
                };
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        color: string;
                        /** Format: date-time */
                        createdAt: string;
                        greeting: string;
                        id: string;
                        isEnabled: boolean;
                        key: string;
                        origins: string[];
                        /** @description Of the public page, on this server's address. */
                        path: string;
                        title: string;
                        /** Format: date-time */
                        updatedAt: string;
                    };
                };
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
    "DELETE /agents/:agentId/share-links/:linkId": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                agentId: string;
                linkId: string;
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
                content: {
                    "application/json": Record<string, never>;
                };
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
    "PATCH /agents/:agentId/share-links/:linkId": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                agentId: string;
                linkId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description `#rrggbb`. Empty: the page's own. */
                    color?: string;
                    /** @description Instead of the agent's opening. Empty: its opening. */
                    greeting?: string;
                    /** @description Whether the link leads anywhere; true when absent. */
                    isEnabled?: boolean;
                    /** @description Origins of pages that may embed it, such as `https://shop.example`; `*` is every one. */
                    origins?: string[];
                    /** @description Instead of the agent's name. Empty: its name. */
                    title?: string;
                };
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        color: string;
                        /** Format: date-time */
                        createdAt: string;
                        greeting: string;
                        id: string;
                        isEnabled: boolean;
                        key: string;
                        origins: string[];
                        /** @description Of the public page, on this server's address. */
                        path: string;
                        title: string;
                        /** Format: date-time */
                        updatedAt: string;
                    };
                };
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
                content: {
                    "application/json": {
                        items: {
                            agentId: string;
                            channel: string;
                            /** Format: date-time */
                            createdAt: string;
                            decidedAt: string | null;
                            deliveryId: string | null;
                            /** Format: date-time */
                            expiresAt: string;
                            id: string;
                            options: {
                                [key: string]: string;
                            };
                            /** @description Null: the configuration file, or nobody who is there any more. */
                            publisher: {
                                id: string;
                                name: string;
                            } | null;
                            publisherId: string | null;
                            reason: string;
                            shareLink: string;
                            /** @enum {string} */
                            status: "auditing" | "live" | "rejected" | "failed" | "expired" | "superseded" | "withdrawn";
                            versionId: string;
                            versionNumber: number;
                        }[];
                        nextCursor: string | null;
                    };
                };
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
    "GET /agents/:agentId/versions": {
        parameters: {
            query?: {
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
                content: {
                    "application/json": {
                        items: {
                            changelog: string;
                            /** Format: date-time */
                            createdAt: string;
                            /** @description Null: the configuration file or the command line. */
                            creator: {
                                id: string;
                                name: string;
                            } | null;
                            id: string;
                            live: {
                                channel: string;
                                channelName: string | null;
                                /** Format: date-time */
                                since: string;
                            }[];
                            name: string;
                            number: number;
                        }[];
                        nextCursor: string | null;
                    };
                };
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
    "GET /agents/:agentId/versions/:number": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                agentId: string;
                number: string;
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
                content: {
                    "application/json": {
                        changelog: string;
                        /** Format: date-time */
                        createdAt: string;
                        /** @description Null: the configuration file or the command line. */
                        creator: {
                            id: string;
                            name: string;
                        } | null;
                        id: string;
                        live: {
                            channel: string;
                            channelName: string | null;
                            /** Format: date-time */
                            since: string;
                        }[];
                        name: string;
                        number: number;
                        settings: {
                            actions: ("handover" | "tag-user" | "invite-room" | "update-data" | "canvas-event-action" | "send-image-message" | "send-file-message" | "send-audio-message" | "send-post-message")[];
                            background: string;
                            callerTools: {
                                description: string;
                                name: string;
                                /** @description JSON Schema (object) of the arguments. */
                                parameters: {
                                    [key: string]: unknown;
                                };
                            }[];
                            description: string;
                            events: {
                                description: string;
                                /** Format: uuid */
                                id: string;
                                limit: number | null;
                                name: string;
                                variables: {
                                    name: string;
                                    /** @enum {string} */
                                    type: "string" | "number" | "boolean" | "datetime" | "date" | "time" | "array" | "object";
                                }[];
                            }[];
                            handoffs: {
                                agentId: string;
                                description: string;
                            }[];
                            handover: {
                                idleMinutes: number | null;
                                message: string | null;
                                releaseCommand: string | null;
                            } | null;
                            historyLimitExchanges: number | null;
                            historyLimitTokens: number;
                            icon: string;
                            iconFileId: string | null;
                            knowledge: {
                                baseIds: string[];
                                /** @enum {string} */
                                mode: "automatic" | "tool";
                                pairThreshold: number;
                                scoreThreshold: number;
                                strategy: ("semantic" | "hybrid" | "full-text") | null;
                                topK: number;
                            };
                            mergeWindowMs: number;
                            /** @description Name of a model. Null: the installation's default. */
                            model: string | null;
                            /** @description What is left out is the model's own. */
                            modelParameters: {
                                /** @enum {string} */
                                api?: "chat" | "responses";
                                /** @enum {string} */
                                cache?: "closed" | "prefix";
                                /** @description Tell the model the current time. */
                                currentTime?: boolean;
                                extra?: {
                                    [key: string]: string;
                                };
                                frequencyPenalty?: number;
                                /** @description Tell the model to keep its prompt to itself. */
                                guardPrompt?: boolean;
                                maxOutputTokens?: number;
                                presencePenalty?: number;
                                /** @enum {string} */
                                responseFormat?: "text" | "markdown" | "json";
                                temperature?: number;
                                topK?: number;
                                topP?: number;
                            };
                            needsDislikeComment: boolean;
                            opening: {
                                message: string;
                                questions: string[];
                            };
                            plugins: {
                                pluginId: string;
                                toolId: string;
                            }[];
                            /** @description Template of the system prompt; sees the variables. */
                            prompt: string;
                            promptPrefix: {
                                dynamic: string;
                                fixed: string;
                            } | null;
                            /** @description The workflow that answers in place of prompt and model. */
                            responder: string | null;
                            shortcuts: {
                                command: string;
                                components: {
                                    defaultValue: string;
                                    description: string;
                                    isHidden: boolean;
                                    name: string;
                                    options: string[];
                                    /** @enum {string} */
                                    type: "text" | "select" | "file";
                                }[];
                                description: string;
                                icon: string;
                                id: string;
                                name: string;
                                template: string;
                            }[];
                            stepLimit: number;
                            suggestionPrompt: string | null;
                            suggestions: boolean;
                            tools: {
                                description: string;
                                /** @description Values are shown as `(hidden)`; put back like that they stay as they are, for the same host. */
                                headers: {
                                    [key: string]: string;
                                };
                                /** @enum {string} */
                                method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
                                name: string;
                                /** @description JSON Schema (object) of the arguments. */
                                parameters: {
                                    [key: string]: unknown;
                                };
                                timeoutMs: number;
                                title: string;
                                url: string;
                            }[];
                            triggers: ("receive-text-message" | "receive-image-message" | "receive-audio-message" | "receive-video-message" | "receive-other-message" | "tag-event" | "join-room" | "new-friend" | "canvas-event-trigger" | "bot-receive-text-message")[] | null;
                            variables: {
                                choices: string[];
                                defaultValue: string | null;
                                description: string;
                                key: string;
                                maxLength: number | null;
                                name: string;
                                required: boolean;
                                /** @enum {string} */
                                type: "text" | "paragraph" | "enum";
                            }[];
                            /** @description Ids of workflows that the model may run. */
                            workflows: string[];
                        };
                    };
                };
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
    "POST /agents/:agentId/versions/:number/restore": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                agentId: string;
                number: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description `revision` of the draft that is given up: refused with 409 when it changed since. */
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
                content: {
                    "application/json": {
                        apiEnabled: boolean;
                        /** Format: date-time */
                        createdAt: string;
                        description: string;
                        icon: string;
                        id: string;
                        /** @description What callers of the Insight family know it by. */
                        insightBotId: string;
                        /** @description Whether `antiphon.yaml` made it, and may put it back. */
                        isFromFile: boolean;
                        /** @enum {string} */
                        kind: "chat" | "workflow";
                        live: {
                            /** @description `api`, another built-in channel, or a custom channel's id. */
                            channel: string;
                            /** @description What people call a custom channel. */
                            channelName: string | null;
                            /** @description Whether the draft has changed since. */
                            isBehind: boolean;
                            /** Format: date-time */
                            since: string;
                            versionNumber: number;
                        }[];
                        /** @description Whether the caller may change it. */
                        mayChange: boolean;
                        model: string | null;
                        name: string;
                        revision: number;
                        settings: {
                            actions: ("handover" | "tag-user" | "invite-room" | "update-data" | "canvas-event-action" | "send-image-message" | "send-file-message" | "send-audio-message" | "send-post-message")[];
                            background: string;
                            callerTools: {
                                description: string;
                                name: string;
                                /** @description JSON Schema (object) of the arguments. */
                                parameters: {
                                    [key: string]: unknown;
                                };
                            }[];
                            description: string;
                            events: {
                                description: string;
                                /** Format: uuid */
                                id: string;
                                limit: number | null;
                                name: string;
                                variables: {
                                    name: string;
                                    /** @enum {string} */
                                    type: "string" | "number" | "boolean" | "datetime" | "date" | "time" | "array" | "object";
                                }[];
                            }[];
                            handoffs: {
                                agentId: string;
                                description: string;
                            }[];
                            handover: {
                                idleMinutes: number | null;
                                message: string | null;
                                releaseCommand: string | null;
                            } | null;
                            historyLimitExchanges: number | null;
                            historyLimitTokens: number;
                            icon: string;
                            iconFileId: string | null;
                            knowledge: {
                                baseIds: string[];
                                /** @enum {string} */
                                mode: "automatic" | "tool";
                                pairThreshold: number;
                                scoreThreshold: number;
                                strategy: ("semantic" | "hybrid" | "full-text") | null;
                                topK: number;
                            };
                            mergeWindowMs: number;
                            /** @description Name of a model. Null: the installation's default. */
                            model: string | null;
                            /** @description What is left out is the model's own. */
                            modelParameters: {
                                /** @enum {string} */
                                api?: "chat" | "responses";
                                /** @enum {string} */
                                cache?: "closed" | "prefix";
                                /** @description Tell the model the current time. */
                                currentTime?: boolean;
                                extra?: {
                                    [key: string]: string;
                                };
                                frequencyPenalty?: number;
                                /** @description Tell the model to keep its prompt to itself. */
                                guardPrompt?: boolean;
                                maxOutputTokens?: number;
                                presencePenalty?: number;
                                /** @enum {string} */
                                responseFormat?: "text" | "markdown" | "json";
                                temperature?: number;
                                topK?: number;
                                topP?: number;
                            };
                            needsDislikeComment: boolean;
                            opening: {
                                message: string;
                                questions: string[];
                            };
                            plugins: {
                                pluginId: string;
                                toolId: string;
                            }[];
                            /** @description Template of the system prompt; sees the variables. */
                            prompt: string;
                            promptPrefix: {
                                dynamic: string;
                                fixed: string;
                            } | null;
                            /** @description The workflow that answers in place of prompt and model. */
                            responder: string | null;
                            shortcuts: {
                                command: string;
                                components: {
                                    defaultValue: string;
                                    description: string;
                                    isHidden: boolean;
                                    name: string;
                                    options: string[];
                                    /** @enum {string} */
                                    type: "text" | "select" | "file";
                                }[];
                                description: string;
                                icon: string;
                                id: string;
                                name: string;
                                template: string;
                            }[];
                            stepLimit: number;
                            suggestionPrompt: string | null;
                            suggestions: boolean;
                            tools: {
                                description: string;
                                /** @description Values are shown as `(hidden)`; put back like that they stay as they are, for the same host. */
                                headers: {
                                    [key: string]: string;
                                };
                                /** @enum {string} */
                                method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
                                name: string;
                                /** @description JSON Schema (object) of the arguments. */
                                parameters: {
                                    [key: string]: unknown;
                                };
                                timeoutMs: number;
                                title: string;
                                url: string;
                            }[];
                            triggers: ("receive-text-message" | "receive-image-message" | "receive-audio-message" | "receive-video-message" | "receive-other-message" | "tag-event" | "join-room" | "new-friend" | "canvas-event-trigger" | "bot-receive-text-message")[] | null;
                            variables: {
                                choices: string[];
                                defaultValue: string | null;
                                description: string;
                                key: string;
                                maxLength: number | null;
                                name: string;
                                required: boolean;
                                /** @enum {string} */
                                type: "text" | "paragraph" | "enum";
                            }[];
                            /** @description Ids of workflows that the model may run. */
                            workflows: string[];
                        };
                        slug: string;
                        /** Format: date-time */
                        updatedAt: string;
                        workspaceId: string;
                    };
                };
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
    "GET /attempts": {
        parameters: {
            query?: {
                cursor?: string;
                endpointId?: string;
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
                content: {
                    "application/json": {
                        items: {
                            deliveryId: string;
                            endpointId: string;
                            errorCode: string;
                            errorMessage: string;
                            eventType: string;
                            id: string;
                            number: number;
                            /** @enum {string} */
                            outcome: "ok" | "fail" | "unknown";
                            /** Format: date-time */
                            startedAt: string;
                            status: number | null;
                            totalMs: number | null;
                            /** @enum {string} */
                            trigger: "event" | "manual" | "replay" | "test" | "sync";
                            url: string;
                        }[];
                        nextCursor: string | null;
                    };
                };
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
    "GET /audit-log": {
        parameters: {
            query?: {
                action?: string;
                cursor?: string;
                limit?: number | string;
                since?: string;
                subject?: string;
                until?: string;
                userId?: string;
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
                content: {
                    "application/json": {
                        items: {
                            /** @description The operation, such as `PATCH /agents/:agentId`, or the command. */
                            action: string;
                            /** @description From where. May be empty. */
                            address: string;
                            /** Format: date-time */
                            createdAt: string;
                            /**
                             * @description Through which API, if any; `oauth`: on the pages where people let apps in.
                             * @enum {string}
                             */
                            family: "console" | "coze" | "oauth" | "command-line";
                            /** @description Names of what was given, never what it was. */
                            fields: string[];
                            id: string;
                            requestId: string;
                            /** @description What it was done to, such as `agents/123`. */
                            subject: string;
                            /** @description Null: whoever may use the command line. */
                            userId: string | null;
                            /** @description What it signs in with, today. Empty: it is gone, or there is none. */
                            userName: string;
                            /**
                             * @description How the caller proved who it is.
                             * @enum {string}
                             */
                            via: "session" | "personal" | "oauth-user" | "oauth-jwt" | "command-line";
                        }[];
                        nextCursor: string | null;
                    };
                };
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
                content: {
                    "application/json": {
                        items: {
                            authorization: {
                                /** @enum {string} */
                                mode: "none" | "device";
                            } | {
                                authorizeUrl?: string;
                                clientId?: string;
                                /** @constant */
                                mode: "oauth";
                                tokenUrl?: string;
                                userUrl?: string;
                            };
                            /** Format: date-time */
                            createdAt: string;
                            description: string;
                            id: string;
                            isOwn: boolean;
                            name: string;
                            ownerId: string;
                            slug: string | null;
                        }[];
                        nextCursor: null;
                    };
                };
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
                    authorization?: {
                        /** @enum {string} */
                        mode: "none" | "device";
                    } | {
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
                content: {
                    "application/json": {
                        authorization: {
                            /** @enum {string} */
                            mode: "none" | "device";
                        } | {
                            authorizeUrl?: string;
                            clientId?: string;
                            /** @constant */
                            mode: "oauth";
                            tokenUrl?: string;
                            userUrl?: string;
                        };
                        /** Format: date-time */
                        createdAt: string;
                        description: string;
                        id: string;
                        isOwn: boolean;
                        name: string;
                        ownerId: string;
                        slug: string | null;
                    };
                };
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
                content: {
                    "application/json": {
                        authorization: {
                            /** @enum {string} */
                            mode: "none" | "device";
                        } | {
                            authorizeUrl?: string;
                            clientId?: string;
                            /** @constant */
                            mode: "oauth";
                            tokenUrl?: string;
                            userUrl?: string;
                        };
                        /** Format: date-time */
                        createdAt: string;
                        description: string;
                        id: string;
                        isOwn: boolean;
                        name: string;
                        ownerId: string;
                        slug: string | null;
                    };
                };
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
                    authorization?: {
                        /** @enum {string} */
                        mode: "none" | "device";
                    } | {
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
                content: {
                    "application/json": {
                        authorization: {
                            /** @enum {string} */
                            mode: "none" | "device";
                        } | {
                            authorizeUrl?: string;
                            clientId?: string;
                            /** @constant */
                            mode: "oauth";
                            tokenUrl?: string;
                            userUrl?: string;
                        };
                        /** Format: date-time */
                        createdAt: string;
                        description: string;
                        id: string;
                        isOwn: boolean;
                        name: string;
                        ownerId: string;
                        slug: string | null;
                    };
                };
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
    "GET /channels/:channelId/audit-server": {
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
                content: {
                    "application/json": {
                        endpoint: {
                            agentIds: string[];
                            channel: string | null;
                            clientCertificate: {
                                /** Format: date-time */
                                expiresAt: string;
                                fingerprint: string;
                                subject: string;
                            } | null;
                            /** @description Deliveries that wait, that are held, and those of the last seven days that were given up; 500 stands for at least as many. */
                            counts: {
                                failed: number;
                                held: number;
                                pending: number;
                            };
                            /** Format: date-time */
                            createdAt: string;
                            eventTypes: string[];
                            feedback: {
                                historyLimit: number;
                                isStrict: boolean;
                                ratings: ("none" | "like" | "dislike")[];
                            } | null;
                            headerNames: string[];
                            health: {
                                consecutiveFailures: number;
                                failingSince: string | null;
                                lastAttemptAt: string | null;
                                lastSuccessAt: string | null;
                                nextTryAt: string | null;
                            };
                            id: string;
                            isAsymmetric: boolean;
                            isCoalescing: boolean;
                            isOrdered: boolean;
                            /** @enum {string} */
                            kind: "standard" | "insight" | "coze" | "coze-channel";
                            maxInFlight: number;
                            name: string;
                            ratePerSecond: number | null;
                            retryDelaysMs: number[] | null;
                            secrets: {
                                /** Format: date-time */
                                createdAt: string;
                                expiresAt: string | null;
                                fingerprint: string;
                            }[];
                            slug: string | null;
                            /** @enum {string} */
                            state: "active" | "paused" | "disabled";
                            stateReason: string;
                            timeoutMs: number;
                            /** Format: date-time */
                            updatedAt: string;
                            url: string | null;
                            workspaceId: string | null;
                        } | null;
                    };
                };
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
    "PUT /channels/:channelId/audit-server": {
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
                    /** @description Answers a challenge, and then what is submitted. Absent: nobody is asked yet. */
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
                content: {
                    "application/json": {
                        endpoint: {
                            agentIds: string[];
                            channel: string | null;
                            clientCertificate: {
                                /** Format: date-time */
                                expiresAt: string;
                                fingerprint: string;
                                subject: string;
                            } | null;
                            /** @description Deliveries that wait, that are held, and those of the last seven days that were given up; 500 stands for at least as many. */
                            counts: {
                                failed: number;
                                held: number;
                                pending: number;
                            };
                            /** Format: date-time */
                            createdAt: string;
                            eventTypes: string[];
                            feedback: {
                                historyLimit: number;
                                isStrict: boolean;
                                ratings: ("none" | "like" | "dislike")[];
                            } | null;
                            headerNames: string[];
                            health: {
                                consecutiveFailures: number;
                                failingSince: string | null;
                                lastAttemptAt: string | null;
                                lastSuccessAt: string | null;
                                nextTryAt: string | null;
                            };
                            id: string;
                            isAsymmetric: boolean;
                            isCoalescing: boolean;
                            isOrdered: boolean;
                            /** @enum {string} */
                            kind: "standard" | "insight" | "coze" | "coze-channel";
                            maxInFlight: number;
                            name: string;
                            ratePerSecond: number | null;
                            retryDelaysMs: number[] | null;
                            secrets: {
                                /** Format: date-time */
                                createdAt: string;
                                expiresAt: string | null;
                                fingerprint: string;
                            }[];
                            slug: string | null;
                            /** @enum {string} */
                            state: "active" | "paused" | "disabled";
                            stateReason: string;
                            timeoutMs: number;
                            /** Format: date-time */
                            updatedAt: string;
                            url: string | null;
                            workspaceId: string | null;
                        };
                        verifyToken: string | null;
                    };
                };
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
    "DELETE /channels/:channelId/audit-server": {
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
                content: {
                    "application/json": {
                        items: {
                            key: string;
                            values: {
                                label: string;
                                value: string;
                            }[];
                        }[];
                        nextCursor: null;
                    };
                };
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
    "GET /channels/:channelId/submissions": {
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
                content: {
                    "application/json": {
                        items: {
                            agentId: string;
                            agentName: string;
                            channel: string;
                            /** Format: date-time */
                            createdAt: string;
                            decidedAt: string | null;
                            deliveryId: string | null;
                            /** Format: date-time */
                            expiresAt: string;
                            id: string;
                            options: {
                                [key: string]: string;
                            };
                            /** @description Null: the configuration file, or nobody who is there any more. */
                            publisher: {
                                id: string;
                                name: string;
                            } | null;
                            publisherId: string | null;
                            reason: string;
                            shareLink: string;
                            /** @enum {string} */
                            status: "auditing" | "live" | "rejected" | "failed" | "expired" | "superseded" | "withdrawn";
                            versionId: string;
                            versionNumber: number;
                        }[];
                    };
                };
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
    "GET /conversations": {
        parameters: {
            query?: {
                agentId?: string;
                channel?: string;
                cursor?: string;
                family?: string;
                hasComment?: "true" | "false";
                isHeld?: "true" | "false";
                limit?: number | string;
                rating?: "like" | "dislike" | "any";
                since?: string;
                status?: "running" | "waiting" | "completed" | "stopped" | "failed" | "interrupted" | "merged";
                text?: string;
                until?: string;
                userId?: string;
                userPrefix?: string;
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
                content: {
                    "application/json": {
                        items: {
                            /** Format: date-time */
                            activeAt: string;
                            agentId: string | null;
                            agentName: string | null;
                            channel: string;
                            /** Format: date-time */
                            createdAt: string;
                            heldAt: string | null;
                            id: string;
                            insightSessionId: string;
                            isDisliked: boolean;
                            isLiked: boolean;
                            lastTurnAt: string | null;
                            name: string;
                            newest: {
                                exchangeId: string;
                                /** @enum {string} */
                                role: "user" | "assistant";
                                text: string;
                                turn: {
                                    family: string;
                                    id: string;
                                    /** @enum {string} */
                                    status: "running" | "waiting" | "completed" | "stopped" | "failed" | "interrupted" | "merged";
                                } | null;
                            } | null;
                            userId: string;
                            workspaceId: string;
                        }[];
                        nextCursor: string | null;
                        searchedUntil: string | null;
                    };
                };
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
                content: {
                    "application/json": {
                        agentId: string | null;
                        agentName: string | null;
                        channel: string;
                        /** Format: date-time */
                        createdAt: string;
                        heldAt: string | null;
                        id: string;
                        insightSessionId: string;
                        lastTurnAt: string | null;
                        name: string;
                        userId: string;
                        workspaceId: string;
                    };
                };
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
    "DELETE /conversations/:conversationId": {
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
    "GET /conversations/:conversationId/exchanges": {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number | string;
                order?: "desc" | "asc";
                turnId?: string;
            };
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
                content: {
                    "application/json": {
                        items: {
                            answers: {
                                actions: {
                                    payload: unknown;
                                    status: string;
                                    type: string;
                                }[];
                                agentId: string;
                                /** Format: date-time */
                                createdAt: string;
                                endedAt: string | null;
                                error: {
                                    code: string;
                                    message: string;
                                } | null;
                                family: string;
                                feedback: {
                                    categories: string[];
                                    comment: string;
                                    rater: string;
                                    /** @enum {string} */
                                    rating: "like" | "dislike" | "none";
                                    /** Format: date-time */
                                    updatedAt: string;
                                }[];
                                isChosen: boolean;
                                isHeld: boolean;
                                mergedFrom: string[];
                                mergedInto: string | null;
                                messageId: string;
                                model: string;
                                reasoning: string;
                                /** @enum {string} */
                                status: "running" | "waiting" | "completed" | "stopped" | "failed" | "interrupted" | "merged";
                                suggestions: string[];
                                text: string;
                                trigger: {
                                    payload: unknown;
                                    source: string;
                                    type: string;
                                };
                                turnId: string;
                                usage: {
                                    cost: number;
                                    currency: string;
                                    firstTokenMs: number;
                                    inputTokens: number;
                                    latencyMs: number;
                                    outputTokens: number;
                                };
                                userId: string;
                                versionId: string | null;
                                versionNumber: number | null;
                                workflow: {
                                    hasFailedSteps: boolean;
                                    name: string;
                                } | null;
                            }[];
                            /** Format: date-time */
                            createdAt: string;
                            id: string;
                            question: {
                                attachments: {
                                    kind: string;
                                    name: string;
                                    sizeBytes: number;
                                    url: string;
                                }[];
                                isDeleted: boolean;
                                kind: string;
                                messageId: string;
                                /** @enum {string} */
                                role: "user" | "assistant";
                                text: string;
                            };
                            sectionId: string;
                        }[];
                        nextCursor: string | null;
                    };
                };
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
                content: {
                    "application/json": {
                        agentId: string | null;
                        agentName: string | null;
                        channel: string;
                        /** Format: date-time */
                        createdAt: string;
                        heldAt: string | null;
                        id: string;
                        insightSessionId: string;
                        isChanged: boolean;
                        lastTurnAt: string | null;
                        name: string;
                        userId: string;
                        workspaceId: string;
                    };
                };
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
                content: {
                    "application/json": {
                        agentId: string | null;
                        agentName: string | null;
                        channel: string;
                        /** Format: date-time */
                        createdAt: string;
                        heldAt: string | null;
                        id: string;
                        insightSessionId: string;
                        isChanged: boolean;
                        lastTurnAt: string | null;
                        name: string;
                        userId: string;
                        workspaceId: string;
                    };
                };
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
                content: {
                    "application/json": {
                        items: {
                            attemptCount: number;
                            /** Format: date-time */
                            createdAt: string;
                            dueAt: string | null;
                            endedAt: string | null;
                            endpointId: string;
                            eventId: string;
                            eventType: string;
                            hasGap: boolean;
                            id: string;
                            lastError: string;
                            replayId: string | null;
                            /** @enum {string} */
                            state: "pending" | "leased" | "held" | "delivered" | "exhausted" | "dropped" | "superseded";
                            /** @enum {string} */
                            trigger: "event" | "manual" | "replay" | "test" | "sync";
                            wireId: string;
                            workspaceId: string;
                        }[];
                        nextCursor: string | null;
                    };
                };
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
                content: {
                    "application/json": {
                        attemptCount: number;
                        attempts: {
                            errorCode: string;
                            errorMessage: string;
                            id: string;
                            isTruncated: boolean;
                            number: number;
                            /** @enum {string} */
                            outcome: "ok" | "fail" | "unknown";
                            remoteAddress: string | null;
                            requestHeaders: {
                                [key: string]: string;
                            };
                            responseHeaders: {
                                [key: string]: string;
                            };
                            responsePrefix: string;
                            /** Format: date-time */
                            startedAt: string;
                            status: number | null;
                            timings: {
                                connectMs: number | null;
                                dnsMs: number | null;
                                firstByteMs: number | null;
                                totalMs: number | null;
                            };
                            /** @enum {string} */
                            trigger: "event" | "manual" | "replay" | "test" | "sync";
                            url: string;
                        }[];
                        body: string | null;
                        /** Format: date-time */
                        createdAt: string;
                        dueAt: string | null;
                        endedAt: string | null;
                        endpointId: string;
                        eventId: string;
                        eventType: string;
                        hasGap: boolean;
                        id: string;
                        lastError: string;
                        replayId: string | null;
                        /** @enum {string} */
                        state: "pending" | "leased" | "held" | "delivered" | "exhausted" | "dropped" | "superseded";
                        /** @enum {string} */
                        trigger: "event" | "manual" | "replay" | "test" | "sync";
                        wireId: string;
                        workspaceId: string;
                    };
                };
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
                content: {
                    "application/json": {
                        command: string;
                    };
                };
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
                content: {
                    "application/json": {
                        attemptCount: number;
                        /** Format: date-time */
                        createdAt: string;
                        dueAt: string | null;
                        endedAt: string | null;
                        endpointId: string;
                        eventId: string;
                        eventType: string;
                        hasGap: boolean;
                        id: string;
                        lastError: string;
                        replayId: string | null;
                        resentFrom: string;
                        /** @enum {string} */
                        state: "pending" | "leased" | "held" | "delivered" | "exhausted" | "dropped" | "superseded";
                        /** @enum {string} */
                        trigger: "event" | "manual" | "replay" | "test" | "sync";
                        wireId: string;
                        workspaceId: string;
                    };
                };
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
    "POST /deliveries/resend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description `nextCursor` of the page before. */
                    cursor?: string;
                    /** @description Only to this endpoint. */
                    endpointId?: string;
                    /** @description Only of this event. */
                    eventId?: string;
                    /** @description Which. Absent: those of the filter, which without a `state` are those given up. */
                    ids?: string[];
                    /**
                     * Format: date-time
                     * @description Only made at this time or later.
                     */
                    since?: string;
                    /**
                     * @description Only in this state: pending, leased, held, delivered, exhausted, dropped, superseded.
                     * @enum {string}
                     */
                    state?: "pending" | "leased" | "held" | "delivered" | "exhausted" | "dropped" | "superseded";
                    /** @description Only of events of this type. */
                    type?: string;
                    /**
                     * Format: date-time
                     * @description Only made before.
                     */
                    until?: string;
                    /** @description The workspace, where no endpoint is named. Absent: the caller's oldest. */
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
                content: {
                    "application/json": {
                        items: {
                            attemptCount: number;
                            /** Format: date-time */
                            createdAt: string;
                            dueAt: string | null;
                            endedAt: string | null;
                            endpointId: string;
                            eventId: string;
                            eventType: string;
                            hasGap: boolean;
                            id: string;
                            lastError: string;
                            replayId: string | null;
                            resentFrom: string;
                            /** @enum {string} */
                            state: "pending" | "leased" | "held" | "delivered" | "exhausted" | "dropped" | "superseded";
                            /** @enum {string} */
                            trigger: "event" | "manual" | "replay" | "test" | "sync";
                            wireId: string;
                            workspaceId: string;
                        }[];
                        nextCursor: string | null;
                        refused: {
                            id: string;
                            reason: string;
                        }[];
                    };
                };
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
    "GET /deliveries/tail": {
        parameters: {
            query?: {
                after?: string;
                endpointId?: string;
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
    "GET /draft-conversations/:conversationId": {
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
                content: {
                    "application/json": {
                        agentId: string | null;
                        /** Format: date-time */
                        createdAt: string;
                        id: string;
                        lastTurnAt: string | null;
                        variables: {
                            [key: string]: string;
                        };
                    };
                };
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
    "GET /draft-conversations/:conversationId/exchanges": {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number | string;
            };
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
                content: {
                    "application/json": {
                        items: {
                            answers: {
                                /** Format: date-time */
                                createdAt: string;
                                error: {
                                    code: string;
                                    message: string;
                                } | null;
                                feedback: {
                                    categories: string[];
                                    comment: string;
                                    /** @enum {string} */
                                    rating: "like" | "dislike" | "none";
                                };
                                isChosen: boolean;
                                reasoning: string;
                                /** @enum {string} */
                                status: "running" | "waiting" | "completed" | "stopped" | "failed" | "interrupted" | "merged";
                                suggestions: string[];
                                text: string;
                                turnId: string;
                                usage: {
                                    cost: number;
                                    currency: string;
                                    firstTokenMs: number;
                                    inputTokens: number;
                                    latencyMs: number;
                                    outputTokens: number;
                                };
                            }[];
                            /** Format: date-time */
                            createdAt: string;
                            id: string;
                            question: {
                                attachments: {
                                    kind: string;
                                    name: string;
                                    url: string;
                                }[];
                                text: string;
                            };
                        }[];
                        nextCursor: string | null;
                    };
                };
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
                kind?: "standard" | "insight" | "coze" | "coze-channel" | "workspace";
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
                content: {
                    "application/json": {
                        items: {
                            agentIds: string[];
                            channel: string | null;
                            clientCertificate: {
                                /** Format: date-time */
                                expiresAt: string;
                                fingerprint: string;
                                subject: string;
                            } | null;
                            /** @description Deliveries that wait, that are held, and those of the last seven days that were given up; 500 stands for at least as many. */
                            counts: {
                                failed: number;
                                held: number;
                                pending: number;
                            };
                            /** Format: date-time */
                            createdAt: string;
                            eventTypes: string[];
                            feedback: {
                                historyLimit: number;
                                isStrict: boolean;
                                ratings: ("none" | "like" | "dislike")[];
                            } | null;
                            headerNames: string[];
                            health: {
                                consecutiveFailures: number;
                                failingSince: string | null;
                                lastAttemptAt: string | null;
                                lastSuccessAt: string | null;
                                nextTryAt: string | null;
                            };
                            id: string;
                            isAsymmetric: boolean;
                            isCoalescing: boolean;
                            isOrdered: boolean;
                            /** @enum {string} */
                            kind: "standard" | "insight" | "coze" | "coze-channel";
                            maxInFlight: number;
                            name: string;
                            ratePerSecond: number | null;
                            retryDelaysMs: number[] | null;
                            secrets: {
                                /** Format: date-time */
                                createdAt: string;
                                expiresAt: string | null;
                                fingerprint: string;
                            }[];
                            slug: string | null;
                            /** @enum {string} */
                            state: "active" | "paused" | "disabled";
                            stateReason: string;
                            timeoutMs: number;
                            /** Format: date-time */
                            updatedAt: string;
                            url: string | null;
                            workspaceId: string | null;
                        }[];
                        nextCursor: string | null;
                    };
                };
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
                content: {
                    "application/json": {
                        endpoint: {
                            agentIds: string[];
                            channel: string | null;
                            clientCertificate: {
                                /** Format: date-time */
                                expiresAt: string;
                                fingerprint: string;
                                subject: string;
                            } | null;
                            /** @description Deliveries that wait, that are held, and those of the last seven days that were given up; 500 stands for at least as many. */
                            counts: {
                                failed: number;
                                held: number;
                                pending: number;
                            };
                            /** Format: date-time */
                            createdAt: string;
                            eventTypes: string[];
                            feedback: {
                                historyLimit: number;
                                isStrict: boolean;
                                ratings: ("none" | "like" | "dislike")[];
                            } | null;
                            headerNames: string[];
                            health: {
                                consecutiveFailures: number;
                                failingSince: string | null;
                                lastAttemptAt: string | null;
                                lastSuccessAt: string | null;
                                nextTryAt: string | null;
                            };
                            id: string;
                            isAsymmetric: boolean;
                            isCoalescing: boolean;
                            isOrdered: boolean;
                            /** @enum {string} */
                            kind: "standard" | "insight" | "coze" | "coze-channel";
                            maxInFlight: number;
                            name: string;
                            ratePerSecond: number | null;
                            retryDelaysMs: number[] | null;
                            secrets: {
                                /** Format: date-time */
                                createdAt: string;
                                expiresAt: string | null;
                                fingerprint: string;
                            }[];
                            slug: string | null;
                            /** @enum {string} */
                            state: "active" | "paused" | "disabled";
                            stateReason: string;
                            timeoutMs: number;
                            /** Format: date-time */
                            updatedAt: string;
                            url: string | null;
                            workspaceId: string | null;
                        };
                        secret: string;
                    };
                };
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
                content: {
                    "application/json": {
                        agentIds: string[];
                        channel: string | null;
                        clientCertificate: {
                            /** Format: date-time */
                            expiresAt: string;
                            fingerprint: string;
                            subject: string;
                        } | null;
                        /** @description Deliveries that wait, that are held, and those of the last seven days that were given up; 500 stands for at least as many. */
                        counts: {
                            failed: number;
                            held: number;
                            pending: number;
                        };
                        /** Format: date-time */
                        createdAt: string;
                        eventTypes: string[];
                        feedback: {
                            historyLimit: number;
                            isStrict: boolean;
                            ratings: ("none" | "like" | "dislike")[];
                        } | null;
                        headerNames: string[];
                        health: {
                            consecutiveFailures: number;
                            failingSince: string | null;
                            lastAttemptAt: string | null;
                            lastSuccessAt: string | null;
                            nextTryAt: string | null;
                        };
                        id: string;
                        isAsymmetric: boolean;
                        isCoalescing: boolean;
                        isOrdered: boolean;
                        /** @enum {string} */
                        kind: "standard" | "insight" | "coze" | "coze-channel";
                        maxInFlight: number;
                        name: string;
                        ratePerSecond: number | null;
                        retryDelaysMs: number[] | null;
                        secrets: {
                            /** Format: date-time */
                            createdAt: string;
                            expiresAt: string | null;
                            fingerprint: string;
                        }[];
                        slug: string | null;
                        /** @enum {string} */
                        state: "active" | "paused" | "disabled";
                        stateReason: string;
                        timeoutMs: number;
                        /** Format: date-time */
                        updatedAt: string;
                        url: string | null;
                        workspaceId: string | null;
                    };
                };
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
                    maxInFlight?: (number | string) | null;
                    /** @description For people, 1 to 128 characters. */
                    name?: string;
                    ratePerSecond?: (number | string) | null;
                    retryDelaysMs?: number[] | null;
                    timeoutMs?: (number | string) | null;
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
                content: {
                    "application/json": {
                        agentIds: string[];
                        channel: string | null;
                        clientCertificate: {
                            /** Format: date-time */
                            expiresAt: string;
                            fingerprint: string;
                            subject: string;
                        } | null;
                        /** @description Deliveries that wait, that are held, and those of the last seven days that were given up; 500 stands for at least as many. */
                        counts: {
                            failed: number;
                            held: number;
                            pending: number;
                        };
                        /** Format: date-time */
                        createdAt: string;
                        eventTypes: string[];
                        feedback: {
                            historyLimit: number;
                            isStrict: boolean;
                            ratings: ("none" | "like" | "dislike")[];
                        } | null;
                        headerNames: string[];
                        health: {
                            consecutiveFailures: number;
                            failingSince: string | null;
                            lastAttemptAt: string | null;
                            lastSuccessAt: string | null;
                            nextTryAt: string | null;
                        };
                        id: string;
                        isAsymmetric: boolean;
                        isCoalescing: boolean;
                        isOrdered: boolean;
                        /** @enum {string} */
                        kind: "standard" | "insight" | "coze" | "coze-channel";
                        maxInFlight: number;
                        name: string;
                        ratePerSecond: number | null;
                        retryDelaysMs: number[] | null;
                        secrets: {
                            /** Format: date-time */
                            createdAt: string;
                            expiresAt: string | null;
                            fingerprint: string;
                        }[];
                        slug: string | null;
                        /** @enum {string} */
                        state: "active" | "paused" | "disabled";
                        stateReason: string;
                        timeoutMs: number;
                        /** Format: date-time */
                        updatedAt: string;
                        url: string | null;
                        workspaceId: string | null;
                    };
                };
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
                content: {
                    "application/json": {
                        agentIds: string[];
                        channel: string | null;
                        clientCertificate: {
                            /** Format: date-time */
                            expiresAt: string;
                            fingerprint: string;
                            subject: string;
                        } | null;
                        /** @description Deliveries that wait, that are held, and those of the last seven days that were given up; 500 stands for at least as many. */
                        counts: {
                            failed: number;
                            held: number;
                            pending: number;
                        };
                        /** Format: date-time */
                        createdAt: string;
                        eventTypes: string[];
                        feedback: {
                            historyLimit: number;
                            isStrict: boolean;
                            ratings: ("none" | "like" | "dislike")[];
                        } | null;
                        headerNames: string[];
                        health: {
                            consecutiveFailures: number;
                            failingSince: string | null;
                            lastAttemptAt: string | null;
                            lastSuccessAt: string | null;
                            nextTryAt: string | null;
                        };
                        id: string;
                        isAsymmetric: boolean;
                        isCoalescing: boolean;
                        isOrdered: boolean;
                        /** @enum {string} */
                        kind: "standard" | "insight" | "coze" | "coze-channel";
                        maxInFlight: number;
                        name: string;
                        ratePerSecond: number | null;
                        retryDelaysMs: number[] | null;
                        secrets: {
                            /** Format: date-time */
                            createdAt: string;
                            expiresAt: string | null;
                            fingerprint: string;
                        }[];
                        slug: string | null;
                        /** @enum {string} */
                        state: "active" | "paused" | "disabled";
                        stateReason: string;
                        timeoutMs: number;
                        /** Format: date-time */
                        updatedAt: string;
                        url: string | null;
                        workspaceId: string | null;
                    };
                };
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
                content: {
                    "application/json": {
                        agentIds: string[];
                        channel: string | null;
                        clientCertificate: {
                            /** Format: date-time */
                            expiresAt: string;
                            fingerprint: string;
                            subject: string;
                        } | null;
                        /** @description Deliveries that wait, that are held, and those of the last seven days that were given up; 500 stands for at least as many. */
                        counts: {
                            failed: number;
                            held: number;
                            pending: number;
                        };
                        /** Format: date-time */
                        createdAt: string;
                        eventTypes: string[];
                        feedback: {
                            historyLimit: number;
                            isStrict: boolean;
                            ratings: ("none" | "like" | "dislike")[];
                        } | null;
                        headerNames: string[];
                        health: {
                            consecutiveFailures: number;
                            failingSince: string | null;
                            lastAttemptAt: string | null;
                            lastSuccessAt: string | null;
                            nextTryAt: string | null;
                        };
                        id: string;
                        isAsymmetric: boolean;
                        isCoalescing: boolean;
                        isOrdered: boolean;
                        /** @enum {string} */
                        kind: "standard" | "insight" | "coze" | "coze-channel";
                        maxInFlight: number;
                        name: string;
                        ratePerSecond: number | null;
                        retryDelaysMs: number[] | null;
                        secrets: {
                            /** Format: date-time */
                            createdAt: string;
                            expiresAt: string | null;
                            fingerprint: string;
                        }[];
                        slug: string | null;
                        /** @enum {string} */
                        state: "active" | "paused" | "disabled";
                        stateReason: string;
                        timeoutMs: number;
                        /** Format: date-time */
                        updatedAt: string;
                        url: string | null;
                        workspaceId: string | null;
                    };
                };
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
                content: {
                    "application/json": {
                        agentIds: string[];
                        channel: string | null;
                        clientCertificate: {
                            /** Format: date-time */
                            expiresAt: string;
                            fingerprint: string;
                            subject: string;
                        } | null;
                        /** @description Deliveries that wait, that are held, and those of the last seven days that were given up; 500 stands for at least as many. */
                        counts: {
                            failed: number;
                            held: number;
                            pending: number;
                        };
                        /** Format: date-time */
                        createdAt: string;
                        eventTypes: string[];
                        feedback: {
                            historyLimit: number;
                            isStrict: boolean;
                            ratings: ("none" | "like" | "dislike")[];
                        } | null;
                        headerNames: string[];
                        health: {
                            consecutiveFailures: number;
                            failingSince: string | null;
                            lastAttemptAt: string | null;
                            lastSuccessAt: string | null;
                            nextTryAt: string | null;
                        };
                        id: string;
                        isAsymmetric: boolean;
                        isCoalescing: boolean;
                        isOrdered: boolean;
                        /** @enum {string} */
                        kind: "standard" | "insight" | "coze" | "coze-channel";
                        maxInFlight: number;
                        name: string;
                        ratePerSecond: number | null;
                        retryDelaysMs: number[] | null;
                        secrets: {
                            /** Format: date-time */
                            createdAt: string;
                            expiresAt: string | null;
                            fingerprint: string;
                        }[];
                        slug: string | null;
                        /** @enum {string} */
                        state: "active" | "paused" | "disabled";
                        stateReason: string;
                        timeoutMs: number;
                        /** Format: date-time */
                        updatedAt: string;
                        url: string | null;
                        workspaceId: string | null;
                    };
                };
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
                content: {
                    "application/json": {
                        items: {
                            /** Format: date-time */
                            createdAt: string;
                            createdBy: string | null;
                            endedAt: string | null;
                            endpointId: string;
                            eventTypes: string[];
                            id: string;
                            onlyFailed: boolean;
                            ratePerSecond: number;
                            /**
                             * Format: date-time
                             * @description Events up to then have been looked at.
                             */
                            reachedAt: string;
                            sentCount: number;
                            /** Format: date-time */
                            since: string;
                            /** @enum {string} */
                            state: "running" | "paused" | "done" | "cancelled";
                            /** Format: date-time */
                            until: string;
                        }[];
                        nextCursor: string | null;
                    };
                };
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
                content: {
                    "application/json": {
                        /** Format: date-time */
                        createdAt: string;
                        createdBy: string | null;
                        endedAt: string | null;
                        endpointId: string;
                        eventTypes: string[];
                        id: string;
                        onlyFailed: boolean;
                        ratePerSecond: number;
                        /**
                         * Format: date-time
                         * @description Events up to then have been looked at.
                         */
                        reachedAt: string;
                        sentCount: number;
                        /** Format: date-time */
                        since: string;
                        /** @enum {string} */
                        state: "running" | "paused" | "done" | "cancelled";
                        /** Format: date-time */
                        until: string;
                    };
                };
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
                content: {
                    "application/json": {
                        agentIds: string[];
                        channel: string | null;
                        clientCertificate: {
                            /** Format: date-time */
                            expiresAt: string;
                            fingerprint: string;
                            subject: string;
                        } | null;
                        /** @description Deliveries that wait, that are held, and those of the last seven days that were given up; 500 stands for at least as many. */
                        counts: {
                            failed: number;
                            held: number;
                            pending: number;
                        };
                        /** Format: date-time */
                        createdAt: string;
                        eventTypes: string[];
                        feedback: {
                            historyLimit: number;
                            isStrict: boolean;
                            ratings: ("none" | "like" | "dislike")[];
                        } | null;
                        headerNames: string[];
                        health: {
                            consecutiveFailures: number;
                            failingSince: string | null;
                            lastAttemptAt: string | null;
                            lastSuccessAt: string | null;
                            nextTryAt: string | null;
                        };
                        id: string;
                        isAsymmetric: boolean;
                        isCoalescing: boolean;
                        isOrdered: boolean;
                        /** @enum {string} */
                        kind: "standard" | "insight" | "coze" | "coze-channel";
                        maxInFlight: number;
                        name: string;
                        ratePerSecond: number | null;
                        retryDelaysMs: number[] | null;
                        secrets: {
                            /** Format: date-time */
                            createdAt: string;
                            expiresAt: string | null;
                            fingerprint: string;
                        }[];
                        slug: string | null;
                        /** @enum {string} */
                        state: "active" | "paused" | "disabled";
                        stateReason: string;
                        timeoutMs: number;
                        /** Format: date-time */
                        updatedAt: string;
                        url: string | null;
                        workspaceId: string | null;
                    };
                };
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
                content: {
                    "application/json": {
                        secret: string;
                        secrets: {
                            /** Format: date-time */
                            createdAt: string;
                            expiresAt: string | null;
                            fingerprint: string;
                        }[];
                    };
                };
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
                content: {
                    "application/json": {
                        attemptCount: number;
                        /** Format: date-time */
                        createdAt: string;
                        dueAt: string | null;
                        endedAt: string | null;
                        endpointId: string;
                        eventId: string;
                        eventType: string;
                        hasGap: boolean;
                        id: string;
                        lastError: string;
                        replayId: string | null;
                        /** @enum {string} */
                        state: "pending" | "leased" | "held" | "delivered" | "exhausted" | "dropped" | "superseded";
                        /** @enum {string} */
                        trigger: "event" | "manual" | "replay" | "test" | "sync";
                        wireId: string;
                        workspaceId: string;
                    };
                };
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
    "DELETE /evaluation-cases/:caseId": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                caseId: string;
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
                content: {
                    "application/json": Record<string, never>;
                };
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
    "PATCH /evaluation-cases/:caseId": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                caseId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description The answer one wants, or what it has to say. */
                    expected?: string;
                    /** @description What was said before it, oldest first. */
                    history?: {
                        assistant: string;
                        user: string;
                    }[];
                    /** @description What is asked. */
                    question?: string;
                };
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: date-time */
                        createdAt: string;
                        expected: string;
                        history: {
                            assistant: string;
                            user: string;
                        }[];
                        id: string;
                        question: string;
                        recorded: string;
                        turnId: string | null;
                    };
                };
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
    "GET /evaluation-sets": {
        parameters: {
            query?: {
                agentId?: string;
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
                content: {
                    "application/json": {
                        items: {
                            agentId: string;
                            agentName: string | null;
                            cases: number;
                            /** Format: date-time */
                            createdAt: string;
                            evaluation: {
                                agentId: string;
                                baseline: string;
                                candidate: string;
                                /** Format: date-time */
                                createdAt: string;
                                done: number;
                                endedAt: string | null;
                                failure: string | null;
                                id: string;
                                judge: string | null;
                                setId: string;
                                /** @enum {string} */
                                state: "running" | "completed" | "stopped" | "interrupted" | "failed";
                                total: number;
                                totals: {
                                    baseline: {
                                        answered: number;
                                        costs: {
                                            [key: string]: number;
                                        };
                                        failed: number;
                                        firstTokenMs: number | null;
                                        inputTokens: number;
                                        likenessToExpected: number | null;
                                        outputTokens: number;
                                        score: number | null;
                                        totalMs: number | null;
                                        unjudged: number;
                                    };
                                    better: {
                                        baseline: number;
                                        draft: number;
                                        tie: number;
                                        unknown: number;
                                    };
                                    draft: {
                                        answered: number;
                                        costs: {
                                            [key: string]: number;
                                        };
                                        failed: number;
                                        firstTokenMs: number | null;
                                        inputTokens: number;
                                        likenessToExpected: number | null;
                                        outputTokens: number;
                                        score: number | null;
                                        totalMs: number | null;
                                        unjudged: number;
                                    };
                                    judge: {
                                        costs: {
                                            [key: string]: number;
                                        };
                                        inputTokens: number;
                                        outputTokens: number;
                                    };
                                    likeness: number | null;
                                    questions: number;
                                } | null;
                            } | null;
                            id: string;
                            name: string;
                            workspaceId: string;
                        }[];
                        nextCursor: string | null;
                    };
                };
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
    "POST /evaluation-sets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The agent. */
                    agentId: string;
                    /** @description For people. */
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
                content: {
                    "application/json": {
                        agentId: string;
                        agentName: string | null;
                        cases: number;
                        /** Format: date-time */
                        createdAt: string;
                        evaluation: {
                            agentId: string;
                            baseline: string;
                            candidate: string;
                            /** Format: date-time */
                            createdAt: string;
                            done: number;
                            endedAt: string | null;
                            failure: string | null;
                            id: string;
                            judge: string | null;
                            setId: string;
                            /** @enum {string} */
                            state: "running" | "completed" | "stopped" | "interrupted" | "failed";
                            total: number;
                            totals: {
                                baseline: {
                                    answered: number;
                                    costs: {
                                        [key: string]: number;
                                    };
                                    failed: number;
                                    firstTokenMs: number | null;
                                    inputTokens: number;
                                    likenessToExpected: number | null;
                                    outputTokens: number;
                                    score: number | null;
                                    totalMs: number | null;
                                    unjudged: number;
                                };
                                better: {
                                    baseline: number;
                                    draft: number;
                                    tie: number;
                                    unknown: number;
                                };
                                draft: {
                                    answered: number;
                                    costs: {
                                        [key: string]: number;
                                    };
                                    failed: number;
                                    firstTokenMs: number | null;
                                    inputTokens: number;
                                    likenessToExpected: number | null;
                                    outputTokens: number;
                                    score: number | null;
                                    totalMs: number | null;
                                    unjudged: number;
                                };
                                judge: {
                                    costs: {
                                        [key: string]: number;
                                    };
                                    inputTokens: number;
                                    outputTokens: number;
                                };
                                likeness: number | null;
                                questions: number;
                            } | null;
                        } | null;
                        id: string;
                        name: string;
                        workspaceId: string;
                    };
                };
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
    "GET /evaluation-sets/:setId": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                setId: string;
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
                content: {
                    "application/json": {
                        agentId: string;
                        agentName: string | null;
                        cases: number;
                        /** Format: date-time */
                        createdAt: string;
                        evaluation: {
                            agentId: string;
                            baseline: string;
                            candidate: string;
                            /** Format: date-time */
                            createdAt: string;
                            done: number;
                            endedAt: string | null;
                            failure: string | null;
                            id: string;
                            judge: string | null;
                            setId: string;
                            /** @enum {string} */
                            state: "running" | "completed" | "stopped" | "interrupted" | "failed";
                            total: number;
                            totals: {
                                baseline: {
                                    answered: number;
                                    costs: {
                                        [key: string]: number;
                                    };
                                    failed: number;
                                    firstTokenMs: number | null;
                                    inputTokens: number;
                                    likenessToExpected: number | null;
                                    outputTokens: number;
                                    score: number | null;
                                    totalMs: number | null;
                                    unjudged: number;
                                };
                                better: {
                                    baseline: number;
                                    draft: number;
                                    tie: number;
                                    unknown: number;
                                };
                                draft: {
                                    answered: number;
                                    costs: {
                                        [key: string]: number;
                                    };
                                    failed: number;
                                    firstTokenMs: number | null;
                                    inputTokens: number;
                                    likenessToExpected: number | null;
                                    outputTokens: number;
                                    score: number | null;
                                    totalMs: number | null;
                                    unjudged: number;
                                };
                                judge: {
                                    costs: {
                                        [key: string]: number;
                                    };
                                    inputTokens: number;
                                    outputTokens: number;
                                };
                                likeness: number | null;
                                questions: number;
                            } | null;
                        } | null;
                        id: string;
                        name: string;
                        workspaceId: string;
                    };
                };
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
    "DELETE /evaluation-sets/:setId": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                setId: string;
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
                content: {
                    "application/json": Record<string, never>;
                };
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
    "PATCH /evaluation-sets/:setId": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                setId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description For people. */
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
                content: {
                    "application/json": {
                        agentId: string;
                        agentName: string | null;
                        cases: number;
                        /** Format: date-time */
                        createdAt: string;
                        evaluation: {
                            agentId: string;
                            baseline: string;
                            candidate: string;
                            /** Format: date-time */
                            createdAt: string;
                            done: number;
                            endedAt: string | null;
                            failure: string | null;
                            id: string;
                            judge: string | null;
                            setId: string;
                            /** @enum {string} */
                            state: "running" | "completed" | "stopped" | "interrupted" | "failed";
                            total: number;
                            totals: {
                                baseline: {
                                    answered: number;
                                    costs: {
                                        [key: string]: number;
                                    };
                                    failed: number;
                                    firstTokenMs: number | null;
                                    inputTokens: number;
                                    likenessToExpected: number | null;
                                    outputTokens: number;
                                    score: number | null;
                                    totalMs: number | null;
                                    unjudged: number;
                                };
                                better: {
                                    baseline: number;
                                    draft: number;
                                    tie: number;
                                    unknown: number;
                                };
                                draft: {
                                    answered: number;
                                    costs: {
                                        [key: string]: number;
                                    };
                                    failed: number;
                                    firstTokenMs: number | null;
                                    inputTokens: number;
                                    likenessToExpected: number | null;
                                    outputTokens: number;
                                    score: number | null;
                                    totalMs: number | null;
                                    unjudged: number;
                                };
                                judge: {
                                    costs: {
                                        [key: string]: number;
                                    };
                                    inputTokens: number;
                                    outputTokens: number;
                                };
                                likeness: number | null;
                                questions: number;
                            } | null;
                        } | null;
                        id: string;
                        name: string;
                        workspaceId: string;
                    };
                };
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
    "GET /evaluation-sets/:setId/cases": {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number | string;
            };
            header?: never;
            path: {
                setId: string;
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
                content: {
                    "application/json": {
                        items: {
                            /** Format: date-time */
                            createdAt: string;
                            expected: string;
                            history: {
                                assistant: string;
                                user: string;
                            }[];
                            id: string;
                            question: string;
                            recorded: string;
                            turnId: string | null;
                        }[];
                        nextCursor: string | null;
                    };
                };
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
    "POST /evaluation-sets/:setId/cases": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                setId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description The answer one wants, or what it has to say. */
                    expected?: string;
                    /** @description What was said before it, oldest first. */
                    history?: {
                        assistant: string;
                        user: string;
                    }[];
                    /** @description What is asked. Absent: what the turn was asked. */
                    question?: string;
                    /** @description The turn it comes from. */
                    turnId?: string;
                };
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        added: number;
                        cases: number;
                        limit: number;
                    };
                };
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
    "POST /evaluation-sets/:setId/cases/rated": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                setId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description Only opinions that name this reason. */
                    category?: string;
                    /** @description Only of conversations of this channel. */
                    channel?: string;
                    /** @description Only turns that this asked for: a family of the API such as `hiagent`, `console`, `share`. */
                    family?: string;
                    /** @description `true`: only with a comment; `false`: only without. */
                    hasComment?: boolean;
                    /**
                     * @description At most so many questions.
                     * @default 100
                     */
                    limit?: number;
                    /** @description Only of this rater. */
                    rater?: string;
                    /**
                     * @description `like`, `dislike`, or `none`: what was taken back. Absent: likes and dislikes.
                     * @enum {string}
                     */
                    rating?: "like" | "dislike" | "none";
                    /**
                     * Format: date-time
                     * @description Only opinions last changed at this time or later.
                     */
                    since?: string;
                    /**
                     * Format: date-time
                     * @description Only opinions last changed before.
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
                content: {
                    "application/json": {
                        added: number;
                        cases: number;
                        limit: number;
                    };
                };
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
    "GET /evaluation-sets/:setId/evaluations": {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number | string;
            };
            header?: never;
            path: {
                setId: string;
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
                content: {
                    "application/json": {
                        items: {
                            agentId: string;
                            baseline: string;
                            candidate: string;
                            /** Format: date-time */
                            createdAt: string;
                            done: number;
                            endedAt: string | null;
                            failure: string | null;
                            id: string;
                            judge: string | null;
                            setId: string;
                            /** @enum {string} */
                            state: "running" | "completed" | "stopped" | "interrupted" | "failed";
                            total: number;
                            totals: {
                                baseline: {
                                    answered: number;
                                    costs: {
                                        [key: string]: number;
                                    };
                                    failed: number;
                                    firstTokenMs: number | null;
                                    inputTokens: number;
                                    likenessToExpected: number | null;
                                    outputTokens: number;
                                    score: number | null;
                                    totalMs: number | null;
                                    unjudged: number;
                                };
                                better: {
                                    baseline: number;
                                    draft: number;
                                    tie: number;
                                    unknown: number;
                                };
                                draft: {
                                    answered: number;
                                    costs: {
                                        [key: string]: number;
                                    };
                                    failed: number;
                                    firstTokenMs: number | null;
                                    inputTokens: number;
                                    likenessToExpected: number | null;
                                    outputTokens: number;
                                    score: number | null;
                                    totalMs: number | null;
                                    unjudged: number;
                                };
                                judge: {
                                    costs: {
                                        [key: string]: number;
                                    };
                                    inputTokens: number;
                                    outputTokens: number;
                                };
                                likeness: number | null;
                                questions: number;
                            } | null;
                        }[];
                        nextCursor: string | null;
                    };
                };
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
    "POST /evaluation-sets/:setId/evaluations": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                setId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description What it is measured by: `live` (when absent), `recorded`: what was answered then, or the number of a version. */
                    baseline?: string;
                    /** @description What is measured: `draft` (when absent), or the number of a version. */
                    candidate?: string;
                    /** @description Name of the model that grades. Absent: nobody does. */
                    judge?: string;
                };
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        agentId: string;
                        baseline: string;
                        candidate: string;
                        /** Format: date-time */
                        createdAt: string;
                        done: number;
                        endedAt: string | null;
                        failure: string | null;
                        id: string;
                        judge: string | null;
                        setId: string;
                        /** @enum {string} */
                        state: "running" | "completed" | "stopped" | "interrupted" | "failed";
                        total: number;
                        totals: {
                            baseline: {
                                answered: number;
                                costs: {
                                    [key: string]: number;
                                };
                                failed: number;
                                firstTokenMs: number | null;
                                inputTokens: number;
                                likenessToExpected: number | null;
                                outputTokens: number;
                                score: number | null;
                                totalMs: number | null;
                                unjudged: number;
                            };
                            better: {
                                baseline: number;
                                draft: number;
                                tie: number;
                                unknown: number;
                            };
                            draft: {
                                answered: number;
                                costs: {
                                    [key: string]: number;
                                };
                                failed: number;
                                firstTokenMs: number | null;
                                inputTokens: number;
                                likenessToExpected: number | null;
                                outputTokens: number;
                                score: number | null;
                                totalMs: number | null;
                                unjudged: number;
                            };
                            judge: {
                                costs: {
                                    [key: string]: number;
                                };
                                inputTokens: number;
                                outputTokens: number;
                            };
                            likeness: number | null;
                            questions: number;
                        } | null;
                    };
                };
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
    "GET /evaluations/:evaluationId": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                evaluationId: string;
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
                content: {
                    "application/json": {
                        agentId: string;
                        baseline: string;
                        candidate: string;
                        /** Format: date-time */
                        createdAt: string;
                        done: number;
                        endedAt: string | null;
                        failure: string | null;
                        id: string;
                        judge: string | null;
                        setId: string;
                        /** @enum {string} */
                        state: "running" | "completed" | "stopped" | "interrupted" | "failed";
                        total: number;
                        totals: {
                            baseline: {
                                answered: number;
                                costs: {
                                    [key: string]: number;
                                };
                                failed: number;
                                firstTokenMs: number | null;
                                inputTokens: number;
                                likenessToExpected: number | null;
                                outputTokens: number;
                                score: number | null;
                                totalMs: number | null;
                                unjudged: number;
                            };
                            better: {
                                baseline: number;
                                draft: number;
                                tie: number;
                                unknown: number;
                            };
                            draft: {
                                answered: number;
                                costs: {
                                    [key: string]: number;
                                };
                                failed: number;
                                firstTokenMs: number | null;
                                inputTokens: number;
                                likenessToExpected: number | null;
                                outputTokens: number;
                                score: number | null;
                                totalMs: number | null;
                                unjudged: number;
                            };
                            judge: {
                                costs: {
                                    [key: string]: number;
                                };
                                inputTokens: number;
                                outputTokens: number;
                            };
                            likeness: number | null;
                            questions: number;
                        } | null;
                    };
                };
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
    "GET /evaluations/:evaluationId/rows": {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number | string;
            };
            header?: never;
            path: {
                evaluationId: string;
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
                content: {
                    "application/json": {
                        items: {
                            baseline: {
                                answer: string;
                                chunks: ({
                                    document: string;
                                    text: string;
                                } & {
                                    [key: string]: unknown;
                                })[];
                                cost: number;
                                currency: string;
                                failure: string | null;
                                firstTokenMs: number;
                                inputTokens: number;
                                judgement: ({
                                    problem?: string;
                                    reason?: string;
                                    score?: number;
                                } & {
                                    [key: string]: unknown;
                                }) | null;
                                likenessToExpected: number | null;
                                model: string;
                                outputTokens: number;
                                totalMs: number;
                            } | null;
                            draft: {
                                answer: string;
                                chunks: ({
                                    document: string;
                                    text: string;
                                } & {
                                    [key: string]: unknown;
                                })[];
                                cost: number;
                                currency: string;
                                failure: string | null;
                                firstTokenMs: number;
                                inputTokens: number;
                                judgement: ({
                                    problem?: string;
                                    reason?: string;
                                    score?: number;
                                } & {
                                    [key: string]: unknown;
                                }) | null;
                                likenessToExpected: number | null;
                                model: string;
                                outputTokens: number;
                                totalMs: number;
                            };
                            expected: string | null;
                            likeness: number | null;
                            number: number;
                            question: string;
                            source: string;
                            winner: ("draft" | "baseline" | "tie") | null;
                        }[];
                        nextCursor: string | null;
                    };
                };
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
    "POST /evaluations/:evaluationId/stop": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                evaluationId: string;
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
                content: {
                    "application/json": {
                        agentId: string;
                        baseline: string;
                        candidate: string;
                        /** Format: date-time */
                        createdAt: string;
                        done: number;
                        endedAt: string | null;
                        failure: string | null;
                        id: string;
                        judge: string | null;
                        setId: string;
                        /** @enum {string} */
                        state: "running" | "completed" | "stopped" | "interrupted" | "failed";
                        total: number;
                        totals: {
                            baseline: {
                                answered: number;
                                costs: {
                                    [key: string]: number;
                                };
                                failed: number;
                                firstTokenMs: number | null;
                                inputTokens: number;
                                likenessToExpected: number | null;
                                outputTokens: number;
                                score: number | null;
                                totalMs: number | null;
                                unjudged: number;
                            };
                            better: {
                                baseline: number;
                                draft: number;
                                tie: number;
                                unknown: number;
                            };
                            draft: {
                                answered: number;
                                costs: {
                                    [key: string]: number;
                                };
                                failed: number;
                                firstTokenMs: number | null;
                                inputTokens: number;
                                likenessToExpected: number | null;
                                outputTokens: number;
                                score: number | null;
                                totalMs: number | null;
                                unjudged: number;
                            };
                            judge: {
                                costs: {
                                    [key: string]: number;
                                };
                                inputTokens: number;
                                outputTokens: number;
                            };
                            likeness: number | null;
                            questions: number;
                        } | null;
                    };
                };
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
                content: {
                    "application/json": {
                        items: {
                            changelog: {
                                change: string;
                                date: string;
                            }[];
                            example: {
                                [key: string]: unknown;
                            };
                            schema: {
                                [key: string]: unknown;
                            };
                            summary: string;
                            type: string;
                        }[];
                    };
                };
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
                content: {
                    "application/json": {
                        items: {
                            /** Format: date-time */
                            at: string;
                            id: string;
                            subject: string;
                            type: string;
                            workspaceId: string;
                        }[];
                        nextCursor: string | null;
                    };
                };
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
                content: {
                    "application/json": {
                        /** Format: date-time */
                        at: string;
                        data: {
                            [key: string]: unknown;
                        };
                        deliveries: {
                            attemptCount: number;
                            /** Format: date-time */
                            createdAt: string;
                            dueAt: string | null;
                            endedAt: string | null;
                            endpointId: string;
                            eventId: string;
                            eventType: string;
                            hasGap: boolean;
                            id: string;
                            lastError: string;
                            replayId: string | null;
                            /** @enum {string} */
                            state: "pending" | "leased" | "held" | "delivered" | "exhausted" | "dropped" | "superseded";
                            /** @enum {string} */
                            trigger: "event" | "manual" | "replay" | "test" | "sync";
                            wireId: string;
                            workspaceId: string;
                        }[];
                        id: string;
                        subject: string;
                        type: string;
                        workspaceId: string;
                    };
                };
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
    "GET /exchanges/:exchangeId/examples": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                exchangeId: string;
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
                content: {
                    "application/json": {
                        items: {
                            code: string;
                            family: string;
                            label: string;
                            /** @enum {string} */
                            language: "sh" | "ts" | "python";
                        }[];
                    };
                };
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
                content: {
                    "application/json": {
                        items: {
                            agentId: string | null;
                            agentName: string | null;
                            channel: string;
                            /** Format: date-time */
                            createdAt: string;
                            heldAt: string | null;
                            id: string;
                            insightSessionId: string;
                            lastTurnAt: string | null;
                            name: string;
                            /** Format: date-time */
                            quietSince: string;
                            userId: string;
                            workspaceId: string;
                        }[];
                        nextCursor: string | null;
                    };
                };
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
    "GET /knowledge-bases": {
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
                content: {
                    "application/json": {
                        items: {
                            documentCount: number;
                            id: string;
                            name: string;
                            slug: string;
                        }[];
                        nextCursor: string | null;
                    };
                };
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
    "GET /limits": {
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
                content: {
                    "application/json": {
                        limits: {
                            /** @description Money of a calendar month (UTC), by the prices of the models. Null: any amount. */
                            costPerMonth: {
                                amount: number;
                                currency: string;
                            } | null;
                            /** @description Tokens of a calendar month (UTC), read and written. Null: any number. */
                            tokensPerMonth: number | null;
                            /** @description Turns that run at once, on each node. Null: any number. */
                            turnsAtOnce: number | null;
                            /** @description Turns begun in a minute, on each node. Null: any number. */
                            turnsPerMinute: number | null;
                        };
                        usage: {
                            costs: {
                                amount: number;
                                currency: string;
                            }[];
                            /**
                             * Format: date-time
                             * @description When the next month begins.
                             */
                            endsAt: string;
                            /** @description Such as `2026-11`. */
                            month: string;
                            tokens: number;
                            /** @description Turns that ended in it and used tokens. */
                            turns: number;
                        };
                    };
                };
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
    "PUT /limits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Money of a calendar month (UTC), by the prices of the models. Null: any amount. */
                    costPerMonth: {
                        amount: number;
                        currency: string;
                    } | null;
                    /** @description Tokens of a calendar month (UTC), read and written. Null: any number. */
                    tokensPerMonth: number | null;
                    /** @description Turns that run at once, on each node. Null: any number. */
                    turnsAtOnce: number | null;
                    /** @description Turns begun in a minute, on each node. Null: any number. */
                    turnsPerMinute: number | null;
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
                content: {
                    "application/json": {
                        limits: {
                            /** @description Money of a calendar month (UTC), by the prices of the models. Null: any amount. */
                            costPerMonth: {
                                amount: number;
                                currency: string;
                            } | null;
                            /** @description Tokens of a calendar month (UTC), read and written. Null: any number. */
                            tokensPerMonth: number | null;
                            /** @description Turns that run at once, on each node. Null: any number. */
                            turnsAtOnce: number | null;
                            /** @description Turns begun in a minute, on each node. Null: any number. */
                            turnsPerMinute: number | null;
                        };
                        usage: {
                            costs: {
                                amount: number;
                                currency: string;
                            }[];
                            /**
                             * Format: date-time
                             * @description When the next month begins.
                             */
                            endsAt: string;
                            /** @description Such as `2026-11`. */
                            month: string;
                            tokens: number;
                            /** @description Turns that ended in it and used tokens. */
                            turns: number;
                        };
                    };
                };
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
    "GET /live": {
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
    "GET /local-model-servers": {
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
                content: {
                    "application/json": {
                        items: {
                            baseUrl: string;
                            models: string[];
                            program: string;
                        }[];
                        nextCursor: string | null;
                    };
                };
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
    "GET /member-tokens": {
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
                content: {
                    "application/json": {
                        items: {
                            /** @description The only agents it may chat with. Null: every one. */
                            agentIds: string[] | null;
                            /** Format: date-time */
                            createdAt: string;
                            /** @description Null: never. */
                            expiresAt: string | null;
                            id: string;
                            /** @description Within a minute. Null: never used. */
                            lastUsedAt: string | null;
                            name: string;
                            /** @description `all` is every one. */
                            permissions: string[];
                            userId: string;
                            userName: string;
                            /** @description Null: every workspace of its user. */
                            workspaceIds: string[] | null;
                        }[];
                        nextCursor: string | null;
                    };
                };
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
    "GET /model-presets": {
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
                content: {
                    "application/json": {
                        items: {
                            baseUrl: string | null;
                            id: string;
                            isLocal: boolean;
                            keyUrl: string | null;
                            maxTokensField: ("max_tokens" | "max_completion_tokens") | null;
                            models: string[];
                            name: string;
                            otherBaseUrls: string[];
                            /** @enum {string} */
                            provider: "openai-compatible" | "anthropic" | "google";
                        }[];
                        nextCursor: string | null;
                    };
                };
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
    "GET /models": {
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
                content: {
                    "application/json": {
                        canManage: boolean;
                        items: {
                            baseUrl: string | null;
                            createdAt: string | null;
                            hasKey: boolean;
                            isDefault: boolean;
                            model: string | null;
                            name: string;
                            parameters: {
                                [key: string]: unknown;
                            };
                            prices: {
                                currency: string;
                                input: number;
                                output: number;
                            } | null;
                            problem: string | null;
                            provider: string;
                            /** @enum {string} */
                            source: "environment" | "file" | "store" | "built-in";
                            updatedAt: string | null;
                        }[];
                        nextCursor: string | null;
                    };
                };
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
    "POST /models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Kept encrypted, never shown again. */
                    apiKey?: string;
                    /** @description Address of its server, up to and without `/chat/completions`. Needed for `openai-compatible`. */
                    baseUrl?: string;
                    /**
                     * @description For agents that name no model.
                     * @default false
                     */
                    isDefault?: boolean;
                    /**
                     * @description Name of the field with the output limit; only of `openai-compatible`.
                     * @enum {string}
                     */
                    maxTokensField?: "max_tokens" | "max_completion_tokens";
                    /** @description The vendor's name of it. */
                    model: string;
                    /** @description What agents call it by; unique in the installation, and stays. */
                    name: string;
                    /** @description Used where an agent leaves a parameter out. */
                    parameters?: {
                        frequencyPenalty?: number;
                        maxOutputTokens?: number;
                        presencePenalty?: number;
                        temperature?: number;
                        topP?: number;
                    };
                    /** @description Money per million tokens; turns then show what they cost. */
                    prices?: {
                        currency: string;
                        input: number;
                        output: number;
                    };
                    /**
                     * @description How to talk to it.
                     * @default openai-compatible
                     * @enum {string}
                     */
                    provider?: "openai-compatible" | "anthropic" | "google";
                };
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        baseUrl: string | null;
                        createdAt: string | null;
                        hasKey: boolean;
                        isDefault: boolean;
                        model: string | null;
                        name: string;
                        parameters: {
                            [key: string]: unknown;
                        };
                        prices: {
                            currency: string;
                            input: number;
                            output: number;
                        } | null;
                        problem: string | null;
                        provider: string;
                        /** @enum {string} */
                        source: "environment" | "file" | "store" | "built-in";
                        updatedAt: string | null;
                    };
                };
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
    "DELETE /models/:name": {
        parameters: {
            query?: {
                force?: "true" | "false";
            };
            header?: never;
            path: {
                name: string;
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
                content: {
                    "application/json": Record<string, never>;
                };
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
    "PATCH /models/:name": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    apiKey?: string | null;
                    baseUrl?: string | null;
                    /** @description False: the first configured one is again. */
                    isDefault?: boolean;
                    /** @description The vendor's name of it. */
                    model?: string;
                    parameters?: {
                        frequencyPenalty?: number;
                        maxOutputTokens?: number;
                        presencePenalty?: number;
                        temperature?: number;
                        topP?: number;
                    } | null;
                    prices?: {
                        currency: string;
                        input: number;
                        output: number;
                    } | null;
                };
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        baseUrl: string | null;
                        createdAt: string | null;
                        hasKey: boolean;
                        isDefault: boolean;
                        model: string | null;
                        name: string;
                        parameters: {
                            [key: string]: unknown;
                        };
                        prices: {
                            currency: string;
                            input: number;
                            output: number;
                        } | null;
                        problem: string | null;
                        provider: string;
                        /** @enum {string} */
                        source: "environment" | "file" | "store" | "built-in";
                        updatedAt: string | null;
                    };
                };
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
    "POST /models/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    apiKey?: string | null;
                    baseUrl?: string | null;
                    /**
                     * @description Name of the field with the output limit; only of `openai-compatible`.
                     * @enum {string}
                     */
                    maxTokensField?: "max_tokens" | "max_completion_tokens";
                    /** @description The vendor's name of it. */
                    model?: string;
                    /** @description A model that there is. Absent: one is described here. */
                    name?: string;
                    parameters?: {
                        frequencyPenalty?: number;
                        maxOutputTokens?: number;
                        presencePenalty?: number;
                        temperature?: number;
                        topP?: number;
                    } | null;
                    prices?: {
                        currency: string;
                        input: number;
                        output: number;
                    } | null;
                    /**
                     * @description How to talk to it.
                     * @default openai-compatible
                     * @enum {string}
                     */
                    provider?: "openai-compatible" | "anthropic" | "google";
                };
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        error: {
                            detail: string;
                            failure: string;
                            message: string;
                            requestId: string | null;
                            status: number | null;
                        } | null;
                        firstTokenMs: number | null;
                        latencyMs: number;
                        ok: boolean;
                    };
                };
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
    "GET /oauth-apps": {
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
                content: {
                    "application/json": {
                        items: {
                            clientId: string;
                            /** Format: date-time */
                            createdAt: string;
                            disabledAt: string | null;
                            /** @description Fingerprints of its public keys, the `kid` of its assertions; only `jwt`. */
                            keyIds: string[];
                            /** @enum {string} */
                            kind: "web" | "pkce" | "device" | "jwt";
                            name: string;
                            /** @description Who made it; of `jwt` whom its tokens act for. */
                            ownerName: string;
                            /** @description Most it may ever be given; `all` is every one. */
                            permissions: string[];
                            redirectUris: string[];
                        }[];
                        nextCursor: string | null;
                    };
                };
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
    "POST /oauth-apps": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description `web`: with a secret on a server; `pkce`: in a browser or on a phone; `device`: without a browser; `jwt`: signs its own assertions.
                     * @enum {string}
                     */
                    kind: "web" | "pkce" | "device" | "jwt";
                    /** @description Shown to people who are asked to agree. */
                    name: string;
                    /** @description Names of permissions; `all`, which is the default, is every one. */
                    permissions?: string[];
                    /** @description RSA public keys in PEM; of `jwt` at least one. */
                    publicKeys?: string[];
                    /** @description Where browsers are sent back to, compared exactly; of `web` and `pkce` at least one. */
                    redirectUris?: string[];
                    /** @description Where the caller administrates. Absent: its oldest. */
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
                content: {
                    "application/json": {
                        app: {
                            clientId: string;
                            /** Format: date-time */
                            createdAt: string;
                            disabledAt: string | null;
                            /** @description Fingerprints of its public keys, the `kid` of its assertions; only `jwt`. */
                            keyIds: string[];
                            /** @enum {string} */
                            kind: "web" | "pkce" | "device" | "jwt";
                            name: string;
                            /** @description Who made it; of `jwt` whom its tokens act for. */
                            ownerName: string;
                            /** @description Most it may ever be given; `all` is every one. */
                            permissions: string[];
                            redirectUris: string[];
                        };
                        /** @description Only of `web`, and only shown now. */
                        clientSecret: string | null;
                    };
                };
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
    "POST /oauth-apps/:clientId/disable": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                clientId: string;
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
                content: {
                    "application/json": {
                        clientId: string;
                        /** Format: date-time */
                        createdAt: string;
                        disabledAt: string | null;
                        /** @description Fingerprints of its public keys, the `kid` of its assertions; only `jwt`. */
                        keyIds: string[];
                        /** @enum {string} */
                        kind: "web" | "pkce" | "device" | "jwt";
                        name: string;
                        /** @description Who made it; of `jwt` whom its tokens act for. */
                        ownerName: string;
                        /** @description Most it may ever be given; `all` is every one. */
                        permissions: string[];
                        redirectUris: string[];
                    };
                };
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
    "POST /oauth-apps/:clientId/secret": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                clientId: string;
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
                content: {
                    "application/json": {
                        clientSecret: string;
                    };
                };
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
    "GET /publications": {
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
                content: {
                    "application/json": {
                        items: {
                            agentId: string;
                            channels: {
                                channel: string;
                                /** @description What was submitted there last. */
                                latest: {
                                    agentId: string;
                                    channel: string;
                                    /** Format: date-time */
                                    createdAt: string;
                                    decidedAt: string | null;
                                    deliveryId: string | null;
                                    /** Format: date-time */
                                    expiresAt: string;
                                    id: string;
                                    options: {
                                        [key: string]: string;
                                    };
                                    /** @description Null: the configuration file, or nobody who is there any more. */
                                    publisher: {
                                        id: string;
                                        name: string;
                                    } | null;
                                    publisherId: string | null;
                                    reason: string;
                                    shareLink: string;
                                    /** @enum {string} */
                                    status: "auditing" | "live" | "rejected" | "failed" | "expired" | "superseded" | "withdrawn";
                                    versionId: string;
                                    versionNumber: number;
                                } | null;
                                live: {
                                    /** Format: date-time */
                                    since: string;
                                    versionId: string;
                                    versionNumber: number;
                                } | null;
                                /** @description As a custom channel is called; of built-in ones as `channel`. */
                                name: string;
                            }[];
                            /** @enum {string} */
                            kind: "chat" | "workflow";
                            name: string;
                            /**
                             * Format: date-time
                             * @description When the draft was changed last.
                             */
                            updatedAt: string;
                        }[];
                        nextCursor: string | null;
                    };
                };
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
                category?: string;
                channel?: string;
                cursor?: string;
                family?: string;
                hasComment?: "true" | "false";
                limit?: number | string;
                order?: "oldest" | "newest";
                rater?: string;
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
                content: {
                    "application/json": {
                        items: {
                            actions: ({
                                type: string;
                            } & {
                                [key: string]: unknown;
                            })[];
                            agent: string | null;
                            agentId: string;
                            agentName: string | null;
                            answer: string;
                            /** Format: date-time */
                            askedAt: string;
                            categories: string[];
                            channel: string;
                            chunks: {
                                document: string;
                                knowledgeBase: string;
                                question: string;
                                score: number;
                                text: string;
                            }[];
                            comment: string;
                            conversationId: string;
                            family: string;
                            model: string;
                            question: string;
                            /** Format: date-time */
                            ratedAt: string;
                            rater: string;
                            /** @enum {string} */
                            rating: "like" | "dislike" | "none";
                            status: string;
                            trigger: {
                                source: string;
                                type: string;
                            } & {
                                [key: string]: unknown;
                            };
                            turnId: string;
                            userId: string;
                            version: number | null;
                        }[];
                        nextCursor: string | null;
                    };
                };
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
                category?: string;
                channel?: string;
                family?: string;
                format?: "jsonl" | "csv";
                hasComment?: "true" | "false";
                rater?: string;
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
                content: {
                    "application/json": {
                        items: {
                            body: unknown;
                            id: string;
                            rater: string;
                            /** Format: date-time */
                            receivedAt: string;
                            revision: number;
                            webhookId: string;
                        }[];
                        nextCursor: string | null;
                    };
                };
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
                content: {
                    "application/json": {
                        /** Format: date-time */
                        createdAt: string;
                        createdBy: string | null;
                        endedAt: string | null;
                        endpointId: string;
                        eventTypes: string[];
                        id: string;
                        onlyFailed: boolean;
                        ratePerSecond: number;
                        /**
                         * Format: date-time
                         * @description Events up to then have been looked at.
                         */
                        reachedAt: string;
                        sentCount: number;
                        /** Format: date-time */
                        since: string;
                        /** @enum {string} */
                        state: "running" | "paused" | "done" | "cancelled";
                        /** Format: date-time */
                        until: string;
                    };
                };
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
                content: {
                    "application/json": {
                        /** Format: date-time */
                        createdAt: string;
                        createdBy: string | null;
                        endedAt: string | null;
                        endpointId: string;
                        eventTypes: string[];
                        id: string;
                        onlyFailed: boolean;
                        ratePerSecond: number;
                        /**
                         * Format: date-time
                         * @description Events up to then have been looked at.
                         */
                        reachedAt: string;
                        sentCount: number;
                        /** Format: date-time */
                        since: string;
                        /** @enum {string} */
                        state: "running" | "paused" | "done" | "cancelled";
                        /** Format: date-time */
                        until: string;
                    };
                };
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
                content: {
                    "application/json": {
                        /** Format: date-time */
                        createdAt: string;
                        createdBy: string | null;
                        endedAt: string | null;
                        endpointId: string;
                        eventTypes: string[];
                        id: string;
                        onlyFailed: boolean;
                        ratePerSecond: number;
                        /**
                         * Format: date-time
                         * @description Events up to then have been looked at.
                         */
                        reachedAt: string;
                        sentCount: number;
                        /** Format: date-time */
                        since: string;
                        /** @enum {string} */
                        state: "running" | "paused" | "done" | "cancelled";
                        /** Format: date-time */
                        until: string;
                    };
                };
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
                content: {
                    "application/json": {
                        /** Format: date-time */
                        createdAt: string;
                        createdBy: string | null;
                        endedAt: string | null;
                        endpointId: string;
                        eventTypes: string[];
                        id: string;
                        onlyFailed: boolean;
                        ratePerSecond: number;
                        /**
                         * Format: date-time
                         * @description Events up to then have been looked at.
                         */
                        reachedAt: string;
                        sentCount: number;
                        /** Format: date-time */
                        since: string;
                        /** @enum {string} */
                        state: "running" | "paused" | "done" | "cancelled";
                        /** Format: date-time */
                        until: string;
                    };
                };
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
    "GET /running-turns": {
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
                content: {
                    "application/json": {
                        items: {
                            agentId: string;
                            agentName: string;
                            channel: string;
                            conversationId: string;
                            family: string;
                            id: string;
                            node: number;
                            /** Format: date-time */
                            startedAt: string;
                            textLength: number;
                            userId: string;
                        }[];
                        nextCursor: string | null;
                    };
                };
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
    "GET /session": {
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
                content: {
                    "application/json": {
                        /** @description What changing requests of this session carry as `x-csrf-token`. */
                        csrfToken: string | null;
                        /** @description The workspaces of the user, oldest first. */
                        memberships: {
                            icon: string;
                            name: string;
                            /** @enum {string} */
                            role: "viewer" | "member" | "admin" | "owner";
                            workspaceId: string;
                        }[];
                        /** @description Nobody has a password yet: the start-up log has a link to make the owner. */
                        needsSetup: boolean;
                        /** @description Null: nobody is signed in. */
                        user: {
                            avatarUrl: string;
                            id: string;
                            name: string;
                            nickname: string;
                        } | null;
                    };
                };
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
    "POST /session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description What the user signs in with. */
                    name: string;
                    /** @description Its password. */
                    password: string;
                };
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description What changing requests of this session carry as `x-csrf-token`. */
                        csrfToken: string | null;
                        /** @description The workspaces of the user, oldest first. */
                        memberships: {
                            icon: string;
                            name: string;
                            /** @enum {string} */
                            role: "viewer" | "member" | "admin" | "owner";
                            workspaceId: string;
                        }[];
                        /** @description Nobody has a password yet: the start-up log has a link to make the owner. */
                        needsSetup: boolean;
                        /** @description Null: nobody is signed in. */
                        user: {
                            avatarUrl: string;
                            id: string;
                            name: string;
                            nickname: string;
                        } | null;
                    };
                };
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
    "DELETE /session": {
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
                content: {
                    "application/json": Record<string, never>;
                };
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
    "POST /setup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description What the owner signs in with, 1 to 100 characters. */
                    name: string;
                    /** @description Shown to people. Absent: the name. */
                    nickname?: string;
                    /** @description 8 to 1024 characters. */
                    password: string;
                    /** @description The token of the link. */
                    token: string;
                };
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description What changing requests of this session carry as `x-csrf-token`. */
                        csrfToken: string | null;
                        /** @description The workspaces of the user, oldest first. */
                        memberships: {
                            icon: string;
                            name: string;
                            /** @enum {string} */
                            role: "viewer" | "member" | "admin" | "owner";
                            workspaceId: string;
                        }[];
                        /** @description Nobody has a password yet: the start-up log has a link to make the owner. */
                        needsSetup: boolean;
                        /** @description Null: nobody is signed in. */
                        user: {
                            avatarUrl: string;
                            id: string;
                            name: string;
                            nickname: string;
                        } | null;
                    };
                };
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
    "GET /statistics": {
        parameters: {
            query: {
                agentId?: string;
                channel?: string;
                family?: string;
                from: string;
                groupBy?: "agent" | "channel" | "family" | "model";
                model?: string;
                step?: "hour" | "day" | "week";
                timeZone?: string;
                until: string;
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
                content: {
                    "application/json": {
                        before: {
                            completed: number;
                            costs: {
                                amount: number;
                                currency: string;
                            }[];
                            dislikes: number;
                            failed: number;
                            firstToken: {
                                p50: number | null;
                                p95: number | null;
                                p99: number | null;
                            };
                            inputTokens: number;
                            interrupted: number;
                            latency: {
                                p50: number | null;
                                p95: number | null;
                                p99: number | null;
                            };
                            likes: number;
                            outputTokens: number;
                            stopped: number;
                            turns: number;
                        };
                        countedUntil: string | null;
                        /** Format: date-time */
                        from: string;
                        groups: {
                            completed: number;
                            costs: {
                                amount: number;
                                currency: string;
                            }[];
                            dislikes: number;
                            failed: number;
                            inputTokens: number;
                            interrupted: number;
                            key: string;
                            latency: {
                                p50: number | null;
                                p95: number | null;
                                p99: number | null;
                            };
                            likes: number;
                            name: string;
                            outputTokens: number;
                            stopped: number;
                            turns: number;
                        }[];
                        groupSeries: {
                            /** Format: date-time */
                            at: string;
                            key: string | null;
                            turns: number;
                        }[];
                        series: {
                            /** Format: date-time */
                            at: string;
                            completed: number;
                            costs: {
                                amount: number;
                                currency: string;
                            }[];
                            dislikes: number;
                            failed: number;
                            inputTokens: number;
                            interrupted: number;
                            latency: {
                                p50: number | null;
                                p95: number | null;
                                p99: number | null;
                            };
                            likes: number;
                            outputTokens: number;
                            stopped: number;
                            turns: number;
                        }[];
                        totals: {
                            completed: number;
                            costs: {
                                amount: number;
                                currency: string;
                            }[];
                            dislikes: number;
                            failed: number;
                            firstToken: {
                                p50: number | null;
                                p95: number | null;
                                p99: number | null;
                            };
                            inputTokens: number;
                            interrupted: number;
                            latency: {
                                p50: number | null;
                                p95: number | null;
                                p99: number | null;
                            };
                            likes: number;
                            outputTokens: number;
                            stopped: number;
                            turns: number;
                        };
                        /** Format: date-time */
                        until: string;
                    };
                };
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
    "GET /tokens": {
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
                content: {
                    "application/json": {
                        items: {
                            /** @description The only agents it may chat with. Null: every one. */
                            agentIds: string[] | null;
                            /** Format: date-time */
                            createdAt: string;
                            /** @description Null: never. */
                            expiresAt: string | null;
                            id: string;
                            /** @description Within a minute. Null: never used. */
                            lastUsedAt: string | null;
                            name: string;
                            /** @description `all` is every one. */
                            permissions: string[];
                            userId: string;
                            userName: string;
                            /** @description Null: every workspace of its user. */
                            workspaceIds: string[] | null;
                        }[];
                        nextCursor: string | null;
                    };
                };
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
    "POST /tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The only agents that it may chat with. Absent: all. */
                    agentIds?: string[];
                    /**
                     * Format: date-time
                     * @description From then on it is refused; at the latest with the token that makes it. Absent: never.
                     */
                    expiresAt?: string;
                    /** @description For people, 1 to 100 characters. */
                    name: string;
                    /** @description Names of permissions; `all`, which is the default, is every one. */
                    permissions?: string[];
                    /** @description The only workspaces that it reaches. Absent: all of the caller's. */
                    workspaceIds?: string[];
                };
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        secret: string;
                        token: {
                            /** @description The only agents it may chat with. Null: every one. */
                            agentIds: string[] | null;
                            /** Format: date-time */
                            createdAt: string;
                            /** @description Null: never. */
                            expiresAt: string | null;
                            id: string;
                            /** @description Within a minute. Null: never used. */
                            lastUsedAt: string | null;
                            name: string;
                            /** @description `all` is every one. */
                            permissions: string[];
                            userId: string;
                            userName: string;
                            /** @description Null: every workspace of its user. */
                            workspaceIds: string[] | null;
                        };
                    };
                };
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
    "DELETE /tokens/:tokenId": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tokenId: string;
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
                content: {
                    "application/json": Record<string, never>;
                };
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
    "POST /turns/:turnId/choose": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                turnId: string;
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
    "GET /turns/:turnId/events": {
        parameters: {
            query?: {
                after?: string;
            };
            header?: never;
            path: {
                turnId: string;
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
                content: {
                    "text/event-stream": {
                        conversationId: string;
                        exchangeId: string;
                        isRestart: boolean;
                        turnId: string;
                        /** @constant */
                        type: "turn";
                    } | {
                        /** Format: date-time */
                        at: string;
                        /** @constant */
                        type: "turn-start";
                    } | {
                        latencyMs: number;
                        reason: string;
                        to: string;
                        /** @constant */
                        type: "agent-jump";
                    } | {
                        agent: string;
                        reason: string;
                        /** @constant */
                        type: "agent-take-over";
                    } | {
                        query: string;
                        /** @constant */
                        type: "qa-search-start";
                    } | {
                        latencyMs: number;
                        passages: {
                            documentName: string;
                            documentUrl: string;
                            knowledgeBaseName: string;
                            question: string;
                            score: number;
                            text: string;
                        }[];
                        /** @constant */
                        type: "qa-search-end";
                    } | {
                        query: string;
                        scoreThreshold: number;
                        topK: number;
                        /** @constant */
                        type: "knowledge-search-start";
                    } | {
                        latencyMs: number;
                        passages: {
                            documentName: string;
                            documentUrl: string;
                            knowledgeBaseName: string;
                            question: string;
                            score: number;
                            text: string;
                        }[];
                        /** @constant */
                        type: "knowledge-search-end";
                    } | {
                        messages: {
                            images: number;
                            length: number;
                            /** @enum {string} */
                            role: "system" | "user" | "assistant" | "tool";
                            text: string;
                            tools: string[];
                        }[];
                        model: string;
                        otherMessages: number;
                        position: number;
                        tools: number;
                        /** @constant */
                        type: "model-call-start";
                    } | {
                        calls: {
                            arguments: string;
                            name: string;
                        }[];
                        cost: number;
                        currency: string;
                        error: {
                            detail: string;
                            message: string;
                            status: number | null;
                        } | null;
                        finishReason: string | null;
                        firstTokenMs: number | null;
                        inputTokens: number;
                        latencyMs: number;
                        output: string;
                        outputLength: number;
                        outputTokens: number;
                        position: number;
                        requestId: string | null;
                        /** @constant */
                        type: "model-call-end";
                    } | {
                        /** @constant */
                        type: "reasoning-start";
                    } | {
                        text: string;
                        /** @constant */
                        type: "reasoning-delta";
                    } | {
                        /** @constant */
                        type: "reasoning-end";
                    } | {
                        input: string;
                        position: number;
                        skill: string;
                        tool: string;
                        /** @constant */
                        type: "thought-start";
                    } | {
                        observation: string;
                        position: number;
                        toolLatencyMs: number;
                        /** @constant */
                        type: "thought-end";
                    } | {
                        title: string;
                        /** @constant */
                        type: "tool-message-start";
                    } | {
                        text: string;
                        title: string;
                        /** @constant */
                        type: "tool-message-delta";
                    } | {
                        title: string;
                        /** @constant */
                        type: "tool-message-end";
                    } | {
                        /** @constant */
                        type: "text-start";
                    } | {
                        text: string;
                        /** @constant */
                        type: "text-delta";
                    } | {
                        /** @constant */
                        type: "text-end";
                    } | {
                        text: string;
                        /** @constant */
                        type: "text-replace";
                    } | {
                        action: {
                            payload: {
                                [key: string]: unknown;
                            };
                            status: string;
                            type: string;
                        };
                        /** @constant */
                        type: "action";
                    } | {
                        message: string;
                        /** @constant */
                        type: "agent-error";
                    } | {
                        cutBy: string | null;
                        firstTokenMs: number;
                        inputTokens: number;
                        latencyMs: number;
                        outputTokens: number;
                        /** @constant */
                        type: "usage";
                    } | {
                        questions: string[];
                        /** @constant */
                        type: "suggestions";
                    } | {
                        calls: {
                            arguments: string;
                            name: string;
                        }[];
                        /** @constant */
                        type: "requires-action";
                    } | {
                        kind: string;
                        message: string;
                        /** @constant */
                        type: "interrupted";
                    } | {
                        status: string;
                        /** @constant */
                        type: "turn-end";
                    } | {
                        code: string;
                        message: string;
                        /** @constant */
                        type: "turn-error";
                    };
                };
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
    "PUT /turns/:turnId/feedback": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                turnId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Reasons, at most 20. */
                    categories?: string[];
                    /** @description In words. */
                    comment?: string;
                    /**
                     * @description `none` takes back what was said.
                     * @enum {string}
                     */
                    rating: "like" | "dislike" | "none";
                };
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        isChanged: boolean;
                    };
                };
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
    "POST /turns/:turnId/regenerate": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                turnId: string;
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
    "POST /turns/:turnId/stop": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                turnId: string;
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
                content: {
                    "application/json": {
                        isStopped: boolean;
                    };
                };
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
    "GET /turns/:turnId/trace": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                turnId: string;
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
                content: {
                    "application/json": {
                        agent: {
                            id: string;
                            name: string;
                            versionId: string | null;
                        };
                        conversationId: string;
                        model: string;
                        steps: ({
                            input: {
                                query: string;
                            };
                            /** @enum {string} */
                            kind: "qa" | "retrieval";
                            latencyMs: number | null;
                            output: {
                                passages: {
                                    documentName: string;
                                    documentUrl: string;
                                    knowledgeBaseName: string;
                                    question: string;
                                    score: number;
                                    text: string;
                                }[];
                            } | null;
                            title: string;
                        } | {
                            input: {
                                messages: {
                                    images: number;
                                    length: number;
                                    /** @enum {string} */
                                    role: "system" | "user" | "assistant" | "tool";
                                    text: string;
                                    tools: string[];
                                }[];
                                model: string;
                                otherMessages: number;
                                tools: number;
                            };
                            /** @constant */
                            kind: "model";
                            latencyMs: number | null;
                            output: {
                                calls: {
                                    arguments: string;
                                    name: string;
                                }[];
                                cost: number;
                                currency: string;
                                error: {
                                    detail: string;
                                    message: string;
                                    status: number | null;
                                } | null;
                                finishReason: string | null;
                                firstTokenMs: number | null;
                                inputTokens: number;
                                latencyMs: number;
                                output: string;
                                outputLength: number;
                                outputTokens: number;
                                requestId: string | null;
                            } | null;
                            title: string;
                        } | {
                            input: unknown;
                            /** @enum {string} */
                            kind: "tool" | "workflow" | "knowledge";
                            latencyMs: number | null;
                            output: unknown;
                            title: string;
                        } | {
                            input: {
                                reason: string;
                            };
                            /** @constant */
                            kind: "handoff";
                            latencyMs: number | null;
                            title: string;
                        })[];
                        turn: {
                            /** Format: date-time */
                            createdAt: string;
                            endedAt: string | null;
                            error: {
                                code: string;
                                message: string;
                            } | null;
                            id: string;
                            status: string;
                        };
                        usage: {
                            cost: number;
                            currency: string;
                            firstTokenMs: number;
                            inputTokens: number;
                            latencyMs: number;
                            outputTokens: number;
                        };
                        workflowRunId: string | null;
                    };
                };
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
                content: {
                    "application/json": {
                        activeMs: number;
                        answer: string | null;
                        conversationId: string | null;
                        /** Format: date-time */
                        createdAt: string;
                        dialect: string;
                        endedAt: string | null;
                        error: {
                            code: string;
                            message: string;
                            nodeId: string | null;
                        } | null;
                        how: string;
                        id: string;
                        input: {
                            [key: string]: unknown;
                        };
                        interrupts: {
                            call: unknown;
                            dueAt: string | null;
                            kind: string;
                            nodeId: string;
                            options: string[];
                            schema: unknown;
                            stepId: string;
                            text: string;
                            title: string;
                        }[];
                        isTest: boolean;
                        output: unknown;
                        resumeCount: number;
                        /** @enum {string} */
                        status: "running" | "waiting" | "completed" | "failed" | "cancelled";
                        stepCount: number;
                        steps: {
                            actions: unknown[];
                            answer: unknown;
                            attempts: number;
                            endedAt: string | null;
                            error: {
                                code: string;
                                message: string;
                                nodeId: string | null;
                            } | null;
                            id: string;
                            input: unknown;
                            interrupt: {
                                call: unknown;
                                dueAt: string | null;
                                kind: string;
                                nodeId: string;
                                options: string[];
                                schema: unknown;
                                stepId: string;
                                text: string;
                                title: string;
                            } | null;
                            kind: string;
                            nodeId: string;
                            output: unknown;
                            path: string;
                            port: string;
                            said: string | null;
                            /** Format: date-time */
                            startedAt: string;
                            status: string;
                            subRunId: string | null;
                            title: string;
                            usage: {
                                cost: number;
                                currency: string;
                                inputTokens: number;
                                outputTokens: number;
                            };
                        }[];
                        turnId: string | null;
                        /** Format: date-time */
                        updatedAt: string;
                        usage: {
                            cost: number;
                            currency: string;
                            inputTokens: number;
                            outputTokens: number;
                        };
                        userId: string;
                        versionId: string | null;
                        workflowId: string;
                    };
                };
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
                content: {
                    "application/json": {
                        activeMs: number;
                        answer: string | null;
                        conversationId: string | null;
                        /** Format: date-time */
                        createdAt: string;
                        dialect: string;
                        endedAt: string | null;
                        error: {
                            code: string;
                            message: string;
                            nodeId: string | null;
                        } | null;
                        how: string;
                        id: string;
                        input: {
                            [key: string]: unknown;
                        };
                        interrupts: {
                            call: unknown;
                            dueAt: string | null;
                            kind: string;
                            nodeId: string;
                            options: string[];
                            schema: unknown;
                            stepId: string;
                            text: string;
                            title: string;
                        }[];
                        isTest: boolean;
                        output: unknown;
                        resumeCount: number;
                        /** @enum {string} */
                        status: "running" | "waiting" | "completed" | "failed" | "cancelled";
                        stepCount: number;
                        steps: {
                            actions: unknown[];
                            answer: unknown;
                            attempts: number;
                            endedAt: string | null;
                            error: {
                                code: string;
                                message: string;
                                nodeId: string | null;
                            } | null;
                            id: string;
                            input: unknown;
                            interrupt: {
                                call: unknown;
                                dueAt: string | null;
                                kind: string;
                                nodeId: string;
                                options: string[];
                                schema: unknown;
                                stepId: string;
                                text: string;
                                title: string;
                            } | null;
                            kind: string;
                            nodeId: string;
                            output: unknown;
                            path: string;
                            port: string;
                            said: string | null;
                            /** Format: date-time */
                            startedAt: string;
                            status: string;
                            subRunId: string | null;
                            title: string;
                            usage: {
                                cost: number;
                                currency: string;
                                inputTokens: number;
                                outputTokens: number;
                            };
                        }[];
                        turnId: string | null;
                        /** Format: date-time */
                        updatedAt: string;
                        usage: {
                            cost: number;
                            currency: string;
                            inputTokens: number;
                            outputTokens: number;
                        };
                        userId: string;
                        versionId: string | null;
                        workflowId: string;
                    };
                };
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
                content: {
                    "application/json": {
                        activeMs: number;
                        answer: string | null;
                        conversationId: string | null;
                        /** Format: date-time */
                        createdAt: string;
                        dialect: string;
                        endedAt: string | null;
                        error: {
                            code: string;
                            message: string;
                            nodeId: string | null;
                        } | null;
                        how: string;
                        id: string;
                        input: {
                            [key: string]: unknown;
                        };
                        interrupts: {
                            call: unknown;
                            dueAt: string | null;
                            kind: string;
                            nodeId: string;
                            options: string[];
                            schema: unknown;
                            stepId: string;
                            text: string;
                            title: string;
                        }[];
                        isTest: boolean;
                        output: unknown;
                        resumeCount: number;
                        /** @enum {string} */
                        status: "running" | "waiting" | "completed" | "failed" | "cancelled";
                        stepCount: number;
                        steps: {
                            actions: unknown[];
                            answer: unknown;
                            attempts: number;
                            endedAt: string | null;
                            error: {
                                code: string;
                                message: string;
                                nodeId: string | null;
                            } | null;
                            id: string;
                            input: unknown;
                            interrupt: {
                                call: unknown;
                                dueAt: string | null;
                                kind: string;
                                nodeId: string;
                                options: string[];
                                schema: unknown;
                                stepId: string;
                                text: string;
                                title: string;
                            } | null;
                            kind: string;
                            nodeId: string;
                            output: unknown;
                            path: string;
                            port: string;
                            said: string | null;
                            /** Format: date-time */
                            startedAt: string;
                            status: string;
                            subRunId: string | null;
                            title: string;
                            usage: {
                                cost: number;
                                currency: string;
                                inputTokens: number;
                                outputTokens: number;
                            };
                        }[];
                        turnId: string | null;
                        /** Format: date-time */
                        updatedAt: string;
                        usage: {
                            cost: number;
                            currency: string;
                            inputTokens: number;
                            outputTokens: number;
                        };
                        userId: string;
                        versionId: string | null;
                        workflowId: string;
                    };
                };
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
                content: {
                    "application/json": {
                        items: {
                            activeMs: number;
                            answer: string | null;
                            conversationId: string | null;
                            /** Format: date-time */
                            createdAt: string;
                            dialect: string;
                            endedAt: string | null;
                            error: {
                                code: string;
                                message: string;
                                nodeId: string | null;
                            } | null;
                            how: string;
                            id: string;
                            input: {
                                [key: string]: unknown;
                            };
                            interrupts: {
                                call: unknown;
                                dueAt: string | null;
                                kind: string;
                                nodeId: string;
                                options: string[];
                                schema: unknown;
                                stepId: string;
                                text: string;
                                title: string;
                            }[];
                            isTest: boolean;
                            output: unknown;
                            resumeCount: number;
                            /** @enum {string} */
                            status: "running" | "waiting" | "completed" | "failed" | "cancelled";
                            stepCount: number;
                            turnId: string | null;
                            /** Format: date-time */
                            updatedAt: string;
                            usage: {
                                cost: number;
                                currency: string;
                                inputTokens: number;
                                outputTokens: number;
                            };
                            userId: string;
                            versionId: string | null;
                            workflowId: string;
                        }[];
                        nextCursor: string | null;
                    };
                };
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
    "POST /workspaces": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description For people. */
                    description?: string;
                    /** @description For people, 1 to 50 characters. */
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
                content: {
                    "application/json": {
                        /** Format: date-time */
                        createdAt: string;
                        description: string;
                        /** @description A few characters, such as an emoji; or an address. May be empty. */
                        icon: string;
                        id: string;
                        /** @enum {string} */
                        kind: "personal" | "team";
                        name: string;
                    };
                };
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
    "GET /workspaces/:workspaceId": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspaceId: string;
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
                content: {
                    "application/json": {
                        /** Format: date-time */
                        createdAt: string;
                        description: string;
                        /** @description A few characters, such as an emoji; or an address. May be empty. */
                        icon: string;
                        id: string;
                        /** @enum {string} */
                        kind: "personal" | "team";
                        name: string;
                    };
                };
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
    "PATCH /workspaces/:workspaceId": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspaceId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description For people. */
                    description?: string;
                    /** @description A few characters, such as an emoji; or an address. */
                    icon?: string;
                    /** @description For people, 1 to 50 characters. */
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
                content: {
                    "application/json": {
                        /** Format: date-time */
                        createdAt: string;
                        description: string;
                        /** @description A few characters, such as an emoji; or an address. May be empty. */
                        icon: string;
                        id: string;
                        /** @enum {string} */
                        kind: "personal" | "team";
                        name: string;
                    };
                };
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
    "GET /workspaces/:workspaceId/members": {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number | string;
            };
            header?: never;
            path: {
                workspaceId: string;
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
                content: {
                    "application/json": {
                        items: {
                            /** @description Whether it has a password. */
                            canSignIn: boolean;
                            isDisabled: boolean;
                            /** Format: date-time */
                            joinedAt: string;
                            /** @description What it signs in with. */
                            name: string;
                            nickname: string;
                            /** @enum {string} */
                            role: "viewer" | "member" | "admin" | "owner";
                            userId: string;
                        }[];
                        nextCursor: string | null;
                    };
                };
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
    "POST /workspaces/:workspaceId/members": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspaceId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description What it signs in with. */
                    name: string;
                    /** @description Of a new user. Absent: its name. */
                    nickname?: string;
                    /** @description Of a new user, 8 to 1024 characters. Absent: there is a user of this name. */
                    password?: string;
                    /**
                     * @description Its role.
                     * @default member
                     * @enum {string}
                     */
                    role?: "viewer" | "member" | "admin" | "owner";
                };
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it has a password. */
                        canSignIn: boolean;
                        isDisabled: boolean;
                        /** Format: date-time */
                        joinedAt: string;
                        /** @description What it signs in with. */
                        name: string;
                        nickname: string;
                        /** @enum {string} */
                        role: "viewer" | "member" | "admin" | "owner";
                        userId: string;
                    };
                };
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
    "DELETE /workspaces/:workspaceId/members/:userId": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                userId: string;
                workspaceId: string;
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
                content: {
                    "application/json": Record<string, never>;
                };
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
    "PATCH /workspaces/:workspaceId/members/:userId": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                userId: string;
                workspaceId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description Its role.
                     * @enum {string}
                     */
                    role: "viewer" | "member" | "admin" | "owner";
                };
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it has a password. */
                        canSignIn: boolean;
                        isDisabled: boolean;
                        /** Format: date-time */
                        joinedAt: string;
                        /** @description What it signs in with. */
                        name: string;
                        nickname: string;
                        /** @enum {string} */
                        role: "viewer" | "member" | "admin" | "owner";
                        userId: string;
                    };
                };
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
