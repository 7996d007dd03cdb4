import { Route, Routes } from "react-router";
import { NotFoundPage } from "../../parts/not-found-page.tsx";
import { ReportPage } from "./report-page.tsx";
import { SetPage } from "./set-page.tsx";
import { SetsPage } from "./sets-page.tsx";
import "./evaluations.css";

/** Sets of questions, one set, one report. */
export function EvaluationsPage() {
  return (
    <Routes>
      <Route index element={<SetsPage />} />
      <Route path=":setId" element={<SetPage />} />
      <Route path=":setId/reports/:evaluationId" element={<ReportPage />} />
      <Route path="*" element={<NotFoundPage />} />
    </Routes>
  );
}
