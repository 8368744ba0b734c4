#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# /api/v1/openapi.json is what the server does and what docs/api.md says.
set -u
. tests/api/api.sh

serve "$shop"
ok 'ready' wait_ready
api=${front}api/v1/
get 'the document' 200 "${api}openapi.json"
cp "$tmp/out" "$tmp/doc"
has 'is OpenAPI 3.1' '.openapi == "3.1.0" and .info.title == "analyzer" and
	(.info.version | length > 0) and (.paths | length > 20)'
has 'operations have ids of their own' '[.paths[][].operationId] |
	length == (unique | length)'
has 'references lead somewhere' '. as $doc |
	[.. | objects | .["$ref"]? // empty | ltrimstr("#/components/schemas/")]
	| all(. as $n | $doc.components.schemas | has($n))'
has 'parameters of paths are declared' '.paths | to_entries | all(
	([.key | scan("[{]([a-z]+)[}]")[0]] | sort) ==
	([.value[].parameters[] | select(.in == "path") | .name] | unique))'
has 'and all are explained' '[.paths[][].parameters[] |
	select(.description == "")] == []'

# The table of routes and the document are the same.
sed -n 's/^ROUTE(\([A-Z]*\), "\([^"]*\)".*/\1 \2/p' analyzer/api/routes.def |
	sort >"$tmp/want"
cp "$tmp/want" "$tmp/want_routes"
jq -r '.paths | to_entries[] | .key as $p | .value | keys[] |
	"\(ascii_upcase) \($p)"' "$tmp/doc" | sort >"$tmp/got"
same 'every route is in it' "$tmp/got" "$tmp/want"

# docs/api.md has a section for each of ours.
sed -n 's/^### \(.*\)/\1/p' docs/api.md | tr ',' '\n' |
	sed -n 's/^ *\(\/[^ ]*\)$/\/api\/v1\1/p' | sort >"$tmp/got"
jq -r '.paths | keys[] | select(startswith("/api/v1/"))' "$tmp/doc" |
	grep -v openapi.json | sort >"$tmp/want"
is 'docs/api.md describes each of ours' \
	"$(comm -13 "$tmp/got" "$tmp/want")" ''

# Routes with ids or bodies, and sockets, are asked for by tests of this folder.
# Lines that go on become one.
cat tests/api/*.t | sed -e ':more' -e '/\\$/{N;s/\\\n//;b more' -e '}' \
	>"$tmp/lines"
while read -r method path; do
	case $method$path in
	GET*/ws | GET*/logs | GET*/export) ;;
	GET*'{'*) ;;
	GET*) continue ;;
	esac
	case $method in
	POST) how='-d |-X POST|--data' ;;
	PUT | DELETE) how="-X $method" ;;
	*) how= ;;
	esac
	asked=$(echo "${path#/api/v1}" | sed 's/[{][a-z]*[}]/[^" ?]+/g')
	grep -E "[/}]${asked#/}([\"? ]|\$)" "$tmp/lines" >"$tmp/asked"
	ok "a test asks for $method $path" grep -qE -- "$how" "$tmp/asked"
done <"$tmp/want_routes"

# Each route that needs no id answers as the document says.
jq -r '.paths | to_entries[] | select(.key | test("[{]") | not) |
	select(.value.get) | select(.key | test("/ws$|/logs$|/export$") | not) |
	[.key, (.value.get.responses["200"].content | keys[0]),
	(.value.get.responses["200"].content[].schema["$ref"] // "" |
		ltrimstr("#/components/schemas/"))] | @tsv' \
	"$tmp/doc" >"$tmp/routes"
ok 'there are such' test "$(wc -l <"$tmp/routes")" -gt 15
while read -r path type schema; do
	query=
	case $path in */top) query='?field=request.method' ;; esac
	get "GET $path" 200 "${front}${path#/}$query"
	says 'has its type' "$tmp/head" "^Content-Type: $type"
	[ -n "$schema" ] || continue
	jq --slurpfile doc "$tmp/doc" -e --arg s "$schema" '. as $reply |
		$doc[0].components.schemas as $all |
		def required($n): $all[$n] | (.required // []) +
			([.allOf[]? | (.required // []) +
			((.["$ref"] // "") | ltrimstr("#/components/schemas/") |
			if . == "" then [] else required(.) end)] | add // []);
		required($s) | all(. as $k | $reply | has($k))' \
		"$tmp/out" >/dev/null
	is "and the members of $schema" "$?" 0
done <"$tmp/routes"
get 'a row' 200 "${api}entries?limit=1"
jq '.entries[0]' "$tmp/out" >"$tmp/row"
ok 'has the members of Row' jq -e --slurpfile doc "$tmp/doc" \
	'keys == ($doc[0].components.schemas.Row.required | sort)' "$tmp/row"
id=$(jq -r .id "$tmp/row")
get 'an entry' 200 "${api}entries/$id"
ok 'has the members of Entry' jq -e --slurpfile doc "$tmp/doc" \
	'keys == ($doc[0].components.schemas.Entry.required | sort)' "$tmp/out"
get 'an error' 404 "${api}entries/x"
has 'has the members of Error' '.error | has("code", "message", "position")'

# ---- one snapshot ----

get 'a snapshot' 200 "${api}snapshots/1"
has 'has its parts' '.id == "1" and .state == "ready" and
	(.sources | map(select(.id != null)) | length == 4) and
	all(.sources[]; (.sha256 | length == 64)) and
	(.interfaces | length > 0) and (.points | length == 3) and
	.limits == [] and .protocols[0].macro != ""'
has 'every packet has a disposition' '.packets ==
	(.dispositions | map(.count) | add) and
	.packets == (.points | map(.packets) | add)'
has 'interfaces are of a point' '(.points | map(.id)) as $ids |
	all(.interfaces[]; .packets == 0 or (.point | IN($ids[])))'
get 'one that is not' 404 "${api}snapshots/2"
get 'nor can be' 404 "${api}snapshots/x"

# ---- explaining ----

get 'a query explained' 200 "${api}kfl/explain" -G \
	--data-urlencode 'q=http and request.headers["Host"] == "x"'
has 'says what is left' '.exact == false and (.residual | length == 1) and
	(.over.sql | length > 0)'
get 'one that the index answers' 200 "${api}kfl/explain?q=http"
has 'is exact' '.exact and .residual == []'
get 'a wrong one' 400 "${api}kfl/explain?q=foo"
stop

# ---- one file of several interfaces ----

ok 'packets of three interfaces' "$analyzer" export "$shop" --to pcapng \
	-o "$tmp/all.pcapng"
serve "$tmp/all.pcapng"
ok 'ready' wait_ready
get 'their snapshot' 200 "${front}api/v1/snapshots/1"
has 'has a point for each' '(.interfaces | length == 3) and
	(.interfaces | map(.point) | sort) == (.points | map(.id)) and
	all(.points[]; .packets > 0 and .first < .last) and
	.packets == (.points | map(.packets) | add)'
ok 'every reply was as the document says' conform
stop

done_testing
