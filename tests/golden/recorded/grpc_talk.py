#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""grpc_talk.py calls | late | loss: gRPC's own server and client on port 8110
of the loopback interface. Prints a line for each call: path, messages sent,
messages received, their bytes (a dash where they were compressed), the status
as the server sent it (a dash: it did not come to that), its message.

calls   of every kind: the four ways to stream, errors, compression, deadlines
late    connects and calls, says "ready" on standard error, goes on when its
        input ends
loss    many calls on one connection, for a capture that loses packets
"""

import sys
import threading
import time
from concurrent import futures

import grpc

PORT = 8110
BASE = "/recorded.v1.Depot/"


def varint(value):
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def number(field, value):
    return varint(field << 3) + varint(value)


def text(field, value):
    data = value.encode() if isinstance(value, str) else value
    return varint(field << 3 | 2) + varint(len(data)) + data


def first(data):
    """The number in field 1, which comes first."""
    value = shift = 0
    for byte in data[1:]:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
    return value


# google.rpc.Status with one detail.
DETAILS = number(1, 9) + text(2, "the depot is closed") + text(
    3, text(1, "type.googleapis.com/recorded.v1.Hours") +
    text(2, text(1, "08:00") + text(2, "17:00")))


def get(request, context):
    what = first(request)
    if what == 404:
        context.abort(grpc.StatusCode.NOT_FOUND, "no 404: caf\u00e9 50%")
    if what == 9:
        context.set_trailing_metadata(
            (("grpc-status-details-bin", DETAILS),))
        context.abort(grpc.StatusCode.FAILED_PRECONDITION,
                      "the depot is closed")
    if what == 13:
        raise ValueError("a bug")
    if what == 999:
        time.sleep(3)
    context.send_initial_metadata((("x-shard", "s-%d" % (what % 3)),))
    return number(1, what) + text(2, "thing %d" % what) + text(
        3, "oak and steel " * (what % 5))


def listing(request, context):
    for what in range(first(request)):
        if what == 5 and first(request) == 7:
            context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "five is enough")
        yield number(1, what)


def put(requests, _context):
    got = list(requests)
    return number(1, len(got)) + number(2, sum(map(len, got)))


def watch(requests, _context):
    for request in requests:
        for _ in range(first(request)):
            yield request


def serve():
    server = grpc.server(futures.ThreadPoolExecutor(8))
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(
        BASE.strip("/"), {
            "Get": grpc.unary_unary_rpc_method_handler(get),
            "List": grpc.unary_stream_rpc_method_handler(listing),
            "Put": grpc.stream_unary_rpc_method_handler(put),
            "Watch": grpc.stream_stream_rpc_method_handler(watch)}),))
    server.add_insecure_port("127.0.0.1:%d" % PORT)
    server.start()
    return server


class Client:
    def __init__(self, **options):
        self.channel = grpc.insecure_channel(
            "127.0.0.1:%d" % PORT, options=list(options.items()))
        grpc.channel_ready_future(self.channel).result()

    def call(self, method, sent, how="unary_unary", packed=False, **more):
        stub = getattr(self.channel, how)(BASE + method)
        asks = how.startswith("stream")
        if packed:
            more["compression"] = packed
        got, status, message = [], "OK", ""
        try:
            if how.endswith("unary"):
                got.append(stub(iter(sent) if asks else sent[0], **more))
            else:
                for answer in stub(iter(sent) if asks else sent[0], **more):
                    got.append(answer)
        except grpc.RpcError as error:
            status, message = error.code().name, error.details()
        # That is the client's own word.
        if status == "DEADLINE_EXCEEDED":
            status, message = "-", ""
        size = "-" if packed else str(sum(map(len, sent + got)))
        print(BASE + method, len(sent), len(got), size, status,
              message or "-", sep="\t", flush=True)

    def cancel(self, method, sent):
        """A call that the client gives up while the server is at it."""
        call = self.channel.unary_unary(BASE + method).future(sent)
        time.sleep(0.3)
        call.cancel()
        print(BASE + method, 1, 0, len(sent), "-", "-", sep="\t", flush=True)


def calls():
    server = serve()
    client = Client()
    for what in range(1, 8):
        client.call("Get", [number(1, what)], metadata=(
            ("x-request-id", "r-%d" % what),
            ("x-trace-bin", bytes([0, what, 255]))))
    for what in (404, 9, 13):
        client.call("Get", [number(1, what)])
    client.call("Nothing", [b""])
    client.call("Get", [number(1, 999)], timeout=0.3)
    client.call("Get", [number(1, 6)], timeout=20)
    client.call("List", [number(1, 12)], "unary_stream")
    client.call("List", [number(1, 7)], "unary_stream")
    client.call("List", [number(1, 0)], "unary_stream")
    client.call("Put", [number(1, n) + text(2, "x" * n * 90)
                        for n in range(1, 9)], "stream_unary")
    client.call("Put", [], "stream_unary")
    client.call("Put", [number(1, 1) + text(2, "y" * 90000)], "stream_unary")
    client.call("Watch", [number(1, n) for n in (1, 2, 0, 4)],
                "stream_stream")
    client.cancel("Get", number(1, 999))
    for packed in (grpc.Compression.Gzip, grpc.Compression.Deflate):
        client.call("Get", [number(1, 4) + text(2, "words " * 40)],
                    packed=packed)
        client.call("Put", [number(1, n) + text(2, "words " * 40)
                            for n in range(3)], "stream_unary", packed=packed)
    # The server goes away while a call is under way, which ends in peace.
    slow = threading.Thread(target=client.call,
                            args=("Get", [number(1, 999)]))
    slow.start()
    time.sleep(0.5)
    server.stop(10)
    slow.join()
    client.channel.close()


def late():
    server = serve()
    client = Client()
    for what in range(3):
        client.call("Get", [number(1, what)],
                    metadata=(("x-tenant", "blue"),))
    print("ready", file=sys.stderr, flush=True)
    sys.stdin.read()
    print("-- captured", flush=True)
    for what in range(3, 6):
        client.call("Get", [number(1, what)],
                    metadata=(("x-tenant", "blue"),))
    client.call("Put", [number(1, 1), number(1, 2)], "stream_unary",
                metadata=(("x-tenant", "green"),))
    client.call("Get", [number(1, 404)])
    client.channel.close()
    server.stop(None)


def loss():
    server = serve()
    client = Client()
    for what in range(100):
        client.call("Get", [number(1, what)],
                    metadata=(("x-request-id", "r-%d" % what),))
        client.call("List", [number(1, what % 4)], "unary_stream")
    client.channel.close()
    server.stop(None)


{"calls": calls, "late": late, "loss": loss}[sys.argv[1]]()
