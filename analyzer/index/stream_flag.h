/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream_flag: the bits of the columns stream.flags and stream.tcp_flags_N,
 * as docs/formats/index.md names them.
 */
#ifndef INDEX_STREAM_FLAG_H
#define INDEX_STREAM_FLAG_H

enum stream_flag {
	STREAM_ROLE_GUESSED = 1,
	STREAM_LATE_JOIN = 2,
	STREAM_TLS = 4,
	STREAM_TLS_WIRE = 8,
};

enum stream_side_flag { SIDE_SYN = 1, SIDE_FIN = 2, SIDE_RST = 4 };

#endif /* INDEX_STREAM_FLAG_H */
