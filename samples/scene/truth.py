#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""truth.py RUN OUT: what really happened, from the logs of those who did it.

Reads the drivers' and servers' logs in RUN and writes OUT/shop.http1.jsonl
(one HTTP/1 call a line), OUT/shop.truth.json (exact counts) and
RUN/meta.json (for pack.py). The captures are only counted, never dissected.

A line of shop.http1.jsonl:
  client, src, sport   who called; sport is null where no log tells it
  dst, dport           whom it called, as the caller knew it
  method, path, status, request_body, response_body
                       status 0: no answer. Lengths are those of the message
                       bodies as transferred: chunked undone, content codings
                       kept
  kind                 what this call is in the scene for
  complete             false when the answer is missing or cut off
  interim              statuses of interim responses, when there were any
  seen                 where the call can be observed: node, and the server's
                       address there (null: one of several pods)
"""

import collections
import json
import os
import re
import sys
from urllib.parse import urlsplit

import pcap

NODES = [("node-1", "10.0.0.5"), ("node-2", "10.0.0.6"),
         ("node-3", "10.0.0.7")]


def lines(path):
    with open(path, encoding="utf-8") as file:
        return file.read().splitlines()


def node_of(addr):
    parts = addr.split(".")
    return "node-" + parts[2] if parts[:2] == ["10", "244"] else None


def services(run):
    """Cluster address -> the pods that ever stood behind it."""
    out = collections.defaultdict(set)
    for line in lines(os.path.join(run, "events")):
        when, what, *args = line.split("\t")
        if what == "svc" and args[2] != "None":
            out[args[2], int(args[3])] |= set(args[4].split(","))
    return out


def seen(call, svc):
    """The nodes that see the call, each with the address it sees."""
    client = node_of(call["src"])
    target, port = call["dst"], call["dport"]
    if (target, port) == ("10.0.0.5", 30080):
        # The node's port leads to the storefront, before its bridge.
        return [{"node": "node-1", "dst": "10.244.1.10", "dport": 80}]
    out = [{"node": client, "dst": target, "dport": port}]
    ends = svc.get((target, port))
    if ends is None:
        server = node_of(target)
        if server and server != client:
            out.append({"node": server, "dst": target, "dport": port})
        return out
    addr, _, end_port = sorted(ends)[0].partition(":")
    out.append({"node": node_of(addr),
                "dst": addr if len(ends) == 1 else None,
                "dport": int(end_port)})
    return out


def from_curl(run):
    for line in lines(os.path.join(run, "curl.log")):
        call = json.loads(line)
        url = urlsplit(call.pop("url"))
        call["path"] = url.path + ("?" + url.query if url.query else "")
        yield call


def from_storefront(run, customers):
    """The storefront's own calls to the services behind it.

    nginx counts a chunked answer with its chunks' frames; but it passes such
    a body on as it is, so the customer's count is the true one.
    """
    whole = {c["path"]: c["response_body"] for c in customers}
    for line in lines(os.path.join(run, "nginx-storefront/access.log")):
        row = json.loads(line)
        if not row["up_addr"].startswith("10.96."):
            continue
        addr, port = row["up_addr"].split(":")
        length, kind = int(row["up_length"]), "upstream"
        if row["up_coding"] == "chunked":
            length, kind = whole[row["path"]], "upstream-gzip"
        yield {"client": "storefront", "src": "10.244.1.10", "sport": None,
               "dst": addr, "dport": int(port), "method": row["method"],
               "path": row["up_path"], "status": int(row["up_status"]),
               "request_body": int(row["request"] or 0),
               "response_body": length, "kind": kind}


def from_catalog(run):
    """The load generator keeps no log of single calls; its server does."""
    for pod in ("catalog-1", "catalog-2"):
        path = os.path.join(run, "nginx-%s/access.log" % pod)
        for line in lines(path):
            row = json.loads(line)
            if not row["agent"].startswith("ApacheBench"):
                continue
            yield {"client": "loadgen", "src": row["client"], "sport": None,
                   "dst": "10.96.0.21", "dport": 80, "method": row["method"],
                   "path": row["path"], "status": int(row["status"]),
                   "request_body": 0, "response_body": int(row["sent"]),
                   "kind": "load"}


def http1(run):
    calls = [json.loads(l) for l in lines(os.path.join(run, "calls.log"))]
    by_curl = list(from_curl(run))
    calls += by_curl + list(from_storefront(run, by_curl))
    calls += list(from_catalog(run)) + [from_h2c(run)]
    svc = services(run)
    for call in calls:
        call.setdefault("complete", True)
        call["seen"] = seen(call, svc)
    return calls


def dns(run):
    """Queries by type, from the DNS server's log, while capturing."""
    with open(os.path.join(run, "dns.mark"), encoding="ascii") as file:
        start = int(file.read())
    kinds = collections.Counter()
    for line in lines(os.path.join(run, "dns.log"))[start:]:
        match = re.search(r" query\[([^]]+)\] ", line)
        if match:
            kinds[match.group(1)] += 1
    return {"queries": sum(kinds.values()), "by_type": dict(kinds)}


def redis(run):
    """Commands executed meanwhile, as the server counted them."""
    counts = []
    for name in ("redis.before", "redis.after"):
        found = {}
        for line in lines(os.path.join(run, name)):
            match = re.match(r"cmdstat_([^:]+):calls=(\d+)", line)
            if match:
                found[match.group(1)] = int(match.group(2))
        counts.append(found)
    before, after = counts
    # The look at the numbers itself is not part of the scene.
    by_name = {name: n - before.get(name, 0)
               for name, n in sorted(after.items())
               if name != "info" and n > before.get(name, 0)}
    return {"executed": sum(by_name.values()), "by_command": by_name,
            "not_executed": ["NOSUCH command", "GET too many words"]}


def amqp(run):
    with open(os.path.join(run, "amqp.json"), encoding="ascii") as file:
        return {"pika": json.load(file), "amqp-tools": dict(
            collections.Counter(lines(os.path.join(run, "amqp.tools"))))}


def http2(run):
    """Calls by method and status: what h2load reports, and the others."""
    out = collections.Counter()
    for line in lines(os.path.join(run, "http2.log")):
        method, number, status = line.split()
        out["%s %s" % (method, status)] += int(number)
    for line in lines(os.path.join(run, "h2load.log")):
        match = re.match(r"status codes: (\d+) 2xx", line)
        if match:
            out["GET 200"] += int(match.group(1))
    return {"calls": out.total(), "by_method_and_status": dict(out)}


def grpc(run):
    calls = [json.loads(l) for l in lines(os.path.join(run, "grpc.log"))]
    return {"calls": len(calls), "by_path": count(calls, "path"),
            "by_status": count(calls, "status"),
            "request_messages": sum(c["requests"] for c in calls),
            "response_messages": sum(c["responses"] for c in calls)}


def kafka(run):
    got = {name: int(lines(os.path.join(run, "kafka." + name))[0])
           for name in ("orders", "stock", "group")}
    return {"produced": {"orders": 31, "stock": 300}, "consumed": {
        "orders": got["orders"], "stock": got["stock"],
        "orders by group": got["group"]}}


def websocket(run):
    with open(os.path.join(run, "ws.json"), encoding="ascii") as file:
        return {"permessage-deflate": json.load(file),
                "plain": {"messages_sent": 9, "messages_echoed": 9,
                          "closes": 2}}


def from_h2c(run):
    """The upgrade to HTTP/2 as HTTP/1 sees it: a call answered by 101."""
    version, src, sport, dst = lines(os.path.join(run, "h2c.log"))[0].split()
    if version != "2":
        raise SystemExit("truth: the upgrade to HTTP/2 did not happen")
    return {"client": "worker", "src": src, "sport": int(sport), "dst": dst,
            "dport": 80, "method": "GET", "path": "/guide.html",
            "status": 101, "request_body": 0, "response_body": 0,
            "kind": "h2c-upgrade"}


def drops(run, names):
    """What tcpdump says the kernel and the interface lost."""
    kernel = interface = 0
    for name in names:
        for line in lines(os.path.join(run, name + ".log")):
            match = re.match(r"(\d+) packets? dropped by (\w+)", line)
            if match and match.group(2) == "kernel":
                kernel += int(match.group(1))
            elif match:
                interface += int(match.group(1))
    return {"kernel": kernel, "interface": interface}


def count(calls, key):
    return dict(sorted(collections.Counter(
        str(c[key]) for c in calls).items()))


def captured(run):
    """Per node: packets in all its captures."""
    out = {}
    for name, addr in NODES:
        folder = os.path.join(run, "snap", "%s_%s" % (name, addr))
        out[name] = sum(len(pcap.read(os.path.join(folder, f)))
                        for f in sorted(os.listdir(folder))
                        if f.endswith(".pcap"))
    return out


def meta(run):
    with open(os.path.join(run, "from"), encoding="ascii") as file:
        start = float(file.read())
    with open(os.path.join(run, "to"), encoding="ascii") as file:
        end = float(file.read())
    rows = []
    for name, addr in NODES:
        logs = [name]
        faces = ["br-" + name.replace("-", "")]
        if os.path.exists(os.path.join(run, name + "-lo.log")):
            logs.append(name + "-lo")
            faces.append("lo")
        rows.append({"name": name, "ip": addr, "interfaces": faces,
                     "dropped": drops(run, logs)})
    return {"cluster": "shop", "from": start, "to": end, "nodes": rows}


def main():
    run, out = sys.argv[1:3]
    calls = http1(run)
    with open(os.path.join(out, "shop.http1.jsonl"), "w",
              encoding="ascii") as file:
        for call in calls:
            file.write(json.dumps(call) + "\n")
    with open(os.path.join(run, "disturbed.json"), encoding="ascii") as file:
        disturbed = json.load(file)
    facts = meta(run)
    truth = {
        "window": {"from": facts["from"], "to": facts["to"]},
        "http1": {
            "calls": len(calls),
            "observations": dict(sorted(collections.Counter(
                s["node"] for c in calls for s in c["seen"]).items())),
            "incomplete": sum(not c["complete"] for c in calls),
            "by_method": count(calls, "method"),
            "by_status": count(calls, "status"),
            "by_kind": count(calls, "kind"),
            "by_client": count(calls, "client")},
        "dns": dns(run),
        "redis": redis(run),
        "amqp": amqp(run),
        "http2": http2(run),
        "grpc": grpc(run),
        "kafka": kafka(run),
        "websocket": websocket(run),
        "tls": {"connections": len(lines(os.path.join(run, "tls.log")))},
        "packets": captured(run),
        "disturbed_on_node-1": disturbed}
    with open(os.path.join(out, "shop.truth.json"), "w",
              encoding="ascii") as file:
        file.write(json.dumps(truth, indent=1) + "\n")
    with open(os.path.join(run, "meta.json"), "w", encoding="ascii") as file:
        json.dump(facts, file)


main()
