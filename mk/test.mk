# SPDX-License-Identifier: Apache-2.0
#
# Tests. `check` runs what is built for VARIANT; `test` makes a bare machine
# able to do so first. ONLY=text restricts both to tests whose path contains it.

J ?= $(or $(shell getconf _NPROCESSORS_ONLN 2>/dev/null),2)
# For the makes started from here: all processors, unless the user chose.
PAR = $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(J))
SCRIPT_TESTS := $(sort $(wildcard tests/cli/*.t tests/snapshot/*.t tests/golden/*.t \
                  tests/api/*.t tests/docker/*.t \
                    tests/e2e/*.t))
CHECK_ALL  := $(UNIT_BIN) $(REPLAY) $(SCRIPT_TESTS)
CHECK_LIST := $(strip $(if $(ONLY),$(foreach t,$(CHECK_ALL),$(if $(findstring \
                  $(ONLY),$(t)),$(t))),$(CHECK_ALL)))
# The unit tests that start threads: the ones worth running under tsan.
THREADED   := $(if $(filter tsan,$(VARIANT)),$(patsubst %.c,$(B)/%,$(shell \
                  grep -lE 'pthread|base/queue.h|analyzer/ingest/|threads' \
                  $(UNIT_SRC) /dev/null)))

prove = BIN='$(abspath $(BIN))' BUILD='$(abspath $(B))' SHARED='$(SHARED)' \
        VARIANT='$(VARIANT)' prove -j$(J) --exec 'sh mk/run-test.sh'

# check: run the tests that are built, for VARIANT
check: $(filter $(B)/%,$(CHECK_LIST)) $(GEN_BIN) $(if $(filter $(SCRIPT_TESTS),$(CHECK_LIST)),$(PROGS))
	$(Q)$(if $(CHECK_LIST),$(prove) $(CHECK_LIST),echo 'No test\
	    $(if $(ONLY),has a path that contains $(ONLY),is here yet)' >&2; exit 1)

check-threads: $(THREADED)
	$(Q)$(if $(THREADED),$(prove) $(THREADED),echo 'No test starts a thread.')

check-fault: $(FAULT_BIN) $(PROGS) $(GEN_BIN)
	$(Q)$(if $(FAULT_BIN)$(wildcard tests/fault/*.t),$(prove) $(FAULT_BIN) \
	    $(sort $(wildcard tests/fault/*.t)),echo 'No fault test yet.')

## test: install what is missing, build, run every test
test:
	@sh mk/deps.sh build test
	@$(MAKE) ui-try
	@$(MAKE) $(PAR) WERROR=1 all check

## asan: the tests under AddressSanitizer and UBSan
asan:
	@$(MAKE) $(PAR) VARIANT=asan WERROR=1 check

## tsan: the threaded tests under ThreadSanitizer
tsan:
	@$(MAKE) $(PAR) VARIANT=tsan WERROR=1 check-threads

## fault: failing allocations and failing I/O
fault:
	@$(MAKE) $(PAR) VARIANT=asan WERROR=1 check-fault

## check-all: test, asan, tsan, fault, lint, newcomer
check-all:
	@$(MAKE) test
	@$(MAKE) asan
	@$(MAKE) tsan
	@$(MAKE) fault
	@$(MAKE) lint
	@$(MAKE) newcomer

## bless: rewrite the golden files from what the tests see now; review the diff
bless:
	@BLESS=1 $(MAKE) check ONLY=ingest_

## fuzz: fuzz every target for T seconds each (default 10); needs clang
fuzz:
	@sh mk/deps.sh build fuzz
	@$(MAKE) VARIANT=fuzz fuzz-all

fuzz-all: $(patsubst tests/fuzz/fuzz_%.c,fuzz-run-%,$(FUZZ_SRC))

## fuzz-NAME: fuzz tests/fuzz/fuzz_NAME.c for T seconds (default 60)
$(patsubst tests/fuzz/fuzz_%.c,fuzz-%,$(FUZZ_SRC)): fuzz-%:
	@sh mk/deps.sh build fuzz
	@$(MAKE) VARIANT=fuzz T=$(or $(T),60) fuzz-run-$*

fuzz-run-%: $(B)/fuzz_%
	@mkdir -p $(B)/corpus/$* $(B)/crash/$*
	$(Q)$< -max_total_time=$(or $(T),10) -timeout=10 -rss_limit_mb=2048 \
	    -print_final_stats=1 -verbosity=0 -artifact_prefix=$(B)/crash/$*/ \
	    $(addprefix -dict=,$(wildcard tests/fuzz/dict/$*.dict)) \
	    $(B)/corpus/$* $(wildcard tests/fuzz/corpus/$*)

## cov: line and branch coverage of the unit tests
cov:
	@rm -f build/cov/*.gcda
	@$(MAKE) $(PAR) VARIANT=cov check
	@sh mk/cov.sh build/cov

## bench: compare speed and memory with gzip, capinfos and tshark
bench:
	@sh mk/deps.sh build bench
	@$(MAKE) $(PAR) VARIANT=release bench-build
	@if [ -x tests/bench/run.sh ]; then \
	    BIN=$(abspath build/bin) BUILD=$(abspath build/release) tests/bench/run.sh; \
	else echo 'There is no benchmark yet (tests/bench/run.sh).' >&2; exit 1; fi

bench-build: all $(GEN_BIN)

## newcomer: make run and make test in a bare Debian 12 (root; minutes)
newcomer:
	@sh mk/deps.sh newcomer
	@sh tests/newcomer/debootstrap.sh

.PHONY: check check-threads check-fault test asan tsan fault check-all bless \
        fuzz fuzz-all cov bench bench-build newcomer
