#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# stores.sh RUN SCENARIO: shell clients of the scene's data stores and of its
# HTTP/2 and TLS servers. What they did is counted by the servers (Redis), by
# the tools' own reports (h2load, kcat) or logged here.
set -eu
run=$1
scenario=$2

redis()
{
	r="redis-cli -h redis.data"
	$r -2 <<-'COMMANDS' >>"$run/redis.out"
	PING
	SET cart:1 "{\"sku\":\"SKU-0001\",\"qty\":2}"
	SETEX cart:2 60 "two lines\nand a byte \x01"
	GET cart:1
	GET cart:none
	MGET cart:1 cart:2 cart:3
	HSET product:7 name "Oak chair" price 59.5 stock 12
	HGETALL product:7
	LPUSH recent SKU-0007 SKU-0009 SKU-0011
	LRANGE recent 0 -1
	INCRBY visits 41
	INCR cart:1
	SADD tags oak steel wool
	SMEMBERS tags
	ZADD best 4.5 chair 3.25 lamp
	ZRANGE best 0 -1 WITHSCORES
	EXPIRE recent 100
	TTL recent
	NOSUCH command
	GET too many words
	MULTI
	INCR visits
	DECR product:none
	EXEC
	SCAN 0 COUNT 50
	DEL cart:2
	COMMANDS
	$r -3 <<-'COMMANDS' >>"$run/redis.out"
	HGETALL product:7
	SMEMBERS tags
	ZRANGE best 0 -1 WITHSCORES
	ZSCORE best chair
	GET cart:none
	SISMEMBER tags oak
	XADD flow 1-1 kind paid order 7
	XRANGE flow - +
	CLIENT TRACKING ON
	GET visits
	COMMANDS
	# A pipeline of 60 commands in one go.
	seq 1 60 | sed 's/.*/SET bulk:& value-&\r/' | $r --pipe \
		>>"$run/redis.out"
	redis-benchmark -h redis.data -q -n 128 -c 2 -P 16 -d 20 -t set,get \
		>>"$run/redis.out"
	head -c 90000 /dev/zero | tr '\0' v | $r -x SET large \
		>>"$run/redis.out"
	$r GET large | wc -c >>"$run/redis.out"
	# Commands as people type them into a raw connection.
	/usr/bin/python3 - <<-'PYTHON' >>"$run/redis.out"
	import socket
	s = socket.create_connection(("redis.data", 6379))
	s.sendall(b"PING\r\n")
	print(s.recv(100))
	s.sendall(b"SET inline 'some words'\r\nGET inline\r\n")
	s.settimeout(0.3)
	try:
	    while s.recv(100):
	        pass
	except TimeoutError:
	    pass
	s.close()
	PYTHON
	# Publish and subscribe; and a pop that waits for its push.
	timeout 2 $r SUBSCRIBE stock prices >>"$run/redis.sub" &
	$r BLPOP jobs 5 >>"$run/redis.out" &
	sleep 0.5
	for n in 1 2 3 4 5; do
		$r PUBLISH stock "SKU-000$n sold" >>"$run/redis.out"
	done
	$r RPUSH jobs pack-order-7 >>"$run/redis.out"
	wait
}

amqp()
{
	url=amqp://guest:guest@rabbit.data:5672
	amqp-declare-queue -u $url -q mail >/dev/null
	for n in 1 2 3; do
		amqp-publish -u $url -r mail -b "mail $n"
		echo publish >>"$run/amqp.tools"
	done
	amqp-get -u $url -q mail >/dev/null
	echo get >>"$run/amqp.tools"
	amqp-consume -u $url -q mail -c 2 cat >/dev/null
	echo deliver >>"$run/amqp.tools"
	echo deliver >>"$run/amqp.tools"
	amqp-delete-queue -u $url -q mail >/dev/null
}

http2()
{
	h=http://h2.shop
	h2load -n 60 -c 2 -m 5 $h/products/3.json >"$run/h2load.log"
	nghttp -n $h/index.html $h/style.css $h/products/1.json \
		$h/products/all.json $h/missing.json >/dev/null
	echo "GET 4 200" >>"$run/http2.log"
	echo "GET 1 404" >>"$run/http2.log"
	nghttp -n -d "$run/photo.bin" -H 'content-type: image/jpeg' \
		$h/index.html >/dev/null
	echo "POST 1 200" >>"$run/http2.log"
	nghttp -n --no-dep -H ':method: HEAD' $h/index.html >/dev/null
	echo "HEAD 1 200" >>"$run/http2.log"
	for n in 1 2 3; do
		curl -sS -o /dev/null --http2-prior-knowledge \
			-H "cookie: a=1; b=2" $h/products/$n.json
		echo "GET 1 200" >>"$run/http2.log"
	done
	# From HTTP/1.1 to HTTP/2 by upgrade; the answer is HTTP/2's.
	curl -sS -o /dev/null --http2 http://media.shop/guide.html -w \
		'%{http_version} %{local_ip} %{local_port} %{remote_ip}\n' \
		>"$run/h2c.log"
	echo "GET 1 200" >>"$run/http2.log"
}

tls()
{
	for n in 1 2 3; do
		curl -sSk https://secure.shop/products/$n.json \
			https://secure.shop/index.html >/dev/null
		echo connection >>"$run/tls.log"
	done
}

# Runs inside the broker's own namespace: the mock listens there only.
kafka()
{
	b=$(cat "$run/kafka.addr")
	kcat -q -b "$b" -L >/dev/null
	seq 1 30 | sed 's/.*/order-&:{"order":&,"state":"paid"}/' |
		kcat -q -b "$b" -P -t orders -K: -H source=checkout
	seq 1 200 | sed 's/.*/SKU-& is low in stock/' |
		kcat -q -b "$b" -P -t stock -z gzip
	seq 1 50 | kcat -q -b "$b" -P -t stock -z lz4
	seq 1 50 | kcat -q -b "$b" -P -t stock -z snappy
	head -c 70000 /dev/zero | tr '\0' k |
		kcat -q -b "$b" -P -t orders -D '\n'
	kcat -q -b "$b" -C -t orders -o beginning -e | wc -l \
		>"$run/kafka.orders"
	kcat -q -b "$b" -C -t stock -o beginning -e | wc -l \
		>"$run/kafka.stock"
	timeout 12 kcat -q -b "$b" -X auto.offset.reset=earliest \
		-c 20 -G shippers orders \
		2>/dev/null | wc -l >"$run/kafka.group" || true
}

$scenario
