// SPDX-License-Identifier: Apache-2.0
import { defineConfig } from "vitest/config";

// While developing, the API comes from a running `analyzer serve`, or from
// test/fixture.mjs.
const api = process.env.API ?? "http://127.0.0.1:8899";

export default defineConfig({
	build: {
		target: "es2022",
		assetsInlineLimit: 0,
		modulePreload: { polyfill: false },
		reportCompressedSize: false,
		chunkSizeWarningLimit: 600,
	},
	worker: { format: "es" },
	server: { proxy: { "/api": api } },
	test: { css: true, include: ["src/**/*.test.ts", "src/**/*.test.tsx"] },
});
