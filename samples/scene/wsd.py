#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""wsd.py serve PORT | wsd.py call URL POD LOG COUNTS: a WebSocket echo with
permessage-deflate, and its client. The client logs its upgrade as one HTTP/1
call in LOG and the messages of either direction in COUNTS.
"""

import asyncio
import json
import sys

import websockets


async def echo(sock, _path):
    async for text in sock:
        await sock.send(text)


async def serve(port):
    async with websockets.serve(echo, "0.0.0.0", port,
                                compression="deflate"):
        await asyncio.Future()


def log(sock, pod, path):
    (src, sport), (dst, dport) = sock.local_address, sock.remote_address
    with open(path, "a", encoding="ascii") as file:
        file.write(json.dumps({
            "client": pod, "src": src, "sport": sport, "dst": dst,
            "dport": dport, "method": "GET", "path": "/live", "status": 101,
            "request_body": 0, "response_body": 0,
            "kind": "upgrade-deflate"}) + "\n")


async def call(url, pod, path, counts):
    texts = [json.dumps({"type": "stock", "sku": "SKU-%04d" % n, "left": n})
             for n in range(20)]
    texts += ["many words, and the same words again; " * 400,
              bytes(range(256)) * 8]
    sent = got = 0
    async with websockets.connect(url, compression="deflate") as sock:
        log(sock, pod, path)
        for text in texts:
            await sock.send(text)
            sent += 1
            got += await sock.recv() == text
        await (await sock.ping(b"still there"))
        # One message in three fragments.
        await sock.send(iter(["one ", "two ", "three"]))
        sent += 1
        got += await sock.recv() == "one two three"
    with open(counts, "w", encoding="ascii") as file:
        json.dump({"messages_sent": sent, "messages_echoed": got,
                   "fragmented": 1, "pings": 1}, file)


if sys.argv[1] == "serve":
    asyncio.run(serve(int(sys.argv[2])))
else:
    asyncio.run(call(*sys.argv[2:6]))
