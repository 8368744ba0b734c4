#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A release archive holds the sources of the commit and the web interface built,
# and is the same twice.
set -u
. tests/cli/tap.sh

if [ ! -e ui/dist/index.html ]; then
	echo '1..0 # SKIP no ui/dist (make ui)'
	exit 0
fi
if ! git rev-parse --verify -q HEAD >/dev/null 2>&1; then
	echo '1..0 # SKIP not a git tree'
	exit 0
fi

status 'an archive is made' 0 sh mk/dist.sh "$tmp/one"
archive=$(cat "$tmp/out")
sh mk/dist.sh "$tmp/two" >/dev/null
same 'the same archive is made again' "$archive" \
	"$tmp/two/$(basename "$archive")"

mkdir "$tmp/tree"
status 'it unpacks' 0 tar -xzf "$archive" -C "$tmp/tree"
is 'into one folder' "$(find "$tmp/tree" -mindepth 1 -maxdepth 1 | wc -l)" 1
tree=$(echo "$tmp"/tree/*)
same 'with the sources' "$tree/Makefile" Makefile
is 'and the interface' "$(cd "$tree/ui/dist" && find . -type f | sort)" \
	"$(cd ui/dist && find . -type f | sort)"
is 'which the build takes' \
	"$(make -s -C "$tree" -f mk/embed.mk -p -n 2>/dev/null |
		sed -n 's/^UI_DIST := //p')" ui/dist
[ ! -e "$tree/ui/node_modules" ]
is 'but not what it was built with' $? 0

done_testing
