#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# kafka.sh: records samples/kafka.pcap anew (root; ten seconds). librdkafka's
# mock cluster and its clients talk on the loopback interface of a network
# namespace of their own: every codec, no acknowledgements, headers, a consumer
# group, transactions. What was said is in kafka.provenance.md. Packages:
# tcpdump, kcat, librdkafka-dev, gcc.
set -eu
cd "$(dirname "$0")"
run=$(mktemp -d)
ns=kafka-$$
mock=
dump=

stop()
{
	[ -z "$mock" ] || kill "$mock" 2>/dev/null || true
	[ -z "$dump" ] || kill "$dump" 2>/dev/null || true
	ip netns del "$ns" 2>/dev/null || true
	rm -rf "$run"
}
trap stop EXIT

inside()
{
	ip netns exec "$ns" "$@"
}

# produce CODEC LINES OPTION...: "CODEC N is in stock" to the topic stock
produce()
{
	codec=$1
	lines=$2
	shift 2
	seq 1 "$lines" | sed "s/.*/$codec & is in stock/" |
	    inside kcat -q -b "$b" -P -t stock -p 0 -z "$codec" "$@"
}

cc -o "$run/mock" scene/kafka_mock.c -lrdkafka
cc -o "$run/txn" scene/kafka_txn.c -lrdkafka
ip netns add "$ns"
inside ip link set lo up
inside tcpdump -q -i lo -s 0 -U -w "$run/kafka.pcap" tcp 2>/dev/null &
dump=$!
sleep 1
inside "$run/mock" "$run/addr" 2>/dev/null &
mock=$!
while [ ! -s "$run/addr" ]; do sleep 0.1; done
b=$(cat "$run/addr")

for codec in gzip snappy lz4 zstd; do
	produce "$codec" 20
done
produce none 3 -X acks=0 -H from=shelf -H to=
printf 'k1:v1\nk2:\n:v3\n' |
    inside kcat -q -b "$b" -P -t orders -p 1 -K: -Z -X client.id=checkout
inside "$run/txn" "$b" orders
inside kcat -q -b "$b" -C -t stock -p 0 -o beginning -e >/dev/null
inside timeout 10 kcat -q -b "$b" -X auto.offset.reset=earliest -c 3 \
    -G shippers orders >/dev/null 2>&1 || true
sleep 1
kill "$dump"
wait "$dump" || true
dump=
mv "$run/kafka.pcap" kafka.pcap
chmod 644 kafka.pcap
