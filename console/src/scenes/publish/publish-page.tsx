import { Route, Routes } from "react-router";
import { NotFoundPage } from "../../parts/not-found-page.tsx";
import { AgentChannels } from "./agent-channels.tsx";
import { Channels } from "./channels.tsx";
import { Publications } from "./publications.tsx";
import "./publish.css";

/** Where agents are live, and how they get there. */
export function PublishPage() {
  return (
    <Routes>
      <Route index element={<Publications />} />
      <Route path="channels" element={<Channels />} />
      <Route path=":agentId" element={<AgentChannels />} />
      <Route path="*" element={<NotFoundPage />} />
    </Routes>
  );
}
