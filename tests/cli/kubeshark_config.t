#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# kubeshark: the configuration, its order of precedence, and what is wrong.
set -u
. tests/cli/kubeshark.sh

file=$HOME/.kubeshark/config.yaml

status 'version' 0 "$kubeshark" version
says 'is the version' "$tmp/out" '^[0-9]+[.][0-9]+'
is 'and nothing else' "$(wc -l <"$tmp/out")$(cat "$tmp/err")" 1
status 'version -d' 0 "$kubeshark" version -d
says 'tells more' "$tmp/err" 'DBG .*version=.*branch=.*commit-hash=.*build-time='

# ---- the template ----

status 'config' 0 "$kubeshark" config
cp "$tmp/out" "$tmp/template"
says 'has keys' "$tmp/template" '^    registry: docker.io/kubeshark$'
status 'config -r' 0 "$kubeshark" config -r
says 'says that it wrote it' "$tmp/err" \
	'^[0-9TZ:-]+ INF [a-z_]+[.]c:[0-9]+ > Template file written to config path'
same 'the same' "$file" "$tmp/template"
is 'readable by all' "$(stat -c %a "$file")" 644
status 'the template can be read' 0 "$kubeshark" config
same 'and the defaults stay the defaults' "$tmp/out" "$tmp/template"
is 'without a word' "$(cat "$tmp/err")" ''
status 'config -r to a file that is not there yet' 0 \
	"$kubeshark" config -r --configpath "$tmp/new/c.yaml"
same 'writes it there' "$tmp/new/c.yaml" "$tmp/template"

# ---- defaults < file < flags ----

# What the value is, is told by a mistake of it.
size()
{
	"$kubeshark" tap -p "$tmp/none" "$@" 2>&1 |
		sed -n 's/.*Could not parse --storagelimit value //p'
}
printf 'tap:\n  storagelimit: file\n' >"$file"
is 'the file is over the defaults' "$(size)" file
is '--set is over the file' "$(size --set tap.storagelimit=set)" set
is 'a flag is over the file' "$(size --storagelimit flag)" flag
is 'of flags the later in the alphabet counts' \
	"$(size --storagelimit flag --set tap.storagelimit=set)" flag
printf 'tap:\n  storagelimit: other\n' >"$tmp/other.yaml"
is 'another file' "$(size --config-path "$tmp/other.yaml")" other
is 'by its other name' "$(size --configpath="$tmp/other.yaml")" other

# ---- what is wrong ----

printf 'tap:\n  docker:\n    tga: x\nfrob: [1, {a: b}]\nheadless: true\n' >"$file"
status 'unknown keys' 0 "$kubeshark" config
says 'are told with their line' "$tmp/err" \
	"WRN .* > $file:3: unknown key tap.docker.tga\$"
says 'each of them' "$tmp/err" "$file:4: unknown key frob\$"
printf 'tap:\n\tdocker: x\n' >"$file"
status 'what is no YAML' 3 "$kubeshark" version
says 'is told with its place' "$tmp/err" "FTL .* > invalid config, $file:2:1: "
says 'and what to do' "$tmp/err" \
	"you can regenerate the file by removing it \\($file\\) and using \`kubeshark config -r\`"
printf 'headless: perhaps\n' >"$file"
status 'a value of another type' 3 "$kubeshark" check
says 'is told, too' "$tmp/err" "invalid config, $file:1:11: headless: cannot"
rm "$file"
status 'no file at all' 0 "$kubeshark" version
status 'a named file that is not there' 3 \
	"$kubeshark" version --config-path "$tmp/none.yaml"
says 'is named' "$tmp/err" "invalid config, open $tmp/none.yaml: no such file"
status 'a file over the limit' 3 "$kubeshark" tap -p - \
	--config-path "$tmp/other.yaml" --limit config-bytes=5
says 'names the limit' "$tmp/err" 'config-bytes=5'
status '--set of nothing' 0 "$kubeshark" version --set frob \
	--set a.b=1,headless=maybe
says 'is told' "$tmp/err" 'WRN .*Ignoring set argument frob \(set argument format: <flag name>=<flag value>\)'
says 'an unknown key' "$tmp/err" 'WRN .*flag "a.b" not found'
says 'a wrong type' "$tmp/err" \
	'WRN .*invalid value maybe for flag name headless, expected bool'

# usage WHAT PATTERN COMMAND...
usage()
{
	what=$1
	pattern=$2
	shift 2
	status "$what is a usage error" 2 "$@"
	says "$what: it says why" "$tmp/err" "$pattern"
	is "$what: nothing on stdout" "$(cat "$tmp/out")" ''
}

usage 'an unknown command' '^Error: unknown command "frob" for "kubeshark"$' \
	"$kubeshark" frob
usage 'an unknown flag' '^Error: unknown flag: --frob$' "$kubeshark" tap --frob
usage 'an unknown letter' "^Error: unknown shorthand flag: 'x' in -x\$" \
	"$kubeshark" tap -x
usage 'a missing value' '^Error: flag needs an argument: --pcap$' \
	"$kubeshark" tap --pcap
usage 'a port that is none' \
	'invalid argument "70000" for "--proxy-front-port" flag: expected uint16' \
	"$kubeshark" tap --proxy-front-port 70000
usage 'two regular expressions' 'unexpected number of arguments' \
	"$kubeshark" tap a b
usage 'a bad regular expression' \
	' > a\( is not a valid regex .*missing closing \)' \
	"$kubeshark" tap 'a('
usage 'a bad size' 'Could not parse --storagelimit value 1EB' \
	"$kubeshark" tap --storagelimit 1EB
usage 'a runtime that is none' 'tap.runtime=podman: it is one of auto' \
	"$kubeshark" tap --runtime podman
usage 'a policy that is none' 'one of Always.IfNotPresent.Never' \
	"$kubeshark" tap --docker-imagepullpolicy Often
status 'a cluster' 3 "$kubeshark" tap 'shop-\d+' -n a --storagelimit 1.5GiB
says 'is told not to be there yet' "$tmp/err" \
	'not available in this build yet'

done_testing
