/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kafka_codec: compressed records.
 *
 * gzip and zstd are streams as everywhere. lz4 is the frame format; producers
 * of message format 0 computed its header checksum over too many bytes, so a
 * checksum that is wrong is put right before the frame is read. snappy is a
 * block without any framing, or what the Java library xerial makes: a header
 * and blocks with their lengths.
 */
#ifndef KAFKA_CODEC_H
#define KAFKA_CODEC_H

#include <stdint.h>

#include "base/buf.h"
#include "base/compiler.h"

/* The low three bits of a batch's or message's attributes. */
enum kafka_codec {
	KAFKA_PLAIN,
	KAFKA_GZIP,
	KAFKA_SNAPPY,
	KAFKA_LZ4,
	KAFKA_ZSTD,
};

/* "gzip"; "" for none, "codec-5" for what does not exist. */
struct str kafka_codec_name(unsigned codec);

/*
 * Appends what `in` decodes to. At most max_out bytes, and once there is more
 * than a MiB, at most max_ratio times as many as `in` has: ERR_LIMIT.
 * ERR_MALFORMED, ERR_TRUNCATED: broken, or cut. What came before any of these
 * has been appended. ERR_UNSUPPORTED, ERR_NOMEM, ERR_BUDGET.
 */
int kafka_codec_decode(unsigned codec, struct str in, uint64_t max_out,
                       uint64_t max_ratio, struct buf *out) WARN_UNUSED;

#endif /* KAFKA_CODEC_H */
