# SPDX-License-Identifier: Apache-2.0
#
# Compiler, warnings, variants, libraries. What has to be asked of the machine
# (pkg-config, which hardening flags this compiler knows) is asked by
# mk/probe.sh and arrives in $(B)/config.mk as LIB_CFLAGS, LIB_LIBS, HARDEN.

PKG_CONFIG ?= pkg-config
AR         := $(if $(filter default undefined,$(origin AR)),ar,$(AR))
ifneq ($(filter default undefined,$(origin CC)),)
CC         := $(if $(filter fuzz,$(VARIANT)),clang,cc)
endif
# The C++ compiler that goes with CC: gcc-12 and g++-12, clang and clang++.
ifneq ($(filter default undefined,$(origin CXX)),)
CXX        := $(patsubst %gcc,%g++,$(patsubst cc,c++,$(subst gcc-,g++-,$(patsubst \
                clang,clang++,$(subst clang-,clang++-,$(CC))))))
endif

# pkg-config names; only tests use libnghttp2. mk/probe.sh knows the Debian package of each, mk/deps.sh
# installs them.
LIBS          := libarchive sqlite3 jansson zlib libbrotlidec libzstd libcrypto \
                 re2 expat libmicrohttpd libnghttp2 liblz4 snappy \
                 libcurl yaml-0.1
# Linked by name, because they bring no pkg-config file: name=header.
PLAIN_LIBS    := wslay=wslay/wslay.h
# Used when present: -DHAVE_ISAL and so on.
OPTIONAL_LIBS := libisal

CSTD  := -std=c11 -D_GNU_SOURCE
WARN  := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
         -Wold-style-definition -Wpointer-arith -Wcast-qual -Wwrite-strings \
         -Wvla -Wundef -Wformat=2 -Wconversion -Wsign-conversion
REPRO := -ffile-prefix-map=$(CURDIR)=.
SANITIZE := -fno-sanitize-recover=all -fno-omit-frame-pointer

VARIANT_release := -O2 -g -DNDEBUG
VARIANT_debug   := -Og -g3
VARIANT_asan    := -O1 -g -fsanitize=address,undefined $(SANITIZE)
VARIANT_tsan    := -O1 -g -fsanitize=thread $(SANITIZE)
VARIANT_fuzz    := -O1 -g -fsanitize=address,undefined,fuzzer-no-link $(SANITIZE)
# Without assert(): a branch that only a bug of ours takes is not one to cover.
VARIANT_cov     := -O0 -g -DNDEBUG --coverage
ifndef VARIANT_$(VARIANT)
$(error unknown VARIANT '$(VARIANT)'; one of release debug asan tsan fuzz cov)
endif

# Product code sees base/banned.h before anything else; tests may allocate as
# they like, and tests/lint/banned.awk watches them.
BANNED := $(if $(wildcard base/banned.h),-include base/banned.h)

BASE_CFLAGS = $(CSTD) $(WARN) $(VARIANT_$(VARIANT)) -pthread -I. -I$(B)
ALL_CFLAGS  = $(BASE_CFLAGS) $(REPRO) $(if $(filter release,$(VARIANT)),$(HARDEN)) \
              $(if $(WERROR),-Werror) $(LIB_CFLAGS) -MMD -MP $(CPPFLAGS) $(CFLAGS)
# The flags that mean something to C++ as well. NDEBUG as in C.
ALL_CXXFLAGS = -std=c++14 -Wall -Wextra -Wshadow -Wundef -Wformat=2 \
              $(VARIANT_$(VARIANT)) -pthread -I. $(REPRO) \
              $(if $(filter release,$(VARIANT)),$(HARDEN)) \
              $(if $(WERROR),-Werror) $(LIB_CFLAGS) -MMD -MP $(CPPFLAGS) \
              $(CXXFLAGS)
# What C++ objects need, when a C compiler links.
CXX_LIBS   := $(if $(CXX_SRC),-lstdc++)
# CLOSED=1: a program that needs as few files beside it as can be, for an image
# with no distribution in it (deploy/Dockerfile). What has a static archive is
# linked statically; libarchive without those of its parts that nothing here
# calls, and so without libxml2 and ICU.
ifdef CLOSED
ONLY_SHARED := -lisal -lwslay -lcurl
LINK_LIBS    = -Wl,--gc-sections -static-libgcc -Wl,-Bstatic \
               $(filter-out $(ONLY_SHARED),$(LIB_LIBS)) -lbrotlicommon \
               -llzma -lbz2 $(CXX_LIBS) -Wl,-Bdynamic -lnettle -lgnutls \
               $(filter $(ONLY_SHARED),$(LIB_LIBS))
else
LINK_LIBS    = $(LIB_LIBS) $(CXX_LIBS)
endif
# floor() and the like, calls unless the optimiser replaced them.
MATH_LIBS  := -lm
ALL_LDFLAGS = $(VARIANT_$(VARIANT)) -pthread \
              $(if $(filter release,$(VARIANT)),$(HARDEN_LD)) $(LDFLAGS)
