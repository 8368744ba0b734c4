# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
#
# engine.sh: for the scripts in this folder. `engine_start` starts a Docker
# engine of its own in $tmp, which sees no network but the machine's and is
# ended, with all that it mounted, when the script ends. It answers false where
# there is none, or where it cannot run; $why says why.
. tests/cli/tap.sh

engine=
why=

engine_stop()
{
	[ -n "$engine" ] || return 0
	kill "$engine" 2>/dev/null
	wait "$engine"
	engine=
	umount "$tmp/engine/exec/netns/default" 2>/dev/null
	umount "$tmp"/engine/root/overlay2/*/merged 2>/dev/null
	umount "$tmp/engine/root" 2>/dev/null
	return 0
}
# shellcheck disable=SC2154 # tmp is tap.sh's
trap 'engine_stop; chmod -R u+w "$tmp"; rm -rf "$tmp"' EXIT

engine_answers()
{
	curl -s -m 5 --unix-socket "$tmp/engine/s" http://d/_ping 2>/dev/null |
	    grep -q OK
}

engine_start()
{
	for command in dockerd docker curl; do
		command -v "$command" >/dev/null 2>&1 && continue
		why="there is no $command"
		return 1
	done
	if [ "$(id -u)" -ne 0 ]; then
		why='a Docker engine needs root'
		return 1
	fi
	mkdir -p "$tmp/engine"
	dockerd --bridge=none --iptables=false --ip6tables=false \
	    --ip-forward=false --ip-masq=false --data-root "$tmp/engine/root" \
	    --exec-root "$tmp/engine/exec" -p "$tmp/engine/pid" \
	    -H "unix://$tmp/engine/s" >"$tmp/engine/log" 2>&1 &
	engine=$!
	i=0
	while ! engine_answers; do
		if [ "$i" -ge 300 ] || ! kill -0 "$engine" 2>/dev/null; then
			why="the Docker engine cannot run here: $(tail -n 1 \
			    "$tmp/engine/log" | tr -d '\n')"
			engine_stop
			return 1
		fi
		sleep 0.1
		i=$((i + 1))
	done
	unset DOCKER_CONTEXT DOCKER_TLS_VERIFY DOCKER_CERT_PATH
	# A configuration of somebody else's is none of our business.
	mkdir -p "$tmp/docker-config"
	export DOCKER_CONFIG="$tmp/docker-config"
	export DOCKER_HOST="unix://$tmp/engine/s"
}

# A base for the image where none can be pulled: Debian's, made here.
engine_base()
{
	docker image inspect debian:bookworm-slim >/dev/null 2>&1 && return 0
	debootstrap --variant=minbase bookworm "$tmp/base" \
	    http://deb.debian.org/debian >"$tmp/base.log" 2>&1 || return 1
	for part in /etc/apt/apt.conf.d /etc/apt/sources.list.d; do
		cp -r "$part/." "$tmp/base$part/"
	done
	tar -C "$tmp/base" -c . | docker import - debian:bookworm-slim \
	    >/dev/null
}

# The image as deploy/Dockerfile would make it, out of the program that was
# built already; with IMAGE_TEST=1 by deploy/Dockerfile, which takes minutes.
engine_image()
{
	if [ -n "${IMAGE_TEST:-}" ]; then
		engine_base && sh deploy/image.sh analyzer:latest \
		    debian:bookworm-slim --network host >"$tmp/image.log" 2>&1
		return
	fi
	# shellcheck disable=SC2154 # analyzer is tap.sh's
	sh deploy/rootfs.sh "$analyzer" "$tmp/rootfs" || return 1
	set -- -c 'ENTRYPOINT ["/analyzer"]' -c 'USER 65532:65532'
	for variable in $(sed -n 's/^ENV //p' deploy/Dockerfile); do
		set -- "$@" -c "ENV $variable"
	done
	tar --numeric-owner --owner=0 --group=0 -C "$tmp/rootfs" -c . |
	    docker import "$@" - analyzer:latest >/dev/null
}

# Can a container run here at all? Kernels and sandboxes differ.
engine_runs()
{
	docker run --rm --network none analyzer --version >"$tmp/out" 2>&1 &&
	    return 0
	# shellcheck disable=SC2034 # for those who include this
	why="no container runs here: $(tail -n 1 "$tmp/out" | tr -d '\n')"
	return 1
}

# Every container and volume that there is, one a line.
engine_leftovers()
{
	docker ps -aq
	docker volume ls -q
}
