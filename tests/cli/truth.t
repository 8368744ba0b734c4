#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The HTTP/1 calls that were found in the samples, against those that the
# clients and servers themselves logged (samples/*.http1.jsonl). A difference
# has to be in truth.tsv, with its reason.
set -u
. tests/cli/tap.sh

# One line an observation: node, client, server's port, method, target, status,
# bytes of the request's and the response's body as transferred. Bodies that
# are both chunked and compressed have no transferred length in an entry: "-".
truth()
{
	jq -r '. as $c | .seen[] | [.node, $c.src, .dport, $c.method, $c.path,
		$c.status, $c.request_body, $c.response_body] | @tsv' "$1" |
		LC_ALL=C sort
}

found()
{
	"$analyzer" query "$1" '' --full | jq -r '
	def coded: (.headers["Content-Encoding"] // "") != "";
	def request: if .bodySize >= 0 then .bodySize
		else .postData.text | length end;
	def response: if coded | not then .content.size // 0
		elif .headers["Content-Length"] then .bodySize else "-" end;
	select(.protocol.name == "http" and .protocol.version != "2.0") |
	[.node.name, .src.ip, .dst.port, .request.method, .request.url,
		.response.status // 0, (.request | request),
		(.response | response)] | @tsv' | LC_ALL=C sort
}

for name in tiny shop; do
	truth "samples/$name.http1.jsonl" >"$tmp/truth"
	found "samples/$name.tar.gz" >"$tmp/found"
	is "$name: as many as there were" "$(wc -l <"$tmp/found")" \
		"$(wc -l <"$tmp/truth")"
	{
		comm -23 "$tmp/truth" "$tmp/found" | sed 's/^/truth	/'
		comm -13 "$tmp/truth" "$tmp/found" | sed 's/^/found	/'
	} | uniq -c | sed 's/^ *\([0-9]*\) /\1	/' |
		LC_ALL=C sort >"$tmp/differences"
	grep "^$name	" tests/cli/truth.tsv | cut -f 2-11 |
		LC_ALL=C sort >"$tmp/explained"
	same "$name: every difference is explained" "$tmp/differences" \
		"$tmp/explained"
done
is 'every explanation says why' \
	"$(awk -F '\t' '!/^#/ && $12 == ""' tests/cli/truth.tsv)" ''

# The calls that were cut off, lost or refused are the ones that say so.
"$analyzer" query samples/shop.tar.gz '' --full |
	jq -r 'select(.protocol.name == "http") |
		select(.evidence.complete | not) |
		[.request.url, .evidence.reason] | @tsv' |
	LC_ALL=C sort -u >"$tmp/incomplete"
cat >"$tmp/want" <<END
/abort	the response does not end in the capture
/cut	the response does not end in the capture
/download?n=60000	bytes of the response are missing
/slow?s=600	the response was not seen
/strict	the request does not end in the capture
END
same 'incomplete entries say so, and why' "$tmp/incomplete" "$tmp/want"

done_testing
