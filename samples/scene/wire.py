# SPDX-License-Identifier: Apache-2.0
"""HTTP/1 byte by byte, for both ends of the recorded scene.

The standard library hides exactly what the scene wants to show (interim
responses, trailers, pipelining, early closes), so the servers and drivers
read and write messages themselves. What they count here is the ground truth
of the recording; no dissector is involved.
"""

import socket


class Closed(Exception):
    """The other side ended before a whole message had arrived."""

    def __init__(self, got=0):
        super().__init__("closed")
        self.got = got


class Message:
    """One request or response: first line, headers, and a whole body."""

    def __init__(self, first, headers):
        self.first = first
        self.headers = headers
        self.body = b""
        self.trailers = []

    def get(self, name, default=""):
        for key, value in self.headers:
            if key.lower() == name:
                return value
        return default


class Wire:
    """A socket that is read by line, by length or up to its end."""

    def __init__(self, sock):
        self.sock = sock
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buf = b""

    def more(self, have=0):
        try:
            data = self.sock.recv(65536)
        except ConnectionResetError:
            raise Closed(have + len(self.buf)) from None
        if not data:
            raise Closed(have + len(self.buf))
        self.buf += data

    def line(self):
        while b"\n" not in self.buf:
            self.more()
        line, self.buf = self.buf.split(b"\n", 1)
        return line.rstrip(b"\r").decode("latin-1")

    def exactly(self, count):
        parts = []
        left = count
        while left:
            if not self.buf:
                self.more(count - left)
            part, self.buf = self.buf[:left], self.buf[left:]
            parts.append(part)
            left -= len(part)
        return b"".join(parts)

    def to_end(self):
        try:
            while True:
                self.more()
        except Closed:
            body, self.buf = self.buf, b""
            return body

    def fields(self):
        out = []
        while True:
            line = self.line()
            if not line:
                return out
            if line[0] in " \t" and out:
                out[-1] = (out[-1][0], out[-1][1] + " " + line.strip())
                continue
            key, _, value = line.partition(":")
            out.append((key.strip(), value.strip()))

    def head(self):
        first = self.line()
        while not first:
            first = self.line()
        return Message(first, self.fields())

    def chunks(self, msg):
        got = []
        while True:
            size = int(self.line().split(";")[0], 16)
            if not size:
                break
            try:
                got.append(self.exactly(size))
            except Closed as end:
                raise Closed(sum(map(len, got)) + end.got) from None
            self.line()
        msg.trailers = self.fields()
        return b"".join(got)

    def body(self, msg):
        """The body of a request, or of a response known to have one."""
        if "chunked" in msg.get("transfer-encoding").lower():
            msg.body = self.chunks(msg)
        elif msg.get("content-length"):
            msg.body = self.exactly(int(msg.get("content-length")))
        elif msg.first.startswith("HTTP/"):
            msg.body = self.to_end()
        return msg

    def send(self, data):
        self.sock.sendall(data)


def head_bytes(first, headers):
    lines = [first] + ["%s: %s" % pair for pair in headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)
