// SPDX-License-Identifier: Apache-2.0
// Before the first paint, so that a dark room never sees a white flash.
try {
	const theme = JSON.parse(
		localStorage.getItem("analyzer.theme") ?? '"system"',
	);
	if (theme === "dark" || theme === "light")
		document.documentElement.dataset.theme = theme;
} catch {
	// Without storage the system's theme is used.
}
