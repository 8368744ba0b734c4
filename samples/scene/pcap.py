# SPDX-License-Identifier: Apache-2.0
"""Reading and writing classic captures (microseconds, Ethernet), as far as
the recording needs it: merging, disturbing and cutting. Not a dissector: it
looks at addresses and ports and at nothing above them.

As a program, pcap.py CAPTURE MORE...: merges MORE into CAPTURE by time.
"""

import struct
import sys

MAGIC = 0xA1B2C3D4
SNAPLEN = 262144


class Packet:
    def __init__(self, stamp, length, data):
        self.stamp = stamp          # microseconds since 1970
        self.length = length        # on the wire
        self.data = data            # as captured

    def tcp(self):
        """(source, source port, destination, port, payload) or None."""
        data = self.data
        if len(data) < 34 or data[12:14] != b"\x08\x00" or data[23] != 6:
            return None
        at = 14 + (data[14] & 15) * 4
        sport, dport = struct.unpack_from(">HH", data, at)
        end = 14 + struct.unpack_from(">H", data, 16)[0]
        if end == 14:
            end = len(data)
        start = at + (data[at + 12] >> 4) * 4
        return (dotted(data[26:30]), sport, dotted(data[30:34]), dport,
                data[start:end])

    def hosts(self):
        if len(self.data) < 34 or self.data[12:14] != b"\x08\x00":
            return ()
        return dotted(self.data[26:30]), dotted(self.data[30:34])


def dotted(raw):
    return ".".join(map(str, raw))


def read(path):
    with open(path, "rb") as file:
        blob = file.read()
    magic, _, _, _, _, _, link = struct.unpack_from("<IHHIIII", blob)
    if magic != MAGIC or link != 1:
        raise SystemExit("%s: not a microsecond Ethernet capture" % path)
    out, at = [], 24
    while at + 16 <= len(blob):
        sec, usec, size, length = struct.unpack_from("<IIII", blob, at)
        at += 16
        out.append(Packet(sec * 1000000 + usec, length, blob[at:at + size]))
        at += size
    return out


def write(path, packets):
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHIIII", MAGIC, 2, 4, 0, 0, SNAPLEN, 1))
        for pkt in packets:
            file.write(struct.pack("<IIII", pkt.stamp // 1000000,
                                   pkt.stamp % 1000000, len(pkt.data),
                                   pkt.length))
            file.write(pkt.data)


def main():
    packets = [p for path in sys.argv[1:] for p in read(path)]
    write(sys.argv[1], sorted(packets, key=lambda p: p.stamp))


if __name__ == "__main__":
    main()
