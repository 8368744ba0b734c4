# SPDX-License-Identifier: Apache-2.0
#
# report.awk: the results of run.sh as a table, and the budgets.
# Input lines: name, wall, user and system seconds, peak KiB, exit status.

# The median of the space-separated numbers in list.
function median(list,   v, n, i, k, x)
{
	n = split(list, v, " ")
	for (i = 2; i <= n; i++) {
		x = v[i] + 0
		for (k = i - 1; k > 0 && v[k] + 0 > x; k--)
			v[k + 1] = v[k]
		v[k + 1] = x
	}
	return n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
}

function row(name, what)
{
	if (!(name in wall))
		return
	printf "  %-36s %8.2f %8.2f %9.0f\n", what, median(wall[name]), \
	    median(cpu[name]), peak[name] / 1024
}

# verdict WHAT VALUE UNIT BUDGET STRETCH, where `sign` says which side is good.
function verdict(what, value, unit, sign, budget, stretch,   good, better)
{
	good = sign == "<=" ? value <= budget : value >= budget
	better = sign == "<=" ? value <= stretch : value >= stretch
	printf "  %-36s %10.2f%-5s %s %8g%-5s%s\n", what, value, unit, sign, \
	    budget, unit, good ? (better ? "PASS (stretch)" : "PASS") : "MISS"
}

# tshark reads captures as they are, so the folder is the same input; an archive
# has to be inflated, hashed and written out as well.
function faster(input)
{
	verdict("faster than tshark's filter, " input, \
	    median(wall["tshark"]) * tenths / median(wall[input]), "x", \
	    ">=", 15, 30)
}

function equal(what, value, wanted)
{
	printf "  %-36s %10d      == %8d   %s\n", what, value, wanted, \
	    value == wanted ? "PASS" : "MISS"
}

{
	wall[$1] = wall[$1] " " $2
	cpu[$1] = cpu[$1] " " ($3 + $4)
	if ($5 > peak[$1])
		peak[$1] = $5
}

END {
	printf "\n%s of packets: %d packets, %d HTTP/1 calls, archive %.0f MB;", \
	    size, packets, calls, archive / 1e6
	printf " medians of %d\n\n", runs
	printf "  %-36s %8s %8s %9s\n", "", "wall s", "CPU s", "peak MiB"
	row("gzip", "gzip -dc of the archive")
	row("unpack", "unpacking it to disk")
	row("archive", "analyzer index, archive")
	row("folder", "analyzer index, folder in place")
	row("capinfos", "capinfos, counting packets")
	row("tshark", "tshark http.response.code==500" \
	    (tenths > 1 ? ", a tenth" : ""))
	printf "\n"
	gzip = median(wall["gzip"])
	index_time = median(wall["archive"])
	verdict("index, times gzip -dc", index_time / gzip, "x", "<=", 1, 0.47)
	verdict("  the same in CPU on two cores", \
	    median(cpu["archive"]) / 2 / median(cpu["gzip"]), "x", "<=", 1, 0.47)
	if ("tshark" in wall) {
		faster("archive")
		faster("folder")
	}
	verdict("resident memory", peak["archive"] / 1024, " MiB", "<=", 512, 100)
	verdict("index, of the packets' bytes", 100 * index_bytes / bytes, " %", \
	    "<=", 20, 12)
	equal("packets accounted for", taken, packets)
	equal("HTTP/1 calls found", found, calls)
	printf "  %-36s %29s %s\n", "folder and archive: same digest", "", \
	    same == 0 ? "PASS" : "MISS"
	printf "  %-36s %27s %s\n", "no limit hit", "", \
	    limited == "no" ? "PASS" : "MISS"
	if ("tshark" in wall)
		printf "\n  tshark matched %d packets; %d answers had " \
		    "status 500.\n", found_500, made_500
}
