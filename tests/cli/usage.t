#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What is wrong is told, on stderr, with the documented exit status.
set -u
. tests/cli/tap.sh

shop=samples/shop.tar.gz
tiny=samples/tiny.tar.gz

# usage WHAT PATTERN COMMAND...
usage()
{
	what=$1
	pattern=$2
	shift 2
	status "$what is a usage error" 2 "$@"
	says "$what: it says why" "$tmp/err" "^analyzer: .*$pattern"
	is "$what: nothing on stdout" "$(cat "$tmp/out")" ''
}

usage 'nothing at all' 'a command or a snapshot' "$analyzer"
usage 'an unknown command' "'frobnicate' is neither" "$analyzer" frobnicate
usage 'an unknown option' 'no option --frob' "$analyzer" index --frob "$tiny"
usage 'an unknown letter' 'no option -x' "$analyzer" index -x "$tiny"
usage 'an option of another command' '--full cannot be used with index' \
	"$analyzer" index --full "$tiny"
usage 'an option without its command' 'cannot be used without a command' \
	"$analyzer" --json
usage 'a missing value' '--workspace wants a value' \
	"$analyzer" index "$tiny" --workspace
usage 'a value too many' '--json takes no value' \
	"$analyzer" index --json=yes "$tiny"
usage 'too few arguments' 'index wants SNAPSHOT' "$analyzer" index
usage 'too many arguments' 'streams wants SNAPSHOT' \
	"$analyzer" streams "$tiny" "$shop"
usage 'jobs that are no number' '--jobs many' \
	"$analyzer" index -jmany "$tiny"
usage 'too many jobs' '--jobs 65' "$analyzer" index --jobs 65 "$tiny"
usage 'an unknown limit' "no limit called 'patience'" \
	"$analyzer" index --limit patience=1 "$tiny"
usage 'a limit that is no number' 'not a whole number' \
	"$analyzer" index --limit headers=few "$tiny"
usage 'a bare number for --limit of index' 'wants NAME=VALUE' \
	"$analyzer" index --limit 5 "$tiny"
usage 'an unknown protocol' 'no such protocol; there is' \
	"$analyzer" index --only smtp "$tiny"
usage 'a query with a mistake' 'the query was not run' \
	"$analyzer" query "$tiny" 'request.method = "GET"'
usage 'a query with an unknown name' 'did you mean request.method' \
	"$analyzer" query "$tiny" 'request.metod == "GET"'
usage 'a body of neither side' 'one of request|response' \
	"$analyzer" show --body both "$tiny" 1
usage 'what is no entry id' 'no entry id' "$analyzer" show "$tiny" one
usage 'an id of nothing' 'has no entry 1;' "$analyzer" show "$tiny" 1
usage 'an id without its snapshot' 'which of the 2' \
	"$analyzer" show "$tiny" "$shop" 98304
usage 'an id of a third of two' 'which of the 2' \
	"$analyzer" show "$tiny" "$shop" 3:98304
usage 'help for nothing' "no command 'frob'" "$analyzer" help frob

# ---- 3 ----

status 'a snapshot that is not there' 3 "$analyzer" index "$tmp/none.tar.gz"
says 'is named' "$tmp/err" '^analyzer: .*none\.tar\.gz.*no such file'
echo 'just some text, and more of it' >"$tmp/text"
status 'what is no snapshot' 3 "$analyzer" index "$tmp/text"
says 'is named as well' "$tmp/err" '^analyzer: .*text'
status 'a workspace that cannot be' 3 \
	"$analyzer" index --workspace "$tmp/text/below" "$tiny"
says 'is told' "$tmp/err" '^analyzer: .*text/below'
status 'one of two cannot be opened' 3 \
	"$analyzer" index --json "$tmp/none" "$tiny"
is 'the other one is read' "$(jq -r .entries.HTTP "$tmp/out")" 24
if [ -w /dev/full ]; then
	status 'a full disk' 3 sh -c "'$analyzer' query '$shop' >/dev/full"
	says 'is told' "$tmp/err" 'output cannot be written: .*[Nn]o space'
else
	skip 'there is no /dev/full'
fi

# ---- 4 ----

mkdir "$tmp/in"
tar -xzf "$tiny" -C "$tmp/in"
node=$(basename "$tmp"/in/node-1*)
pcap=$(basename "$tmp/in/$node"/*.pcap)
echo evil >"$tmp/evil"
ln -s /etc/passwd "$tmp/in/$node/link.pcap"
tar -cf "$tmp/hostile.tar" -C "$tmp/in" "$node"
tar -rPf "$tmp/hostile.tar" -C "$tmp/in" ../evil
tar -rPf "$tmp/hostile.tar" "$tmp/evil"
status 'a hostile archive' 4 "$analyzer" index --json "$tmp/hostile.tar"
is 'what is good in it is read' "$(jq -r .entries.HTTP "$tmp/out")" 12
is 'the rest is refused' "$(jq -r .diags.member_refused "$tmp/out")" 3
status 'also when it is opened again' 4 "$analyzer" diag --json \
	"$tmp/hostile.tar"
ok 'each refused member is named' jq -es 'map(.name) |
	contains(["../evil"]) and (map(endswith("link.pcap")) | any) and
	(map(startswith("/")) | any)' "$tmp/out"

head -c 9000 "$tmp/in/$node/$pcap" >"$tmp/cut.pcap"
status 'a capture that ends inside a packet' 4 \
	"$analyzer" index --json "$tmp/cut.pcap"
is 'is read up to there' "$(jq -r '.packets.total > 0' "$tmp/out")" true
is 'and told' "$(jq -r .diags.capture_truncated "$tmp/out")" 1
head -c 30000 "$tiny" >"$tmp/half.tar.gz"
status 'an archive that breaks off' 4 \
	"$analyzer" index --json "$tmp/half.tar.gz"
is 'is read up to there as well' "$(jq -r '.packets.total > 0' "$tmp/out")" \
	true
status 'a limit that was hit' 4 \
	"$analyzer" index --json --limit archive-members=2 "$tiny"

# ---- verify: 0, 1, and 1 before 4 ----

status 'verify what is sealed' 0 "$analyzer" verify "$tiny"
says 'says so' "$tmp/out" ': sealed \('
rm "$tmp/in/$node/link.pcap"
cp -r "$tmp/in" "$tmp/bare"
rm "$tmp/bare/manifest.json"
status 'verify what has no manifest' 0 "$analyzer" verify --json "$tmp/bare"
is 'says unsealed' "$(jq -r .seal "$tmp/out")" unsealed
status 'the folder is sealed' 0 "$analyzer" verify "$tmp/in"
printf 'X' | dd of="$tmp/in/$node/$pcap" bs=1 seek=4000 conv=notrunc \
	2>/dev/null
status 'one byte was changed' 1 "$analyzer" verify --json "$tmp/in"
is 'says broken' "$(jq -r .seal "$tmp/out")" broken
is 'and names the member' \
	"$(jq -r '.differences[] | select(.kind == "manifest_mismatch") |
		.name' "$tmp/out")" "$node/$pcap"
rm "$tmp/in/$node/$pcap"
status 'a member was removed' 1 "$analyzer" verify --json "$tmp/in"
is 'says which' \
	"$(jq -r '.differences[] | select(.kind == "manifest_missing") |
		.name' "$tmp/out")" "$node/$pcap"
status '3 comes before 1' 3 "$analyzer" verify "$tmp/in" "$tmp/none"

done_testing
