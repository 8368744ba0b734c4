#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""disturb.py CAPTURE ADDRESS REPORT: what a real capture has and a network of
namespaces does not. In the flows of ADDRESS, and nowhere else:

 - every fifth pair of data packets that follow each other in one direction
   changes places (the times stay, so the file remains in order);
 - every eleventh data packet is there twice;
 - two packets from the middle of the answer to GET /download?n=60000 are
   missing, as if the capture had dropped them.

The capture is rewritten; REPORT (JSON) says how often each was done.
"""

import json
import sys

import pcap

GAP_REQUEST = b"GET /download?n=60000 "


def find_gap(packets, address):
    """Indexes of the two packets to lose."""
    port, data = None, []
    for index, pkt in enumerate(packets):
        tcp = pkt.tcp()
        if tcp is None or not tcp[4]:
            continue
        if tcp[0] == address and tcp[4].startswith(GAP_REQUEST):
            port = tcp[1]
        elif port and tcp[2] == address and tcp[3] == port:
            data.append(index)
    middle = len(data) // 2
    return set(data[middle:middle + 2])


def main():
    path, address, report = sys.argv[1:4]
    packets = pcap.read(path)
    lost = find_gap(packets, address)
    if len(lost) != 2:
        raise SystemExit("disturb: the download to cut is not there")
    packets = [p for i, p in enumerate(packets) if i not in lost]
    mine = [i for i, p in enumerate(packets)
            if address in p.hosts() and p.tcp() and p.tcp()[4]]
    pairs = swaps = 0
    last = -1
    for one, two in zip(mine, mine[1:]):
        if packets[one].tcp()[:4] != packets[two].tcp()[:4] or one == last:
            continue
        pairs += 1
        if pairs % 5:
            continue
        first, second = packets[one], packets[two]
        first.stamp, second.stamp = second.stamp, first.stamp
        packets[one], packets[two] = second, first
        swaps += 1
        last = two
    doubled = set(mine[10::11])
    out = []
    for index, pkt in enumerate(packets):
        out.append(pkt)
        if index in doubled:
            out.append(pkt)
    pcap.write(path, out)
    with open(report, "w", encoding="ascii") as file:
        json.dump({"address": address, "swapped_pairs": swaps,
                   "duplicated": len(doubled), "removed": len(lost)}, file)


main()
