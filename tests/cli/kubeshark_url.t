#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# kubeshark tap -p URL: what servers give, and what they fail to give.
set -u
. tests/cli/kubeshark.sh

perl tests/cli/web.pl samples/tiny.tar.gz "$tmp/port" 2>"$tmp/web.log" &
web=$!
trap 'kill "$web" 2>/dev/null; end_tap; chmod -R u+w "$tmp"; rm -rf "$tmp"' EXIT
i=0
while [ ! -s "$tmp/port" ] && [ "$i" -lt 300 ]; do
	sleep 0.1
	i=$((i + 1))
done
url=http://127.0.0.1:$(cat "$tmp/port")
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
export no_proxy='*'

good()
{
	what=$1
	shift
	tap --runtime local "$@"
	is "$what is opened" "${front:+yes}" yes
	is 'from a file of its own' "$(find "$TMPDIR" -path "*/snapshot/*" -type f | wc -l)" 1
	ok 'which is the same' cmp "$(find "$TMPDIR" -path "*/snapshot/*" -type f)" \
		samples/tiny.tar.gz
	end_tap
	is 'and ends well' "$tap_status" 0
	is 'with nothing left' "$(ls -A "$TMPDIR")" ''
}
good 'a URL' -p "$url/good.tar.gz"
good 'one with a query' -p "$url/good.tar.gz" --limit fetch-bytes=10000000
good 'a redirect' -p "$url/moved"
good 'one that breaks once' -p "$url/breaks"
says 'which is told' "$tmp/tap.log" 'INF .*breaks: .*; trying again'
good 'one whose server knows no ranges' -p "$url/forgets"
good 'one that changes meanwhile' -p "$url/changes"
good 'a server that is busy once' -p "$url/busy"

bad()
{
	what=$1
	pattern=$2
	shift 2
	status "$what" 3 timeout 120 "$kubeshark" tap --headless --runtime local \
		--proxy-front-port 0 --proxy-hub-port 0 "$@"
	says 'is told' "$tmp/err" " ERR .*$pattern"
	is 'in one line' "$(grep -c ' ERR ' "$tmp/err")" 1
	is 'nothing was started' "$(grep -c process "$tmp/err")" 0
	is 'and nothing is left' "$(ls -A "$TMPDIR")" ''
}
bad 'what is not there' '/missing: the server answers 404' -p "$url/missing"
bad 'what is not allowed' '/secret: the server answers 403' -p "$url/secret"
bad 'redirects without end' 'redirects' -p "$url/loop" \
	--limit fetch-redirects=3
bad 'a redirect to a file' 'file' -p "$url/file"
bad 'one that breaks for ever' 'after 2 retries: .*/never: ' -p "$url/never" \
	--limit fetch-retries=2
bad 'one without an end' '/endless has more than fetch-bytes=100000 bytes' \
	-p "$url/endless" --limit fetch-bytes=100000
bad 'one that stalls' '/stalls: ' -p "$url/stalls" --limit fetch-stall=1 \
	--limit fetch-retries=0
bad 'a port where nobody is' 'onnect' -p 'http://127.0.0.1:1/x' \
	--limit fetch-retries=0
bad 'a secret in a URL' ' > 127.0.0.1:[0-9]*/missing: the server' \
	-p "http://me:hush@${url#http://}/missing?token=hush"
is 'is not told' "$(grep -c hush "$tmp/err")" 0

# A signal while it is fetched.
start_tap --runtime local -p "$url/stalls"
i=0
while [ -z "$(ls -A "$TMPDIR")" ] && [ "$i" -lt 300 ]; do
	sleep 0.1
	i=$((i + 1))
done
kill -TERM "$tapping"
wait "$tapping"
is 'a signal ends it as signals do' "$?" 143
tapping=
is 'with nothing left' "$(ls -A "$TMPDIR")" ''

done_testing
