import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

// Two entries: the seats' page (join.html) and the islands of the public pages
// (src/public.ts, named in dist/.vite/manifest.json). gallery.html is served by
// `npm run dev`, built by scripts/gallery.mjs, and no part of the product.
export default defineConfig({
  plugins: [svelte()],
  build: {
    target: "es2023",
    manifest: true,
    // A strict Content-Security-Policy allows no data: URLs for fonts and styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700, // hls.js, loaded with a recording only
    rolldownOptions: { input: { join: "join.html", public: "src/public.ts" } },
  },
  server: {
    host: "127.0.0.1",
    // The gallery shows the public page in the newsroom's own style.
    fs: { allow: [".."] },
    proxy: {
      "/api": { target: process.env["LIQA_SERVER"] ?? "https://127.0.0.1:8443", secure: false, ws: true },
    },
  },
  test: { include: ["test/**/*.test.ts"], environment: "node" },
});
