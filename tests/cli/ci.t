#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# docs/ci.md, deploy/inspect.sh and action.yml: the shell parts really run. In
# the place of docker is a script that takes the options apart and runs the
# program of this build; that the image does the same is for tests/docker/.
set -u
. tests/cli/tap.sh

root=$PWD
inspect=$root/deploy/inspect.sh
bin=$(cd "${BIN:-build/bin}" && pwd)
mkdir "$tmp/path" "$tmp/job" "$tmp/job/traffic"
cp samples/shop.tar.gz "$tmp/job/traffic/snapshot.tar.gz"
ln -s "$root/deploy" "$tmp/job/deploy"
cat >"$tmp/path/docker" <<'END'
#!/bin/sh
# The container would see nothing but the folder that is mounted.
[ "$1" = run ] || exit 99
shift
while :; do
	case $1 in
	--rm) shift ;;
	--network) [ "$2" = none ] || exit 98; shift 2 ;;
	--user) shift 2 ;;
	-v) [ "$2" = "$PWD:/data" ] || exit 97; shift 2 ;;
	-w) [ "$2" = /data ] || exit 96; shift 2 ;;
	*) break ;;
	esac
done
[ "$1" = analyzer:latest ] || exit 95
shift
echo "$*" >>"$DOCKER_LOG"
exec "$ANALYZER_BIN/analyzer" "$@"
END
chmod +x "$tmp/path/docker"
export DOCKER_LOG="$tmp/docker.log" ANALYZER_BIN="$bin"
PATH=$tmp/path:$bin:$PATH

# blocks FILE: writes the block scalars of `run: |` and `- |` to $tmp/block.1,
# $tmp/block.2 ... and prints how many there are.
blocks()
{
	awk -v out="$tmp/block." '
	function width(s) { match(s, /^ */); return RLENGTH }
	inside && NF > 0 && width($0) <= indent { inside = 0; close(out n) }
	inside { print substr($0, indent + 3) >(out n) }
	/(run:|-) \|$/ { inside = 1; indent = width($0); n++ }
	END { print n + 0 }' "$1"
}

# as_job N: runs block N as a job does, in the job's folder
as_job()
{
	(cd "$tmp/job" && SNAPSHOT=traffic/snapshot.tar.gz \
	    IMAGE=analyzer:latest sh -e "$tmp/block.$1")
}

# ---- the document ----

is 'docs/ci.md has its four steps' "$(blocks docs/ci.md)" 4
status 'the snapshot is verified' 0 as_job 1
says 'by the program' "$tmp/out" ': sealed'
status 'failures end the step' 1 as_job 2
is 'and are shown' "$(grep -c HTTP "$tmp/out")" 5
status 'they are kept' 0 as_job 3
ok 'as HAR' jq -e '.log.entries | length == 5' \
	"$tmp/job/failures/failures.har"
is 'and as packets' "$(od -An -tx1 -N4 "$tmp/job/failures/failures.pcapng" |
	tr -d ' ')" 0a0d0d0a
rm -r "$tmp/job/failures"
export ANALYZER_IMAGE=analyzer:latest
: >"$DOCKER_LOG"
status 'the same for GitLab' 1 as_job 4
is 'runs the image' "$(wc -l <"$DOCKER_LOG")" 3
ok 'with the proof' jq -e '.log.entries | length == 5' \
	"$tmp/job/failures/calls.har"
awk '/^```sh$/ { inside = 1; next } /^```$/ { inside = 0 } inside' \
	docs/ci.md >"$tmp/shell"
unset ANALYZER_IMAGE
sed -e ':a' -e '/\\$/N; s/\\\n//; ta' "$tmp/shell" | grep -v '^#' |
	grep . >"$tmp/lines"
is 'the document asks other questions' "$(wc -l <"$tmp/lines")" 4
i=0
for want in 1 0 1 0; do
	i=$((i + 1))
	sed -n "${i}p" "$tmp/lines" >"$tmp/block.9"
	status "question $i" "$want" as_job 9
done

# ---- the action ----

is 'action.yml has one step' "$(blocks action.yml)" 1
is 'whose inputs are never pasted into the shell' \
	"$(grep -c '[$]{{' "$tmp/block.1")" 0
status 'it runs' 1 env ACTION_PATH="$root" QUERY='response.status >= 500' \
	OUTPUT=proof ANALYZER_IMAGE=analyzer:latest \
	GITHUB_STEP_SUMMARY="$tmp/summary" sh -c "cd '$tmp/job' &&
	SNAPSHOT=traffic/snapshot.tar.gz sh -e '$tmp/block.1'"
ok 'and keeps the proof' test -s "$tmp/job/proof/calls.pcapng"
says 'and tells the page' "$tmp/summary" '^### Calls'
is 'with the calls' "$(wc -l <"$tmp/summary")" \
	$(($(wc -l <"$tmp/job/proof/calls.txt") + 4))

# ---- inspect.sh itself ----

inspect_job()
{
	(cd "$tmp/job" && "$inspect" "$@")
}
status 'nothing found' 0 inspect_job traffic/snapshot.tar.gz \
	'response.status == 599' none
ok 'leaves no proof' test ! -e "$tmp/job/none/calls.har"
status 'a query that is none' 2 inspect_job traffic/snapshot.tar.gz \
	'response.status ==' none
status 'a snapshot that is not there' 3 inspect_job traffic/nothing.tar.gz \
	http none
status 'no arguments' 2 inspect_job

done_testing
