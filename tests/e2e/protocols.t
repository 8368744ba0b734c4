#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The web interface in Chromium: runs the script beside this one.
set -u
part=$(basename "$0" .t)

skip_all()
{
	echo "1..0 # SKIP $1"
	exit 0
}

[ -d ui/node_modules ] || skip_all 'no ui/node_modules (make ui)'
[ -e ui/dist/index.html ] || skip_all 'no ui/dist (make ui)'
sh mk/node.sh node -e 0 2>/dev/null || skip_all 'no node that is new enough'
exec sh mk/node.sh node "tests/e2e/$part.mjs"
