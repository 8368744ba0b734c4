#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# analyzer export: a validator that others wrote accepts what it writes.
set -u
. tests/cli/tap.sh

if ! command -v node >/dev/null 2>&1 || ! command -v npm >/dev/null 2>&1; then
	echo '1..0 # SKIP node and npm are not installed'
	exit
fi
modules=${BUILD:-build/release}/har
mkdir -p "$modules"
if [ ! -d "$modules/node_modules/har-validator" ]; then
	cp tests/har/package.json tests/har/package-lock.json tests/har/.npmrc \
		"$modules"
	if ! (cd "$modules" && npm ci >npm.log 2>&1); then
		echo '1..0 # SKIP har-validator cannot be installed'
		exit
	fi
fi
HAR_MODULES=$(cd "$modules/node_modules" && pwd)
export HAR_MODULES

for sample in samples/shop.tar.gz samples/tiny.tar.gz; do
	which=$(basename "$sample")
	"$analyzer" export "$sample" -o "$tmp/x.har" 2>"$tmp/err"
	ok "$which is a HAR 1.2" node tests/har/check.js har "$tmp/x.har"
	"$analyzer" export "$sample" -o "$tmp/x.jsonl"
	ok "$which fits the schema of entries" node tests/har/check.js jsonl \
		docs/schema/entry.schema.json "$tmp/x.jsonl"
done
"$analyzer" export samples/shop.tar.gz 'response.status == 77' -o "$tmp/no.har"
ok 'a HAR without entries is one, too' node tests/har/check.js har "$tmp/no.har"
jq '.log.entries[0].request |= del(.url)' "$tmp/x.har" >"$tmp/bad.har"
if node tests/har/check.js har "$tmp/bad.har" 2>/dev/null; then
	fail 'the validator can refuse'
else
	pass 'the validator can refuse'
fi
sed 's/"schemaVersion":1/"schemaVersion":2/' "$tmp/x.jsonl" >"$tmp/bad.jsonl"
if node tests/har/check.js jsonl docs/schema/entry.schema.json \
	"$tmp/bad.jsonl" 2>/dev/null; then
	fail 'the schema can refuse'
else
	pass 'the schema can refuse'
fi

done_testing
