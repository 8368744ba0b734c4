#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# cmd.sh PROGRAM [FOLDER]: writes what is made from the program's table of
# commands and options (analyzer/cmd/options.def, cli/flags.def): completions,
# and the part of the man page between its two marks. Run it after a change
# there; tests/cli/*help.t fail until then. FOLDER is where docs/ lies, default
# the current one.
set -eu
program=$1
name=$(basename "$program")
docs=${2:-.}/docs
page=docs/man/$name.1

completion()
{
	case $name in
	kubeshark) "$program" completion "$1" ;;
	*) "$program" --completion "$1" ;;
	esac
}

mkdir -p "$docs/completions" "$docs/man"
completion bash >"$docs/completions/$name.bash"
completion zsh >"$docs/completions/_$name"
completion fish >"$docs/completions/$name.fish"

new=$(mktemp)
trap 'rm -f "$new"' EXIT
"$program" --man-options | awk -v page="$page" '
{ made = made $0 "\n" }
END {
	while ((getline line < page) > 0) {
		if (line ~ /^[.]\\" generated end/)
			inside = 0
		if (!inside)
			print line
		if (line ~ /^[.]\\" generated begin/) {
			printf "%s", made
			inside = 1
		}
	}
}' >"$new"
cat "$new" >"$docs/man/$name.1"
