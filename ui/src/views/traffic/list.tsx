// SPDX-License-Identifier: Apache-2.0
// The traffic list.
import { useRef } from "preact/hooks";
import type { Row } from "../../api/types";
import { useCommands } from "../../app/commands";
import { listCommands, useSeek } from "../../app/list-commands";
import { density, hiddenColumns } from "../../app/prefs";
import { go, indexing, place } from "../../app/state";
import { openRowMenu } from "../../app/value-menu";
import type { RowWindow } from "../../model/row-window";
import { EMPTY } from "../../model/url-state";
import { Grid, type Hands, ROW_HEIGHT } from "../../widgets/grid";
import { COLUMNS, conditionsOf } from "./columns";
import { follow, fresh, locate, rows, select, shown, tick } from "./session";

export function List({ window }: { window: RowWindow<Row> }) {
	const hands = useRef<Hands | null>(null);
	const list = {
		hands,
		window: () => rows.peek(),
		selected: () => place.peek().entry,
		select,
		shown,
		conditions: conditionsOf,
	};
	useCommands(() => listCommands(list, ["row-down", "row-up"]), []);
	useSeek(list, locate);
	return (
		<Grid
			label="Traffic"
			window={window}
			turn={tick.value}
			columns={COLUMNS.filter((c) => !hiddenColumns.value.includes(c.id))}
			rowHeight={ROW_HEIGHT[density.value]}
			order={place.value.sort}
			usual={EMPTY.sort}
			setOrder={(sort) => go({ sort, entry: "" })}
			selected={place.value.entry}
			select={select}
			kin={(row, selected) => row.stream === selected.stream}
			menu={(row, at) => openRowMenu(conditionsOf(row), at)}
			fresh={fresh.value}
			tail={follow.value && indexing.value}
			scrolledUp={() => {
				follow.value = false;
			}}
			hands={hands}
		/>
	);
}
