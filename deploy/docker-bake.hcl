# SPDX-License-Identifier: Apache-2.0
#
# The image for more than one architecture, with BuildKit:
#
#	make ui
#	docker buildx bake -f deploy/docker-bake.hcl --set '*.tags=REGISTRY/analyzer:TAG' --push
#
# Nothing in the sources is made for one architecture; where it is not the
# machine's own, the build is emulated.

variable "VERSION" { default = "" }
variable "REVISION" { default = "" }
variable "SOURCE_DATE_EPOCH" { default = "0" }
variable "BASE" { default = "debian:bookworm-slim" }

group "default" {
  targets = ["analyzer"]
}

target "analyzer" {
  context    = "."
  dockerfile = "deploy/Dockerfile"
  tags       = ["analyzer:latest"]
  platforms  = ["linux/amd64", "linux/arm64"]
  args = {
    BASE              = BASE
    VERSION           = VERSION
    REVISION          = REVISION
    SOURCE_DATE_EPOCH = SOURCE_DATE_EPOCH
  }
}
