#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Many connections at once, on all kinds of routes, also while the indexes are
# made and finished: every request is answered, none with an error.
set -u
. tests/api/api.sh

load=${BUILD:-build/release}/tests/gen/load

# many CONNECTIONS SECONDS: of $tmp/routes; the counts are in $tmp/counts
many()
{
	"$load" 127.0.0.1 "$port" -c "$1" -s "$2" <"$tmp/routes" >"$tmp/counts"
}

cat >"$tmp/routes" <<-'END'
	page /
	live /livez
	snapshots /api/v1/snapshots
	progress /api/v1/progress
	list /api/v1/entries?limit=20
	last /api/v1/entries?before=end&limit=20
	sorted /api/v1/entries?sort=-elapsed&limit=20
	status /api/v1/entries?q=response.status%20%3E%3D%20400&limit=20
	packets /api/v1/entries?q=request.headers%5B%22Host%22%5D%20%3D%3D%20%22x%22&limit=20
	histogram /api/v1/histogram
	filtered /api/v1/histogram?q=http
	top /api/v1/top?field=request.method
	map /api/v1/map
	streams /api/v1/streams?sort=-bytes&limit=20
	diag /api/v1/diag
	identities /api/v1/identities
	check /api/v1/kfl/check?q=http
	echo /echo
	total /pcaps/total-tcp-streams
END

serve "$shop" "$tiny"
port=$(echo "$front" | grep -oE '[0-9]+/$' | tr -d /)
ok 'requests while it is indexed' many 8 1
is 'none is refused or breaks' "$(cut -d ' ' -f 2,3 "$tmp/counts")" '0 0'
ok 'ready' wait_ready
cat >>"$tmp/routes" <<-'END'
	snapshot /api/v1/snapshots/1
	explain /api/v1/kfl/explain?q=http
	export /api/v1/export?snapshot=2&format=jsonl
	capture /api/v1/export?snapshot=2&format=pcapng
END
curl -s "${front}api/v1/entries?snapshot=1&limit=20" -o "$tmp/page"
jq -r '.entries[] | "entry /api/v1/entries/\(.id)",
	"stream /api/v1/streams/\(.stream)",
	"carriers /api/v1/entries/\(.id)/packets"' "$tmp/page" >>"$tmp/routes"
ok 'and afterwards' many 64 1.5
is 'none is refused or breaks' "$(cut -d ' ' -f 2,3 "$tmp/counts")" '0 0'
ok 'one after the other' "$load" 127.0.0.1 "$port" <"$tmp/routes"
get 'it is as well as before' 200 "${front}readyz"
stop
is 'and ends cleanly' "$server_status" 0

done_testing
