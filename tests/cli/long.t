#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Connections in which something is very long; tests/gen/mklong.c makes them,
# of any length: for figures of memory a million commands, or 1,024 MiB.
set -u
. tests/cli/tap.sh

mklong=${BUILD:-build/release}/tests/gen/mklong

# found FILE OPTION...: digest, entries, those with both sides, first problem
found()
{
	file=$1
	shift
	"$analyzer" index --json "$@" "$file" | jq -r .digest
	"$analyzer" query "$@" "$file" --count ''
	"$analyzer" query "$@" "$file" --count \
		'evidence.complete and responseSize > 0'
	"$analyzer" diag "$@" "$file" | head -n 1
}

"$mklong" redis 20000 "$tmp/redis.pcap"
found "$tmp/redis.pcap" --limit pending=30000 --limit message-bytes=8589934592 \
	>"$tmp/want"
is 'redis: each command of a pipeline has its reply' \
	"$(tail -n 3 "$tmp/want")" '20000
20000
Nothing is missing, refused or odd.'
found "$tmp/redis.pcap" >"$tmp/got"
same 'redis: what waits on disk is the same' "$tmp/got" "$tmp/want"
found "$tmp/redis.pcap" -j2 --limit pending=70 >"$tmp/got"
same 'redis: also when nearly all of it does' "$tmp/got" "$tmp/want"
is 'redis: past the limit that is told' \
	"$("$analyzer" diag --limit parked-bytes=16777216 "$tmp/redis.pcap" |
		grep -c 'the limit parked-bytes was reached')" 1
is 'redis: nothing of it is left in the workspace' \
	"$(find "$XDG_CACHE_HOME" -name 'scratch*')" ''

"$mklong" kafka 8 "$tmp/kafka.pcap"
is 'kafka: a long response is one entry, with all of its batches' \
	"$("$analyzer" query --full "$tmp/kafka.pcap" '' | jq -c \
		'[.request.apiKeyName, .responseSize > 8000000,
		(.response.payload.responses[0].partitionResponses[0].recordSet
		.moreRecordBatches | length > 400)]')" '["Fetch",true,true]'
is 'kafka: nothing odd' "$("$analyzer" diag "$tmp/kafka.pcap")" \
	'Nothing is missing, refused or odd.'

done_testing
