// SPDX-License-Identifier: Apache-2.0
//
// check.js har FILE: is it a HAR 1.2, after har-validator?
// check.js jsonl SCHEMA FILE: does every line of it fit the schema?
"use strict";

const fs = require("fs");
const path = require("path");
const modules = process.env.HAR_MODULES;
const load = (name) => require(path.join(modules, name));

function fail(what, why) {
	console.error(`${what}: ${JSON.stringify(why, null, 1)}`);
	process.exit(1);
}

async function har(file) {
	const validate = load("har-validator");
	try {
		await validate.har(JSON.parse(fs.readFileSync(file, "utf8")));
	} catch (e) {
		fail(file, e.errors || String(e));
	}
}

function jsonl(schema, file) {
	const Ajv = load("ajv");
	const check = new Ajv({ allErrors: true }).compile(
		JSON.parse(fs.readFileSync(schema, "utf8")));
	const lines = fs.readFileSync(file, "utf8").trimEnd().split("\n");
	lines.forEach((line, i) => {
		if (!check(JSON.parse(line)))
			fail(`${file}:${i + 1}`, check.errors);
	});
	console.log(`${lines.length} entries`);
}

const [kind, ...args] = process.argv.slice(2);
if (kind === "har")
	har(...args);
else
	jsonl(...args);
