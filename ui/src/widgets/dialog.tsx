// SPDX-License-Identifier: Apache-2.0
// A native dialog: the browser keeps the focus inside and gives it back.
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "./icon";

export function Dialog(props: {
	title: string;
	close: () => void;
	children: ComponentChildren;
	/** Without a heading, as the palette is. */
	bare?: string;
}) {
	const ref = useRef<HTMLDialogElement>(null);
	useEffect(() => {
		const dialog = ref.current;
		dialog?.showModal();
		return () => dialog?.close();
	}, []);
	return (
		<dialog
			ref={ref}
			class={props.bare}
			aria-label={props.title}
			onCancel={props.close}
			onClose={props.close}
			onClick={(e) => e.target === ref.current && props.close()}
		>
			{props.bare === undefined ? (
				<>
					<div class="dialog-head">
						<h2>{props.title}</h2>
						<button
							type="button"
							class="tool"
							aria-label="Close"
							onClick={props.close}
						>
							<Icon name="x" />
						</button>
					</div>
					<div class="dialog-body" tabIndex={0}>
						{props.children}
					</div>
				</>
			) : (
				props.children
			)}
		</dialog>
	);
}
