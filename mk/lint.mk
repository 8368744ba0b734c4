# SPDX-License-Identifier: Apache-2.0
#
# Lint: one target a gate, `make lint` for all. Each gate has a test that shows
# it failing on a bad sample: tests/lint/selftest.t.

# Which files clang-tidy found clean, by content. Clones may share it.
TIDY_CACHE ?= build/lint/tidy

LINT_GATES := includes banned spdx paths pending space links scripts sizes \
              format warnings symbols cppcheck tidy selftest

# Everything that git would commit, or everything there is without git.
FILES    = $(shell { git ls-files -co --exclude-standard 2>/dev/null || \
               find . -path ./build -prune -o -type f -print; } | \
               sed 's|^\./||' | LC_ALL=C sort | while read -r f; do \
               [ -f "$$f" ] && echo "$$f"; done)
TOP_DIRS := base snapshot analyzer cli capture-agent
PRODUCT  = $(filter $(addsuffix /%,$(TOP_DIRS)),$(filter %.c %.h,$(FILES)))
C_FILES  = $(filter %.c %.h,$(FILES))
TEXT     = $(filter-out tests/fuzz/corpus/% %.png %.golden %.pcap %.pcapng %.cap \
               %.gz %.zst %.xz %.bz2 %.tar %.zip,$(FILES))
CODE     = $(filter %.c %.h %.def %.sh %.t %.awk %.mk %.tbl %.py %.sql %.ts %.tsx %.mjs %.css Makefile .ci/run,$(TEXT))
SCRIPTS  = $(filter %.sh .ci/run,$(FILES)) $(shell grep -lE '^\#!.*[/ ](ba)?sh' \
               $(filter %.t,$(FILES)) /dev/null)
TEMPLATE := $(wildcard analyzer/proto/_template/*.c)

## lint: every gate below (make lint-NAME for one)
lint:
	@sh mk/deps.sh build lint
	@bad=0; for gate in $(LINT_GATES); do \
	    if $(MAKE) lint-$$gate; then \
	        echo "lint-$$gate: ok"; \
	        [ -z "$$TALLY" ] || echo "1 0 0 lint-$$gate" >>"$$TALLY"; \
	    else \
	        echo "lint-$$gate: FAILED"; bad=$$((bad + 1)); \
	        [ -z "$$TALLY" ] || echo "0 1 0 lint-$$gate" >>"$$TALLY"; \
	    fi; \
	done; \
	if [ $$bad -gt 0 ]; then echo "$$bad lint gates failed"; exit 1; fi; \
	echo "All lint gates passed."

# Who may include whom.
lint-includes:
	@awk -f tests/lint/includes.awk tests/lint/includes.tbl \
	    $(filter $(addsuffix /%,$(TOP_DIRS)),$(filter %.c %.h %.def,$(FILES)))

lint-banned:
	@awk -f tests/lint/banned.awk $(C_FILES) /dev/null

lint-spdx:
	@sh tests/lint/text.sh spdx $(CODE)

lint-paths:
	@sh tests/lint/text.sh paths $(TEXT)

lint-pending:
	@sh tests/lint/text.sh pending $(CODE)

lint-space:
	@sh tests/lint/text.sh space $(filter-out LICENSE,$(TEXT))

lint-links:
	@awk -f tests/lint/links.awk $(filter %.md,$(FILES)) /dev/null

lint-scripts:
	@shellcheck -x -S warning $(SCRIPTS)
	@for f in $(filter %.t,$(FILES)); do \
	    [ -x "$$f" ] || { echo "$$f is not executable"; exit 1; }; done

# Function and file lengths, complexity, parameters.
lint-sizes:
	@sh tests/lint/sizes.sh $(PRODUCT)

lint-format:
	@clang-format-14 --dry-run -Werror $(C_FILES) 2>&1 | \
	sed -n 's/^\([^:]*\):[0-9]*:.*error:.*/\1/p' | uniq -c | \
	awk '{ print $$2 ": " $$1 " places that make fmt would change"; bad = 1 } \
	     END { exit bad }'

# Everything compiles without a warning, with both compilers.
lint-warnings:
	@$(MAKE) $(PAR) VARIANT=debug B=build/lint-gcc CC=gcc WERROR=1 objects
	@$(MAKE) $(PAR) VARIANT=debug B=build/lint-clang CC=clang WERROR=1 objects

objects: $(call obj,$(LIB_SRC) $(CXX_SRC) $(MAIN_SRC) $(UNIT_SRC) $(FAULT_SRC) \
    $(FUZZ_SRC) $(GEN_SRC) $(HELP_SRC) $(TEMPLATE) $(wildcard tests/fuzz/replay.c))

# Exported names: prefixed, and used by somebody else.
lint-symbols:
	@$(MAKE) $(PAR) VARIANT=debug B=build/lint-gcc CC=gcc objects
	@sh tests/lint/symbols.sh build/lint-gcc

lint-cppcheck:
	@mkdir -p build/lint/cppcheck
	@cppcheck --quiet -j$(J) --cppcheck-build-dir=build/lint/cppcheck \
	    --std=c11 -D_GNU_SOURCE -I. \
	    --enable=warning,performance,portability \
	    --inline-suppr --error-exitcode=1 \
	    --suppress=missingIncludeSystem --suppress=preprocessorErrorDirective \
	    $(filter %.c,$(PRODUCT))

lint-tidy:
	@$(MAKE) VARIANT=debug B=build/lint-clang CC=clang tidy-run

tidy-run: $(B)/version.h
	@TIDY_FLAGS='$(BASE_CFLAGS) $(LIB_CFLAGS)' TIDY_PRODUCT_FLAGS='$(BANNED)' \
	    J=$(J) sh tests/lint/tidy.sh $(TIDY_CACHE) \
	    $(filter %.c,$(filter $(addsuffix /%,$(TOP_DIRS)) tests/%,$(FILES)))

lint-selftest:
	@prove --exec 'sh mk/run-test.sh' tests/lint/*.t

## tidy: clang-tidy on every C file
tidy: lint-tidy

## fmt: format every C file
fmt:
	@sh mk/deps.sh lint
	$(Q)clang-format-14 -i $(C_FILES)

## fmt-check: is every C file formatted?
fmt-check: lint-format

## compdb: compile_commands.json for editors
compdb: $(B)/version.h
	@{ echo '['; sep=; for f in $(LIB_SRC) $(MAIN_SRC) $(UNIT_SRC); do \
	    printf '%s{"directory":"%s","file":"%s","command":"%s"}\n' \
	        "$$sep" '$(CURDIR)' "$$f" \
	        "$(CC) $(BASE_CFLAGS) $(LIB_CFLAGS) $(BANNED) -c $$f"; sep=,; \
	done; echo ']'; } >compile_commands.json

.PHONY: lint $(addprefix lint-,$(LINT_GATES)) objects tidy tidy-run fmt \
        fmt-check compdb
