#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""http1.py POD LOG SCENARIO...: HTTP/1 clients of the recorded scene.

Each scenario makes a fixed number of calls; each call becomes one line of
LOG: who called whom, method, path, status, and the lengths of both bodies as
transferred (chunks undone, content codings not). LOG is the ground truth.
Scenarios that span the whole recording watch for files beside LOG:
"capturing" appears when the captures run, "finish" when calls must cease.
"""

import json
import os
import random
import socket
import sys
import time

from wire import Closed, Wire, chunk, head_bytes

POD, LOG = sys.argv[1], sys.argv[2]
ORDERS = "orders.shop"


def flag(name):
    return os.path.exists(os.path.join(os.path.dirname(LOG), name))


def log(conn, method, path, status, sent, got, **more):
    line = {"client": POD, "src": conn.local[0], "sport": conn.local[1],
            "dst": conn.remote[0], "dport": conn.remote[1], "method": method,
            "path": path, "status": status, "request_body": sent,
            "response_body": got}
    line.update(more)
    with open(LOG, "a", encoding="ascii") as file:
        file.write(json.dumps(line) + "\n")


class Conn:
    """One connection; knows what it asked, so that answers can be logged."""

    def __init__(self, host, port=80):
        self.host = host
        self.wire = Wire(socket.create_connection((host, port), 30))
        self.local = self.wire.sock.getsockname()
        self.remote = self.wire.sock.getpeername()

    def close(self):
        self.wire.sock.close()

    def head(self, method, path, headers=(), version="1.1"):
        out = [("Host", self.host), ("User-Agent", POD + "/2.1")]
        return head_bytes("%s %s HTTP/%s" % (method, path, version),
                          out + list(headers))

    def answer(self, method, interim=None):
        """Reads up to the final response; interim statuses are listed."""
        while True:
            msg = self.wire.head()
            status = int(msg.first.split(" ")[1])
            if status >= 200 or status == 101:
                break
            if interim is not None:
                interim.append(status)
        empty = method == "HEAD" or status in (101, 204, 304) or \
            (method == "CONNECT" and status == 200)
        if not empty:
            self.wire.body(msg)
        return status, msg

    def call(self, method, path, body=b"", headers=(), kind="", **more):
        """An ordinary call with a body of known length."""
        extra = list(headers)
        if body or method in ("POST", "PUT", "PATCH"):
            extra.append(("Content-Length", str(len(body))))
        self.wire.send(self.head(method, path, extra) + body)
        interim = []
        status, msg = self.answer(method, interim)
        if interim:
            more["interim"] = interim
        log(self, method, path, status, len(body), len(msg.body),
            kind=kind or "plain", **more)
        return status, msg


def basics():
    """A keep-alive connection that tries every method and most statuses."""
    js = [("Content-Type", "application/json"), ("Accept", "*/*")]
    conn = Conn(ORDERS)
    conn.call("GET", "/orders?page=1&limit=8&q=caf%C3%A9+noir")
    for number in (7, 8, 9):
        conn.call("GET", "/orders/%d" % number,
                  headers=[("Cookie", "sid=4f1c9a; theme=dark")])
    conn.call("GET", "/orders/0", kind="error")
    conn.call("HEAD", "/orders/7", kind="head")
    new = json.dumps({"customer": "c-1", "items": [{"sku": "SKU-0001",
                                                    "qty": 2}]}).encode()
    conn.call("POST", "/orders", new, js, kind="json")
    conn.call("PUT", "/orders/7", new, js, kind="json")
    conn.call("PATCH", "/orders/7", b'{"state":"paid"}', js, kind="json")
    conn.call("DELETE", "/orders/7", kind="no-content")
    conn.call("OPTIONS", "/orders", kind="no-content")
    conn.call("POST", "/orders", b"not json", js, kind="error")
    conn.call("GET", "/cached/shop.css", kind="plain")
    conn.call("GET", "/cached/shop.css", kind="not-modified",
              headers=[("If-None-Match", '"v17"')])
    conn.call("GET", "/old", kind="redirect")
    conn.call("GET", "/temp", kind="redirect")
    conn.call("GET", "/nowhere", kind="error")
    conn.call("GET", "/fail", kind="error")
    conn.call("GET", "/busy", kind="error")
    conn.call("GET", "/login", kind="error")
    conn.call("GET", "/login", headers=[
        ("Authorization", "Basic YWRhOmVuZ2luZQ==")])
    conn.call("GET", "/latin", kind="folded")
    conn.call("GET", "/bare", kind="bare-lf")
    conn.close()


def codings():
    conn = Conn(ORDERS)
    for name in ("gzip", "deflate", "br", "zstd", "identity"):
        conn.call("GET", "/catalogue.json",
                  headers=[("Accept-Encoding", name)], kind="coding-" + name)
    for name in ("gzip", "br"):
        conn.call("GET", "/catalogue.json?chunked=1", kind="chunked-" + name,
                  headers=[("Accept-Encoding", name)])
    conn.call("GET", "/report.csv", headers=[("TE", "trailers")],
              kind="trailers")
    conn.close()


def uploads():
    conn = Conn(ORDERS)
    conn.call("POST", "/upload", b"name=Ada+Lovelace&city=K%C3%B6ln&gift=on",
              [("Content-Type", "application/x-www-form-urlencoded")],
              kind="form")
    mark = "----shopBoundary7MA4YWxk"
    part = ('--%s\r\nContent-Disposition: form-data; name="title"\r\n\r\n'
            'Red chair\r\n--%s\r\nContent-Disposition: form-data; '
            'name="photo"; filename="chair.jpg"\r\nContent-Type: image/jpeg'
            '\r\n\r\n' % (mark, mark)).encode()
    photo = b"\xff\xd8\xff\xe0" + random.Random(5).randbytes(9000)
    conn.call("POST", "/upload", part + photo +
              b"\r\n--" + mark.encode() + b"--\r\n",
              [("Content-Type", "multipart/form-data; boundary=" + mark)],
              kind="multipart")
    # A chunked request with trailers.
    text = [b"sku,qty\r\n", b"SKU-0001,5\r\n" * 300, b"SKU-0002,1\r\n"]
    conn.wire.send(conn.head("POST", "/upload", [
        ("Transfer-Encoding", "chunked"), ("Content-Type", "text/csv"),
        ("Trailer", "X-Rows")]))
    for piece in text:
        conn.wire.send(chunk(piece))
        time.sleep(0.02)
    conn.wire.send(b"0\r\nX-Rows: 301\r\n\r\n")
    status, msg = conn.answer("POST")
    log(conn, "POST", "/upload", status, sum(map(len, text)), len(msg.body),
        kind="chunked-request")
    expecting(conn, "/upload", 20000)
    expecting(conn, "/strict", 20000)
    conn.close()


def expecting(conn, path, size):
    """Waits for 100 Continue before the body, and obeys a refusal."""
    body = random.Random(size).randbytes(size)
    conn.wire.send(conn.head("PUT", path, [
        ("Expect", "100-continue"), ("Content-Length", str(size)),
        ("Content-Type", "application/octet-stream")]))
    first = int(conn.wire.head().first.split(" ")[1])
    if first == 100:
        conn.wire.send(body)
        status, msg = conn.answer("PUT")
        log(conn, "PUT", path, status, size, len(msg.body), kind="expect",
            interim=[100])
        return
    # Refused: the final answer's head has just been read; "no\n" follows.
    conn.wire.exactly(3)
    log(conn, "PUT", path, first, 0, 3, kind="expect-refused")
    # A body was announced and never sent, so the connection is done with.


def interims():
    conn = Conn(ORDERS)
    conn.call("GET", "/early", kind="early-hints")
    conn.call("POST", "/work", b"{}", kind="processing")
    conn.close()


def pipeline():
    """Eight requests in one write; the answers come back in order."""
    conn = Conn(ORDERS)
    asked = [("GET", "/orders/%d" % n) for n in range(21, 26)]
    asked += [("HEAD", "/orders/26"), ("GET", "/orders/0"),
              ("GET", "/cached/shop.css")]
    conn.wire.send(b"".join(conn.head(m, p) for m, p in asked))
    for method, path in asked:
        status, msg = conn.answer(method)
        log(conn, method, path, status, 0, len(msg.body), kind="pipelined")
    conn.close()
    # Requests cut at awkward places, and two answers waiting at once.
    conn = Conn(ORDERS)
    data = conn.head("GET", "/orders/31") + conn.head("GET", "/orders/32")
    for at in range(0, len(data), 37):
        conn.wire.send(data[at:at + 37])
        time.sleep(0.005)
    for path in ("/orders/31", "/orders/32"):
        status, msg = conn.answer("GET")
        log(conn, "GET", path, status, 0, len(msg.body), kind="pipelined")
    conn.close()


def slow():
    conn = Conn(ORDERS)
    conn.call("GET", "/slow?s=1.1", kind="slow")
    conn.call("GET", "/slow?s=1.9", kind="slow")
    conn.close()


def closes():
    """Endings: by FIN, by reset, too early, and HTTP/1.0's."""
    conn = Conn(ORDERS)
    conn.wire.send(conn.head("GET", "/legacy", version="1.0"))
    status, msg = conn.answer("GET")
    log(conn, "GET", "/legacy", status, 0, len(msg.body), kind="until-close")
    conn.close()
    for path, kind in (("/abort", "reset"), ("/cut", "cut")):
        conn = Conn(ORDERS)
        conn.wire.send(conn.head("GET", path))
        msg = conn.wire.head()
        try:
            conn.wire.body(msg)
            got = len(msg.body)
        except Closed as end:
            got = end.got
        # The two chunks of /cut are 11 and 12 bytes of body.
        got = 23 if path == "/cut" else got
        log(conn, "GET", path, 200, 0, got, kind=kind, complete=False)
        conn.close()
    conn = Conn(ORDERS)
    conn.call("GET", "/orders/41", headers=[("Connection", "close")],
              kind="close")
    conn.close()
    # A request that its client gives up before the answer.
    conn = Conn(ORDERS)
    conn.wire.send(conn.head("GET", "/slow?s=5"))
    time.sleep(0.5)
    conn.close()
    log(conn, "GET", "/slow?s=5", 0, 0, 0, kind="given-up", complete=False)


def chat():
    """A WebSocket: upgrade, nine masked text frames, close."""
    conn = Conn(ORDERS)
    conn.wire.send(conn.head("GET", "/chat", [
        ("Upgrade", "websocket"), ("Connection", "Upgrade"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")]))
    status, _ = conn.answer("GET")
    log(conn, "GET", "/chat", status, 0, 0, kind="upgrade")
    rnd = random.Random(11)
    texts = [b"where is order %d?" % n for n in range(8)] + [b"y" * 400]
    for opcode, data in [(1, t) for t in texts] + [(8, b"\x03\xe8bye")]:
        mask = rnd.randbytes(4)
        size = bytes([0x80 | len(data)]) if len(data) < 126 else \
            b"\xfe" + len(data).to_bytes(2, "big")
        conn.wire.send(bytes([0x80 | opcode]) + size + mask +
                       bytes(b ^ mask[i & 3] for i, b in enumerate(data)))
        conn.wire.exactly(len(data) + (2 if len(data) < 126 else 4))
        time.sleep(0.02)
    conn.close()


def proxy():
    """Through the egress proxy: absolute-form, and a CONNECT tunnel.

    The proxy's own leg of a call is another call on another connection; it
    is logged with the proxy's address and no port.
    """
    conn = Conn("egress.shop", 3128)
    leg = Conn(ORDERS)
    leg.close()
    leg.local, client = ("10.244.1.14", None), POD
    for path in ("/orders/51", "/orders/52"):
        conn.host = ORDERS
        _, msg = conn.call("GET", "http://%s%s" % (ORDERS, path),
                           kind="absolute-form")
        log(leg, "GET", path, 200, 0, len(msg.body), kind="proxy-leg",
            behind=client)
    conn.close()
    conn = Conn("egress.shop", 3128)
    conn.wire.send(head_bytes("CONNECT %s:80 HTTP/1.1" % ORDERS,
                              [("Host", ORDERS + ":80")]))
    status, _ = conn.answer("CONNECT")
    log(conn, "CONNECT", ORDERS + ":80", status, 0, 0, kind="connect")
    conn.host = ORDERS
    for path in ("/orders/53", "/orders/54", "/report.csv"):
        _, msg = conn.call("GET", path, kind="tunnelled")
        log(leg, "GET", path, 200, 0, len(msg.body), kind="proxy-leg",
            behind=client)
    conn.close()


def lossy():
    """Calls and transfers over the link that loses packets."""
    for number in range(6):
        conn = Conn(ORDERS)
        for path in range(4):
            conn.call("GET", "/orders/%d" % (60 + number * 4 + path),
                      kind="lossy")
        conn.close()
    conn = Conn(ORDERS)
    conn.call("GET", "/download?n=120000", kind="lossy")
    conn.call("POST", "/upload", random.Random(3).randbytes(90000),
              kind="lossy")
    conn.close()


def tablet():
    """Calls whose packets the recording disturbs afterwards."""
    for number in range(5):
        conn = Conn(ORDERS)
        for path in range(4):
            conn.call("GET", "/orders/%d" % (100 + number * 4 + path),
                      kind="disturbed")
        conn.close()
    conn = Conn(ORDERS)
    conn.call("GET", "/download?n=100000", kind="disturbed")
    conn.call("GET", "/orders/120", kind="disturbed")
    conn.close()
    # This one is to lose two packets of its body on node-1.
    conn = Conn(ORDERS)
    conn.call("GET", "/download?n=60000", kind="gap")
    conn.call("GET", "/orders/121", kind="disturbed")
    conn.close()


def external():
    """A payment provider outside the cluster, found by name."""
    conn = Conn("payments.example.com")
    for cents in (1250, 400, 99):
        conn.call("POST", "/login", b'{"cents":%d}' % cents,
                  [("Authorization", "Bearer tok_%d" % cents)],
                  kind="external")
    conn.close()


def same_address():
    """Asks whoever is at 10.244.2.20 just now."""
    conn = Conn("10.244.2.20", 8080)
    for number in range(4):
        conn.call("GET", "/orders/%d" % (130 + number), kind="reused-ip")
    conn.close()


def graphql():
    """GraphQL requests in the forms that servers accept."""
    conn = Conn("graphql.shop", 8081)

    def ask(value, kind="graphql", path="/graphql"):
        conn.call("POST", path, json.dumps(value).encode(),
                  [("Content-Type", "application/json")], kind=kind)

    products = ("query Products($first: Int = 3) {\n  products(first: "
                "$first) { ...Card tags }\n}\nfragment Card on Product "
                "{ id name price }")
    for first in (1, 2, 5):
        ask({"operationName": "Products", "query": products,
             "variables": {"first": first}})
    ask({"query": "mutation AddToCart($qty: Int!) { addToCart(sku: "
                  "\"SKU-0001\", qty: $qty) { id lines } }",
         "variables": {"qty": 2}})
    ask({"query": "{ products { id } }"})
    ask({"query": "query Broken { product(id: \"0\") { id stock } }"},
        "graphql-error")
    ask({"query": "query Products { "}, "graphql-error")
    ask({"operationName": "Products", "variables": {}, "extensions": {
        "persistedQuery": {"version": 1, "sha256Hash": "ab" * 32}}},
        "graphql-error")
    ask([{"query": products}, {"query": "{ products { name } }"}],
        "graphql-batch")
    ask({"operationName": "IntrospectionQuery",
         "query": "query IntrospectionQuery { __schema { queryType { name }"
                  " types { kind name } } }"})
    conn.call("POST", "/graphql", b"query Named { products { id name } }",
              [("Content-Type", "application/graphql")], kind="graphql")
    conn.call("GET", "/graphql?query=query%20Products($first:%20Int)%20%7B%20"
              "products(first:%20$first)%20%7B%20id%20%7D%20%7D&variables="
              "%7B%22first%22:%202%7D", kind="graphql")
    conn.close()


def longlived():
    """Two connections from before the capture to after its end.

    The first makes a call now and then; its handshake is never seen. The
    second receives events all the time; neither its request nor its end is.
    """
    conn = Conn(ORDERS)
    conn.wire.send(conn.head("GET", "/orders/1"))
    conn.answer("GET")
    events = Conn(ORDERS)
    events.wire.send(events.head("GET", "/events",
                                 [("Accept", "text/event-stream")]))
    events.wire.head()
    while not flag("capturing"):
        time.sleep(0.1)
    time.sleep(1.5)
    number = 140
    while not flag("finish"):
        conn.call("GET", "/orders/%d" % number, kind="mid-stream")
        number += 1
        time.sleep(1.7)
    # Asked and not answered before the recording ends.
    waiting = Conn(ORDERS)
    waiting.wire.send(waiting.head("GET", "/slow?s=600"))
    log(waiting, "GET", "/slow?s=600", 0, 0, 0, kind="open-at-end",
        complete=False)
    with open(os.path.join(os.path.dirname(LOG), "idle"), "w",
              encoding="ascii"):
        pass
    time.sleep(600)


for scenario in sys.argv[3:]:
    globals()[scenario]()
