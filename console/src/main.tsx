import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { RouterProvider } from "react-router/dom";
import { queryClient } from "./api/query-client.ts";
import { router } from "./routes.tsx";
import { allowStyles } from "./styles/allow-styles.ts";
import { ThemeProvider } from "./styles/theme.tsx";

const root = document.getElementById("root");
if (root === null) throw new Error("the page has no place for the application");

allowStyles();
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <ThemeProvider>
        <RouterProvider router={router} />
      </ThemeProvider>
    </QueryClientProvider>
  </StrictMode>,
);
