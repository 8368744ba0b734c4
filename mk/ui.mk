# SPDX-License-Identifier: Apache-2.0
#
# The web interface: ui/dist, which the next `make` builds into the program. The
# C programs never need it; a machine without npm gets them with a page that
# says so (embed.mk).

UI_LOCK := ui/node_modules/.package-lock.json

$(UI_LOCK): ui/package.json ui/package-lock.json
	$(call say,NPM,ui/node_modules)
	$(Q)sh mk/node.sh npm --prefix ui ci --no-audit --no-fund --loglevel=error
	@touch $@

## ui: build the web interface into ui/dist (needs npm)
ui: $(UI_LOCK)
	$(call say,VITE,ui/dist)
	$(Q)sh mk/node.sh npm --prefix ui run --silent build
	$(Q)sh mk/ui-sources.sh >ui/node_modules/.built-from

## ui-fmt: lay out the sources of the web interface
ui-fmt: $(UI_LOCK)
	$(Q)sh mk/node.sh npm --prefix ui run --silent fmt

## ui-dev: the web interface with reloading, for a running analyzer serve
ui-dev: $(UI_LOCK)
	$(Q)sh mk/node.sh npm --prefix ui run dev

## screenshots: pictures of every view and state, some for docs/screenshots
screenshots: all
	$(Q)BIN=$(BIN) BUILD=$(B) sh mk/node.sh node tests/e2e/shots.mjs

## dist: a release archive in build/dist, the web interface built
dist: ui
	@sh mk/dist.sh build/dist

# With what it needs, where that can be had; the rest goes on without.
ui-try:
	@sh mk/deps.sh ui && $(MAKE) ui || \
	    echo 'The web interface could not be built; going on without it.' >&2

.PHONY: screenshots ui ui-fmt ui-dev ui-try dist
