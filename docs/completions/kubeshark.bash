# SPDX-License-Identifier: Apache-2.0
# bash completion for kubeshark; made by 'kubeshark completion bash'.
_kubeshark()
{
	local cur=${COMP_WORDS[COMP_CWORD]}
	local prev=${COMP_WORDS[COMP_CWORD - 1]}
	local words='' i

	COMPREPLY=()
	case $prev in
	--docker-registry | -r)
		return
		;;
	--docker-tag | -t)
		return
		;;
	--docker-imagepullpolicy)
		return
		;;
	--docker-imagepullsecrets)
		return
		;;
	--proxy-front-port)
		return
		;;
	--proxy-hub-port)
		return
		;;
	--proxy-host)
		return
		;;
	--namespaces | -n)
		return
		;;
	--storagelimit)
		return
		;;
	--pcap | -p)
		return
		;;
	--runtime)
		return
		;;
	--docker-network)
		return
		;;
	--s3-endpoint)
		return
		;;
	--file | -f)
		return
		;;
	--limit)
		return
		;;
	--set)
		return
		;;
	--config-path)
		return
		;;
	--configpath)
		return
		;;
	esac
	if [[ -z $words && $cur == -* ]]; then
		words='-h --help'
		for ((i = 1; i < COMP_CWORD; i++)); do
			case ${COMP_WORDS[i]} in
			tap) words='-r --docker-registry -t --docker-tag --docker-imagepullpolicy --docker-imagepullsecrets --proxy-front-port --proxy-hub-port --proxy-host -n --namespaces -A --allnamespaces --storagelimit --dryrun -p --pcap --servicemesh --tls --runtime --docker-network --headless --s3-endpoint --limit --set --config-path -d --debug -h --help' && break ;;
			clean) words='--cache --set --config-path -d --debug -h --help' && break ;;
			logs) words='-f --file --set --config-path -d --debug -h --help' && break ;;
			proxy) words='--proxy-front-port --proxy-hub-port --proxy-host --headless --set --config-path -d --debug -h --help' && break ;;
			check) words='--runtime --set --config-path -d --debug -h --help' && break ;;
			config) words='-r --regenerate --set --config-path -d --debug -h --help' && break ;;
			version) words='--set --config-path -d --debug -h --help' && break ;;
			completion) words='--set --config-path -d --debug -h --help' && break ;;
			help) words='--set --config-path -d --debug -h --help' && break ;;
			esac
		done
	elif [[ -z $words && $COMP_CWORD -eq 1 ]]; then
		words='tap clean logs proxy check config version completion help'
	elif [[ -z $words && ${COMP_WORDS[1]} == completion ]]; then
		words='bash zsh fish'
	fi
	[[ -n $words ]] || return
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -o default -F _kubeshark kubeshark
