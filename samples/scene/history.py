#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""history.py EVENTS DELAY START OUT: name_resolution_history.json of one node.

EVENTS has one change of the cluster a line, separated by tabs:
    SECONDS  pod+  NAME  NAMESPACE  ADDRESS
    SECONDS  pod-  NAME  NAMESPACE  ADDRESS
    SECONDS  svc   NAME  NAMESPACE  CLUSTER-IP  PORT  IP:PORT,IP:PORT...
    SECONDS  svc-  NAME  NAMESPACE
    SECONDS  dns   NAME  ADDRESS
The file written holds the complete map at each second with a change. DELAY
seconds are added, for each node's watcher learns of a change in its own time;
what happened before START is first noted at START.
"""

import json
import sys


def apply_event(state, what, args):
    if what == "pod+":
        state["pods"][args[2]] = (args[0], args[1])
    elif what == "pod-":
        del state["pods"][args[2]]
    elif what == "svc":
        state["svcs"][args[0], args[1]] = args[2:]
    elif what == "svc-":
        del state["svcs"][args[0], args[1]]
    elif what == "dns":
        state["dns"][args[1]] = args[0]
    else:
        raise SystemExit("history: what is %r?" % what)


def as_map(state):
    out = {}
    for addr, name in state["dns"].items():
        out[addr] = {"FullAddress": name, "Namespace": ""}
    for addr, (name, space) in state["pods"].items():
        out[addr] = {"FullAddress": "%s.%s" % (name, space),
                     "Namespace": space}
    for (name, space), (vip, port, ends) in state["svcs"].items():
        value = {"FullAddress": "%s.%s" % (name, space), "Namespace": space}
        keys = ["%s.%s" % (name, space)]
        if vip != "None":
            keys += [vip, "%s:%s" % (vip, port)]
        keys += [end for end in ends.split(",") if end]
        out.update(dict.fromkeys(keys, value))
    return dict(sorted(out.items()))


def main():
    events, path = sys.argv[1], sys.argv[4]
    delay, start = int(sys.argv[2]), int(sys.argv[3])
    state = {"pods": {}, "svcs": {}, "dns": {}}
    history = {}
    with open(events, encoding="ascii") as file:
        for line in file:
            when, what, *args = line.rstrip("\n").split("\t")
            apply_event(state, what, args)
            history[str(max(int(when) + delay, start))] = as_map(state)
    with open(path, "w", encoding="ascii") as file:
        json.dump(history, file, separators=(",", ":"))


main()
