#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""grpcd.py PORT: the shop's stock service, over gRPC without TLS. Generic
handlers, so no generated code is needed; all four kinds of call, errors with
details, initial and trailing metadata.
"""

import sys
import time
from concurrent import futures

import grpc

from proto import first_int, message


def item(number):
    return message(f1=number, f2="SKU-%04d" % number, f3=number * 7 % 50,
                   f4="a sturdy thing of oak and steel " * (number % 4 + 1))


def get_item(request, context):
    number = first_int(request)
    context.send_initial_metadata((("x-shard", str(number % 3)),))
    if number == 404:
        context.set_trailing_metadata((("x-reason-bin", b"\x00\x01\xff"),))
        context.abort(grpc.StatusCode.NOT_FOUND, "no item 404: caf\u00e9")
    if number == 999:
        time.sleep(2)
    return item(number)


def list_items(request, _context):
    for number in range(first_int(request)):
        yield item(number)


def put_items(requests, context):
    count = sum(1 for _ in requests)
    context.set_trailing_metadata((("x-count", str(count)),))
    return message(f1=count)


def watch(requests, _context):
    for request in requests:
        yield item(first_int(request))


def main():
    server = grpc.server(futures.ThreadPoolExecutor(8))
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(
        "shop.v1.Stock", {
            "GetItem": grpc.unary_unary_rpc_method_handler(get_item),
            "ListItems": grpc.unary_stream_rpc_method_handler(list_items),
            "PutItems": grpc.stream_unary_rpc_method_handler(put_items),
            "Watch": grpc.stream_stream_rpc_method_handler(watch)}),))
    server.add_insecure_port("0.0.0.0:" + sys.argv[1])
    server.start()
    server.wait_for_termination()


main()
