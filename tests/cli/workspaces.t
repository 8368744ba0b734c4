#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# analyzer workspaces: what is kept on disk, what is removed, and when.
set -u
. tests/cli/tap.sh

shop=samples/shop.tar.gz
tiny=samples/tiny.tar.gz
root=$XDG_CACHE_HOME/kubeshark
serving=
trap 'end_server; chmod -R u+w "$tmp"; rm -rf "$tmp"' EXIT

# start_server SNAPSHOT: returns when it has the snapshot open.
start_server()
{
	mkfifo "$tmp/alive"
	"$analyzer" serve --until-eof --front-port 0 --hub-port 0 "$1" \
	    <"$tmp/alive" >"$tmp/serve.out" 2>"$tmp/serve.err" &
	serving=$!
	exec 3>"$tmp/alive"
	i=0
	while [ "$i" -lt 600 ] && ! grep -qE ': (ready|indexed)' \
	    "$tmp/serve.err"; do
		sleep 0.1
		i=$((i + 1))
	done
}

end_server()
{
	[ -n "$serving" ] || return 0
	exec 3>&-
	wait "$serving"
	serving=
	rm -f "$tmp/alive"
}

# ids: of what is there, in the order of the list
ids()
{
	"$analyzer" workspaces --json | jq -r '.id' | tr '\n' ' '
}

# states: of what is there, with the names of the snapshots
states()
{
	"$analyzer" workspaces --json |
	    jq -r '(.snapshot | split("/") | last) + " " + .state' | sort
}

id_of()
{
	"$analyzer" workspaces --json "$1" | jq -r .id
}

# aged SNAPSHOT DAYS: as if it had been used last so many days ago
aged()
{
	folder=$root/$(id_of "$1")
	touch -d "$2 days ago" "$folder/lock" "$folder/index.db"
}

# ---- listing ----

status 'nothing yet' 0 "$analyzer" workspaces
is 'is said' "$(cat "$tmp/out")" 'There are none.'
is 'in JSON it is nothing' "$("$analyzer" workspaces --json)" ''
"$analyzer" index "$tiny" >/dev/null
"$analyzer" index "$shop" >/dev/null
status 'two' 0 "$analyzer" workspaces
says 'with size, times, seal, state and name' "$tmp/out" \
	'^[0-9a-f]{12} +[0-9.]+ MB 20[0-9-]{8} [0-9:]{5} +[0-9]+ (s|min) sealed +unused +/.*/shop.tar.gz$'
says 'and what they take together' "$tmp/out" '^[0-9.]+ MB in all$'
status 'in JSON' 0 "$analyzer" workspaces --json "$shop"
is 'one line for the one that was named' "$(wc -l <"$tmp/out")" 1
ok 'with all there is to know' jq -e '.seal == "sealed" and
	.state == "unused" and (.snapshot | endswith("/samples/shop.tar.gz")) and
	(.tool | startswith("analyzer ")) and
	(.made | test("^20.*Z$")) and (.used | test("^20.*Z$"))' "$tmp/out"
is 'its size is that of its files' "$(jq .bytes "$tmp/out")" \
	"$(find "$(jq -r .path "$tmp/out")" -type f -printf '%s\n' |
	    awk '{ n += $1 } END { print n }')"
aged "$tiny" 3
before=$(ids)
"$analyzer" index "$tiny" >/dev/null
is 'what is used comes first' "$(ids)" \
	"$(id_of "$tiny") $(id_of "$shop") "
ok 'which is another order' test "$before" != "$(ids)"

# ---- removing ----

start_server "$shop"
is 'a server uses what it shows' "$(states)" 'shop.tar.gz in use
tiny.tar.gz unused'
status 'what is in use is not removed' 3 "$analyzer" workspaces --remove "$shop"
says 'and it is said why' "$tmp/err" 'is in use$'
status 'all that is not in use' 0 "$analyzer" workspaces --remove-all
is 'goes, the rest stays' "$(states)" 'shop.tar.gz in use'
status 'limits do not touch it either' 0 "$analyzer" workspaces --trim \
	--limit cache-bytes=0 --limit cache-days=0
is 'it is there' "$(states)" 'shop.tar.gz in use'
url=$(head -n 1 "$tmp/serve.out")
is 'and the server answers' \
	"$(curl -fsS "${url}api/v1/snapshots" | jq -r '.snapshots[0].state')" \
	ready
end_server
id=$(id_of "$shop")
status 'by the beginning of its id' 0 "$analyzer" workspaces --json --remove \
	"$(printf %.8s "$id")"
is 'it is told what went' "$(jq -r '.id + " " + .state' "$tmp/out")" \
	"$id removed"
is 'with everything' "$(ls "$root")" 'known.json
lock'
status 'what is not there' 3 "$analyzer" workspaces --remove "$id"
says 'is told' "$tmp/err" "there is no workspace of $id"
status 'the snapshot can be opened again' 0 "$analyzer" index --json "$shop"
is 'it is made anew' "$(jq .reused "$tmp/out")" false

# ---- limits, when an index is made ----

aged "$shop" 40
status 'another one is made' 0 "$analyzer" index "$tiny"
says 'what was not used for a month goes' "$tmp/err" \
	'removed what nobody uses any more: workspaces 1, [0-9.]+ MB'
is 'and nothing else' "$(states)" 'tiny.tar.gz unused'
"$analyzer" index "$shop" >/dev/null
aged "$shop" 1
status 'a limit of this run' 0 "$analyzer" index --only dns \
	--limit cache-bytes=1000000 "$tiny"
is 'leaves what is in use, and what fits' "$(states)" 'tiny.tar.gz unused
tiny.tar.gz unused'
"$analyzer" index --workspace "$tmp/named" "$shop" >/dev/null
touch -d '400 days ago' "$tmp"/named/*/lock "$tmp"/named/*/index.db
status 'in a folder that was named' 0 "$analyzer" index --workspace \
	"$tmp/named" --limit cache-bytes=0 "$tiny"
is 'nothing is removed' "$(cat "$tmp/err")" ''
status 'unless one asks' 0 "$analyzer" workspaces --workspace "$tmp/named" \
	--trim
is 'the old one goes' "$(cat "$tmp/out")" \
	"1 removed, $(sed -n 's/^1 removed, //p' "$tmp/out")"
is 'the other stays' "$("$analyzer" workspaces --json --workspace \
	"$tmp/named" | jq -r .snapshot | sed 's/.*\///')" tiny.tar.gz

# ---- what a run that was killed has left ----

mkfifo "$tmp/slow"
"$analyzer" index - <"$tmp/slow" >"$tmp/killed.out" 2>&1 &
pid=$!
exec 4>"$tmp/slow"
head -c 400000 "$shop" >&4
i=0
while [ "$i" -lt 600 ] && ! states | grep -q making; do
	sleep 0.1
	i=$((i + 1))
done
is 'one is in the making' "$(states | grep -c 'in the making')" 1
status 'it is not removed' 0 "$analyzer" workspaces --remove-all
is 'it is still there' "$(states)" ' in the making'
kill -KILL "$pid"
wait "$pid" 2>/dev/null
exec 4>&-
is 'killed, it is left behind' "$(states)" ' left behind'
status 'trimming removes it' 0 "$analyzer" workspaces --trim
is 'within any limits' "$(states)" ''

# ---- several at once, in a cache that has room for none ----

for run in 1 2 3; do
	for snapshot in "$tiny" "$shop" "$tiny"; do
		"$analyzer" index --digest --limit cache-bytes=0 \
		    --limit cache-days=0 "$snapshot" || echo failed
	done >"$tmp/run$run" 2>"$tmp/err$run" &
	eval "pid$run=$!"
done
# shellcheck disable=SC2154 # set above
wait "$pid1" "$pid2" "$pid3"
is 'all of them find the same' "$(sort "$tmp"/run? | uniq -c | tr -s ' ')" \
	"$(for snapshot in "$tiny" "$tiny" "$shop"; do
		"$analyzer" index --digest "$snapshot"
		"$analyzer" index --digest "$snapshot"
		"$analyzer" index --digest "$snapshot"
	done | sort | uniq -c | tr -s ' ')"
is 'and none complains' \
	"$(cat "$tmp"/err? | grep -v 'what nobody uses any more')" ''

# ---- mistakes ----

status 'a folder that is not there' 3 "$analyzer" workspaces \
	--workspace "$tmp/nowhere"
says 'is told' "$tmp/err" 'nowhere: no such file'
is 'and not made' "$(ls -d "$tmp/nowhere" 2>/dev/null)" ''

for args in '--remove' '--trim x' '--remove-all x' '--remove --trim x' \
	'--limit 5'; do
	# shellcheck disable=SC2086 # several words
	status "$args is a usage error" 2 "$analyzer" workspaces $args
done

done_testing
