#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""shopd.py PORT DATA-DIR: the shop's order service, an HTTP/1 server that
does on demand what ordinary servers do only now and then: interim responses,
trailers, every content coding, slow answers, resets, HTTP/1.0 bodies that end
with the connection. One thread per connection; it runs until it is killed.
"""

import gzip
import hashlib
import json
import os
import random
import socket
import struct
import sys
import threading
import time
import zlib
from base64 import b64encode
from email.utils import formatdate

from wire import Closed, Wire, chunk, head_bytes

DATA = {}
WS_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
REASONS = {200: "OK", 201: "Created", 202: "Accepted", 204: "No Content",
           301: "Moved Permanently", 302: "Found", 304: "Not Modified",
           307: "Temporary Redirect", 400: "Bad Request", 401: "Unauthorized",
           404: "Not Found", 405: "Method Not Allowed", 409: "Conflict",
           417: "Expectation Failed", 422: "Unprocessable Content",
           500: "Internal Server Error", 503: "Service Unavailable"}


def order(number):
    rnd = random.Random(number)
    items = [{"sku": "SKU-%04d" % rnd.randrange(10000),
              "qty": rnd.randrange(1, 5),
              "price": round(rnd.random() * 90, 2)}
             for _ in range(rnd.randrange(1, 5))]
    return {"id": number, "customer": "c-%d" % rnd.randrange(500),
            "state": rnd.choice(["new", "paid", "shipped"]), "items": items}


def as_json(value):
    return json.dumps(value).encode()


class Caller:
    def __init__(self, sock):
        self.wire = Wire(sock)
        self.req = None
        self.path = ""
        self.open = True

    def run(self):
        try:
            while self.open:
                self.one()
        except (Closed, OSError):
            pass
        self.wire.sock.close()

    def one(self):
        self.req = self.wire.head()
        method, self.path, version = self.req.first.split(" ", 2)
        if self.path.startswith("http://"):
            self.path = "/" + self.path.split("/", 3)[3]
        if self.req.get("expect").lower() == "100-continue":
            if self.path.startswith("/strict"):
                # The client has not sent its body and now never will.
                return self.reply(417, b"no\n", "text/plain")
            self.wire.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        self.wire.body(self.req)
        if version == "HTTP/1.0" or \
                self.req.get("connection").lower() == "close":
            self.open = False
        name = self.path.split("?")[0].strip("/").split("/")[0]
        action = getattr(self, "do_" + name.replace("-", "_").split(".")[0],
                         None)
        if action is None:
            return self.reply(404, as_json({"error": "no such thing"}))
        return action(method)

    def reply(self, status, body=b"", kind="application/json", extra=()):
        headers = [("Server", "shopd/1.4"), ("Date", formatdate(usegmt=True))]
        headers += list(extra)
        if status not in (204, 304):
            headers += [("Content-Type", kind),
                        ("Content-Length", str(len(body)))]
        if not self.open:
            headers.append(("Connection", "close"))
        out = head_bytes("HTTP/1.1 %d %s" % (status, REASONS[status]), headers)
        if self.req.first.startswith("HEAD ") or status in (204, 304):
            body = b""
        self.wire.send(out + body)

    def start_chunked(self, kind, extra=()):
        headers = [("Server", "shopd/1.4"), ("Date", formatdate(usegmt=True)),
                   ("Content-Type", kind), ("Transfer-Encoding", "chunked")]
        self.wire.send(head_bytes("HTTP/1.1 200 OK", headers + list(extra)))

    def do_orders(self, method):
        rest = self.path.split("?")[0].split("/")
        number = rest[2] if len(rest) > 2 else ""
        if method == "POST":
            try:
                json.loads(self.req.body)
            except ValueError:
                return self.reply(422, as_json({"error": "not JSON"}))
            new = 9000 + len(self.req.body)
            return self.reply(201, as_json({"id": new, "state": "new"}),
                              extra=[("Location", "/orders/%d" % new)])
        if method in ("DELETE", "OPTIONS"):
            return self.reply(204, extra=[
                ("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")])
        if method in ("PUT", "PATCH"):
            return self.reply(200, self.req.body)
        if method not in ("GET", "HEAD"):
            return self.reply(405, b"")
        if not number:
            return self.reply(200, as_json([order(n) for n in range(8)]))
        if number == "0":
            return self.reply(404, as_json({"error": "no such order"}))
        return self.reply(200, as_json(order(int(number))), extra=[
            ("Set-Cookie", "last=%s; Path=/; HttpOnly" % number),
            ("Set-Cookie", "seen=%s; Max-Age=3600" % number)])

    def do_report(self, _method):
        """Chunked, with a chunk extension and trailers after the last."""
        self.start_chunked("text/csv", [("Trailer", "Digest, X-Rows")])
        digest = hashlib.sha256()
        for page in range(6):
            rows = "".join("%d,%s,%s\r\n" % (o["id"], o["customer"],
                                             o["state"])
                           for o in map(order, range(page * 40,
                                                     page * 40 + 40)))
            digest.update(rows.encode())
            self.wire.send(b"%x;page=%d\r\n%s\r\n" % (len(rows), page,
                                                      rows.encode()))
            time.sleep(0.01)
        self.wire.send(b"0\r\nDigest: sha-256=%s\r\nX-Rows: 240\r\n\r\n"
                       % b64encode(digest.digest()))

    def do_catalogue(self, _method):
        """The same document in the content coding the client asked for."""
        plain = DATA["catalogue.json"]
        want = self.req.get("accept-encoding")
        body = {"gzip": lambda: gzip.compress(plain, 6, mtime=0),
                "deflate": lambda: zlib.compress(plain),
                "br": lambda: DATA["catalogue.json.br"],
                "zstd": lambda: DATA["catalogue.json.zst"]}
        if want not in body:
            return self.reply(200, plain)
        coded = body[want]()
        extra = [("Content-Encoding", want), ("Vary", "Accept-Encoding")]
        if "chunked" not in self.path:
            return self.reply(200, coded, extra=extra)
        self.start_chunked("application/json", extra)
        for at in range(0, len(coded), 700):
            self.wire.send(chunk(coded[at:at + 700]))
        return self.wire.send(b"0\r\n\r\n")

    def do_early(self, _method):
        self.wire.send(head_bytes("HTTP/1.1 103 Early Hints", [
            ("Link", "</style.css>; rel=preload; as=style"),
            ("Link", "</app.js>; rel=preload; as=script")]))
        time.sleep(0.05)
        self.reply(200, b"<!doctype html><title>Shop</title>\n", "text/html")

    def do_work(self, _method):
        self.wire.send(b"HTTP/1.1 102 Processing\r\n\r\n")
        time.sleep(0.05)
        self.wire.send(b"HTTP/1.1 102 Processing\r\n\r\n")
        self.reply(202, as_json({"queued": True}))

    def do_upload(self, _method):
        self.reply(200, as_json({
            "bytes": len(self.req.body), "type": self.req.get("content-type"),
            "sha256": hashlib.sha256(self.req.body).hexdigest(),
            "trailers": dict(self.req.trailers)}))

    do_strict = do_upload

    def do_slow(self, _method):
        time.sleep(float(self.path.split("=")[1]))
        self.reply(200, as_json({"waited": True}))

    def do_fail(self, _method):
        self.reply(500, as_json({"error": "cannot reach the ledger",
                                 "trace": "ledger.c:112"}))

    def do_busy(self, _method):
        self.reply(503, b"come back later\n", "text/plain",
                   [("Retry-After", "2")])

    def do_login(self, _method):
        if self.req.get("authorization"):
            return self.reply(200, as_json({"user": "ada"}), extra=[
                ("Set-Cookie", "sid=4f1c9a; Path=/; SameSite=Lax")])
        return self.reply(401, b"", extra=[
            ("WWW-Authenticate", 'Basic realm="shop"')])

    def do_cached(self, _method):
        tag = '"v17"'
        if self.req.get("if-none-match") == tag:
            return self.reply(304, extra=[("ETag", tag)])
        return self.reply(200, b"body { margin: 0 }\n" * 40, "text/css",
                          [("ETag", tag)])

    def do_old(self, _method):
        self.reply(301, b"moved\n", "text/plain", [("Location", "/orders/7")])

    def do_temp(self, _method):
        self.reply(307, b"", extra=[("Location", "/orders/8")])

    def do_legacy(self, _method):
        """HTTP/1.0 as of old: no length; the end of the body is the FIN."""
        body = b"".join(b"line %05d of the price list\n" % n
                        for n in range(600))
        self.wire.send(b"HTTP/1.0 200 OK\r\nServer: oldshop/0.9\r\n"
                       b"Content-Type: text/plain; charset=iso-8859-1\r\n"
                       b"\r\n" + body)
        self.open = False

    def do_latin(self, _method):
        self.reply(200, "Gr\xf6\xdfe: 42 \u20ac\n".encode("cp1252"),
                   "text/plain; charset=windows-1252",
                   [("X-Folded", "one\r\n two")])

    def do_bare(self, _method):
        """Line feeds without carriage returns, which parsers accept."""
        self.wire.send(b"HTTP/1.1 200 OK\nContent-Type: text/plain\n"
                       b"Content-Length: 11\n\nbare lines\n")

    def do_abort(self, _method):
        """Promises 5000 bytes, sends 2000 and resets the connection."""
        self.wire.send(head_bytes("HTTP/1.1 200 OK", [
            ("Content-Type", "application/octet-stream"),
            ("Content-Length", "5000")]) + b"x" * 2000)
        time.sleep(0.2)
        self.wire.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                  struct.pack("ii", 1, 0))
        self.open = False

    def do_cut(self, _method):
        """A chunked body that ends with a FIN before its last chunk."""
        self.start_chunked("text/plain")
        self.wire.send(chunk(b"first part\n") + chunk(b"second part\n"))
        self.open = False

    def do_download(self, _method):
        count = int(self.path.split("=")[1])
        self.reply(200, random.Random(count).randbytes(count),
                   "application/octet-stream")

    def do_events(self, _method):
        """Server-sent events until the client has had enough."""
        self.start_chunked("text/event-stream",
                           [("Cache-Control", "no-cache")])
        for number in range(3000):
            text = "id: %d\nevent: stock\ndata: %s\n\n" % (
                number, json.dumps({"sku": "SKU-%04d" % number,
                                    "left": number % 9}))
            self.wire.send(chunk(text.encode()))
            time.sleep(0.4)

    def do_chat(self, _method):
        """A WebSocket without extensions that sends back what it gets."""
        key = self.req.get("sec-websocket-key").encode()
        accept = b64encode(hashlib.sha1(key + WS_GUID).digest()).decode()
        self.wire.send(head_bytes("HTTP/1.1 101 Switching Protocols", [
            ("Upgrade", "websocket"), ("Connection", "Upgrade"),
            ("Sec-WebSocket-Accept", accept)]))
        self.open = False
        while True:
            first, size = self.wire.exactly(2)
            size &= 0x7F
            if size == 126:
                size = int.from_bytes(self.wire.exactly(2), "big")
            mask = self.wire.exactly(4)
            data = bytes(b ^ mask[i & 3] for i, b in
                         enumerate(self.wire.exactly(size)))
            head = bytes([first, size]) if size < 126 else \
                bytes([first, 126]) + size.to_bytes(2, "big")
            self.wire.send(head + data)
            if first & 15 == 8:
                return


def main():
    port, folder = int(sys.argv[1]), sys.argv[2]
    for name in os.listdir(folder):
        with open(os.path.join(folder, name), "rb") as file:
            DATA[name] = file.read()
    listener = socket.create_server(("", port), backlog=64)
    while True:
        sock, _ = listener.accept()
        threading.Thread(target=Caller(sock).run, daemon=True).start()


main()
