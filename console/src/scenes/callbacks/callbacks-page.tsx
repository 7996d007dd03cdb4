import { Tabs } from "antd";
import { Route, Routes, useLocation, useNavigate } from "react-router";
import { useMay } from "../../api/session.ts";
import { EmptyState } from "../../parts/empty-state.tsx";
import { NotFoundPage } from "../../parts/not-found-page.tsx";
import { PageHeader } from "../../parts/page-header.tsx";
import { Section } from "../../parts/section.tsx";
import { useWords } from "../../text/words.ts";
import { Deliveries } from "./deliveries.tsx";
import { DeliveryPage } from "./delivery-page.tsx";
import { EndpointPage } from "./endpoint-page.tsx";
import { Endpoints } from "./endpoints.tsx";
import { LiveTail } from "./live-tail.tsx";
import { callbackWords } from "./text.ts";
import "./callbacks.css";

/** Endpoints, what is sent to them, and what comes of it. */
export function CallbacksPage() {
  const t = useWords(callbackWords);
  if (!useMay("admin")) {
    return (
      <>
        <PageHeader title={t("title")} description={t("description")} />
        <Section>
          <EmptyState title={t("keepersOnly")} hint={t("keepersOnlyHint")} />
        </Section>
      </>
    );
  }
  return (
    <Routes>
      <Route index element={<Endpoints areas={<Areas />} />} />
      <Route path="endpoints/:endpointId" element={<EndpointPage />} />
      <Route path="deliveries" element={<Deliveries areas={<Areas />} />} />
      <Route path="deliveries/:deliveryId" element={<DeliveryPage />} />
      <Route path="live" element={<LiveTail areas={<Areas />} />} />
      <Route path="*" element={<NotFoundPage />} />
    </Routes>
  );
}

const AREAS = [
  { key: "endpoints", path: "/callbacks" },
  { key: "deliveries", path: "/callbacks/deliveries" },
  { key: "live", path: "/callbacks/live" },
] as const;

/** Where one can go inside the area. */
function Areas() {
  const t = useWords(callbackWords);
  const { pathname } = useLocation();
  const navigate = useNavigate();
  const here = AREAS.findLast(({ path }) => pathname.startsWith(path)) ?? AREAS[0];
  return (
    <Tabs
      className="callbacks-areas"
      activeKey={here.key}
      items={AREAS.map(({ key }) => ({ key, label: t(key) }))}
      onChange={(key) => void navigate(AREAS.find((area) => area.key === key)?.path ?? "/callbacks")}
    />
  );
}
