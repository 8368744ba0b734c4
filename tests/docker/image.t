#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The image: what deploy/Dockerfile puts into it, and that it serves and
# answers in a real Docker engine. What is built here already is used instead of
# building in the image; `make image-test` does that too.
set -u
. tests/docker/engine.sh

if ! engine_start; then
	echo "1..0 # SKIP $why"
	exit 0
fi
if ! engine_image; then
	fail 'the image is made'
	tail -n 20 "$tmp"/*.log | sed 's/^/# /'
	done_testing
	exit 1
fi
if ! engine_runs; then
	echo "1..0 # SKIP $why"
	exit 0
fi
if [ -n "${IMAGE_TEST:-}" ]; then
	size=$(docker image inspect -f '{{.Size}}' analyzer)
	echo "# the image has $size bytes"
	ok 'the image is below 25 MB' test "$size" -lt 25000000
	is 'it is told how healthy it is' \
		"$(docker image inspect -f '{{.Config.Healthcheck.Test}}' \
		    analyzer)" '[CMD /analyzer health]'
fi
samples=$PWD/samples

# ---- what is in it ----

docker create --name scan analyzer >/dev/null 2>&1
docker export scan | tar -tv --numeric-owner >"$tmp/files"
docker rm scan >/dev/null
says 'the program is there' "$tmp/files" '^-rwxr-xr-x 0/0 .* analyzer$'
is 'nothing is set-uid or set-gid' \
	"$(awk '$1 ~ /^-.*[sS]/' "$tmp/files")" ''
is 'there is no shell' \
	"$(grep -E '(^|/)(sh|bash|dash|ash|busybox|perl|python[0-9.]*)$' \
	    "$tmp/files")" ''
# What the engine itself puts into containers is no part of the image.
is 'nothing else can be run' \
	"$(awk '$1 ~ /^-.*x/ { print $NF }' "$tmp/files" |
	    grep -vE '(^|/)(analyzer|ld-[^/]*)$|^[.]dockerenv$|^(dev|etc)/')" ''
says 'who wrote what is told' "$tmp/files" ' licenses/THIRD_PARTY.md$'
is 'it runs as nobody' \
	"$(docker image inspect -f '{{.Config.User}}' analyzer)" 65532:65532

# ---- what it does ----

status '--help' 0 docker run --rm --network none analyzer --help
says 'is the usual one' "$tmp/out" '^Usage: analyzer COMMAND'
count=$("$analyzer" query "$samples/shop.tar.gz" http --count)
status 'a query' 0 docker run --rm --network none --read-only \
	--tmpfs /work:mode=1777 -v "$samples:/data:ro" \
	analyzer query /data/shop.tar.gz http --count
is 'answers as it does outside' "$(cat "$tmp/out")" "$count"
status 'any user will do' 0 docker run --rm --network none \
	--user 12345:12345 --cap-drop ALL -v "$samples:/data:ro" \
	analyzer query /data/tiny.tar.gz --fail-if-empty --count
status 'exit statuses come out' 1 docker run --rm --network none \
	-v "$samples:/data:ro" analyzer query /data/tiny.tar.gz \
	--fail-if-found --count
status 'a snapshot that is not there' 3 docker run --rm --network none \
	analyzer query /data/none.tar.gz
status 'health without a server' 1 docker run --rm --network none \
	analyzer health

# ---- serving ----

docker run -d --name served --network host -v "$samples:/data:ro" \
    -e ANALYZER_TOKEN=0123456789abcdef0123456789abcdef \
    analyzer serve --json --front-port 0 --hub-port 0 /data/tiny.tar.gz \
    >/dev/null
i=0
while [ "$i" -lt 600 ]; do
	front=$(docker logs served 2>/dev/null | jq -r .front 2>/dev/null)
	[ -z "$front" ] || break
	sleep 0.1
	i=$((i + 1))
done
echo "$front" >"$tmp/front"
says 'it serves on all addresses of its container' "$tmp/front" \
	'^http://127.0.0.1:[0-9]+/[?]token=0123456789abcdef0123456789abcdef$'
port=$(echo "$front" | sed 's/.*:\([0-9]*\)\/.*/\1/')
status 'health' 0 docker exec served /analyzer health --front-port "$port"
status 'the API' 0 curl -sf -m 60 -H \
	'Authorization: Bearer 0123456789abcdef0123456789abcdef' \
	"http://127.0.0.1:$port/api/v1/snapshots"
ok 'has the snapshot' jq -e '.snapshots[0].name // .snapshots[0].id' \
	"$tmp/out"
status 'and only for those with the token' 22 curl -sf -m 60 \
	"http://127.0.0.1:$port/api/v1/snapshots"
docker stop -t 30 served >/dev/null
is 'it ends when it is told to' \
	"$(docker inspect -f '{{.State.ExitCode}}' served)" 0
docker rm -v served >/dev/null

done_testing
