// SPDX-License-Identifier: Apache-2.0
// Outcomes: their names, in the order in which charts stack them.
import type { Row, StatusClass } from "../api/types";

export const CLASSES: readonly StatusClass[] = [
	"success",
	"redirect",
	"client_error",
	"server_error",
	"failed",
	"unanswered",
];

export const CLASS_NAME: Record<StatusClass, string> = {
	success: "success",
	redirect: "redirect",
	client_error: "client error",
	server_error: "server error",
	failed: "failed",
	unanswered: "unanswered",
};

/** Response codes of DNS, by the names that people know. */
const RCODES: Record<number, string> = {
	1: "FORMERR",
	2: "SERVFAIL",
	3: "NXDOMAIN",
	4: "NOTIMP",
	5: "REFUSED",
};

/** What stands in the status column, so that colour is never alone. */
export function statusText(
	row: Pick<Row, "status" | "class" | "protocol">,
): string {
	if (row.class === "unanswered") return "none";
	const name = row.protocol === "dns" ? RCODES[row.status] : undefined;
	if (name !== undefined) return name;
	// HTTP is content where gRPC or GraphQL is not.
	const isFine = row.status < 400 && row.status >= 200;
	if (row.class === "failed" && (row.status === 0 || isFine)) return "failed";
	return row.status === 0 ? "ok" : String(row.status);
}
