#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# record.sh [OUTPUT-FOLDER]: records samples/shop.tar.gz anew.
#
# Builds a three-node cluster out of network namespaces (scene/net.sh), runs
# real servers and clients in it, captures on every node's bridge and packs
# the result as a snapshot, with the ground truth that the clients and servers
# logged and a provenance note. Needs root and Debian 12; installs what is
# missing; takes about a minute then; removes everything it started. Without
# OUTPUT-FOLDER the files go beside this script.

set -eu

PACKAGES="iproute2 iptables ethtool tcpdump python3 nginx-light apache2-bin
curl apache2-utils dnsmasq-base bind9-dnsutils brotli zstd openssl
redis-server redis-tools rabbitmq-server amqp-tools python3-pika
nghttp2-server nghttp2-client python3-grpcio python3-websockets gcc libc6-dev
librdkafka-dev kcat"

HERE=$(cd "$(dirname "$0")" && pwd)
SCENE=$HERE/scene
OUT=${1:-$HERE}
# Debian's own python3, whatever else the PATH may offer.
PY="/usr/bin/python3 -B"

fail()
{
	echo "record.sh: $*" >&2
	exit 1
}

say()
{
	echo "[$(($(date +%s) - STARTED))s] $*"
}

install_missing()
{
	_missing=
	for _p in $PACKAGES; do
		dpkg -s "$_p" 2>/dev/null | grep -q '^Status: install ok' ||
			_missing="$_missing $_p"
	done
	[ -z "$_missing" ] && return
	say "installing$_missing"
	apt-get -qq update
	apt-get -qq -o DPkg::Lock::Timeout=300 install -y \
		--no-install-recommends $_missing >/dev/null
}

finish()
{
	trap - EXIT INT TERM
	# The shell would report each server that is ended now.
	exec 2>/dev/null
	net_clean
	if [ -n "${KEEP_RUN:-}" ]; then
		echo "kept $RUN"
	else
		rm -rf "$RUN"
	fi
}

# event KIND FIELDS...: a change of the cluster, for the name histories.
event()
{
	_line=$(date +%s)
	for _f in "$@"; do
		_line="$_line	$_f"
	done
	echo "$_line" >>"$RUN/events"
}

pod()
{
	pod_up "$1" "$2" "$3"
	event pod+ "$2" "${4:-shop}" "10.244.$1.$3"
}

# service NAME NAMESPACE CLUSTER-IP PORT POD-IP:PORT...
service()
{
	_name=$1
	_space=$2
	_vip=$3
	_p=$4
	shift 4
	event svc "$_name" "$_space" "$_vip" "$_p" \
		"$(echo "$*" | tr ' ' ',')"
	service_set "$_name" "$_vip" "$_p" "$@"
}

build_cluster()
{
	wire_up
	for _k in $NODES; do
		node_up "$_k"
	done
	outside_up outside 203.0.113.7
	outside_up payments 198.51.100.20
	event dns payments.example.com 198.51.100.20
	pod 1 storefront 10
	pod 1 checkout 11
	pod 1 batch 12
	pod 1 loadgen 13
	pod 1 egress 14
	pod 1 mobile 15
	pod 1 tablet 16
	pod 1 worker 17
	pod 2 catalog-1 10
	pod 2 catalog-2 11
	pod 2 orders-1 12
	pod 2 media 13
	pod 2 secure 14
	pod 2 promo-blue 20
	pod 3 dns 10 kube-system
	pod 3 redis 11 data
	pod 3 rabbit 12 data
	pod 3 stock 13
	pod 3 graphql 14
	pod 3 live 15
	pod 3 h2 16
	pod 3 kafka 17 data
	event svc egress shop None 3128 10.244.1.14:3128
	event svc storefront shop 10.96.0.20 80 10.244.1.10:80
	service kube-dns kube-system 10.96.0.10 53 10.244.3.10:53
	service catalog shop 10.96.0.21 80 10.244.2.10:80 10.244.2.11:80
	service orders shop 10.96.0.22 80 10.244.2.12:80
	service media shop 10.96.0.23 80 10.244.2.13:80
	service secure shop 10.96.0.24 443 10.244.2.14:443
	service redis data 10.96.0.31 6379 10.244.3.11:6379
	service rabbit data 10.96.0.32 5672 10.244.3.12:5672
	service stock shop 10.96.0.33 50051 10.244.3.13:50051
	service graphql shop 10.96.0.34 8081 10.244.3.14:8081
	service live shop 10.96.0.35 8082 10.244.3.15:8082
	service h2 shop 10.96.0.36 80 10.244.3.16:80
	event svc promo shop None 8080 10.244.2.20:8080
	ip netns exec $NS-node-1 iptables -w -t nat -A PREROUTING -i eth0 \
		-p tcp -d 10.0.0.5 --dport 30080 \
		-j DNAT --to-destination 10.244.1.10:80
	# The mobile client's link loses packets, in both directions.
	node_lose 2 -s 10.244.1.15
	node_lose 1 -d 10.244.1.15
	cat >"$RUN/hosts" <<-HOSTS
	catalog.shop.svc.cluster.local 10.96.0.21
	orders.shop.svc.cluster.local 10.96.0.22
	media.shop.svc.cluster.local 10.96.0.23
	egress.shop.svc.cluster.local 10.244.1.14
	secure.shop.svc.cluster.local 10.96.0.24
	redis.data.svc.cluster.local 10.96.0.31
	rabbit.data.svc.cluster.local 10.96.0.32
	stock.shop.svc.cluster.local 10.96.0.33
	graphql.shop.svc.cluster.local 10.96.0.34
	live.shop.svc.cluster.local 10.96.0.35
	h2.shop.svc.cluster.local 10.96.0.36
	payments.example.com 198.51.100.20
	www.example.com 203.0.113.80
	mail.example.com 203.0.113.25
	HOSTS
}

start_servers()
{
	rabbit_start
	redis_start
	kafka_start
	dns_start
	wait_port pod-dns 127.0.0.1 53
	catalog_start catalog-1
	catalog_start catalog-2
	shopd_start pod-orders-1 80
	shopd_start payments 80
	shopd_start pod-promo-blue 8080
	secure_start
	script_start pod-stock grpcd.py 50051
	script_start pod-graphql graphqld.py 8081
	script_start pod-live wsd.py serve 8082
	pod_exec h2 nghttpd --no-tls -d "$RUN/www" 80 &
	media_start
	egress_start
	wait_port pod-catalog-2 127.0.0.1 80
	wait_port pod-orders-1 127.0.0.1 80
	storefront_start
	wait_port pod-storefront 127.0.0.1 80
	wait_port pod-media 127.0.0.1 80
	wait_port pod-egress 127.0.0.1 3128
	wait_port pod-secure 127.0.0.1 443
	wait_port pod-redis 127.0.0.1 6379
	wait_port pod-stock 127.0.0.1 50051
	wait_port pod-graphql 127.0.0.1 8081
	wait_port pod-live 127.0.0.1 8082
	wait_port pod-h2 127.0.0.1 80
	wait_port pod-rabbit 127.0.0.1 5672
}

# capture NAMESPACE INTERFACE NAME
capture()
{
	ip netns exec "$NS-$1" tcpdump -q -n -i "$2" -s 262144 -B 16384 -U \
		-Z root -w "$RUN/$3.pcap" 2>"$RUN/$3.log" &
	echo "$! $3" >>"$RUN/captures"
	_left=50
	until grep -q 'listening on' "$RUN/$3.log" 2>/dev/null; do
		_left=$((_left - 1))
		[ $_left -gt 0 ] || fail "no capture on $2"
		sleep 0.1
	done
}

start_captures()
{
	for _k in $NODES; do
		capture node-$_k br-node$_k node-$_k
	done
	capture pod-kafka lo node-3-lo
	date +%s.%N >"$RUN/from"
	redis_stats >"$RUN/redis.before"
	wc -l <"$RUN/dns.log" >"$RUN/dns.mark"
	: >"$RUN/capturing"
}

# What the server has executed so far; asked inside its pod, which no capture
# sees.
redis_stats()
{
	pod_exec redis redis-cli INFO commandstats
}

# tcpdump empties the kernel's buffer when told to stop; one quiet second
# first, so that nothing is under way.
stop_captures()
{
	sleep 1
	redis_stats >"$RUN/redis.after"
	date +%s.%N >"$RUN/to"
	for _ns in $(ip netns list | awk '{ print $1 }' | grep "^$NS-"); do
		for _pid in $(ip netns pids "$_ns"); do
			case $(cat "/proc/$_pid/comm" 2>/dev/null) in
			tcpdump) kill -INT "$_pid" ;;
			esac
		done
	done
	while read -r _pid _name; do
		wait "$_pid" || true
		grep -q 'packets captured' "$RUN/$_name.log" ||
			fail "capture $_name did not end well"
	done <"$RUN/captures"
}

http1()
{
	_who=$1
	shift
	pod_exec "$_who" $PY "$SCENE/http1.py" "$_who" "$RUN/calls.log" "$@"
}

shell_client()
{
	ns_exec "$1" sh "$SCENE/curl.sh" "${1#pod-}" "$RUN/curl.log" "$2"
}

store_client()
{
	pod_exec "$1" sh "$SCENE/stores.sh" "$RUN" "$2"
}

other_traffic()
{
	say "Redis, RabbitMQ, HTTP/2, gRPC, GraphQL, WebSocket, Kafka, TLS"
	store_client worker redis
	pod_exec worker $PY "$SCENE/amqpc.py" rabbit.data "$RUN/amqp.json"
	store_client worker amqp
	store_client worker http2
	pod_exec worker $PY "$SCENE/grpcc.py" stock.shop:50051 \
		"$RUN/grpc.log"
	http1 checkout graphql
	pod_exec worker $PY "$SCENE/wsd.py" call ws://live.shop:8082/live \
		worker "$RUN/calls.log" "$RUN/ws.json"
	store_client kafka kafka
	store_client worker tls
}

traffic_before_change()
{
	say "customers, order service, image server, DNS"
	shell_client outside customers
	http1 checkout basics codings uploads interims pipeline
	shell_client pod-batch media
	shell_client pod-batch names
	http1 checkout slow closes chat proxy external
	say "load, a lossy link, a disturbed link"
	pod_exec loadgen ab -q -n 150 -c 3 -k \
		http://10.96.0.21/products/7.json >"$RUN/ab.log"
	pod_exec loadgen ab -q -n 40 -c 2 \
		http://10.96.0.21/products/8.json >>"$RUN/ab.log"
	http1 mobile lossy
	http1 tablet tablet
	http1 checkout same_address
	other_traffic
}

# One pod's address goes to another, and the catalogue loses a pod. Quiet
# seconds around it: each node's history notices at a moment of its own.
change_cluster()
{
	say "the cluster changes"
	sleep 1.2
	date +%s >"$RUN/changed"
	event svc- promo shop
	event pod- promo-blue shop 10.244.2.20
	pod_down promo-blue
	service catalog shop 10.96.0.21 80 10.244.2.11:80
	sleep 2
	pod 2 recommend-1 20
	event svc recommend shop None 8080 10.244.2.20:8080
	shopd_start pod-recommend-1 8080
	wait_port pod-recommend-1 127.0.0.1 8080
	sleep 4
}

traffic_after_change()
{
	say "after the change"
	http1 checkout same_address
	shell_client pod-batch products
}

pack()
{
	$PY "$SCENE/pcap.py" "$RUN/node-3.pcap" "$RUN/node-3-lo.pcap"
	$PY "$SCENE/disturb.py" "$RUN/node-1.pcap" 10.244.1.16 \
		"$RUN/disturbed.json"
	for _k in $NODES; do
		_dir=$RUN/snap/node-${_k}_10.0.0.$((_k + 4))
		mkdir -p "$_dir"
		_stamp=$(($(cut -d. -f1 "$RUN/to") + _k))
		if [ "$_k" = 2 ]; then
			$PY "$SCENE/split.py" "$RUN/node-2.pcap" \
				"$(cat "$RUN/changed")" "$_dir/$_stamp.pcap" \
				"$_dir/$((_stamp + 1)).pcap"
		else
			mv "$RUN/node-$_k.pcap" "$_dir/$_stamp.pcap"
		fi
		# The third node's first note comes after its first packets.
		_start=0
		[ $_k != 3 ] || _start=$(($(cut -d. -f1 "$RUN/from") + 4))
		$PY "$SCENE/history.py" "$RUN/events" $((_k - 1)) $_start \
			"$_dir/name_resolution_history.json"
	done
	$PY "$SCENE/truth.py" "$RUN" "$OUT"
	$PY "$SCENE/pack.py" "$RUN/snap" "$RUN/meta.json" "$OUT/shop.tar.gz"
	$PY "$SCENE/cut.py" "$RUN/snap" "$OUT/shop.http1.jsonl" \
		"$RUN/tiny" "$OUT/tiny.http1.jsonl"
	$PY "$SCENE/pack.py" "$RUN/tiny" "$RUN/meta.json" "$OUT/tiny.tar.gz"
	$PY "$SCENE/provenance.py" "$OUT" $PACKAGES
}

STARTED=$(date +%s)
[ "$(id -u)" = 0 ] || fail "needs root, for network namespaces"
mkdir -p "$OUT"
install_missing
. "$SCENE/net.sh"
. "$SCENE/servers.sh"
ip netns list | grep -q "^$NS-" &&
	fail "namespaces called $NS-* exist: another recording runs, or one" \
		"died; see 'ip netns list'"
RUN=$(mktemp -d -t shop.XXXXXX)
chmod 755 "$RUN"
trap finish EXIT
trap 'exit 1' INT TERM

say "building the cluster"
write_documents
build_cluster
start_servers
http1 checkout longlived &
sleep 1.5
start_captures
traffic_before_change
change_cluster
traffic_after_change
: >"$RUN/finish"
until [ -e "$RUN/idle" ]; do
	sleep 0.2
done
stop_captures
say "packing"
pack
say "done: $(du -k "$OUT/shop.tar.gz" | cut -f1) KB"
