#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# cmd.sh ANALYZER [FOLDER]: writes what is made from analyzer/cmd/options.def:
# the completions, and the part of the man page between its two marks. Run it
# after a change there; tests/cli/help.t fails until then. FOLDER is where
# docs/ lies, default the current one.
set -eu
analyzer=$1
docs=${2:-.}/docs
page=docs/man/analyzer.1

mkdir -p "$docs/completions" "$docs/man"
"$analyzer" --completion bash >"$docs/completions/analyzer.bash"
"$analyzer" --completion zsh >"$docs/completions/_analyzer"
"$analyzer" --completion fish >"$docs/completions/analyzer.fish"

new=$(mktemp)
trap 'rm -f "$new"' EXIT
"$analyzer" --man-options | awk -v page="$page" '
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
cat "$new" >"$docs/man/analyzer.1"
