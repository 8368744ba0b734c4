// SPDX-License-Identifier: Apache-2.0
// How protocols show themselves, above the tables that all have. A new one is
// one element of OWN.
import type { JSX } from "preact";
import type { EntryDetail, Section, Side } from "../../../api/types";
import { Amqp } from "./amqp";
import { Dns } from "./dns";
import { GraphQl } from "./graphql";
import { Grpc } from "./grpc";
import { Kafka } from "./kafka";
import type { SideProps } from "./parts";
import { Redis } from "./redis";

interface Own {
	/** KFL words of the protocols. */
	macros: string[];
	Show: (props: SideProps) => JSX.Element | null;
	/** Titles of the tables it says better. */
	instead: RegExp;
	/** Whose bodies it has shown already: those are folded at first. */
	folds: Side[];
}

const BOTH: Side[] = ["request", "response"];

const OWN: Own[] = [
	{
		macros: ["grpc"],
		Show: Grpc,
		instead: /^gRPC( Messages)?$/,
		folds: BOTH,
	},
	{
		macros: ["gql"],
		Show: GraphQl,
		instead: /^(GraphQL|Query|Variables|Errors|Operation)/,
		folds: ["request"],
	},
	{ macros: ["redis"], Show: Redis, instead: /./, folds: BOTH },
	{ macros: ["amqp"], Show: Amqp, instead: /^(?!Body)/, folds: [] },
	{ macros: ["kafka"], Show: Kafka, instead: /./, folds: BOTH },
	{ macros: ["dns"], Show: Dns, instead: /./, folds: [] },
];

export function ownOf(d: EntryDetail): Own | undefined {
	return OWN.find((own) => own.macros.includes(d.row.protocol));
}

export function isTold(own: Own | undefined, section: Section): boolean {
	return own?.instead.test(section.title) ?? false;
}
