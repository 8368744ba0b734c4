#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# kubeshark tap -p s3://...: a store that others wrote, and that checks
# signatures, gives single objects and what lies below a prefix.
set -u
. tests/cli/kubeshark.sh

if ! command -v node >/dev/null 2>&1 || ! command -v npm >/dev/null 2>&1; then
	echo '1..0 # SKIP node and npm are not installed'
	exit
fi
modules=${BUILD:-build/release}/s3
mkdir -p "$modules"
if [ ! -d "$modules/node_modules/s3rver" ]; then
	cp tests/s3/package.json tests/s3/package-lock.json tests/s3/.npmrc \
		"$modules"
	if ! (cd "$modules" && npm ci >npm.log 2>&1); then
		echo '1..0 # SKIP the S3 server s3rver cannot be installed'
		exit
	fi
fi
S3_MODULES=$(cd "$modules/node_modules" && pwd)
export S3_MODULES
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
unset AWS_PROFILE AWS_SESSION_TOKEN AWS_REGION AWS_DEFAULT_REGION
unset AWS_CONFIG_FILE AWS_SHARED_CREDENTIALS_FILE AWS_ENDPOINT_URL_S3

node tests/s3/server.js "$tmp/store" >"$tmp/port" 2>"$tmp/s3.log" &
store=$!
trap 'kill "$store" 2>/dev/null; end_tap; chmod -R u+w "$tmp"; rm -rf "$tmp"' EXIT
i=0
while [ ! -s "$tmp/port" ] && [ "$i" -lt 600 ]; do
	kill -0 "$store" 2>/dev/null || break
	sleep 0.1
	i=$((i + 1))
done
if [ ! -s "$tmp/port" ]; then
	echo '1..0 # SKIP the S3 server does not start with this node'
	exit
fi
endpoint=http://127.0.0.1:$(cat "$tmp/port")

mkdir "$tmp/in"
tar -xzf samples/tiny.tar.gz -C "$tmp/in"
# Every member of the snapshot as an object, with a marker of a folder.
set --
for file in $(cd "$tmp/in" && find . -type f | sed 's,^[.]/,,'); do
	set -- "$@" "days/mon day/$file" "$tmp/in/$file"
done
ok 'the store takes objects' node tests/s3/put.js "$endpoint" \
	'one/a snapshot+é.tar.gz' samples/tiny.tar.gz 'days/mon day/' '' "$@"

good()
{
	what=$1
	files=$2
	shift 2
	tap --runtime local "$@"
	is "$what is opened" "${front:+yes}" yes
	is 'with all files' "$(find "$TMPDIR" -path "*/snapshot/*" -type f | wc -l)" "$files"
	end_tap
	is 'ends well' "$tap_status" 0
	is 'and leaves nothing' "$(ls -A "$TMPDIR")" ''
}
all=$(find "$tmp/in" -type f | wc -l)
export AWS_ACCESS_KEY_ID=S3RVER AWS_SECRET_ACCESS_KEY=S3RVER
good 'an object' 1 -p 's3://snaps/one/a snapshot+é.tar.gz' \
	--s3-endpoint "$endpoint"
export AWS_ENDPOINT_URL="$endpoint/"
good 'a prefix' "$all" -p 's3://snaps/days/mon day/'
says 'which is counted' "$tmp/tap.log" "Objects below the prefix: $all, bytes"
good 'one without a slash' "$all" -p 's3://snaps/days/mon'
good 'an endpoint of the configuration' 1 \
	-p 's3://snaps/one/a snapshot+é.tar.gz' \
	--set "tap.s3.endpoint=$endpoint"
export AWS_SESSION_TOKEN='to/ken=+'
good 'with a session token' "$all" -p 's3://snaps/days/mon day/'
unset AWS_SESSION_TOKEN
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_ENDPOINT_URL
mkdir "$HOME/.aws"
cat >"$HOME/.aws/credentials" <<END
[default]
aws_access_key_id = WRONG
aws_secret_access_key = WRONG
# a comment
[lab]
aws_access_key_id=S3RVER
aws_secret_access_key = S3RVER
END
cat >"$HOME/.aws/config" <<END
[profile lab]
region = eu-south-7
endpoint_url = $endpoint
END
export AWS_PROFILE=lab
good 'a profile' 1 -p 's3://snaps/one/a snapshot+é.tar.gz'

bad()
{
	what=$1
	pattern=$2
	shift 2
	status "$what" 3 timeout 60 "$kubeshark" tap --headless --runtime local \
		--proxy-front-port 0 --proxy-hub-port 0 "$@"
	says 'is told' "$tmp/err" " ERR .*$pattern"
	is 'in one line' "$(grep -c ' ERR ' "$tmp/err")" 1
	is 'and leaves nothing' "$(ls -A "$TMPDIR")" ''
}
bad 'a key that is not there' 's3://snaps/nothing: no object' \
	-p s3://snaps/nothing
bad 'a bucket that is not there' 'NoSuchBucket' -p s3://nowhere/x
bad 'an empty bucket' 'no object has this key' -p s3://empty/
bad 'too many objects' 's3-objects=1 objects' -p 's3://snaps/days/' \
	--limit s3-objects=1
bad 'too many bytes' 'fetch-bytes=100' -p 's3://snaps/days/' \
	--limit fetch-bytes=100
bad 'a listing that is too long' 's3-list-bytes=50' -p 's3://snaps/days/' \
	--limit s3-list-bytes=50
export AWS_ACCESS_KEY_ID=S3RVER AWS_SECRET_ACCESS_KEY=WRONG
bad 'a wrong secret' 'SignatureDoesNotMatch' -p s3://snaps/days/
AWS_ACCESS_KEY_ID=NOBODY
bad 'a wrong key' 'InvalidAccessKeyId' -p s3://snaps/days/
unset AWS_ACCESS_KEY_ID AWS_PROFILE
rm -r "$HOME/.aws"
bad 'no key at all' 'AccessDenied.*there are no credentials' \
	-p s3://snaps/days/ --s3-endpoint "$endpoint"
status 'a bucket that is none' 2 "$kubeshark" tap -p s3://x --headless
says 'is told' "$tmp/err" 's3://BUCKET/KEY'
status 'an endpoint that is none' 2 "$kubeshark" tap -p s3://snaps/x \
	--s3-endpoint ftp://x
says 'is told, too' "$tmp/err" 'http:// or https:// is wanted'

done_testing
