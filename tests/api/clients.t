#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Clients as they should not be: slow ones, too many, those that leave in the
# middle, that send too much, use another method or keep what is out of date.
set -u
. tests/api/api.sh

# ---- methods ----

serve "$tiny"
ok 'ready' wait_ready
get 'another method' 405 "${front}api/v1/kfl/check" -X DELETE
says 'is told which there are' "$tmp/head" '^Allow: OPTIONS, GET, HEAD, POST.$'
get 'one that nobody knows' 405 "${front}api/v1/entries" -X BREW
says 'too' "$tmp/head" '^Allow: OPTIONS, GET, HEAD.$'
get 'who asks' 204 "${hub}scripts/3" -X OPTIONS
says 'is told as well' "$tmp/head" '^Allow: OPTIONS, PUT, DELETE.$'

# ---- too much ----

head -c 1500000 /dev/zero >"$tmp/long"
get 'a body whose length is not told' 413 "${front}api/v1/kfl/check" \
	-H 'Transfer-Encoding: chunked' -H 'Expect:' --data-binary "@$tmp/long"
has 'is too large all the same' '.error.code == "too_large"'
get 'the next request' 200 "${front}api/v1/kfl/check" --data-raw http
has 'is answered' '.valid'

# ---- an empty range ----

get 'an entry' 200 "${front}api/v1/entries?limit=1"
inside=$(jq -r '.entries[0].time' "$tmp/out")
get 'and its stream' 200 \
	"${front}api/v1/streams/$(jq -r '.entries[0].stream' "$tmp/out")"
last=$(jq -r .last "$tmp/out")
get 'streams of a range that ends before it begins' 200 \
	"${front}api/v1/streams?from=$last&to=$inside"
has 'are none' '.streams == [] and .complete'

# ---- what is out of date ----

# tag URL: its ETag is in $tag
tag()
{
	get 'a reply' 200 "$1"
	tag=$(sed -n 's/^ETag: \(.*\)/\1/p' "$tmp/head" | tr -d '\r')
}

tag "${front}api/v1/snapshots"
get 'has not changed' 304 "${front}api/v1/snapshots" -H "If-None-Match: $tag"
stop
cp "$tiny" "$tmp/renamed.tar.gz"
serve "$tmp/renamed.tar.gz"
ok 'the same under another name' wait_ready
get 'is another reply' 200 "${front}api/v1/snapshots" -H "If-None-Match: $tag"
has 'with that name' '.snapshots[0].name == "renamed.tar.gz"'
stop

# ---- too slow ----

# A byte now and then, never a whole request, until the server hangs up.
cat >"$tmp/slowly.pl" <<-'END'
	use strict;
	use IO::Socket::INET;
	$SIG{PIPE} = 'IGNORE';
	my $s = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
	    PeerPort => $ARGV[0]) or die;
	$s->syswrite("GET /livez HTTP/1.1\r\nHost: localhost\r\nX: ");
	for my $n (1 .. 300) {
		my $ready = '';
		vec($ready, fileno($s), 1) = 1;
		exit 0 if select($ready, undef, undef, 0.2) > 0 &&
		    !$s->sysread(my $byte, 1);
		$s->syswrite('a') or exit 0;
	}
	exit 1;
END
serve --limit api-idle-seconds=1 "$tiny"
port=$(echo "$front" | grep -oE '[0-9]+/$' | tr -d /)
ok 'a request that never ends is ended' perl "$tmp/slowly.pl" "$port"
stop

# ---- too many ----

# Connections that have been answered and stay; then one more.
cat >"$tmp/many.pl" <<-'END'
	use strict;
	use IO::Socket::INET;
	$SIG{PIPE} = 'IGNORE';
	sub answered {
		my $s = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
		    PeerPort => $_[0]) or return;
		$s->syswrite("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n");
		return $s->sysread(my $head, 1000) ? $s : undef;
	}
	my @open = map { answered($ARGV[0]) // exit 1 } 1 .. 4;
	exit 2 if answered($ARGV[0]) || answered($ARGV[1]);
	close(pop @open);
	for my $n (1 .. 300) {
		exit 0 if answered($ARGV[1]);
		select(undef, undef, undef, 0.1);
	}
	exit 3;
END
serve --limit api-connections=4 "$tiny"
port=$(echo "$front" | grep -oE '[0-9]+/$' | tr -d /)
other=$(echo "$hub" | grep -oE '[0-9]+/$' | tr -d /)
status 'connections are counted on both ports' 0 \
	perl "$tmp/many.pl" "$port" "$other"
stop

# ---- gone ----

# used: hundredths of a second of the server's processor time
used()
{
	awk '{ print $14 + $15 }' "/proc/$server/stat"
}

# Until it works no more; 60 s at most.
settled()
{
	n=0
	before=-1
	while [ "$n" -lt 120 ] && [ "$(used)" != "$before" ]; do
		before=$(used)
		sleep 0.3
		n=$((n + 1))
	done
}

# Nothing fits, and it takes a while to find that out.
query=http
n=0
while [ "$n" -lt 200 ]; do
	query="$query and response.content.text != r\".*never$n.*\""
	n=$((n + 1))
done
query="$query and request.headers[\"Host\"] == \"nobody\""
serve "$shop" "$shop" "$shop"
ok 'ready' wait_ready
settled
from=$(used)
get 'an export that takes long' 200 "${front}api/v1/export?format=pcap" -G \
	--data-urlencode "q=$query"
whole=$(($(used) - from))
from=$(used)
curl -s -m 0.2 -o "$tmp/out" -G "${front}api/v1/export?format=pcap" \
	--data-urlencode "q=$query"
is 'its client leaves' "$?" 28
settled
ok 'and it is not finished for nobody' test \
	"$((2 * ($(used) - from)))" -lt "$whole"
ok 'every reply was as the document says' conform
stop

done_testing
