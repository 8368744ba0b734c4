#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# analyzer serve: starting, stopping, safety, health, snapshots and progress.
set -u
. tests/api/api.sh

# ---- starting and stopping ----

serve "$shop" "$tiny"
ok 'it becomes ready' wait_ready
get 'alive' 200 "${front}livez"
get 'ready' 200 "${front}readyz"
has 'with the state of each' '.state == "ready" and
	(.snapshots | map(.id) == ["1", "2"]) and
	all(.snapshots[]; .state == "ready" and .error == null)'
get 'progress' 200 "${front}api/v1/progress"
has 'counts packets, streams and entries' '.snapshots |
	all(.packets > 0 and .streams > 0 and .entries > 0)'
get 'the hub has its own port' 200 "${hub}livez"
get 'and only its own routes' 404 "${hub}api/v1/snapshots"
is 'in the words of the original' "$(cat "$tmp/out")" '404 page not found'
busy=$(echo "$front" | grep -oE '[0-9]+/$' | tr -d /)
status 'a port that is taken' 3 \
	"$analyzer" serve --front-port "$busy" --hub-port 0 "$tiny"
says 'is named, with the way out' "$tmp/err" \
	"port $busy of 127.0.0.1 is taken.*--front-port"
stop
is 'SIGTERM is a clean end' "$server_status" 0
status 'a host that is none' 2 "$analyzer" serve --host nowhere.example "$tiny"
says 'says what is wanted' "$tmp/err" '^analyzer: --host nowhere.example: '
status 'a port that is none' 2 "$analyzer" serve --front-port 70000 "$tiny"
status 'a snapshot that is not there' 3 "$analyzer" serve "$tmp/none.tar.gz"
says 'is named' "$tmp/err" 'none.tar.gz: no such file'
head -c 30000 "$shop" >"$tmp/text.tar.gz"
echo 'no snapshot at all, just text' >"$tmp/broken"
status 'one that is no snapshot' 3 "$analyzer" serve --front-port 0 \
	--hub-port 0 "$tmp/broken"
says 'too' "$tmp/err" 'broken'
status 'a certificate without a key' 2 "$analyzer" serve \
	--tls-cert "$tmp/broken" "$tiny"
status 'a certificate that is none' 3 "$analyzer" serve --front-port 0 \
	--hub-port 0 --tls-cert "$tmp/broken" --tls-key "$tmp/broken" "$tiny"

# One of two may fail.
serve "$tmp/broken" "$tiny"
ok 'the other one becomes ready' wait_ready
get 'the failure is told' 200 "${front}api/v1/progress"
has 'with the reason' '.state == "failed" and
	.snapshots[0].state == "failed" and
	(.snapshots[0].error.message | test("broken")) and
	.snapshots[1].state == "ready"'
stop
is 'and by the exit status' "$server_status" 3

# ---- a broken index is made again ----

serve "$tiny"
ok 'ready' wait_ready
stop
for index in "$XDG_CACHE_HOME"/kubeshark/*/index.db; do
	chmod u+w "$index"
	head -c 20000 "$index" >"$tmp/cut"
	cat "$tmp/cut" >"$index"
done
serve "$tiny"
ok 'a broken index is made again' wait_ready
get 'ready' 200 "${front}api/v1/snapshots"
has 'and whole' '.snapshots[0].entries == 28'
stop

# ---- nothing open ----

serve
get 'without snapshots' 200 "${front}api/v1/snapshots"
is 'the list is empty' "$(jq -c .snapshots "$tmp/out")" '[]'
stop

# ---- safety ----

serve "$tiny"
ok 'ready' wait_ready
port=$(echo "$front" | grep -oE '[0-9]+/$' | tr -d /)
get 'a Host that is somebody else' 403 "${front}livez" \
	-H 'Host: attacker.example'
has 'has an error of ours' '.error.code == "forbidden"'
get 'one with our port' 403 "${front}api/v1/snapshots" \
	-H "Host: attacker.example:$port"
get 'an address that is not loopback' 403 "${front}" -H 'Host: 192.0.2.1'
get 'localhost is us' 200 "${front}livez" -H "Host: localhost:$port"
get 'a page of somebody else' 403 "${front}api/v1/snapshots" \
	-H 'Origin: https://attacker.example'
get 'a page from nowhere' 403 "${front}api/v1/snapshots" -H 'Origin: null'
get 'a page of ours' 200 "${front}api/v1/snapshots" \
	-H "Origin: http://localhost:3000"
get 'the interface' 200 "$front"
for field in 'X-Content-Type-Options: nosniff' 'X-Frame-Options: DENY' \
	"Content-Security-Policy: default-src 'none'; script-src 'self'.*frame-ancestors 'none'"; do
	says "sends ${field%%:*}" "$tmp/head" "^$field"
done
is 'no script or style but those of files' \
	"$(grep -c "unsafe" "$tmp/head")" 0
get 'data' 200 "${front}api/v1/snapshots"
says 'is no page' "$tmp/head" \
	"^Content-Security-Policy: default-src 'none'; .*sandbox"
get 'a path that climbs' 404 "${front}../../etc/passwd" --path-as-is
get 'an unknown route' 404 "${front}api/v1/nothing"
has 'in our shape' '.error.code == "not_found" and .error.position == null'
get 'an unknown parameter' 400 "${front}api/v1/snapshots?quary=http"
has 'is not passed over' '.error.code == "bad_parameter"'
get 'another method' 405 "${front}api/v1/snapshots" -X DELETE
get 'HEAD is GET' 200 "${front}api/v1/snapshots" -I
get 'a body over the limit' 413 "${front}api/v1/snapshots" \
	-X POST -H 'Content-Length: 99999999' -d x
get 'large replies' 200 "${front}api/v1/snapshots" -H 'Accept-Encoding: gzip'
says 'are compressed on demand' "$tmp/head" '^Content-Encoding: gzip'
gzip -dc "$tmp/out" >"$tmp/plain"
ok 'and are the same then' jq -e '.snapshots | length == 1' "$tmp/plain"
get 'and only then' 200 "${front}api/v1/snapshots" \
	-H 'Accept-Encoding: gzip;q=0'
has 'that is JSON' '.snapshots | length == 1'
stop

# ---- a token ----

serve --host 0.0.0.0 "$tiny"
front=$(echo "$front" | sed 's/0[.]0[.]0[.]0/127.0.0.1/')
is 'there is one for other addresses' "${#token}" 43
get 'without it' 401 "${front}api/v1/snapshots"
says 'the way is told' "$tmp/head" '^WWW-Authenticate: Bearer'
get 'with a wrong one' 401 "${front}api/v1/snapshots" \
	-H "Authorization: Bearer x$token"
get 'with it' 200 "${front}api/v1/snapshots" \
	-H "Authorization: Bearer $token"
get 'in the address line' 303 "${front}?token=$token" -c "$tmp/jar"
says 'it becomes a cookie' "$tmp/head" \
	'^Set-Cookie: analyzer_token=.*HttpOnly; SameSite=Strict'
says 'and leaves the address line' "$tmp/head" '^Location: /.?$'
get 'the cookie serves' 200 "${front}api/v1/snapshots" \
	-H "Cookie: a=b; analyzer_token=$token"
get 'health needs none' 200 "${front}livez"
get 'a name is no host' 403 "${front}livez" -H 'Host: attacker.example' \
	-H "Authorization: Bearer $token"
stop
chosen=0123456789abcdefABCDEF-_0123456789
export ANALYZER_TOKEN=$chosen
serve "$tiny"
is 'a token from the environment' "$token" "$chosen"
get 'is needed on loopback addresses too' 401 "${front}api/v1/snapshots"
get 'and enough' 200 "${front}api/v1/snapshots" \
	-H "Authorization: Bearer $chosen"
stop
ANALYZER_TOKEN=guess-me
status 'one that can be guessed' 2 "$analyzer" serve --front-port 0 \
	--hub-port 0 "$tiny"
says 'says what is wanted' "$tmp/err" '^analyzer: ANALYZER_TOKEN: 32 to 128'
unset ANALYZER_TOKEN
export ANALYZER_HOST=0.0.0.0
serve "$tiny"
is 'an address from the environment' "${#token}" 43
port=$(echo "$front" | grep -oE '[0-9]+/$' | tr -d /)
status 'health' 0 "$analyzer" health --front-port "$port"
stop
unset ANALYZER_HOST

# ---- health ----

status 'health where nothing listens' 1 "$analyzer" health \
	--front-port "$port"
says 'says so' "$tmp/err" "no server answers on port $port of 127.0.0.1: "
status 'a host that is none' 2 "$analyzer" health --host nowhere.example
serve --host ::1 "$tiny"
if [ -s "$tmp/served" ]; then
	port=$(echo "$front" | grep -oE '[0-9]+/$' | tr -d /)
	status 'health in IPv6' 0 "$analyzer" health --host ::1 \
		--front-port "$port"
	is 'says so' "$(cat "$tmp/out")" ok
else
	skip 'there is no IPv6'
fi
stop

# ---- a browser ----

mkdir "$tmp/programs"
cat >"$tmp/programs/xdg-open" <<-END
	#!/bin/sh
	echo "\$#" "\$1" >"$tmp/opened.part"
	mv "$tmp/opened.part" "$tmp/opened"
END
chmod +x "$tmp/programs/xdg-open"
path=$PATH
PATH=$tmp/programs:$PATH serve --open "$tiny"
PATH=$path
i=0
while [ ! -s "$tmp/opened" ] && [ "$i" -lt 300 ]; do
	sleep 0.1
	i=$((i + 1))
done
is '--open gives a browser the address' "$(cat "$tmp/opened")" "1 $front"
stop
mkdir "$tmp/none"
ln -s "$(command -v jq)" "$tmp/none/jq"
PATH=$tmp/none "$analyzer" serve --json --front-port 0 --hub-port 0 --open \
	"$tiny" >"$tmp/served" 2>"$tmp/server.log" &
server=$!
i=0
while ! grep -q 'cannot be started' "$tmp/server.log" && [ "$i" -lt 300 ]; do
	sleep 0.1
	i=$((i + 1))
done
says 'without one it says so, and serves' "$tmp/server.log" \
	'--open: xdg-open cannot be started'
front=$(jq -r .front "$tmp/served")
get 'all the same' 200 "${front}livez"
stop

# ---- TLS ----

# As wait_ready, which does not trust the certificate.
wait_ready_tls()
{
	i=0
	while [ "$i" -lt 600 ]; do
		curl -sk "${front}readyz" -o "$tmp/ready" || true
		[ "$(jq -r .state "$tmp/ready")" != ready ] || return 0
		sleep 0.1
		i=$((i + 1))
	done
	return 1
}

if command -v openssl >/dev/null 2>&1; then
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	    -days 30 -subj /CN=localhost -keyout "$tmp/key.pem" \
	    -out "$tmp/cert.pem" 2>/dev/null
	serve --tls-cert "$tmp/cert.pem" --tls-key "$tmp/key.pem" "$tiny"
	says 'TLS has its own scheme' "$tmp/served" '"https://127'
	get 'and answers' 200 "${front}livez" -k
	ok 'ready' wait_ready_tls
	port=$(echo "$front" | grep -oE '[0-9]+/$' | tr -d /)
	# A handshake and a masked frame with the query "dns and limit(1)"; then
	# the server closes, which ends the client.
	{
		printf 'GET /ws HTTP/1.1\r\nHost: 127.0.0.1:%s\r\n' "$port"
		printf 'Upgrade: websocket\r\nConnection: Upgrade\r\n'
		printf 'Sec-WebSocket-Version: 13\r\n'
		printf 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n'
		printf '\201\220\000\000\000\000dns and limit(1)'
		i=0
		while [ "$i" -lt 300 ] && ! grep -aq '"eid"' "$tmp/frames"; do
			sleep 0.1
			i=$((i + 1))
		done
	} | openssl s_client -quiet -connect "127.0.0.1:$port" \
		>"$tmp/frames" 2>/dev/null
	says 'a WebSocket over it' "$tmp/frames" '^HTTP/1.1 101 '
	says 'is the one that was asked for' "$tmp/frames" \
		's3pPLMBiTxaQ9kYGzzhZRbK[+]xOo='
	says 'and sends entries' "$tmp/frames" '"eid":'
	stop
	is 'it ends cleanly' "$server_status" 0
else
	skip 'TLS: there is no openssl'
fi

# ---- a folder with the interface ----

mkdir "$tmp/ui"
echo '<p>mine</p>' >"$tmp/ui/index.html"
echo 'secret' >"$tmp/secret.txt"
ln -s "$tmp/secret.txt" "$tmp/ui/link.txt"
serve --ui-dir "$tmp/ui" "$tiny"
get '--ui-dir' 200 "$front"
is 'serves the file' "$(cat "$tmp/out")" '<p>mine</p>'
get 'a place inside the interface' 200 "${front}streams/12"
get 'a file that is not there' 404 "${front}x.js"
get 'nor what a link leads to' 404 "${front}link.txt"
get 'nor anything above' 404 "${front}..%2fsecret.txt"
ok 'every reply was as the document says' conform
stop

done_testing
