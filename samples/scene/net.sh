# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
#
# The cluster of the recorded scene, made of network namespaces. Sourced by
# record.sh; needs root, iproute2, iptables, ethtool and util-linux.
#
#   outside 203.0.113.7 --+
#   payments 198.51.100.20 +-- shop-wire (a bridge, "the data centre")
#                              |        |            |
#                           node-1   node-2       node-3    10.0.0.5 .6 .7
#                           br-node1 br-node2     br-node3  10.244.N.1
#                              |        |            |
#                             pods     pods         pods    10.244.N.x
#
# A service is a virtual address (10.96.x.x) that each node rewrites to one
# of the service's pods on the way out of its bridge, as kube-proxy does. So
# the caller's node sees the service's address and the callee's node sees the
# pod's. Callers and callees of a service sit on different nodes on purpose:
# each such call is seen exactly once per node.
#
# Every namespace is called shop-*; cleaning up ends what runs inside them and
# deletes them, and touches nothing else.

NS=shop
NODES="1 2 3"

# ns_exec NAMESPACE COMMAND... : run with the namespace's name as host name,
# so that no packet carries the name of the recording machine.
ns_exec()
{
	_ns=$1
	shift
	ip netns exec "$NS-$_ns" unshare --uts \
		sh -c 'hostname "$0" && exec "$@"' "${_ns#pod-}" "$@"
}

# pod_exec POD COMMAND...
pod_exec()
{
	_pod=$1
	shift
	ns_exec "pod-$_pod" "$@"
}

# A plain wire: no segmentation or checksum left to a network card that does
# not exist, so that the capture holds what a cable would have carried.
plain_wire()
{
	ip netns exec "$1" ethtool -K "$2" tso off gso off gro off tx off \
		>/dev/null 2>&1
}

ns_add()
{
	ip netns add "$NS-$1"
	ip -n "$NS-$1" link set lo up
	# Only IPv4 is wanted; without this every link announces itself.
	ip netns exec "$NS-$1" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 \
		net.ipv6.conf.default.disable_ipv6=1
}

wire_up()
{
	ns_add wire
	ip -n $NS-wire link add br0 type bridge
	ip -n $NS-wire link set br0 up
	ip netns exec $NS-wire sysctl -qw net.bridge.bridge-nf-call-iptables=0 \
		2>/dev/null || true
}

# wire_plug NAMESPACE PORT: an eth0 in the namespace, its other end on br0.
wire_plug()
{
	ip -n $NS-wire link add "$2" type veth peer name eth0 netns "$NS-$1"
	ip -n $NS-wire link set "$2" master br0 up
	plain_wire $NS-wire "$2"
	plain_wire "$NS-$1" eth0
	ip -n "$NS-$1" link set eth0 up
}

node_up()
{
	_n=$1
	_node=node-$_n
	ns_add $_node
	wire_plug $_node $_node
	ip -n $NS-$_node addr add 10.0.0.$((_n + 4))/24 dev eth0
	ip -n $NS-$_node link add br-node$_n type bridge
	ip -n $NS-$_node addr add 10.244.$_n.1/24 dev br-node$_n
	ip -n $NS-$_node link set br-node$_n up
	ip netns exec $NS-$_node sysctl -qw net.ipv4.ip_forward=1
	ip netns exec $NS-$_node sysctl -qw \
		net.bridge.bridge-nf-call-iptables=0 2>/dev/null || true
	# node-2 keeps its offloads: packets of up to 64 KB and unfinished
	# checksums are what a capture on a real node is full of.
	[ $_n = 2 ] || plain_wire $NS-$_node br-node$_n
	for _m in $NODES; do
		[ $_m = $_n ] || ip -n $NS-$_node route add 10.244.$_m.0/24 \
			via 10.0.0.$((_m + 4))
	done
	ip -n $NS-$_node route add 203.0.113.0/24 dev eth0
	ip -n $NS-$_node route add 198.51.100.0/24 dev eth0
}

# outside_up NAMESPACE ADDRESS: a machine beside the cluster.
outside_up()
{
	ns_add "$1"
	wire_plug "$1" "$1"
	ip -n "$NS-$1" addr add "$2/24" dev eth0
	ip -n "$NS-$1" route add 10.0.0.0/24 dev eth0
	for _m in $NODES; do
		ip -n "$NS-$1" route add 10.244.$_m.0/24 \
			via 10.0.0.$((_m + 4)) dev eth0 onlink
	done
}

# pod_up NODE-NUMBER POD LAST-OCTET
pod_up()
{
	_n=$1
	_port=v$_n-$3
	ns_add "pod-$2"
	ip -n $NS-node-$_n link add $_port type veth \
		peer name eth0 netns "$NS-pod-$2"
	ip -n $NS-node-$_n link set $_port master br-node$_n up
	if [ $_n != 2 ]; then
		plain_wire $NS-node-$_n $_port
		plain_wire "$NS-pod-$2" eth0
	fi
	ip -n "$NS-pod-$2" addr add 10.244.$_n.$3/24 dev eth0
	ip -n "$NS-pod-$2" link set eth0 up
	ip -n "$NS-pod-$2" route add default via 10.244.$_n.1
	# The address may have been another pod's: forget that one's MAC.
	ip -n $NS-node-$_n neigh flush to 10.244.$_n.$3
	mkdir -p "/etc/netns/$NS-pod-$2"
	# The DNS pod's neighbours would get its answers over the bridge, past
	# the node that hides its address, so they ask it directly.
	_dns=10.96.0.10
	[ $_n != 3 ] || _dns=10.244.3.10
	printf 'nameserver %s\nsearch %s\noptions ndots:5\n' $_dns \
		"shop.svc.cluster.local svc.cluster.local cluster.local" \
		>"/etc/netns/$NS-pod-$2/resolv.conf"
}

ns_stop()
{
	_pids=$(ip netns pids "$1" 2>/dev/null)
	[ -z "$_pids" ] || kill $_pids 2>/dev/null || true
}

pod_down()
{
	ns_stop "$NS-pod-$1"
	sleep 0.2
	ip netns del "$NS-pod-$1"
	rm -rf "/etc/netns/$NS-pod-$1"
}

# service_set NAME CLUSTER-IP PORT POD-IP[:PORT]... : (re)writes the rules of
# one service on every node. Connections already made keep their pod.
service_set()
{
	_chain=SVC-$(printf %s "$1-$3" | tr a-z A-Z)
	_ip=$2
	_dport=$3
	shift 3
	for _n in $NODES; do
		for _l4 in tcp udp; do
			service_chain $_n $_l4 "$@"
		done
	done
}

service_chain()
{
	_nat="ip netns exec $NS-node-$1 iptables -w -t nat"
	_l4=$2
	shift 2
	_c=$_chain-$_l4
	$_nat -N $_c 2>/dev/null && $_nat -A PREROUTING -d $_ip -p $_l4 \
		--dport $_dport -j $_c
	$_nat -F $_c
	_left=$#
	for _ep in "$@"; do
		case $_ep in
		*:*) ;;
		*) _ep=$_ep:$_dport ;;
		esac
		if [ $_left -gt 1 ]; then
			$_nat -A $_c -p $_l4 -m statistic --mode nth \
				--every $_left --packet 0 \
				-j DNAT --to-destination $_ep
		else
			$_nat -A $_c -p $_l4 -j DNAT --to-destination $_ep
		fi
		_left=$((_left - 1))
	done
}

# node_lose NODE MATCH...: drop some of the packets that reach the node from
# the wire; its own capture does not see them, the sender's node does.
node_lose()
{
	_n=$1
	shift
	ip netns exec $NS-node-$_n iptables -w -t raw -A PREROUTING -i eth0 \
		"$@" -m statistic --mode random --probability 0.03 -j DROP
}

net_clean()
{
	for _ns in $(ip netns list | awk '{ print $1 }' | grep "^$NS-"); do
		ns_stop "$_ns"
	done
	sleep 0.3
	for _ns in $(ip netns list | awk '{ print $1 }' | grep "^$NS-"); do
		_pids=$(ip netns pids "$_ns" 2>/dev/null)
		[ -z "$_pids" ] || kill -9 $_pids 2>/dev/null || true
		ip netns del "$_ns"
		rm -rf "/etc/netns/$_ns"
	done
	rmdir /etc/netns 2>/dev/null || true
}
