#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""grpcc.py TARGET LOG: calls of the stock service; a line of LOG each, with
the numbers of messages both ways and the final status.
"""

import json
import sys

import grpc

from proto import message

BASE = "/shop.v1.Stock/"


def log(method, sent, got, status="OK", kind=""):
    with open(sys.argv[2], "a", encoding="ascii") as file:
        file.write(json.dumps({"path": BASE + method, "requests": sent,
                               "responses": got, "status": status,
                               "kind": kind or "plain"}) + "\n")


def unary(channel, number, kind="", **more):
    call = channel.unary_unary(BASE + "GetItem")
    try:
        call(message(f1=number), **more)
        log("GetItem", 1, 1, kind=kind)
    except grpc.RpcError as error:
        log("GetItem", 1, 0, error.code().name, kind=kind)


def main():
    with grpc.insecure_channel(sys.argv[1]) as channel:
        for number in range(1, 13):
            unary(channel, number,
                  metadata=(("x-request-id", "r-%d" % number),
                            ("x-trace-bin", bytes([0, number, 255]))))
        unary(channel, 404, "error")
        unary(channel, 999, "deadline", timeout=0.4)
        unary(channel, 21, "gzip", compression=grpc.Compression.Gzip)
        got = len(list(channel.unary_stream(BASE + "ListItems")(
            message(f1=25))))
        log("ListItems", 1, got)
        channel.stream_unary(BASE + "PutItems")(
            iter([message(f1=n, f2="x" * n * 100) for n in range(1, 9)]))
        log("PutItems", 8, 1)
        got = len(list(channel.stream_stream(BASE + "Watch")(
            iter([message(f1=n) for n in range(1, 7)]))))
        log("Watch", 6, got)
        big = channel.stream_unary(BASE + "PutItems")
        big(iter([message(f1=1, f2="y" * 70000)]))
        log("PutItems", 1, 1, kind="large")
        try:
            channel.unary_unary("/shop.v1.Stock/Sell")(b"")
        except grpc.RpcError as error:
            log("Sell", 1, 0, error.code().name, kind="error")


main()
