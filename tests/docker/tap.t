#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# kubeshark tap -p in a real Docker engine: it serves, and whatever ends it,
# nothing is left behind.
set -u
. tests/docker/engine.sh

kubeshark=${BIN:-build/bin}/kubeshark
if ! "$kubeshark" tap --help 2>&1 | grep -q -e --docker-network; then
	echo "1..0 # SKIP this kubeshark runs no containers"
	exit 0
fi
if ! env --default-signal=INT true 2>/dev/null; then
	echo '1..0 # SKIP this env cannot set signals back'
	exit 0
fi
if ! engine_start; then
	echo "1..0 # SKIP $why"
	exit 0
fi
if ! engine_image || ! engine_runs; then
	echo "1..0 # SKIP ${why:-the image cannot be made here}"
	exit 0
fi
export HOME="$tmp/home" KUBESHARK_DISABLE_VERSION_CHECK=1
mkdir "$HOME"
tap=

# tap ARG...: the command, on ports that are free
tap()
{
	"$kubeshark" tap --runtime docker --docker-network host \
	    --headless --proxy-front-port 0 --proxy-hub-port 0 "$@"
}

# Starts it with these arguments; $front is where it is, or empty.
tap_start()
{
	: >"$tmp/tap.log"
	# A background process of a script ignores SIGINT unless told otherwise.
	env --default-signal=INT "$kubeshark" tap --runtime docker \
	    --docker-network host --headless --proxy-front-port 0 \
	    --proxy-hub-port 0 "$@" >"$tmp/tap.log" 2>&1 &
	tap=$!
	front=
	i=0
	while [ "$i" -lt 1200 ]; do
		front=$(sed -n 's/.*Kubeshark is available at:.*url=\([^ ]*\).*/\1/p' \
		    "$tmp/tap.log")
		[ -z "$front" ] && kill -0 "$tap" 2>/dev/null || return 0
		sleep 0.1
		i=$((i + 1))
	done
}

# tap_end SIGNAL NAME WANT
tap_end()
{
	kill "-$1" "$tap" 2>/dev/null
	ended=0
	wait "$tap" || ended=$?
	is "$2" "$ended" "$3"
}

# One line of what went wrong; the log is on stderr.
one_line()
{
	is "$1: one line says so" \
		"$(grep -cE ' (ERR|FTL) |^kubeshark: ' "$tmp/err")" 1
}

# ---- a life ----

tap_start -p samples/shop.tar.gz
says 'it says where it is' "$tmp/tap.log" 'Kubeshark is available at:'
says 'and which image it took' "$tmp/tap.log" 'analyzer:latest'
status 'the interface' 0 curl -sf -m 60 "$front"
says 'is a page' "$tmp/out" '<html|<!doctype'
status 'the API' 0 curl -sf -m 60 "${front}api/v1/snapshots"
says 'has the snapshot' "$tmp/out" 'shop.tar.gz'
is 'in one container' "$(docker ps -q | wc -l)" 1
is 'with two volumes' "$(docker volume ls -q | wc -l)" 2
tap_end INT 'Ctrl-C is the usual end' 0
is 'that leaves nothing behind' "$(engine_leftovers)" ''

# ---- one that could not clean up ----

tap_start -p samples/tiny.tar.gz
kill -9 "$tap"
wait "$tap" 2>/dev/null
is 'killed, it leaves its container' "$(docker ps -q | wc -l)" 1
tap_start -p samples/tiny.tar.gz
is 'which the next one removes' "$(docker ps -aq | wc -l)" 1
tap_end TERM 'SIGTERM is an end too' 0
is 'and nothing is left of either' "$(engine_leftovers)" ''

# ---- what goes wrong ----

tap_start -p samples/tiny.tar.gz
port=$(echo "$front" | sed 's/.*:\([0-9]*\)\/.*/\1/')
status 'a port that is taken' 3 "$kubeshark" tap --runtime docker \
	--docker-network host --headless --proxy-front-port "$port" \
	--proxy-hub-port 0 -p samples/tiny.tar.gz
says 'is named with its option' "$tmp/err" \
	"port $port of 127.0.0.1 is taken.*--proxy-front-port"
one_line 'a port that is taken'
is 'the other one goes on' "$(docker ps -q | wc -l)" 1
tap_end INT 'until its own end' 0
status 'an image that is not there' 3 tap -t none -p samples/tiny.tar.gz
says 'is named' "$tmp/err" 'analyzer:none'
one_line 'an image that is not there'
echo 'no snapshot, just text' >"$tmp/text.tar.gz"
status 'a snapshot that is none' 3 tap -p "$tmp/text.tar.gz"
one_line 'a snapshot that is none'
status 'a snapshot that is not there' 3 tap -p "$tmp/none.tar.gz"
one_line 'a snapshot that is not there'
is 'nothing is left of all these' "$(engine_leftovers)" ''

tap_start -p samples/tiny.tar.gz
engine_stop
ended=0
wait "$tap" || ended=$?
is 'an engine that stops ends it' "$ended" 3
grep -vE ' (INF|WRN|DBG) ' "$tmp/tap.log" >"$tmp/err"
one_line 'an engine that stops'
status 'an engine that is not there' 3 tap -p samples/tiny.tar.gz
one_line 'an engine that is not there'

done_testing
