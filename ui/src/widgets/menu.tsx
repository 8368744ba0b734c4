// SPDX-License-Identifier: Apache-2.0
// A menu at a place, closed by Escape, a choice, or a click elsewhere.
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { Icon } from "./icon";

export interface Item {
	text: string;
	run: () => void;
	/** Where the menu is one of choices. */
	checked?: boolean;
	keys?: string;
}

export interface At {
	x: number;
	y: number;
}

export function below(element: Element): At {
	const box = element.getBoundingClientRect();
	return { x: box.left, y: box.bottom + 4 };
}

function move(list: HTMLElement | null, step: number): void {
	const all = [...(list?.querySelectorAll("button") ?? [])];
	const now = all.indexOf(document.activeElement as HTMLButtonElement);
	all[(now + step + all.length) % all.length]?.focus();
}

export function Menu(props: {
	at: At;
	label: string;
	title?: string;
	items: (Item | null)[];
	close: () => void;
	children?: ComponentChildren;
}) {
	const box = useRef<HTMLDivElement>(null);
	const before = useRef(document.activeElement);
	// A key that comes before the menu has gone is not for it any more.
	const closed = useRef(false);
	useLayoutEffect(() => {
		closed.current = false;
		const menu = box.current;
		if (menu === null) return;
		const { width, height } = menu.getBoundingClientRect();
		menu.style.left = `${Math.max(8, Math.min(props.at.x, innerWidth - width - 8))}px`;
		menu.style.top = `${Math.max(8, Math.min(props.at.y, innerHeight - height - 8))}px`;
		menu.querySelector<HTMLElement>("button, input")?.focus();
	}, [props.at]);
	const close = useRef(props.close);
	close.current = props.close;
	useEffect(() => {
		const away = (e: PointerEvent) => {
			if (!e.composedPath().includes(box.current as EventTarget))
				close.current();
		};
		window.addEventListener("pointerdown", away, true);
		return () => {
			window.removeEventListener("pointerdown", away, true);
			const lost = document.activeElement === document.body;
			const old = before.current;
			if (lost && old instanceof HTMLElement) old.focus();
		};
	}, []);
	const press = (e: KeyboardEvent) => {
		if (closed.current) return;
		if (e.key === "ArrowDown") move(box.current, 1);
		else if (e.key === "ArrowUp") move(box.current, -1);
		else if (e.key === "Escape" || e.key === "Tab") {
			closed.current = true;
			props.close();
		} else return;
		e.preventDefault();
		e.stopPropagation();
	};
	return (
		<div
			class="menu"
			ref={box}
			onKeyDown={press}
			role="menu"
			aria-label={props.label}
			tabIndex={-1}
		>
			{props.title !== undefined && (
				<div class="title" role="presentation">
					{props.title}
				</div>
			)}
			{props.children}
			{props.items.map((item, i) =>
				item === null ? (
					<hr key={i} />
				) : (
					<button
						key={item.text}
						type="button"
						role={item.checked === undefined ? "menuitem" : "menuitemcheckbox"}
						aria-checked={item.checked}
						onClick={() => {
							props.close();
							item.run();
						}}
					>
						<span class="grow cut">{item.text}</span>
						{item.checked && <Icon name="check" />}
						{item.keys !== undefined && <kbd>{item.keys}</kbd>}
					</button>
				),
			)}
		</div>
	);
}
