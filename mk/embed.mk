# SPDX-License-Identifier: Apache-2.0
#
# The web interface inside the program: ui/dist, when it was built (`make ui`),
# else a page that says how to build it.

UI_DIST   := $(if $(wildcard ui/dist/index.html),ui/dist,mk/no-ui)
UI_FILES  := $(shell find $(UI_DIST) -type f 2>/dev/null | LC_ALL=C sort)
EMBED_OBJ := $(if $(wildcard analyzer/api/assets.h),$(B)/assets_data.o)

$(B)/embed: mk/embed.c $(B)/config.mk
	$(call say,CC,$@)
	$(Q)$(CC) $(CSTD) $(WARN) -O1 $(LIB_CFLAGS) -o $@ $< $(LIB_LIBS) -lbrotlienc

# The list of files is part of the answer: one may have been removed.
$(B)/assets.list: FORCE
	@mkdir -p $(@D)
	@echo '$(UI_FILES)' >$@.$$$$ && \
	if cmp -s $@.$$$$ $@; then rm -f $@.$$$$; else mv -f $@.$$$$ $@; fi

$(B)/assets_data.c: $(B)/embed $(UI_FILES) $(B)/assets.list
	$(call say,EMBED,$(UI_DIST))
	$(Q)$(B)/embed $(UI_DIST) >$@.new && mv -f $@.new $@

$(B)/assets_data.o: $(B)/assets_data.c analyzer/api/assets.h
	$(call say,CC,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -c -o $@ $<
