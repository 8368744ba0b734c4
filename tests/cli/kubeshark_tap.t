#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# kubeshark tap -p as a local process, and the commands around it.
set -u
. tests/cli/kubeshark.sh

if ! env --default-signal=INT true 2>/dev/null; then
	echo '1..0 # SKIP this env cannot set signals back'
	exit
fi

# rows: how many calls the API lists; waits until all are there.
rows()
{
	i=0
	while [ "$i" -lt 600 ]; do
		curl -s "${front}readyz" -o "$tmp/ready" || true
		[ "$(jq -r .state "$tmp/ready")" = ready ] && break
		sleep 0.1
		i=$((i + 1))
	done
	curl -s "${front}api/v1/snapshots" | jq '.snapshots[0].entries'
}

# ---- a snapshot, to the end ----

tap --runtime local -p samples/shop.tar.gz
says 'it says what it took' "$tmp/tap.log" 'INF .*local process'
says 'where the hub is' "$tmp/tap.log" \
	'^[0-9TZ:-]+ INF [a-z_]+[.]c:[0-9]+ > Hub is available at: url=http://127[.]0[.]0[.]1:[0-9]+/$'
ok 'the interface is there' curl -fsS -o "$tmp/ui" "$front"
says 'as a page' "$tmp/ui" '<html'
entries=$(rows)
is 'the API has the calls' "$([ "$entries" -gt 100 ] && echo yes)" yes
ok 'the hub answers' curl -fsS -o /dev/null "${hub}livez"
is 'there is one analyzer' "$(analyzers | wc -l)" 1

status 'proxy finds it' 0 "$kubeshark" proxy --headless
says 'with its address' "$tmp/err" "Kubeshark is available at: url=$front\$"
says 'and source' "$tmp/err" 'Found a running service. source=samples/shop'
status 'check' 0 "$kubeshark" check --runtime local
says 'tells it' "$tmp/out" "samples/shop.tar.gz: $front"
says 'and that all is well' "$tmp/out" '^All checks are passed\.$'
is 'what is not needed is no fault' "$(grep -c '✗' "$tmp/out")" 0
busy=$(echo "$front" | grep -oE '[0-9]+/$' | tr -d /)
status 'a port that is taken' 3 "$kubeshark" tap --runtime local --headless \
	-p samples/tiny.tar.gz --proxy-front-port "$busy" --proxy-hub-port 0
says 'is told with our flag' "$tmp/err" \
	"ERR .* port $busy of 127.0.0.1 is taken.*--proxy-front-port"
is 'in one line' "$(grep -c ' ERR ' "$tmp/err")" 1

end_tap INT
is 'SIGINT is a good end' "$tap_status" 0
is 'and leaves no process' "$(analyzers)" ''
for sig in TERM QUIT; do
	tap --runtime local -p samples/tiny.tar.gz
	end_tap "$sig"
	is "so is SIG$sig" "$tap_status" 0
	is 'without a process, too' "$(analyzers)" ''
done

tap --runtime local -p samples/tiny.tar.gz
kill -KILL "$tapping"
wait "$tapping" 2>/dev/null
tapping=
i=0
while [ -n "$(analyzers)" ] && [ "$i" -lt 600 ]; do
	sleep 0.1
	i=$((i + 1))
done
is 'even a killed one leaves no process' "$(analyzers)" ''
status 'proxy does not take the dead for living' 3 "$kubeshark" proxy
says 'but says what to run' "$tmp/err" \
	'Service not found! You should run the command first'

# ---- other sources ----

mkdir "$tmp/folder"
tar -xzf samples/tiny.tar.gz -C "$tmp/folder"
tap --runtime local -p "$tmp/folder"
is 'a folder' "$(rows)" 28
end_tap
capture=$(find "$tmp/folder" -name '*.pcap' | head -n 1)
tap --runtime local -p "$capture"
is 'a single capture' "$([ "$(rows)" -gt 0 ] && echo yes)" yes
end_tap
input=samples/tiny.tar.gz
tap --runtime local -p -
input=
is 'standard input' "$(rows)" 28
is 'is kept meanwhile' "$(find "$TMPDIR" -path "*/snapshot/*" -type f | wc -l)" 1
end_tap
is 'and goes' "$(ls -A "$TMPDIR")" ''

head -c 30000 samples/tiny.tar.gz >"$tmp/cut.tar.gz"
tap --runtime local -p "$tmp/cut.tar.gz"
is 'one that breaks off is shown' "$([ "$(rows)" -gt 0 ] && echo yes)" yes
end_tap
is 'and ends with 4' "$tap_status" 4
says 'which is told' "$tmp/tap.log" 'WRN .*part of the snapshot'

# ---- what is wrong, before anything is started ----

refused()
{
	what=$1
	pattern=$2
	shift 2
	status "$what" 3 "$kubeshark" tap --headless --runtime local \
		--proxy-front-port 0 --proxy-hub-port 0 "$@"
	says 'is told' "$tmp/err" " ERR .*$pattern"
	is 'in one line' "$(grep -c ' ERR ' "$tmp/err")" 1
	is 'and no address is' "$(grep -c available "$tmp/err")" 0
}
refused 'a missing file' 'open .*none.tar.gz: no such file' \
	-p "$tmp/none.tar.gz"
: >"$tmp/empty"
refused 'an empty file' 'empty is empty' -p "$tmp/empty"
refused 'a device' 'neither a file nor a folder' -p /dev/null
if [ "$(id -u)" -ne 0 ]; then
	: >"$tmp/secret"
	chmod 0 "$tmp/secret"
	refused 'an unreadable file' 'permission denied' -p "$tmp/secret"
else
	skip 'root may read everything'
fi
is 'nothing was started for these' "$(grep -c process "$tmp/err")" 0
echo 'no snapshot at all, just text' >"$tmp/text"
refused 'what is no snapshot' 'text is not a snapshot' -p "$tmp/text"
printf '\037\213\010\000garbage' >"$tmp/corrupt.tar.gz"
refused 'a corrupt snapshot' 'corrupt.tar.gz' -p "$tmp/corrupt.tar.gz"
refused 'standard input over a limit' 'fetch-bytes=1000' \
	--limit fetch-bytes=1000 -p - <samples/tiny.tar.gz
is 'leaves nothing behind' "$(ls -A "$TMPDIR")" ''
refused 'an empty standard input' 'standard input is empty' -p - </dev/null
KUBESHARK_ANALYZER=$tmp/text refused 'an analyzer that is none' \
	'KUBESHARK_ANALYZER=.*text is no program' -p samples/tiny.tar.gz

# The shell dies of the signal; the analyzer behind it of the end of its input.
cat >"$tmp/deadly" <<END
#!/bin/sh
exec 3<&0
"$analyzer" "\$@" <&3 &
wait
END
chmod +x "$tmp/deadly"
export KUBESHARK_ANALYZER="$tmp/deadly"
tap --runtime local -p samples/tiny.tar.gz
unset KUBESHARK_ANALYZER
end_tap
is 'an analyzer that dies of the signal has ended well' "$tap_status" 0

# ---- logs and clean ----

tap --runtime local -d --set dumplogs=true -p samples/tiny.tar.gz
rows >/dev/null
says 'with -d the analyzer is heard' "$tmp/tap.log" \
	'DBG .*analyzer: samples/tiny.tar.gz: '
status 'logs' 0 "$kubeshark" logs -f "$tmp/mine.zip"
says 'say where they are' "$tmp/err" 'The logs are in .*mine.zip files=[1-8]$'
perl -MIO::Uncompress::Unzip -e '
	my $z = IO::Uncompress::Unzip->new($ARGV[0]) or exit 1;
	do {
		print "name ", $z->getHeaderInfo()->{Name}, "\n";
		print while <$z>;
	} while ($z->nextStream() == 1);' "$tmp/mine.zip" >"$tmp/unzipped"
says 'which is a zip file of logs' "$tmp/unzipped" \
	'^name [0-9]{8}T[0-9]{6}-[0-9]+[.]log$'
says 'with what was said' "$tmp/unzipped" \
	'samples/tiny.tar.gz: (indexed|ready)'
status 'a file that cannot be' 3 "$kubeshark" logs -f "$tmp/no/where.zip"
status 'clean' 0 "$kubeshark" clean
says 'tells what it ends' "$tmp/err" 'Ending the analyzer of samples/tiny'
wait "$tapping"
is 'the run ends well' "$?" 0
tapping=
is 'without a process' "$(analyzers)" ''
is 'and without its records' "$(ls -A "$HOME/.kubeshark/runs")" ''
is 'what makes the next run faster stays' \
	"$("$analyzer" workspaces --json | jq -r .state | sort -u)" unused
for name in left young mine; do
	mkdir -p "$TMPDIR/kubeshark-$name/snapshot"
	: >"$TMPDIR/kubeshark-$name/lock"
done
rm "$TMPDIR/kubeshark-mine/lock"
touch -d '1 hour ago' "$TMPDIR/kubeshark-left/lock"
status 'with --cache' 0 "$kubeshark" clean --cache
says 'it is told what goes' "$tmp/err" \
	'Removed workspaces: [1-9][0-9]*, [0-9.]+ [kM]B folder=/'
is 'it goes, too' "$("$analyzer" workspaces --json)" ''
is 'and what a killed one had fetched, but nothing else' \
	"$(ls "$TMPDIR" | tr '\n' ' ')" 'kubeshark-mine kubeshark-young '
ok 'dumplogs left them elsewhere' test -s \
	"$(find "$HOME/.kubeshark" -name 'kubeshark_logs_*.zip')"

done_testing
