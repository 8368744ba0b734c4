// SPDX-License-Identifier: Apache-2.0
import { Component, type ComponentChildren, render } from "preact";
import { listen } from "./app/hotkeys";
import { applyTheme } from "./app/prefs";
import { Shell } from "./app/shell";
import { followHistory, place, watch } from "./app/state";
import { View } from "./app/view";
import { Failed } from "./widgets/state";
import "./styles/tokens.css";
import "./styles/base.css";

/** A mistake of ours in one view must not take the page away. */
class Boundary extends Component<
	{ children: ComponentChildren },
	{ error: Error | null }
> {
	override state: { error: Error | null } = { error: null };

	static override getDerivedStateFromError(error: Error) {
		return { error };
	}

	override render() {
		const { error } = this.state;
		if (error === null) return this.props.children;
		return (
			<Failed
				what="This view has failed."
				error={error}
				retry={() => this.setState({ error: null })}
			/>
		);
	}
}

function App() {
	return (
		<Shell>
			<Boundary key={place.value.view}>
				<View />
			</Boundary>
		</Shell>
	);
}

applyTheme();
followHistory();
listen();
const root = document.getElementById("app");
if (root !== null) render(<App />, root);
void watch(new AbortController().signal);
