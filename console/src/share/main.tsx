import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { SharePage } from "./share-page.tsx";

const root = document.getElementById("root");
if (root === null) throw new Error("the page has no place for the conversation");

const shown = new URLSearchParams(location.search);
const theme = shown.get("theme");
if (theme === "light" || theme === "dark") document.documentElement.dataset["theme"] = theme;

createRoot(root).render(
  <StrictMode>
    <SharePage isBubble={shown.get("embed") === "bubble"} />
  </StrictMode>,
);
