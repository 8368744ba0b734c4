#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# analyzer index: figures, determinism, reopening, interruption.
set -u
. tests/cli/tap.sh

shop=samples/shop.tar.gz
tiny=samples/tiny.tar.gz

# ---- figures ----

status 'a snapshot is indexed' 0 "$analyzer" index --json "$shop"
tail -n 1 "$tmp/out" >"$tmp/shop.json"
json()
{
	jq -r "$1" "$tmp/shop.json"
}
ok 'the last line is one JSON object' jq -e 'type == "object"' "$tmp/shop.json"
is 'as many packets as tcpdump wrote' "$(json .packets.total)" \
	"$(jq '.packets | add' samples/shop.truth.json)"
is 'every packet has exactly one disposition' \
	"$(json '.packets.dispositions | add')" "$(json .packets.total)"
is 'as many HTTP entries as calls were observed' \
	"$(json '.entries.HTTP + .entries.GQL')" \
	"$(jq '.http1.observations | add' samples/shop.truth.json)"
is 'the only gap is the one that was cut' "$(json .diags.gap)" 1
is 'as many packets doubled as were' \
	"$(json .packets.dispositions.duplicate)" 14
is 'sealed' "$(json .seal)" sealed
is 'made now' "$(json .reused)" false
is 'streams as listed' "$(json .streams)" \
	"$("$analyzer" streams --json "$shop" | wc -l)"
is 'bytes of the members' "$(json .bytes)" \
	"$(tar -xzOf "$shop" | wc -c)"
is 'bytes of the index' "$(json .index_bytes)" \
	"$(wc -c <"$(json .index)")"
ok 'seconds of each stage' jq -e '.seconds |
	.read >= 0 and .dissect >= 0 and .index >= 0 and .seal >= 0 and
	.total > 0' "$tmp/shop.json"
ok 'the digest is one' jq -e '.digest | test("^[0-9a-f]{64}$")' \
	"$tmp/shop.json"

status 'text for people' 0 "$analyzer" index "$tiny"
says 'the packets are in it' "$tmp/out" '^  packets +[0-9,]+$'
says 'the entries are in it' "$tmp/out" '^  entries +[0-9]+: .*HTTP [0-9]+$'
says 'the place of the index is in it' "$tmp/out" "^  index +$tmp/cache/"
is 'no progress when stderr is no terminal' "$(cat "$tmp/err")" ''

status 'several at once' 0 "$analyzer" index --json "$tiny" "$shop"
is 'one object each' "$(jq -r .snapshot "$tmp/out" | tr '\n' ' ')" \
	"$tiny $shop "

# ---- reopening ----

status 'again' 0 "$analyzer" index --json "$shop"
is 'the index of before is used' "$(jq -r .reused "$tmp/out")" true
is 'and says the same' \
	"$(jq -S 'del(.seconds, .reused)' "$tmp/out")" \
	"$(jq -S 'del(.seconds, .reused)' "$tmp/shop.json")"
status 'in words' 0 "$analyzer" index "$shop"
says 'it says so' "$tmp/out" 'the index of an earlier run is used'
status '--verify' 0 "$analyzer" index --json --verify "$shop"
is 'reads it again' "$(jq -r .reused "$tmp/out")" false
is 'and finds the same' "$(jq -r .digest "$tmp/out")" "$(json .digest)"

index=$(json .index)
before=$(stat -c %i "$index")
status '--force' 0 "$analyzer" index --json --force "$shop"
[ "$(stat -c %i "$index")" != "$before" ]
is 'replaces the index' $? 0
chmod u+w "$index"
head -c 4096 /dev/zero | dd of="$index" conv=notrunc 2>/dev/null
status 'a damaged index' 0 "$analyzer" index --json "$shop"
is 'is made again' "$(jq -r .reused "$tmp/out")" false
says 'with a word about it' "$tmp/err" 'made again'
is 'and is whole then' "$(jq -r .digest "$tmp/out")" "$(json .digest)"
status 'and used' 0 "$analyzer" index --json "$shop"
is 'the next time' "$(jq -r .reused "$tmp/out")" true

cp "$tiny" "$tmp/copy.bin"
status 'a copy under another name' 0 "$analyzer" index --json "$tmp/copy.bin"
is 'is the same evidence' "$(jq -r .index "$tmp/out")" \
	"$("$analyzer" index --json "$tiny" | jq -r .index)"

# ---- determinism ----

for jobs in 1 2 4; do
	status "-j$jobs" 0 "$analyzer" index --digest --force -j$jobs "$shop"
	is "-j$jobs gives the digest" "$(cat "$tmp/out")" "$(json .digest)"
done
mkdir "$tmp/folder"
tar -xzf "$shop" -C "$tmp/folder"
is 'the unpacked folder gives the digest' \
	"$("$analyzer" index --digest "$tmp/folder")" "$(json .digest)"
tar -cf "$tmp/plain.tar" -C "$tmp/folder" --sort=name .
is 'an archive in another order gives the digest' \
	"$("$analyzer" index --digest "$tmp/plain.tar")" "$(json .digest)"
is 'standard input gives the digest' \
	"$("$analyzer" index --digest - <"$shop")" "$(json .digest)"
is '--workspace elsewhere gives the digest' \
	"$("$analyzer" index --digest --workspace "$tmp/ws" "$shop")" \
	"$(json .digest)"
is 'and is where it was told to be' \
	"$(find "$tmp/ws" -name index.db | wc -l)" 1
other=$("$analyzer" index --digest --limit headers=20 "$shop")
is 'other limits are another index' \
	"$("$analyzer" index --json --limit headers=20 "$shop" |
		jq -r '[.reused, .index] | @tsv' | cut -f1)" true
[ -n "$other" ]
is 'with a digest' $? 0

# ---- --only ----

is '--only http1 finds the same entries' \
	"$("$analyzer" index --json --only http1 "$shop" | jq .entries.HTTP)" \
	"$(json .entries.HTTP)"

# ---- interruption ----

ws=$tmp/interrupted
# A pipe that stays open keeps it busy; SIGINT would be ignored by a background
# job of this shell.
(
	head -c 900000 "$shop"
	sleep 2
) | "$analyzer" index --workspace "$ws" - >"$tmp/out" 2>"$tmp/err" &
pid=$!
sleep 1
kill -TERM "$pid"
rc=0
wait "$pid" 2>/dev/null || rc=$?
is 'a signal ends it by that signal' "$rc" 143
is 'nothing finished is left' "$(find "$ws" -name index.db | wc -l)" 0
is 'nothing temporary is left' "$(find "$ws" -name 'tmp-*' | wc -l)" 0
is 'and it says nothing' "$(cat "$tmp/out" "$tmp/err")" ''

# Of 100 KiB at most, which a capture and the index are both beyond.
status 'a file that may not grow that long' 3 sh -c \
	'ulimit -f 200; exec "$@"' sh "$analyzer" index -w "$tmp/short" "$shop"
says 'is told' "$tmp/err" '^analyzer: (writing|index) '
is 'nothing temporary is left' "$(find "$tmp/short" -name 'tmp-*' | wc -l)" 0

# ---- captures in another order than that of their names ----

mkdir "$tmp/tree"
tar xzf "$shop" -C "$tmp/tree"
(cd "$tmp/tree" && find . -type f | LC_ALL=C sort -r) >"$tmp/list"
tar cf "$tmp/reversed.tar" -C "$tmp/tree" --no-recursion -T "$tmp/list"
digest()
{
	"$analyzer" index --digest "$1" 2>>"$tmp/notes"
}
folder=$(digest "$tmp/tree")
is 'a folder is what its archive is' "$folder" "$(json .digest)"
reversed=$(digest "$tmp/reversed.tar")
is 'another order is another index' \
	"$([ "$reversed" != "$folder" ] && echo yes)" yes
is '... that is found again' "$(digest "$tmp/reversed.tar")" "$reversed"
is '... and from standard input' "$(digest - <"$tmp/reversed.tar")" "$reversed"
is '... and that the folder does not get' "$(digest "$tmp/tree")" "$folder"
is '... nor anybody wonders about' "$(cat "$tmp/notes")" ''
"$analyzer" diag "$tmp/reversed.tar" >"$tmp/out"
says '... and the files that came too late are told' "$tmp/out" \
	'capture_overlap .* packed in order of names .*1795391388'

# ---- inputs with nothing to read ----

head -c 10240 /dev/zero >"$tmp/empty.tar"
status 'an archive of nothing' 4 "$analyzer" index "$tmp/empty.tar"
says 'is told' "$tmp/out" '1 no_capture'
mkdir -p "$tmp/packed/deep"
printf 'x' | gzip >"$tmp/packed/a.pcap.gz"
status 'a folder of what is compressed one by one' 4 \
	"$analyzer" index "$tmp/packed"
says 'is told by member' "$tmp/out" '1 member_packed'
"$analyzer" diag "$tmp/packed" >"$tmp/out"
says 'and by name' "$tmp/out" 'a.pcap.gz'
# refused NAME FILE PATTERN: it is no snapshot, and the reason fits
refused()
{
	status "$1" 3 "$analyzer" index "$2"
	says '... is told as such' "$tmp/err" "$3"
}
# What the packers, which need not be here, make of nothing.
while read -r packer bytes; do
	printf '%b' "$bytes" >"$tmp/none.$packer"
	refused "nothing, packed with $packer" "$tmp/none.$packer" \
		': it is compressed, and there is nothing in it$'
done <<'EOF'
gzip \0037\0213\0010\00\00\00\00\00\00\0003\0003\00\00\00\00\00\00\00\00\00
bzip2 BZh9\0027\0162\0105\0070\0120\0220\00\00\00\00
xz \03757zXZ\00\00\0004\0346\0326\0264F\00\00\00\00\0034\0337D!\0037\0266\0363}\0001\00\00\00\00\0004YZ
EOF
head -c 100 "$shop" >"$tmp/cut.tgz"
refused 'what ends before its first member' "$tmp/cut.tgz" \
	': the compressed data ends too early, near byte 100 of the file$'

# ---- names that mean nothing, or harm ----

capture=node-1_10.0.0.5/1795391387.pcap
odd='back\slash'
mkdir "$tmp/names"
tar -xzOf "$shop" "$capture" >"$tmp/names/$odd"
status 'a capture by itself is read whatever it is called' 0 \
	"$analyzer" index --json "$tmp/names/$odd"
is '... with its packets' "$(jq .packets.total "$tmp/out")" \
	"$(jq '.packets["node-1"]' samples/shop.truth.json)"
cp "$tmp/names/$odd" "$tmp/names/plain"
status 'in a folder it is refused' 4 "$analyzer" diag "$tmp/names"
says '... with the reason' "$tmp/out" \
	'the name has a backslash in it; give it another one'
status 'a query that cannot see all' 4 \
	"$analyzer" query --count "$tmp/names" http
says '... says so' "$tmp/err" ': not all of it could be read; '
is '... and counts the others' "$([ "$(cat "$tmp/out")" -gt 0 ] && echo yes)" \
	yes
chmod 0 "$tmp/names/plain"
if [ "$(id -u)" -ne 0 ]; then
	"$analyzer" index --verify "$tmp/names" >"$tmp/out" 2>&1
	status 'a file that may not be read' 4 "$analyzer" diag "$tmp/names"
	says '... is told as such' "$tmp/out" ' it may not be read +plain$'
else
	skip 'root may read everything'
fi

status 'a workspace in the folder that is read' 3 \
	"$analyzer" index --workspace "$tmp/packed/deep/ws" "$tmp/packed"
says 'is refused' "$tmp/err" 'lies in'

done_testing
