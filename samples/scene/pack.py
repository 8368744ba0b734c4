#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""pack.py FOLDER META OUT.tar.gz: seals a folder as a snapshot.

META (JSON) has "cluster", "from", "to" (seconds), and "nodes": name, ip and
interfaces with the drop counters of their captures. This file alone knows
the shape of snapshot.json (the first member) and manifest.json (the last).
The same folder and META give the same archive, byte for byte.
"""

import gzip
import hashlib
import io
import json
import os
import sys
import tarfile
import time

import pcap


def rfc3339(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + \
        ".%06dZ" % (round(seconds * 1000000) % 1000000)


def as_json(value):
    return (json.dumps(value, indent=1) + "\n").encode()


def snapshot_json(meta):
    nodes = [{"name": n["name"], "ip": n["ip"],
              "folder": "%s_%s" % (n["name"], n["ip"]),
              "interfaces": [{"name": i, "linkType": 1,
                              "snaplen": pcap.SNAPLEN}
                             for i in n["interfaces"]],
              "filter": ""} for n in meta["nodes"]]
    return as_json({"formatVersion": 1, "kind": "kubeshark-snapshot",
                    "createdBy": {"name": "record.sh", "version": "1"},
                    "cluster": meta["cluster"],
                    "window": {"from": rfc3339(meta["from"]),
                               "to": rfc3339(meta["to"])},
                    "nodes": nodes})


def manifest_json(folder, members, meta):
    drops = {"%s_%s" % (n["name"], n["ip"]): n["dropped"]
             for n in meta["nodes"]}
    rows = []
    for name, data in members:
        row = {"name": name, "bytes": len(data),
               "sha256": hashlib.sha256(data).hexdigest()}
        if name.endswith(".pcap"):
            row["packets"] = len(pcap.read(os.path.join(folder, name)))
            row["dropped"] = drops[name.split("/")[0]]
        rows.append(row)
    return as_json({"formatVersion": 1, "kind": "kubeshark-manifest",
                    "members": rows})


def main():
    folder, meta_path, out = sys.argv[1:4]
    with open(meta_path, encoding="ascii") as file:
        meta = json.load(file)
    names = []
    for base, _, files in os.walk(folder):
        names += [os.path.relpath(os.path.join(base, f), folder)
                  for f in files]
    members = [("snapshot.json", snapshot_json(meta))]
    for name in sorted(names, key=os.fsencode):
        with open(os.path.join(folder, name), "rb") as file:
            members.append((name, file.read()))
    members.append(("manifest.json", manifest_json(folder, members, meta)))
    blob = io.BytesIO()
    with tarfile.open(fileobj=blob, mode="w", format=tarfile.USTAR_FORMAT) \
            as tar:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            info.mode = 0o644
            info.mtime = int(meta["to"])
            tar.addfile(info, io.BytesIO(data))
    with open(out, "wb") as file:
        file.write(gzip.compress(blob.getvalue(), 9, mtime=0))


main()
