// SPDX-License-Identifier: Apache-2.0
// One end of a call or stream.
import type { Peer } from "../../api/types";
import { equals } from "../../model/compose";
import { Value } from "../../widgets/value";
import { peerName, peerQuery } from "../traffic/columns";

/** Name, address and port, each to be filtered by. */
export function PeerFacts(props: { side: "src" | "dst"; peer: Peer }) {
	const { side, peer } = props;
	return (
		<>
			<Value kfl={peerQuery(side, peer)}>
				<b>{peerName(peer)}</b>
			</Value>
			{peer.name !== "" && (
				<>
					{" "}
					<Value kfl={equals(`${side}.ip`, peer.ip)} class="soft">
						{peer.ip}
					</Value>
				</>
			)}
			<Value
				kfl={equals(`${side}.port`, String(peer.port))}
				copy={String(peer.port)}
				class="soft"
			>
				:{peer.port}
			</Value>
		</>
	);
}
