#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# curl.sh CLIENT LOG SCENARIO: curl and dig as clients of the scene. Each call
# is logged from curl's own counters, one JSON line a transfer; each look-up
# of dig as one line of LOG.dig.
set -eu
client=$1
log=$2
scenario=$3

# hit KIND CURL-ARGUMENTS... URL...: never decodes, so that the counts are
# those of the wire.
hit()
{
	_kind=$1
	shift
	_w='{"client":"'$client'","kind":"'$_kind'","src":"%{local_ip}",'
	_w=$_w'"sport":%{local_port},"dst":"%{remote_ip}",'
	_w=$_w'"dport":%{remote_port},"method":"%{method}",'
	_w=$_w'"url":"%{url_effective}","status":%{response_code},'
	_w=$_w'"request_body":%{size_upload},'
	_w=$_w'"response_body":%{size_download}}\n'
	curl -sS --max-time 20 -w "%{stderr}$_w" "$@" >/dev/null 2>>"$log"
}

look_up()
{
	echo "$*" >>"$log.dig"
	dig +tries=1 "$@" >/dev/null || true
}

# The storefront as customers see it, from outside the cluster.
customers()
{
	site=http://www.shop.example:30080
	res="--resolve www.shop.example:30080:10.0.0.5"
	for n in 1 2 3 4 5 6; do
		hit page $res $site/ $site/style.css $site/logo.svg \
			"$site/products/$n.json" "$site/products/$((n + 6)).json"
		hit page-gzip $res -H 'Accept-Encoding: gzip' $site/products/all.json
		hit page $res "$site/api/orders/$((200 + n))"
	done
	hit page $res -d '{"customer":"c-9","items":[]}' \
		-H 'Content-Type: application/json' $site/api/orders
	hit error $res $site/nothing-here
	hit error $res $site/products/999.json
	hit error $res $site/private/
	hit error $res $site/broken/
	hit redirect $res $site/products
	hit error $res $site/products/
	hit head $res -I $site/
}

# The image server: an Apache, with ranges and its own ideas of errors.
media()
{
	m=http://media.shop
	hit large -H 'Connection: close' $m/video.bin
	hit range -r 1000-1999 $m/video.bin
	hit range -r 0-99,5000-5099 $m/video.bin
	hit error -r 999999999- $m/video.bin
	hit coding-br -H 'Accept-Encoding: br' $m/guide.html
	hit coding-gzip -H 'Accept-Encoding: gzip' $m/guide.html
	hit redirect $m/images
	hit error $m/secret/plan.txt
	hit head -I $m/guide.html
	hit options -X OPTIONS $m/guide.html
	hit not-modified -z 'Mon, 01 Jan 2024 00:00:00 GMT' $m/guide.html
	hit multipart -F title=chair -F "photo=@$(dirname "$log")/photo.bin" \
		http://orders.shop/upload
	hit form --data-urlencode 'note=tea & cake' \
		http://orders.shop/upload
	hit json --json '{"sku":"SKU-0042","qty":1}' \
		http://orders.shop/orders
	hit put -X PUT --data-binary "@$(dirname "$log")/photo.bin" \
		http://orders.shop/orders/77
	hit http10 -0 http://orders.shop/orders/78
	hit close http://orders.shop/legacy
}

names()
{
	ns=@10.96.0.10
	look_up $ns www.example.com A
	look_up $ns www.example.com AAAA
	look_up $ns orders.shop.svc.cluster.local A +noedns
	look_up $ns alias.example.com A
	look_up $ns example.com MX
	look_up $ns example.com TXT
	look_up $ns _http._tcp.shop.svc.cluster.local SRV
	look_up $ns -x 10.96.0.22
	look_up $ns missing.example.com A
	look_up $ns orders.shop.svc.cluster.local A +tcp
	# The answer does not fit: truncated, and asked again over TCP.
	look_up $ns long.example.com TXT +bufsize=512
	look_up $ns long.example.com TXT +bufsize=4096 +subnet=203.0.113.0/24
	look_up $ns elsewhere.test A
	look_up $ns version.bind TXT CH
}

products()
{
	for n in 1 2 3 4; do
		hit after-change "http://catalog.shop/products/$n.json"
	done
}

$scenario
