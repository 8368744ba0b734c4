#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""split.py CAPTURE SECONDS FIRST SECOND: one capture as two that follow each
other, as a rotating capture leaves them; connections run across the cut.
"""

import sys

import pcap


def main():
    path, when, first, second = sys.argv[1:5]
    packets = pcap.read(path)
    edge = int(when) * 1000000
    pcap.write(first, [p for p in packets if p.stamp < edge])
    pcap.write(second, [p for p in packets if p.stamp >= edge])


main()
