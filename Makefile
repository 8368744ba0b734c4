# SPDX-License-Identifier: Apache-2.0
#
# One non-recursive build. Every variant lives in its own folder, so that they
# never mix:
#
#   make                       build/release, programs in build/bin
#   make VARIANT=asan check    build/asan, programs in build/asan/bin
#   make B=build/mine          a private folder for the chosen variant
#
# Sources are found by wildcard: a new file, module or dissector edits nothing
# here. A new program is one word in PROGRAMS.

MAKEFLAGS += -rR --no-print-directory
.DELETE_ON_ERROR:
.SUFFIXES:
.DEFAULT_GOAL := all
SHELL := /bin/sh
export TZ := UTC
export LC_ALL := C

VARIANT ?= release
B       ?= build/$(VARIANT)
BIN     := $(if $(filter build/release,$(B)),build/bin,$(B)/bin)
Q       := $(if $(V),,@)
say      = $(if $(V),,@printf '  %-6s %s\n' $(1) $(2))
# Where the optional corpora are; tests that need them skip without them.
SHARED  ?= $(abspath ../shared)

# name=file with main(); a program whose main file does not exist is left out.
PROGRAMS := analyzer=analyzer/main.c kubeshark=cli/main.c \
            capture-agent=capture-agent/main.c

SRC_DIRS := base console snapshot \
            $(addprefix analyzer/,net entry proto ingest index query kfl \
                                  export api cmd) \
            $(filter-out analyzer/proto/_template,$(patsubst \
                %/,%,$(wildcard analyzer/proto/*/))) \
            cli cli/docker capture-agent

prog_name = $(firstword $(subst =, ,$(1)))
prog_main = $(lastword $(subst =, ,$(1)))
PROGRAMS := $(foreach p,$(PROGRAMS),$(if $(wildcard $(call prog_main,$(p))),$(p)))
PROGS    := $(foreach p,$(PROGRAMS),$(BIN)/$(call prog_name,$(p)))
MAIN_SRC := $(foreach p,$(PROGRAMS),$(call prog_main,$(p)))
LIB_SRC  := $(filter-out $(MAIN_SRC),$(sort $(wildcard $(addsuffix /*.c,$(SRC_DIRS)))))
# C++ only where a library is C++: analyzer/kfl/re2_shim.cc.
CXX_SRC  := $(sort $(wildcard $(addsuffix /*.cc,$(SRC_DIRS))))
UNIT_SRC := $(sort $(wildcard tests/unit/*_test.c))
FAULT_SRC := $(sort $(wildcard tests/fault/*_test.c))
FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c))
GEN_SRC  := $(sort $(wildcard tests/gen/*.c))
HELP_SRC := $(sort $(wildcard tests/support/*.c))

obj       = $(patsubst %.cc,$(B)/%.o,$(patsubst %.c,$(B)/%.o,$(1)))
LIB      := $(B)/libhouse.a
TESTLIB  := $(if $(HELP_SRC),$(B)/libsupport.a)
UNIT_BIN := $(patsubst %.c,$(B)/%,$(UNIT_SRC))
FAULT_BIN := $(patsubst %.c,$(B)/%,$(FAULT_SRC))
GEN_BIN  := $(patsubst %.c,$(B)/%,$(GEN_SRC))
FUZZ_BIN := $(patsubst tests/fuzz/%.c,$(B)/%,$(FUZZ_SRC))
REPLAY   := $(if $(wildcard tests/fuzz/replay.c),$(patsubst %.c,$(B)/%.t,$(FUZZ_SRC)))

include mk/flags.mk
include mk/embed.mk

# These goals work on a machine without compiler or libraries; all others need
# the probed configuration, which is made first and then included.
PLAIN_GOALS := help deps deps-% clean run test check-all fault \
               asan tsan cov bench fuzz lint lint-% fmt fmt-check tidy \
               newcomer uninstall bless ui ui-% dist image \
               $(patsubst tests/fuzz/fuzz_%.c,fuzz-%,$(FUZZ_SRC))
ifneq ($(filter-out $(PLAIN_GOALS),$(or $(MAKECMDGOALS),all)),)
include $(B)/config.mk
endif

## all: build the programs of VARIANT (release, debug, asan, tsan, fuzz, cov)
all: $(LIB) $(PROGS)

# --- configuration, version -------------------------------------------------

$(B)/config.mk: FORCE
	@CC='$(CC)' CXX='$(CXX)' PKG_CONFIG='$(PKG_CONFIG)' VARIANT='$(VARIANT)' \
	    LIBS='$(LIBS)' OPTIONAL_LIBS='$(OPTIONAL_LIBS)' \
	    PLAIN_LIBS='$(PLAIN_LIBS)' \
	    STAMP='$(BASE_CFLAGS) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS)' \
	    sh mk/probe.sh $@

$(B)/version.h: FORCE
	@sh mk/version.sh $@

# --- objects ----------------------------------------------------------------

$(B)/%.o: %.c $(B)/config.mk | $(B)/version.h
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(if $(filter tests/%,$<),,$(BANNED)) -c -o $@ $<

$(B)/%.o: %.cc $(B)/config.mk
	$(call say,CXX,$@)
	@mkdir -p $(@D)
	$(Q)$(CXX) $(ALL_CXXFLAGS) -c -o $@ $<

# The archive is made anew when the list of sources changes, so that a removed
# file cannot stay behind in it.
$(B)/objects.list: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' $(LIB_SRC) $(CXX_SRC) $(HELP_SRC) >$@.$$$$ && \
	if cmp -s $@.$$$$ $@; then rm -f $@.$$$$; else mv -f $@.$$$$ $@; fi

$(LIB): $(call obj,$(LIB_SRC) $(CXX_SRC)) $(EMBED_OBJ) $(B)/objects.list
	$(call say,AR,$@)
	$(Q)rm -f $@.new && $(AR) rcsD $@.new $(filter %.o,$^) && mv -f $@.new $@

$(B)/libsupport.a: $(call obj,$(HELP_SRC)) $(B)/objects.list
	$(call say,AR,$@)
	$(Q)rm -f $@.new && $(AR) rcsD $@.new $(filter %.o,$^) && mv -f $@.new $@

# --- programs, tests, fuzz targets -------------------------------------------

define link
$(call say,LD,$@)
@mkdir -p $(@D)
$(Q)$(CC) $(ALL_LDFLAGS) $(1) -o $@ $(filter %.o %.a,$^) $(LINK_LIBS) \
    $(MATH_LIBS)
endef

define program
$(BIN)/$(call prog_name,$(1)): $(call obj,$(call prog_main,$(1))) $(LIB)
	$$(call link)
endef
$(foreach p,$(PROGRAMS),$(eval $(call program,$(p))))

$(UNIT_BIN) $(FAULT_BIN) $(GEN_BIN): $(B)/%: $(B)/%.o $(TESTLIB) $(LIB)
	$(call link)

$(REPLAY): $(B)/%.t: $(B)/%.o $(B)/tests/fuzz/replay.o $(TESTLIB) $(LIB)
	$(call link)

$(FUZZ_BIN): $(B)/%: $(B)/tests/fuzz/%.o $(TESTLIB) $(LIB)
	$(call link,-fsanitize=fuzzer -fsanitize-link-c++-runtime)

include mk/test.mk
include mk/lint.mk
include mk/install.mk
include mk/ui.mk
include mk/image.mk

## deps: install what the build and the tests need (Debian)
deps:
	@sh mk/deps.sh build test ui

# deps-lint, deps-bench, deps-fuzz, deps-newcomer: the tools of one task.
deps-%:
	@sh mk/deps.sh $*

## run: install what is missing, build, open the sample snapshots
run:
	@sh mk/deps.sh build
	@$(MAKE) ui-try
	@$(MAKE) $(PAR) VARIANT=release B=build/release all
	@sh mk/run.sh build/bin/analyzer

## gen: write the manual's tables, the completions and other tables anew
gen: $(PROGS) gen-kafka
	$(Q)for p in $(PROGS); do sh mk/gen/cmd.sh "$$p" || exit 1; done

KAFKA := analyzer/proto/kafka/kafka_schema
gen-kafka:
	$(Q)LC_ALL=C awk -f mk/gen/kafka.awk $(KAFKA).tbl >$(KAFKA).def.new && \
	    mv -f $(KAFKA).def.new $(KAFKA).def

## clean: remove everything that was built
clean:
	$(Q)rm -rf build

## help: this list
help:
	@echo 'make TARGET [VARIANT=release|debug|asan|tsan|fuzz|cov] [V=1]'
	@sed -n 's/^## //p' $(filter-out %.d build/%,$(MAKEFILE_LIST)) | sort | \
	awk -F': ' '{ printf "  %-12s %s\n", $$1, $$2 }'

FORCE:
.PHONY: all deps run gen gen-kafka clean help FORCE
.SECONDARY:

ifneq ($(filter-out $(PLAIN_GOALS),$(or $(MAKECMDGOALS),all)),)
-include $(patsubst %.o,%.d,$(call obj,$(CXX_SRC)))
-include $(patsubst %.c,$(B)/%.d,$(LIB_SRC) $(MAIN_SRC) $(UNIT_SRC) \
    $(FAULT_SRC) $(FUZZ_SRC) $(GEN_SRC) $(HELP_SRC) tests/fuzz/replay.c)
endif
