#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""cut.py SNAP-FOLDER TRUTH.jsonl OUT-FOLDER OUT-TRUTH.jsonl: the small one.

Copies the layout of a recorded snapshot with only a handful of connections:
those that carry one of the kinds KINDS of one client, whole, and the two
look-ups of www.example.com. OUT-TRUTH has the lines that remain.
"""

import json
import os
import shutil
import struct
import sys

import pcap

CLIENT = "checkout"
KINDS = {"early-hints", "coding-gzip", "close", "until-close"}
NAME = b"\x03www\x07example\x03com\x00"


def udp(pkt):
    """(source, source port, destination, port, payload) or None."""
    data = pkt.data
    if len(data) < 42 or data[12:14] != b"\x08\x00" or data[23] != 17:
        return None
    at = 14 + (data[14] & 15) * 4
    sport, dport = struct.unpack_from(">HH", data, at)
    return (pcap.dotted(data[26:30]), sport, pcap.dotted(data[30:34]), dport,
            data[at + 8:])


def wanted(pkt, ends, asking):
    flow = pkt.tcp()
    if flow:
        return flow[:2] in ends or flow[2:4] in ends
    flow = udp(pkt)
    if flow and flow[3] == 53 and NAME in flow[4]:
        asking.add(flow[:2])
    return bool(flow) and (flow[:2] in asking or flow[2:4] in asking)


def main():
    source, truth_in, target, truth_out = sys.argv[1:5]
    with open(truth_in, encoding="ascii") as file:
        calls = [json.loads(line) for line in file]
    ends = {(c["src"], c["sport"]) for c in calls
            if c["client"] == CLIENT and c["kind"] in KINDS}
    with open(truth_out, "w", encoding="ascii") as file:
        for call in calls:
            if (call["src"], call["sport"]) in ends:
                file.write(json.dumps(call) + "\n")
    for base, _, files in os.walk(source):
        folder = os.path.join(target, os.path.relpath(base, source))
        os.makedirs(folder, exist_ok=True)
        for name in files:
            old, new = os.path.join(base, name), os.path.join(folder, name)
            if not name.endswith(".pcap"):
                shutil.copyfile(old, new)
                continue
            asking = set()
            kept = [p for p in pcap.read(old) if wanted(p, ends, asking)]
            if kept:
                pcap.write(new, kept)


main()
