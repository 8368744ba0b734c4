#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The web interface without a browser: types, lint, its own tests, and what is
# built against the budget.
set -u

. tests/cli/tap.sh

# What the first sight needs, compressed: the page, and what it loads at once.
BUDGET=100000

plan_skip()
{
	echo "1..0 # SKIP $1"
	exit 0
}

[ -d ui/node_modules ] || plan_skip 'no ui/node_modules (make ui)'
[ -e ui/dist/index.html ] || plan_skip 'no ui/dist (make ui)'
sh mk/node.sh node -e 0 2>/dev/null || plan_skip 'no node that is new enough'

npm_run()
{
	sh mk/node.sh npm --prefix ui run --silent "$1"
}

is 'ui/dist is made from these sources (else: make ui)' \
    "$(cat ui/node_modules/.built-from)" "$(sh mk/ui-sources.sh)"
ok 'strict types' npm_run types
ok 'Biome finds nothing' npm_run lint
ok 'unit tests' npm_run unit

is 'the lock names no server' \
    "$(grep -cE '"resolved"|registry' ui/package-lock.json)" 0
is 'no any, no markup from texts' \
    "$(grep -rnE ': any\b|as any\b|<any>|innerHTML|dangerously' ui/src \
        --include='*.ts' --include='*.tsx' | grep -v '\.test\.')" ''

# The scripts and styles that index.html names, and what those import at once.
first_load()
{
	grep -oE '(src|href)="/[^"]+"' ui/dist/index.html | cut -d'"' -f2
	for script in ui/dist/assets/index-*.js; do
		grep -oE 'from ?"\./[^"]+\.js"' "$script" | cut -d'"' -f2 |
		    sed 's|^\.|/assets|'
	done
}
bytes=$( (cat ui/dist/index.html; first_load | sort -u | while read -r f; do
	gzip -9c "ui/dist$f"
done) | wc -c)
echo "# first load: $bytes bytes compressed"
ok "the first load is less than $BUDGET bytes" test "$bytes" -lt "$BUDGET"

done_testing
