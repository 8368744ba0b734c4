# SPDX-License-Identifier: Apache-2.0
#
# Install: programs, man pages, completions. Packagers set DESTDIR and PREFIX.

PREFIX      ?= /usr/local
BINDIR      ?= $(PREFIX)/bin
MANDIR      ?= $(PREFIX)/share/man
BASHCOMPDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHCOMPDIR  ?= $(PREFIX)/share/zsh/site-functions
FISHCOMPDIR ?= $(PREFIX)/share/fish/vendor_completions.d
INSTALL     ?= install

MAN_PAGES := $(wildcard docs/man/*.[1-9])
# SOURCE=TARGET for every file that is installed besides the programs.
# Completions lie in docs/completions/ as NAME.bash, _NAME (zsh) and NAME.fish.
INSTALL_DATA = \
    $(foreach f,$(MAN_PAGES),$(f)=$(MANDIR)/man$(subst .,,$(suffix $(f)))/$(notdir $(f))) \
    $(foreach f,$(wildcard docs/completions/*.bash),$(f)=$(BASHCOMPDIR)/$(basename $(notdir $(f)))) \
    $(foreach f,$(wildcard docs/completions/_*),$(f)=$(ZSHCOMPDIR)/$(notdir $(f))) \
    $(foreach f,$(wildcard docs/completions/*.fish),$(f)=$(FISHCOMPDIR)/$(notdir $(f)))

## install: programs, man pages and completions below DESTDIR and PREFIX
install: $(PROGS)
	$(Q)for f in $(PROGS); do \
	    $(INSTALL) -D -m 0755 "$$f" "$(DESTDIR)$(BINDIR)/$${f##*/}" || exit 1; \
	done
	$(Q)for pair in $(INSTALL_DATA); do \
	    $(INSTALL) -D -m 0644 "$${pair%%=*}" "$(DESTDIR)$${pair#*=}" || exit 1; \
	done

## uninstall: remove what install put there
uninstall:
	$(Q)for p in $(foreach p,$(PROGRAMS),$(call prog_name,$(p))); do \
	    rm -f "$(DESTDIR)$(BINDIR)/$$p"; done
	$(Q)for pair in $(INSTALL_DATA); do rm -f "$(DESTDIR)$${pair#*=}"; done

.PHONY: install uninstall
