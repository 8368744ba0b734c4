// SPDX-License-Identifier: Apache-2.0
// Hooks that several views need.
import { useEffect, useRef, useState } from "preact/hooks";
import { isAbort } from "../api/client";

export interface Loaded<T> {
	data: T | null;
	error: Error | null;
	busy: boolean;
	retry: () => void;
}

/**
 * Loads when `key` changes; what was there stays until the new is. An empty
 * key loads nothing. A request that nobody waits for is cancelled.
 */
export function useLoad<T>(
	key: string,
	load: (signal: AbortSignal) => Promise<T>,
): Loaded<T> {
	const [state, set] = useState<Omit<Loaded<T>, "retry">>({
		data: null,
		error: null,
		busy: key !== "",
	});
	const [turn, again] = useState(0);
	const latest = useRef(load);
	latest.current = load;
	useEffect(() => {
		if (key === "") {
			set({ data: null, error: null, busy: false });
			return;
		}
		const control = new AbortController();
		set((old) => ({ ...old, busy: true }));
		latest.current(control.signal).then(
			(data) => set({ data, error: null, busy: false }),
			(error: Error) => {
				if (!isAbort(error)) set({ data: null, error, busy: false });
			},
		);
		return () => control.abort();
	}, [key, turn]);
	return { ...state, retry: () => again(turn + 1) };
}

/** The size of an element, as it changes. */
export function useSize<E extends Element>(): [
	{ current: E | null },
	{ width: number; height: number },
] {
	const ref = useRef<E>(null);
	const [size, set] = useState({ width: 0, height: 0 });
	useEffect(() => {
		const element = ref.current;
		if (element === null) return;
		const watch = new ResizeObserver(() => {
			const { width, height } = element.getBoundingClientRect();
			set((old) =>
				old.width === width && old.height === height ? old : { width, height },
			);
		});
		watch.observe(element);
		return () => watch.disconnect();
	}, []);
	return [ref, size];
}

/** `f` once nothing has changed for `ms`. */
export function useDebounced(ms: number, f: () => void, on: unknown[]): void {
	const latest = useRef(f);
	latest.current = f;
	useEffect(() => {
		const timer = setTimeout(() => latest.current(), ms);
		return () => clearTimeout(timer);
	}, on);
}
