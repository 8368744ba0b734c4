# SPDX-License-Identifier: Apache-2.0
# bash completion for analyzer; made by 'analyzer --completion bash'.
_analyzer()
{
	local cur=${COMP_WORDS[COMP_CWORD]}
	local prev=${COMP_WORDS[COMP_CWORD - 1]}
	local words='' i

	COMPREPLY=()
	case $prev in
	--now)
		return
		;;
	--body)
		words='request response'
		;;
	--to)
		words='pcap pcapng har jsonl csv archive'
		;;
	--output | -o)
		return
		;;
	--stream)
		return
		;;
	--limit | -n)
		return
		;;
	--jobs | -j)
		return
		;;
	--workspace | -w)
		compopt -o dirnames
		return
		;;
	--only)
		return
		;;
	--proto-set)
		return
		;;
	--host)
		return
		;;
	--front-port)
		return
		;;
	--hub-port)
		return
		;;
	--ui-dir)
		compopt -o dirnames
		return
		;;
	--tls-cert)
		return
		;;
	--tls-key)
		return
		;;
	--completion)
		words='bash zsh fish'
		;;
	esac
	if [[ -z $words && $cur == -* ]]; then
		words='-h --help -V --version --completion'
		for ((i = 1; i < COMP_CWORD; i++)); do
			case ${COMP_WORDS[i]} in
			serve) words='--json -n --limit -j --jobs -w --workspace --verify --only --proto-set --host --front-port --hub-port --open --until-eof --ui-dir --tls-cert --tls-key --hub-strict --allow-replay -h --help' && break ;;
			open) words='-n --limit -j --jobs -w --workspace --verify --only -h --help' && break ;;
			index) words='--json --digest -n --limit -j --jobs -w --workspace --verify -f --force --only -h --help' && break ;;
			streams) words='--json -n --limit -j --jobs -w --workspace --verify --only -h --help' && break ;;
			query) words='--json --full --count --explain --now --fail-if-found --fail-if-empty --lenient -n --limit -j --jobs -w --workspace --verify --only --proto-set -h --help' && break ;;
			show) words='--json --body -n --limit -j --jobs -w --workspace --verify --only --proto-set -h --help' && break ;;
			export) words='--now --lenient --to -o --output --exact --stream -n --limit -j --jobs -w --workspace --verify --only --proto-set -h --help' && break ;;
			diag) words='--json -n --limit -j --jobs -w --workspace --verify --only -h --help' && break ;;
			verify) words='--json -n --limit -j --jobs -w --workspace --only -h --help' && break ;;
			workspaces) words='--json -n --limit -w --workspace --remove --remove-all --trim -h --help' && break ;;
			health) words='--host --front-port -h --help' && break ;;
			help) words='-h --help' && break ;;
			esac
		done
	elif [[ -z $words && $COMP_CWORD -eq 1 ]]; then
		words='serve open index streams query show export diag verify workspaces health help'
	fi
	[[ -n $words ]] || return
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -o default -F _analyzer analyzer
