#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# record.sh [amqp | redis | cluster | dns | web | h2 | grpc | more]...: records
# the captures of this folder anew, with real programs on the loopback interface
# of a network namespace of their own.
# For each: NAME.pcap, and NAME.truth.tsv with what the clients say they did.
# Needs root and, on Debian: rabbitmq-server python3-pika amqp-tools
# redis-server redis-tools bind9 bind9-dnsutils dnsmasq-base tcpdump nodejs npm
# nghttp2-server nghttp2-client nginx-light apache2-bin curl python3-grpcio;
# for web and more it installs ws, graphql, graphql-http, graphql-yoga and
# connect-node from npm.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
[ $# -gt 0 ] || set -- amqp redis cluster dns web h2 grpc more
if [ "${RECORDING-}" != yes ]; then
	ns=recorded-$$
	modules=$(mktemp -d)
	ip netns add "$ns"
	trap 'ip netns delete "$ns"; rm -rf "$modules"' EXIT
	case " $* " in
	*' web '* | *' more '*)
		npm install --prefix "$modules" --no-audit --no-fund --silent \
		    ws@8 graphql@16 graphql-http@1 graphql-yoga@5 \
		    @graphql-yoga/plugin-defer-stream@3 @bufbuild/protobuf@2 \
		    @connectrpc/connect@2 @connectrpc/connect-node@2
		;;
	esac
	export NODE_PATH="$modules/node_modules"
	ip -n "$ns" link set lo up
	RECORDING=yes ip netns exec "$ns" "$0" "$@"
	exit
fi

work=$(mktemp -d)
chmod 755 "$work"
running=
# shellcheck disable=SC2086 # a list of numbers
finish()
{
	[ -z "$running" ] || kill $running 2>/dev/null || true
	wait
	rm -rf "$work"
}
trap finish EXIT

# wait_for COMMAND...: until it succeeds, for 60 seconds at most
wait_for()
{
	n=0
	until "$@" >/dev/null 2>&1; do
		n=$((n + 1))
		[ $n -lt 300 ] || { echo "gave up on: $*" >&2; exit 1; }
		sleep 0.2
	done
}

capture_begin()
{
	tcpdump -i lo -U -s 0 -B 65536 -w "$work/$1.pcap" "$2" 2>"$work/log" 9>&- &
	tcpdump=$!
	running="$running $tcpdump"
	wait_for grep -q 'listening on' "$work/log"
	sleep 1 # it says so a little before it does
}

capture_end()
{
	sleep 1
	kill "$tcpdump"
	wait "$tcpdump" || true
	cp "$work/$1.pcap" "$here/$1.pcap"
}

# --- AMQP: RabbitMQ with pika and amqp-tools ----------------------------------

record_amqp()
{
	mkdir "$work/rabbit"
	export HOME="$work/rabbit" RABBITMQ_NODENAME=recorded@localhost \
	    RABBITMQ_BASE="$work/rabbit" RABBITMQ_NODE_PORT=5672 \
	    RABBITMQ_MNESIA_BASE="$work/rabbit" \
	    RABBITMQ_LOG_BASE="$work/rabbit" \
	    RABBITMQ_CONFIG_FILE="$work/rabbit/rabbit.conf" \
	    RABBITMQ_PID_FILE="$work/rabbit/pid" \
	    RABBITMQ_ENABLED_PLUGINS_FILE="$work/rabbit/plugins" \
	    ERL_EPMD_ADDRESS=127.0.0.1
	echo '[].' >"$work/rabbit/plugins"
	printf 'loopback_users = none\nlisteners.tcp.1 = 127.0.0.1:5672\n' \
	    >"$work/rabbit/rabbit.conf"
	/usr/lib/rabbitmq/bin/rabbitmq-server >"$work/rabbit/out" 2>&1 &
	rabbit=$!
	running="$running $rabbit"
	wait_for /usr/bin/python3 -c 'import pika; pika.BlockingConnection(
	    pika.ConnectionParameters("127.0.0.1")).close()'

	capture_begin amqp 'tcp port 5672'
	/usr/bin/python3 "$here/amqp_talk.py" 5672 >"$work/truth"
	url=amqp://guest:guest@127.0.0.1:5672/%2f
	amqp-declare-queue --url="$url" -q tools >/dev/null
	printf hello | amqp-publish --url="$url" -r tools -C text/plain -p
	printf 'basic publish\t\ttools\t5\t-\n' >>"$work/truth"
	amqp-get --url="$url" -q tools >/dev/null
	printf 'basic get-ok\t\ttools\t5\t-\n' >>"$work/truth"
	printf again | amqp-publish --url="$url" -r tools
	printf 'basic publish\t\ttools\t5\t-\n' >>"$work/truth"
	amqp-consume --url="$url" -q tools -c 1 cat >/dev/null
	printf 'basic deliver\t\ttools\t5\tbasic ack\n' >>"$work/truth"
	amqp-delete-queue --url="$url" -q tools >/dev/null
	# Whoever speaks another version is told which one would have done.
	/usr/bin/python3 -c 'import socket
s = socket.create_connection(("127.0.0.1", 5672))
s.sendall(b"AMQP\3\1\0\0")
s.recv(8)'
	capture_end amqp
	cp "$work/truth" "$here/amqp.truth.tsv"
	kill "$rabbit"
	wait "$rabbit" || true
	epmd -kill >/dev/null 2>&1 || true
}

# --- Redis: its server with its own clients -----------------------------------

record_redis()
{
	redis-server --port 6379 --bind 127.0.0.1 --save '' --appendonly no \
	    --dir "$work" >"$work/redis.log" &
	redis=$!
	running="$running $redis"
	wait_for redis-cli ping

	capture_begin redis 'tcp port 6379'
	redis-cli config resetstat >/dev/null
	for version in -2 -3; do
		redis-cli $version >/dev/null <<-END
			SET greeting "hello\r\nworld"
			GET greeting
			GET nobody
			MSET a 3 b 1 c 2
			RPUSH list 3 1 2
			SORT list DESC STORE sorted
			LRANGE sorted 0 -1
			GEOADD towns 13.36 38.11 Palermo 15.08 37.5 Catania
			GEORADIUS towns 15 37 200 km STORE near
			HSET hash f1 v1 f2 v2
			HGETALL hash
			SADD set x y
			SMEMBERS set
			ZADD zset 1.5 one
			ZSCORE zset one
			INCR greeting
			MULTI
			INCR a
			LPUSH a x
			EXEC
			EVAL "return {1, 'two', {3}}" 0
			XADD stream * field value
			XREAD COUNT 1 STREAMS stream 0
			BLPOP nobody 0.1
			OBJECT ENCODING list
			NOSUCHCOMMAND x
		END
	done
	redis-cli -3 subscribe news weather >/dev/null &
	subscriber=$!
	wait_for sh -c 'redis-cli pubsub numsub news | grep -q 1'
	redis-cli publish news 'first' >/dev/null
	redis-cli publish weather 'rain' >/dev/null
	kill "$subscriber"
	printf 'PING\r\nSET inline "a b"\r\nQUIT\r\n' |
		/usr/bin/python3 -c 'import socket, sys
s = socket.create_connection(("127.0.0.1", 6379))
s.sendall(sys.stdin.buffer.read())
while s.recv(4096):
    pass'
	redis-benchmark -P 16 -n 320 -c 4 -t set,get -q >/dev/null
	capture_end redis

	# The server's own counts, of the recording but for the last question.
	redis-cli info commandstats | tr -d '\r' |
		sed -n 's/^cmdstat_\([a-z]*\)[^:]*:calls=\([0-9]*\),.*/\1 \2/p' |
		awk '{ n[toupper($1)] += $2 }
			END { for (c in n) print c "\t" n[c] }' |
		LC_ALL=C sort >"$here/redis.truth.tsv"
	kill "$redis"
	wait "$redis" || true
}

# --- Redis again: a cluster, a replica, MONITOR, blocking, --pipe ---------------

# serve PORT OPTION...: a server, ready
serve()
{
	port=$1
	shift
	mkdir "$work/$port"
	redis-server --port "$port" --bind 127.0.0.1 --save '' \
	    --appendonly no --dir "$work/$port" "$@" >"$work/$port.log" &
	running="$running $!"
	servers="$servers $!"
	wait_for redis-cli -p "$port" ping
}

# tell PORT COMMAND...: says it, and what redis-cli printed
tell()
{
	port=$1
	shift
	answer=$(redis-cli -p "$port" "$@" 2>&1 | head -n 1 | tr -d '\r')
	printf '%s\t%s\t%s\n' "$port" "$1" "$answer" >>"$work/cluster.truth"
}

record_cluster()
{
	servers=
	: >"$work/cluster.truth"
	for port in 6390 6391; do
		serve $port --cluster-enabled yes \
		    --cluster-require-full-coverage no
	done
	redis-cli -p 6390 cluster meet 127.0.0.1 6391 >/dev/null
	redis-cli -p 6390 cluster addslotsrange 0 8191 >/dev/null
	redis-cli -p 6391 cluster addslotsrange 8192 16383 >/dev/null
	for port in 6390 6391; do
		wait_for sh -c "redis-cli -p $port cluster info |
		    grep -q 'cluster_slots_ok:16384'"
	done
	there=$(redis-cli -p 6391 cluster myid)
	# It tells a replica to wait, and waits for others.
	serve 6379 --repl-diskless-sync-delay 2

	capture_begin cluster 'tcp port 6379 or tcp portrange 6390-6392'
	# foo is in slot 12182, bar in 5061.
	tell 6390 set foo 1
	tell 6391 set foo 1
	tell 6390 set bar 1
	tell 6391 get bar
	tell 6390 mget foo bar
	redis-cli -p 6390 cluster setslot 5061 migrating "$there" >/dev/null
	tell 6390 get bar
	tell 6390 get '{bar}gone'
	tell 6391 get '{bar}gone'

	redis-cli -p 6379 monitor >"$work/monitor" &
	monitor=$!
	wait_for grep -q OK "$work/monitor"
	tell 6379 set watched "a b"
	tell 6379 incr number
	redis-cli -p 6379 blpop queue 5 >"$work/popped" &
	popping=$!
	wait_for sh -c 'redis-cli -p 6379 client list | grep -q cmd=blpop'
	tell 6379 rpush queue first
	wait $popping
	kill $monitor
	wait $monitor 2>/dev/null || true
	# Commands that do not wait for one another, and two transactions.
	{
		printf '6379\tblpop\t%s\n' "$(head -n 1 "$work/popped")"
		sed -n 's/^[0-9.]* \[[^]]*\] "\([a-z]*\)".*/6379\tmonitored \1\t-/p' \
		    "$work/monitor"
		seq 1 300 | sed 's/.*/SET pipe:& &/' |
		    redis-cli -p 6379 --pipe |
		    sed -n 's/^errors: \(.*\), replies: \(.*\)/6379\tpiped\t\1 \2/p'
		printf 'multi\nset t 1\nincr t\nexec\nmulti\nset t x\ndiscard\n' |
		    redis-cli -p 6379 | grep -v OK |
		    awk '{ print "6379\ttransaction\t" $0 }'
	} >>"$work/cluster.truth"

	serve 6392 --replicaof 127.0.0.1 6379
	wait_for grep -q 'Finished with success' "$work/6392.log"
	tell 6379 set copied 1
	tell 6379 wait 1 5000
	tell 6392 get copied
	tell 6392 set copied 2
	capture_end cluster
	cp "$work/cluster.truth" "$here/cluster.truth.tsv"
	# shellcheck disable=SC2086 # a list of numbers
	kill $servers
	# shellcheck disable=SC2086
	wait $servers || true
}

# --- DNS: bind9 and dnsmasq with dig ------------------------------------------

# ask SERVER ARGUMENTS...: one question, and one line about its answer
ask()
{
	server=$1
	shift
	dig "@$server" +yaml +tries=1 +time=3 "$@" >"$work/dig" || true
	awk -v question="$*" '
		$1 == "socket_protocol:" { via = $2 }
		$1 == "id:" { id = $2 }
		$1 == "status:" { status = $2 }
		END { print id "\t" status "\t" via "\t" question }' \
		"$work/dig" >>"$work/dns.truth"
}

record_dns()
{
	cat >"$work/named.conf" <<-END
		options {
			directory "$work"; pid-file "$work/named.pid";
			listen-on { 127.0.0.1; }; listen-on-v6 { none; };
			recursion yes; dnssec-validation no;
			allow-transfer { any; }; empty-zones-enable no;
			forwarders { 127.0.0.2; }; forward only;
		};
		controls { };
		zone "shop.test" { type primary; file "shop.zone"; };
		zone "broken.test" { type primary; file "missing.zone"; };
	END
	{
		cat <<-END
			\$TTL 300
			@ SOA ns hostmaster 1 3600 600 86400 60
			@ NS ns
			ns A 127.0.0.1
			web A 10.1.0.7
			web AAAA 2001:db8::7
			www CNAME web
			@ MX 10 mail
			mail A 10.1.0.9
			_http._tcp SRV 1 2 80 web
			@ CAA 0 issue "ca.test"
			@ NAPTR 10 20 "s" "SIP+D2U" "" _sip._udp
			svc HTTPS 1 . alpn="h2,h3" ipv4hint=10.1.0.7
			_443._tcp TLSA 3 1 1 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
			ssh SSHFP 1 1 0123456789abcdef0123456789abcdef01234567
			odd TYPE65400 \# 3 010203
			note TXT "one" "two \"quoted\""
		END
		for n in 1 2 3 4 5 6 7 8 9; do
			printf 'big TXT "%s' "$n"
			printf '%0200d"\n' 0
		done
	} >"$work/shop.zone"
	named -f -c "$work/named.conf" -u root >"$work/named.log" 2>&1 &
	named=$!
	dnsmasq -k -C /dev/null --listen-address=127.0.0.2 --bind-interfaces \
	    --no-resolv --no-hosts --user=root --address=/pod.test/10.1.2.3 \
	    --host-record=cart.local.test,10.1.2.4,fd00::4 --pid-file= \
	    --txt-record=txt.local.test,hello >"$work/dnsmasq.log" 2>&1 &
	dnsmasq=$!
	running="$running $named $dnsmasq"
	wait_for dig @127.0.0.1 +tries=1 +time=1 ns.shop.test
	wait_for dig @127.0.0.2 +tries=1 +time=1 a.pod.test
	: >"$work/dns.truth"

	capture_begin dns 'port 53'
	for question in "web.shop.test A" "web.shop.test AAAA +noedns" \
	    "www.shop.test A +dnssec" "shop.test MX" "shop.test SOA" \
	    "_http._tcp.shop.test SRV" "shop.test CAA" "shop.test NAPTR" \
	    "svc.shop.test HTTPS" "_443._tcp.shop.test TLSA" \
	    "ssh.shop.test SSHFP" "odd.shop.test TYPE65400" \
	    "note.shop.test TXT" "none.shop.test A" "web.broken.test A" \
	    "web.shop.test A +tcp" "big.shop.test TXT" \
	    "big.shop.test TXT +ignore +noedns" "big.shop.test TXT +bufsize=4096" \
	    "web.shop.test A +subnet=10.0.0.0/8 +nsid" "shop.test ANY +tcp" \
	    "shop.test AXFR" "a.pod.test A" "version.bind TXT CH"; do
		# shellcheck disable=SC2086 # words
		ask 127.0.0.1 $question
	done
	for question in "a.pod.test A" "cart.local.test A" \
	    "cart.local.test AAAA" "txt.local.test TXT" "-x 10.1.2.4" \
	    "cart.local.test A +tcp" "none.local.test A"; do
		# shellcheck disable=SC2086 # words
		ask 127.0.0.2 $question
	done
	capture_end dns
	cp "$work/dns.truth" "$here/dns.truth.tsv"
	kill "$named" "$dnsmasq"
	wait "$named" "$dnsmasq" || true
}

# --- GraphQL and WebSocket: graphql-http, graphql-yoga and ws -----------------

record_web()
{
	talk=$here/web_talk.js

	capture_begin graphql 'tcp port 8080 or tcp port 8081 or tcp port 8085'
	node "$talk" graphql >"$here/graphql.truth.tsv"
	capture_end graphql

	capture_begin ws 'tcp portrange 8082-8084'
	node "$talk" ws >"$here/ws.truth.tsv"
	capture_end ws

	# The handshake is over when the capture begins.
	mkfifo "$work/go"
	node "$talk" late <"$work/go" >"$work/late.truth" 2>"$work/late.log" &
	late=$!
	exec 9>"$work/go"
	wait_for grep -q ready "$work/late.log"
	capture_begin ws-late 'tcp port 8084'
	exec 9>&-
	wait "$late"
	capture_end ws-late
	cp "$work/late.truth" "$here/ws-late.truth.tsv"
}

# --- HTTP/2: nghttpd, nginx and apache2 with nghttp, h2load and curl -----------

# The table that nghttp prints: port, "*" for what was pushed, path, status
asks()
{
	port=$1
	shift
	nghttp -ns "$@" >"$work/stat"
	awk -v port="$port" 'on && NF > 1 { star = $3 == "*" ? "*" : "-"
			n = star == "*" ? 1 : 0
			print port "\t" star "\t" $(7 + n) "\t" $(5 + n) }
		$1 == "id" { on = 1 }' "$work/stat" >>"$work/h2.truth"
}

record_h2()
{
	www=$work/www
	mkdir "$www" "$work/logs"
	chmod 755 "$www"
	printf 'ok' >"$www/tiny"
	echo '<link rel="stylesheet" href="style.css">' >"$www/index.html"
	echo 'b { color: red }' >"$www/style.css"
	yes 'a line of many, all the same' | head -c 40000 >"$www/big.txt"
	cat >"$work/nginx.conf" <<-END
		daemon off;
		user root;
		pid $work/nginx.pid;
		error_log $work/logs/nginx;
		events { }
		http {
			log_format told '8103\t-\t\$request_uri\t\$status';
			access_log $work/logs/access told;
			client_body_temp_path $work;
			proxy_temp_path $work; fastcgi_temp_path $work;
			uwsgi_temp_path $work; scgi_temp_path $work;
			gzip on; gzip_types *; gzip_min_length 1;
			server {
				listen 127.0.0.1:8103 http2;
				root $www;
				location /moved { return 302 /tiny; }
				location /gone { return 410 gone; }
			}
		}
	END
	cat >"$work/apache.conf" <<-END
		ServerName localhost
		ServerRoot $work
		PidFile $work/apache.pid
		DefaultRuntimeDir $work
		ErrorLog $work/logs/apache
		Listen 127.0.0.1:8104
		LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
		LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
		LoadModule http2_module /usr/lib/apache2/modules/mod_http2.so
		LoadModule headers_module /usr/lib/apache2/modules/mod_headers.so
		Protocols h2c http/1.1
		DocumentRoot $www
		H2EarlyHints on
		<Location /index.html>
			H2EarlyHint Link "</style.css>;rel=preload;as=style"
			Header add Link "</style.css>;rel=preload;as=style"
		</Location>
		LogFormat "8104\t-\t%U%q\t%>s" told
		CustomLog $work/logs/access.apache told
	END
	nghttpd --no-tls -d "$www" --echo-upload 8101 &
	running="$running $!"
	nghttpd --no-tls -d "$www" -p/index.html=/style.css \
	    --trailer 'x-sum: 7' -b 100 --header-table-size=65536 \
	    --encoder-header-table-size=65536 8102 &
	running="$running $!"
	nginx -c "$work/nginx.conf" &
	running="$running $!"
	apache2 -f "$work/apache.conf" -D FOREGROUND &
	running="$running $!"
	for port in 8101 8102 8103 8104; do
		wait_for curl -s --http2-prior-knowledge \
		    "http://127.0.0.1:$port/tiny"
	done
	: >"$work/h2.truth"
	: >"$work/logs/access"
	: >"$work/logs/access.apache"

	capture_begin h2 'tcp portrange 8101-8104'
	asks 8101 -d "$www/big.txt" http://127.0.0.1:8101/echo
	asks 8101 --expect-continue -d "$www/tiny" http://127.0.0.1:8101/echo
	asks 8101 -H ':method: PUT' --trailer 'x-end: 1' -d "$www/tiny" \
	    http://127.0.0.1:8101/put
	asks 8101 --continuation http://127.0.0.1:8101/tiny
	asks 8101 -m 20 -M 4 http://127.0.0.1:8101/tiny
	asks 8102 http://127.0.0.1:8102/index.html \
	    http://127.0.0.1:8102/big.txt http://127.0.0.1:8102/nothing
	asks 8102 -b 50 -m 2 http://127.0.0.1:8102/index.html \
	    http://127.0.0.1:8102/big.txt
	# Fields that most of a table of 64 KiB is needed for, again and again.
	set -- -H "x-first: $(printf '%02000d' 1)"
	n=2
	while [ $n -le 24 ]; do
		set -- "$@" -H "x-$n: $(printf '%01900d' $n)"
		n=$((n + 1))
	done
	asks 8102 --header-table-size=65536 \
	    --encoder-header-table-size=65536 "$@" -m 4 \
	    http://127.0.0.1:8102/tiny
	asks 8101 --header-table-size=0 --encoder-header-table-size=0 -m 3 \
	    -H 'x-none: kept' http://127.0.0.1:8101/tiny
	for port in 8103 8104; do
		url=http://127.0.0.1:$port
		for path in tiny big.txt 'none?q=1' moved gone; do
			curl -s -o "$work/got" --http2-prior-knowledge \
			    --compressed "$url/$path"
		done
		nghttp -n -m 5 "$url/tiny" "$url/big.txt"
		curl -s -o "$work/got" --http2-prior-knowledge -I "$url/tiny"
		# Refused before it is all sent, which is no success for curl.
		curl -s -o "$work/got" --http2-prior-knowledge \
		    --data-binary "@$www/big.txt" "$url/tiny" || true
	done
	# The upgrade: the request in HTTP/1.1, the rest in HTTP/2.
	curl -s -o "$work/got" --http2 http://127.0.0.1:8104/index.html
	nghttp -nu http://127.0.0.1:8104/tiny http://127.0.0.1:8104/big.txt
	nghttp -n http://127.0.0.1:8104/index.html
	capture_end h2
	cat "$work/h2.truth" "$work/logs/access" "$work/logs/access.apache" \
	    >"$here/h2.truth.tsv"
	gzip -9nf "$here/h2.pcap"

	# Ten thousand streams on one connection, a hundred at a time.
	capture_begin h2-many 'tcp port 8101'
	h2load -n 10000 -c 1 -m 100 --log-file="$work/load" \
	    http://127.0.0.1:8101/tiny >"$work/out"
	capture_end h2-many
	gzip -9nf "$here/h2-many.pcap"
	cut -f 2 "$work/load" | sort | uniq -c | awk '{ print $2 "\t" $1 }' \
	    >"$here/h2-many.truth.tsv"
}

# --- gRPC: its own server and client in Python --------------------------------

record_grpc()
{
	talk="/usr/bin/python3 $here/grpc_talk.py"

	capture_begin grpc 'tcp port 8110'
	$talk calls >"$here/grpc.truth.tsv"
	capture_end grpc

	# One packet of sixteen is not captured.
	capture_begin grpc-loss 'tcp port 8110 and ip[5] & 15 != 7'
	$talk loss >"$here/grpc-loss.truth.tsv"
	capture_end grpc-loss

	# The connection is under way when the capture begins.
	mkfifo "$work/grpc"
	$talk late <"$work/grpc" >"$work/late.truth" 2>"$work/late.log" &
	late=$!
	exec 9>"$work/grpc"
	wait_for grep -q ready "$work/late.log"
	capture_begin grpc-late 'tcp port 8110'
	exec 9>&-
	wait "$late"
	capture_end grpc-late
	sed '1,/^-- captured/d' "$work/late.truth" >"$here/grpc-late.truth.tsv"
}

# --- what is rarer: gRPC-Web, uploads, results in parts, WebSocket over HTTP/2 -

record_more()
{
	capture_begin more 'tcp portrange 8120-8123'
	node "$here/more_talk.js" >"$here/more.truth.tsv"
	capture_end more
}

for what in "$@"; do
	"record_$what"
done
