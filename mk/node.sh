#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# node.sh COMMAND...: runs a command with a node that is new enough for the
# tools of ui/ (20.19) first in PATH. Where the system's is older, as Debian
# 12's is, npm fetches one into build/tools, once. Exit status 69: there is
# none, and none can be had.
set -eu
tools=$(pwd)/build/tools
major=20
minor=19
wanted=22.20.0

is_new()
{
	command -v "$1" >/dev/null 2>&1 || return 1
	"$1" -e "const [a, b] = process.versions.node.split('.').map(Number);
	    process.exit(a > $major || (a === $major && b >= $minor) ? 0 : 1)"
}

if ! is_new node; then
	PATH=$tools/node_modules/.bin:$PATH
	export PATH
	if ! is_new "$tools/node_modules/.bin/node"; then
		if ! command -v npm >/dev/null 2>&1; then
			echo "node.sh: needs node $major.$minor, or npm to fetch" \
			    "it (make deps-ui)" >&2
			exit 69
		fi
		mkdir -p "$tools"
		npm install --silent --no-audit --no-fund --no-save \
		    --prefix "$tools" "node@$wanted" >&2 || exit 69
	fi
fi
exec "$@"
