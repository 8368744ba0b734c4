#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""graphqld.py PORT: answers GraphQL over HTTP/1.1 the way servers do.

It does not execute documents: it recognises those of the scene by operation
name and returns data of the right shape, or the errors a server would.
"""

import json
import re
import socketserver
import sys
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

PRODUCTS = [{"id": str(n), "name": "Chair %d" % n, "price": 19.5 + n,
             "tags": ["oak", "garden"]} for n in range(1, 7)]


def answer(ask):
    """One GraphQL request object to one response object."""
    text = ask.get("query", "")
    if not text:
        return {"errors": [{"message": "PersistedQueryNotFound", "extensions":
                            {"code": "PERSISTED_QUERY_NOT_FOUND"}}]}
    name = ask.get("operationName")
    if not name:
        found = re.search(r"\b(?:query|mutation|subscription)\s+(\w+)", text)
        name = found.group(1) if found else ""
    if text.count("{") != text.count("}"):
        return {"errors": [{"message": "Syntax Error: Expected Name, found "
                            "<EOF>.", "locations": [{"line": 1,
                                                     "column": 18}]}]}
    args = ask.get("variables") or {}
    if name == "AddToCart":
        return {"data": {"addToCart": {"id": "c-1",
                                       "lines": args.get("qty", 1)}}}
    if name == "Broken":
        return {"data": {"product": None}, "errors": [{
            "message": "stock service unavailable", "path": ["product"],
            "locations": [{"line": 1, "column": 16}]}]}
    if name == "IntrospectionQuery":
        return {"data": {"__schema": {"queryType": {"name": "Query"},
                                      "types": [{"kind": "OBJECT",
                                                 "name": "Product"}]}}}
    count = int(args.get("first", len(PRODUCTS)))
    return {"data": {"products": PRODUCTS[:count]}}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def reply(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type",
                         "application/graphql-response+json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        args = parse_qs(urlsplit(self.path).query)
        ask = {"query": args.get("query", [""])[0],
               "variables": json.loads(args.get("variables", ["{}"])[0])}
        self.reply(200, answer(ask))

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers["Content-Type"] == "application/graphql":
            return self.reply(200, answer({"query": body.decode()}))
        ask = json.loads(body)
        if isinstance(ask, list):
            return self.reply(200, [answer(a) for a in ask])
        out = answer(ask)
        return self.reply(200 if "data" in out else 400, out)

    def log_message(self, *_args):
        pass


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


Server(("", int(sys.argv[1])), Handler).serve_forever()
