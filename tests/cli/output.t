#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Where output goes: closed pipes, terminals, colours, hostile text.
set -u
. tests/cli/tap.sh

shop=samples/shop.tar.gz
"$analyzer" index "$shop" >/dev/null

# A reader that has seen enough is no error, and nothing is said about it.
{
	rc=0
	"$analyzer" query --full "$shop" 2>"$tmp/err" || rc=$?
	echo "$rc" >"$tmp/rc"
} | head -n 1 >/dev/null
is 'a closed pipe is no failure' "$(cat "$tmp/rc")" 0
is 'and no matter to talk about' "$(cat "$tmp/err")" ''

esc=$(printf '\033')
"$analyzer" query "$shop" >"$tmp/out"
is 'no colours in a file' "$(grep -c "$esc" "$tmp/out")" 0

# script(1) gives the program a terminal.
terminal()
{
	script -qec "stty cols 120 rows 40; $*" /dev/null </dev/null |
		tr -d '\r'
}
if script -qec true /dev/null </dev/null >/dev/null 2>&1; then
	export TERM=xterm
	terminal "$analyzer query -n 4 $shop" >"$tmp/out"
	is 'colours on a terminal' "$(grep -c "$esc" "$tmp/out" | sed 's/^[1-9].*/yes/')" yes
	terminal "NO_COLOR=1 $analyzer query -n 4 $shop" >"$tmp/out"
	is 'but not with NO_COLOR' "$(grep -c "$esc" "$tmp/out")" 0
	terminal "TERM=dumb $analyzer query -n 4 $shop" >"$tmp/out"
	is 'nor when it is dumb' "$(grep -c "$esc" "$tmp/out")" 0
	terminal "$analyzer index --force $shop --json" |
		tail -n 1 >"$tmp/out"
	sed "s/.*$esc\\[K//" "$tmp/out" >"$tmp/json"
	ok 'progress leaves the last line alone' jq -e .digest "$tmp/json"
else
	skip 'script(1) or a terminal is not to be had'
fi

# A capture of one request whose target and headers try to drive the terminal.
# Bytes in octal: pcap header; one record; IPv4, TCP from 10.0.0.1:1024 to
# 10.0.0.2:80; the payload.
request='GET /%%1b]0;owned%%07%%1b[31m HTTP/1.1\r\nHost: x\r\nX-Evil: \302\2332J\r\n\r\n'
# shellcheck disable=SC2059
payload=$(printf "$request" | wc -c)
le32()
{
	printf '\\%03o\\%03o\\%03o\\%03o' $(($1 & 255)) $(($1 >> 8 & 255)) \
		$(($1 >> 16 & 255)) $(($1 >> 24 & 255))
}
be16()
{
	printf '\\%03o\\%03o' $(($1 >> 8 & 255)) $(($1 & 255))
}
total=$((40 + payload))
{
	printf '\324\303\262\241\002\000\004\000\000\000\000\000\000\000\000\000'
	printf '\377\377\000\000\145\000\000\000'
	# shellcheck disable=SC2059
	printf "$(le32 1700000000)$(le32 0)$(le32 $total)$(le32 $total)"
	# shellcheck disable=SC2059
	printf "\105\000$(be16 $total)\000\001\000\000\100\006\000\000"
	printf '\012\000\000\001\012\000\000\002'
	printf '\004\000\000\120\000\000\000\001\000\000\000\001\120\030'
	printf '\377\377\000\000\000\000'
	# shellcheck disable=SC2059
	printf "$request"
} >"$tmp/evil.pcap"
status 'a hostile request is listed' 0 "$analyzer" query "$tmp/evil.pcap"
says 'with its controls made visible' "$tmp/out" 'x1b\]0;owned'
is 'and none of them in the output' "$(tr -cd '\000-\010\013-\037\177' \
	<"$tmp/out" | wc -c)" 0
id=$("$analyzer" query --json "$tmp/evil.pcap" | jq -r .eid)
status 'shown' 0 "$analyzer" show "$tmp/evil.pcap" "$id"
is 'it is harmless too' "$(tr -cd '\000-\010\013-\037\177' <"$tmp/out" |
	wc -c)" 0
says 'also where UTF-8 hides a control' "$tmp/out" 'X-Evil: .u009b2J$'
name=$(printf 'na\033[31mme')
status 'a name on the command line' 3 "$analyzer" index "$tmp/$name"
is 'is harmless in messages' "$(grep -c "$esc" "$tmp/err")" 0

done_testing
