# SPDX-License-Identifier: Apache-2.0
#
# The analyzer as an image (deploy/Dockerfile). IMAGE is its name, BASE what it
# is built on, DOCKER_BUILD_FLAGS more options for docker build.

IMAGE ?= analyzer:latest
BASE  ?= debian:bookworm-slim

## image: build the analyzer's image with Docker (IMAGE, BASE)
image:
	@$(MAKE) ui || echo 'The web interface could not be built; going on' \
	    'without it.' >&2
	$(Q)sh deploy/image.sh '$(IMAGE)' '$(BASE)' $(DOCKER_BUILD_FLAGS)

## image-test: build the image in a Docker engine of its own, and test it
image-test: all
	@sh mk/deps.sh docker newcomer
	$(Q)IMAGE_TEST=1 BIN='$(abspath $(BIN))' sh tests/docker/image.t

.PHONY: image image-test
