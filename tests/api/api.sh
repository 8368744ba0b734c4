# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
#
# api.sh: for the scripts in this folder. `serve ARG...` starts a server on free
# ports; then $front and $hub are its addresses, each with a slash at the end,
# and $token its token. It is stopped at the end, or by `stop`.
. tests/cli/tap.sh

# What is set here is used by those who include this.
# shellcheck disable=SC2034
shop=samples/shop.tar.gz
# shellcheck disable=SC2034
tiny=samples/tiny.tar.gz
server=

# It must end by itself, soon.
stop()
{
	[ -n "$server" ] || return 0
	kill "$server" 2>/dev/null
	wait "$server"
	# shellcheck disable=SC2034
	server_status=$?
	server=
}
trap 'stop; chmod -R u+w "$tmp"; rm -rf "$tmp"' EXIT

serve()
{
	: >"$tmp/served"
	"$analyzer" serve --json --front-port 0 --hub-port 0 "$@" \
	    >"$tmp/served" 2>"$tmp/server.log" &
	server=$!
	i=0
	while [ ! -s "$tmp/served" ] && [ "$i" -lt 100 ]; do
		kill -0 "$server" 2>/dev/null || break
		sleep 0.1
		i=$((i + 1))
	done
	# shellcheck disable=SC2034
	front=$(jq -r .front "$tmp/served" | sed 's/[?].*//')
	# shellcheck disable=SC2034
	hub=$(jq -r .hub "$tmp/served")
	# shellcheck disable=SC2034
	token=$(jq -r .token "$tmp/served")
}

# Until every index is finished; 60 s at most.
wait_ready()
{
	i=0
	while [ "$i" -lt 600 ]; do
		curl -s "${front}readyz" -o "$tmp/ready" || true
		case $(jq -r .state "$tmp/ready") in
		ready | failed) return 0 ;;
		esac
		sleep 0.1
		i=$((i + 1))
	done
	return 1
}

# record URL STATUS [CURL-OPTION...]: the reply, for conform
record()
{
	method='get'
	path=${1#*//*/}
	case $1 in "$hub"api/*) return 0 ;; esac
	status=$2
	shift 2
	while [ $# -gt 0 ]; do
		case $1 in
		-X) method=$(echo "$2" | tr '[:upper:]' '[:lower:]') ;;
		-d | --data*) [ "$method" != get ] || method=post ;;
		-G | -I) break ;;
		esac
		shift
	done
	case ${1-} in -G) method='get' ;; -I) return 0 ;; esac
	type=$(sed -n 's/^[Cc]ontent-[Tt]ype: \([^;]*\).*/\1/p' "$tmp/head" |
		tr -d '\r')
	[ -n "$type" ] || return 0
	printf '{"method":"%s","path":"/%s","status":%s,"type":"%s","body":' \
	    "$method" "${path%%[?]*}" "$status" "$type"
	if [ "$type" = application/json ] &&
		! grep -qi '^content-encoding' "$tmp/head"; then
		cat "$tmp/out"
	else
		echo null
	fi
	echo '}'
}

# Were all replies so far as the server's document says?
conform()
{
	curl -s "${front}api/v1/openapi.json" -o "$tmp/openapi" &&
	jq -n -r --slurpfile doc "$tmp/openapi" -f tests/api/conform.jq \
	    "$tmp/replies" >"$tmp/odd" && [ ! -s "$tmp/odd" ] && return 0
	head -n 20 "$tmp/odd" | sed 's/^/# /'
	return 1
}

# get NAME STATUS URL [CURL-OPTION...]: the body is in $tmp/out, the head in
# $tmp/head
get()
{
	name=$1
	want=$2
	url=$3
	shift 3
	: >"$tmp/out"
	rc=$(curl -sS -m 60 -o "$tmp/out" -D "$tmp/head" -w '%{http_code}' \
	    "$@" "$url" 2>"$tmp/err")
	is "$name" "$rc" "$want"
	record "$url" "$rc" "$@" >>"$tmp/replies"
}

# has NAME JQ-FILTER: of the reply
has()
{
	if jq -e "$2" "$tmp/out" >/dev/null 2>"$tmp/jq.log"; then
		pass "$1"
	else
		fail "$1"
		cat "$tmp/jq.log" "$tmp/out" | head -c 2000 | sed 's/^/# /'
		echo
	fi
}
