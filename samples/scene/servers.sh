# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
#
# Documents and configuration files of the scene's servers. Sourced by
# record.sh; everything is written below $RUN.

# What the servers serve; the same bytes in each recording.
write_documents()
{
	mkdir -p "$RUN/www/products" "$RUN/apache/images" \
		"$RUN/apache/secret" "$RUN/shopd"
	/usr/bin/python3 - "$RUN" <<-'PYTHON'
	import json, random, sys
	run, rnd = sys.argv[1], random.Random(2023)
	words = ("oak lamp chair desk red blue small large garden kitchen wool "
	         "steel light soft round square classic modern").split()
	def product(n):
	    return {"id": n, "name": " ".join(rnd.sample(words, 3)),
	            "price": round(rnd.random() * 200, 2),
	            "stock": rnd.randrange(90),
	            "text": " ".join(rnd.choice(words) for _ in range(60))}
	goods = [product(n) for n in range(1, 41)]
	for item in goods:
	    with open("%s/www/products/%d.json" % (run, item["id"]), "w") as f:
	        json.dump(item, f, indent=1)
	for path in ("www/products/all.json", "shopd/catalogue.json"):
	    with open(run + "/" + path, "w") as f:
	        json.dump(goods, f)
	def write(path, data):
	    with open(run + "/" + path, "wb") as f:
	        f.write(data)
	write("www/index.html", b"<!doctype html><title>Shop</title>\n" +
	      b"<p>Furniture and lamps.</p>\n" * 30)
	write("www/style.css", b".card { margin: 1em; padding: 2px }\n" * 60)
	write("www/logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>\n")
	write("apache/video.bin", rnd.randbytes(300000))
	write("apache/guide.html", b"<!doctype html><title>Guide</title>\n" +
	      b"".join(b"<p>Step %d: %s</p>\n" % (n, rnd.choice(words).encode())
	               for n in range(400)))
	write("photo.bin", rnd.randbytes(12000))
	PYTHON
	touch -d 2023-01-20T12:00:00Z "$RUN"/www/* "$RUN"/www/products/* \
		"$RUN"/apache/*
	brotli -q 9 -o "$RUN/shopd/catalogue.json.br" \
		"$RUN/shopd/catalogue.json"
	zstd -q -19 --no-check "$RUN/shopd/catalogue.json" \
		-o "$RUN/shopd/catalogue.json.zst"
	chmod -R a+rX "$RUN"
}

# nginx_start POD HTTP-BLOCK-FILE
nginx_start()
{
	mkdir -p "$RUN/nginx-$1"
	{
		echo "user root; worker_processes 1; daemon off;"
		echo "pid $RUN/nginx-$1/pid; error_log $RUN/nginx-$1/error.log;"
		echo "events { worker_connections 256; }"
		echo "http {"
		for _tmp in client_body proxy fastcgi uwsgi scgi; do
			echo "${_tmp}_temp_path $RUN/nginx-$1/$_tmp;"
		done
		cat <<-'EOF_LOG'
		log_format truth escape=json
			'{"client":"$remote_addr","agent":"$http_user_agent",'
			'"method":"$request_method","path":"$request_uri",'
			'"status":"$status","sent":"$body_bytes_sent",'
			'"request":"$content_length",'
			'"up_addr":"$upstream_addr","up_path":"$uri",'
			'"up_status":"$upstream_status",'
			'"up_coding":"$upstream_http_transfer_encoding",'
			'"up_length":"$upstream_response_length"}';
		EOF_LOG
		echo "access_log $RUN/nginx-$1/access.log truth;"
		echo "types { text/html html; text/css css; image/svg+xml svg;"
		echo "application/json json; }"
		cat
		echo "}"
	} >"$RUN/nginx-$1/conf"
	pod_exec "$1" nginx -p "$RUN/nginx-$1" -c "$RUN/nginx-$1/conf" \
		-e "$RUN/nginx-$1/error.log" &
}

catalog_start()
{
	nginx_start "$1" <<-EOF_CONF
	keepalive_timeout 30;
	gzip on; gzip_types application/json; gzip_proxied any;
	server {
		listen 80;
		root $RUN/www;
	}
	EOF_CONF
}

# nginx resolves the upstreams' names when it starts, so DNS must be up.
storefront_start()
{
	nginx_start storefront <<-EOF_CONF
	keepalive_timeout 30;
	upstream catalog {
		server catalog.shop.svc.cluster.local:80; keepalive 4;
	}
	upstream orders {
		server orders.shop.svc.cluster.local:80; keepalive 4;
	}
	proxy_http_version 1.1;
	proxy_set_header Connection "";
	proxy_set_header Host \$host;
	proxy_set_header X-Forwarded-For \$remote_addr;
	server {
		listen 80;
		root $RUN/www;
		location /products { proxy_pass http://catalog; }
		location /api/orders { rewrite ^/api/(.*)\$ /\$1 break;
			proxy_pass http://orders; }
		location /private/ { return 403; }
		location /broken/ { proxy_pass http://127.0.0.1:9; }
	}
	EOF_CONF
}

# apache_start POD PORT < EXTRA-CONFIGURATION
apache_start()
{
	mkdir -p "$RUN/apache-$1"
	{
		_mods=/usr/lib/apache2/modules
		for _mod in mpm_event authz_core authz_host mime dir alias \
			filter deflate brotli http2 proxy proxy_http proxy_connect; do
			echo "LoadModule ${_mod}_module $_mods/mod_$_mod.so"
		done
		cat <<-EOF_CONF
		ServerName $1.shop
		Listen $2
		PidFile $RUN/apache-$1/pid
		ErrorLog $RUN/apache-$1/error.log
		Mutex pthread
		StartServers 1
		KeepAliveTimeout 30
		TypesConfig /dev/null
		AddType text/html .html
		EOF_CONF
		cat
	} >"$RUN/apache-$1/conf"
	pod_exec "$1" apache2 -f "$RUN/apache-$1/conf" -DFOREGROUND &
}

media_start()
{
	apache_start media 80 <<-EOF_CONF
	DocumentRoot $RUN/apache
	DirectoryIndex index.html
	Protocols h2c http/1.1
	AddOutputFilterByType BROTLI_COMPRESS;DEFLATE text/html
	<Directory $RUN/apache>
		Require all granted
	</Directory>
	<Directory $RUN/apache/secret>
		Require all denied
	</Directory>
	EOF_CONF
}

egress_start()
{
	apache_start egress 3128 <<-EOF_CONF
	ProxyRequests On
	AllowCONNECT 80 443
	EOF_CONF
}

dns_start()
{
	_long=$(printf 'v%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 \
		19 20 21 22 23 24 25 26 27 28 29 30)
	_c=svc.cluster.local
	set --
	for _n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 \
		23 24; do
		set -- "$@" --txt-record=long.example.com,key-$_n=$_long
	done
	while read -r _name _addr; do
		set -- "$@" --host-record=$_name,$_addr
	done <"$RUN/hosts"
	pod_exec dns dnsmasq -k --conf-file=/dev/null --no-resolv --no-hosts \
		--user=root --pid-file= --log-queries=extra \
		--log-facility="$RUN/dns.log" --local=/cluster.local/ \
		--local=/example.com/ --local=/in-addr.arpa/ --cache-size=0 \
		--edns-packet-max=4096 \
		--cname=alias.example.com,www.example.com \
		--mx-host=example.com,mail.example.com,10 \
		--txt-record=example.com,"v=spf1 -all" \
		--srv-host=_http._tcp.shop.$_c,orders.shop.$_c,80,10,5 \
		--ptr-record=22.0.96.10.in-addr.arpa,orders.shop.$_c "$@" &
}

shopd_start()
{
	ns_exec "$1" /usr/bin/python3 -B "$SCENE/shopd.py" "$2" "$RUN/shopd" &
}

script_start()
{
	_script=$2
	_where=$1
	shift 2
	ns_exec "$_where" $PY "$SCENE/$_script" "$@" &
}

secure_start()
{
	openssl req -x509 -newkey rsa:2048 -nodes -days 3650 \
		-subj /CN=secure.shop -keyout "$RUN/key.pem" \
		-out "$RUN/cert.pem" 2>/dev/null
	nginx_start secure <<-EOF_CONF
	server {
		listen 443 ssl;
		ssl_certificate $RUN/cert.pem;
		ssl_certificate_key $RUN/key.pem;
		root $RUN/www;
	}
	EOF_CONF
}

redis_start()
{
	pod_exec redis redis-server --save '' --protected-mode no \
		--appendonly no --dir "$RUN" --bind 0.0.0.0 \
		--logfile "$RUN/redis.log" &
}

rabbit_start()
{
	mkdir -p "$RUN/rabbit"
	echo 'loopback_users = none' >"$RUN/rabbit/rabbitmq.conf"
	pod_exec rabbit env HOME="$RUN/rabbit" RABBITMQ_NODENAME=rabbit@localhost \
		RABBITMQ_CONFIG_FILE="$RUN/rabbit/rabbitmq.conf" \
		RABBITMQ_MNESIA_BASE="$RUN/rabbit/db" \
		RABBITMQ_LOG_BASE="$RUN/rabbit/log" \
		RABBITMQ_ENABLED_PLUGINS_FILE="$RUN/rabbit/plugins" \
		/usr/lib/rabbitmq/bin/rabbitmq-server >"$RUN/rabbit.log" 2>&1 &
}

kafka_start()
{
	cc -O1 -o "$RUN/kafka_mock" "$SCENE/kafka_mock.c" -lrdkafka
	pod_exec kafka "$RUN/kafka_mock" "$RUN/kafka.addr" \
		2>"$RUN/kafka.log" &
}

# wait_port NAMESPACE ADDRESS PORT: until somebody listens, 30 s at most.
wait_port()
{
	_left=300
	until ip netns exec "$NS-$1" /usr/bin/python3 -c \
		"import socket; socket.create_connection(('$2', $3), 1)" \
		2>/dev/null; do
		_left=$((_left - 1))
		[ $_left -gt 0 ] || fail "nobody listens at $2 port $3"
		sleep 0.1
	done
}
