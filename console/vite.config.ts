import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** The server that pages under development talk to. */
const SERVER = process.env["ANTIPHON_SERVER"] ?? "http://127.0.0.1:8787";

const BASE =
  /node_modules[\\/](react|react-dom|scheduler|react-router|@tanstack[\\/][\w-]+|i18next|react-i18next|openapi-fetch)[\\/]/;

export default defineConfig({
  root: import.meta.dirname,
  base: "/console/",
  plugins: [react()],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2023",
    // Small files stay files: the content security policy knows no data addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: true,
    chunkSizeWarningLimit: 1_500,
    rolldownOptions: {
      output: {
        // What changes only with an upgrade stays in the browser when pages change. Controls are not among it: together
        // they would all be part of the first load.
        codeSplitting: { groups: [{ name: "base", test: BASE }] },
      },
    },
  },
  server: {
    host: "127.0.0.1",
    proxy: Object.fromEntries(
      ["/api", "/oauth", "/share/api", "/sign-in", "/sign-out"].map((path) => [path, { target: SERVER }]),
    ),
  },
});
