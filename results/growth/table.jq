# Tables of results that differ in their clients alone, each of one trial: what was measured, and by which power of the
# clients each cost grows. Input: an array of results.

# three rounds to three digits, as figures are shown.
def three:
	if . == null then "?"
	elif . == 0 then "0"
	else (. as $x | pow(10; (2 - (fabs | log10 | floor))) as $scale | ($x * $scale | round) / $scale | tostring)
	end;

def cpu: .cpu_user_ns + .cpu_system_ns;

# point is one result's figures. Costs are of all processes of a kind together.
def point:
	.trials[0] as $t | $t.clients.connected as $n |
	{
		transport: $t.transport, clients: $n,
		spread: (if .processes then " (\(.processes.generators) + \(.processes.targets) processes)" else "" end),
		processors: (.host.cpus // 0), window: $t.wire.window_ns, delivered: $t.messages.delivered,
		late: $t.generator_lag.p99_ns, behind: $t.publish_lag.p99_ns,
		p50: (if $t.latency.count > 0 then $t.latency.p50_ns else null end), verdict: $t.verdict.state, reasons: $t.verdict.reasons,
		costs: {
			"target memory": $t.server.rss_bytes,
			"bench memory": $t.generator.rss_bytes,
			"target processor time": ($t.server | cpu),
			"bench processor time": ($t.generator | cpu),
			"connect time": $t.connect_ns,
			"p99": (if $t.latency.count > 0 then $t.latency.p99_ns else null end)
		}
	};

def costs: ["target memory", "bench memory", "target processor time", "bench processor time", "connect time", "p99"];

def ms: if . == null then "?" else . / 1e6 | three end;

def measured:
	"| transport | clients | target, KB per client | bench, KB per client | target, ms of CPU per client and minute | bench, ms of CPU per client and minute | target, µs of CPU per message | bench, µs of CPU per message | p50, ms | p99, ms | connect, ms | verdict |",
	"|:--|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|:--|",
	(.[] | . as $p | .costs as $c |
		def each($cost): $c[$cost] / 1e6 * 60e9 / $p.window / $p.clients | three;
		def message($cost): if $p.delivered == 0 then "?" else $c[$cost] / 1e3 / $p.delivered | three end;
		"| \(.transport) | \(.clients)\(.spread) | \($c["target memory"] / 1e3 / .clients | three) | \($c["bench memory"] / 1e3 / .clients | three)" +
		" | \(each("target processor time")) | \(each("bench processor time"))" +
		" | \(message("target processor time")) | \(message("bench processor time"))" +
		" | \(.p50 | ms) | \($c["p99"] | ms) | \($c["connect time"] | ms) | \(.verdict) |");

# steps are the neighbours of one transport, with the exponents between them: log of the ratio of costs over log of that
# of clients.
def steps:
	group_by(.transport)[] | sort_by(.clients) | . as $all | range(1; length) | $all[. - 1] as $from | $all[.] as $to |
	{
		from: $from, to: $to,
		exponents: [costs[] as $cost | {key: $cost, value: (
			if $from.costs[$cost] > 0 and $to.costs[$cost] > 0 and $to.clients > $from.clients
			then (($to.costs[$cost] / $from.costs[$cost]) | log) / (($to.clients / $from.clients) | log)
			else null end)}] | from_entries
	};

# much is from where on an exponent is called worse than linear: two measurements of one thing differ by some percent.
def much: 1.1;

def exponent: if . == null then "?" else ((. * 100 | round) / 100 | tostring) as $shown | if . > much then "**\($shown)**" else $shown end end;

def growth:
	"| transport | clients | " + (costs | join(" | ")) + " |",
	"|:--|:--|" + (costs | map("--:|") | join("")),
	(steps | . as $s | "| \(.to.transport) | \(.from.clients) to \(.to.clients) | \([costs[] as $c | $s.exponents[$c] | exponent] | join(" | ")) |");

# busy is how many processors the two kinds of processes used of those that there are.
def busy: "\((.costs["target processor time"] + .costs["bench processor time"]) / .window | three) of \(.processors) processors";

# worse says of each step that is worse than linear what there was besides: what a machine that is full looks like.
def worse:
	steps | . as $s | .to as $to |
	[costs[] as $c | select($s.exponents[$c] != null and $s.exponents[$c] > much) | "\($c) (\($s.exponents[$c] | (. * 100 | round) / 100))"] |
	select(length > 0) |
	"- \($to.transport), \($s.from.clients) to \($to.clients): \(join(", ")). At \($to.clients) both together used \($to | busy), " +
	"where it was \($s.from | busy) before; bench woke \($to.late | ms) ms late at the 99th percentile, and messages were published \($to.behind | ms) ms late.";

(map(point)) as $points |
($points | measured), "",
"Computed from these: the exponent of each cost, all of it and not that of one client, between two numbers of clients. 1 is linear,",
"less is better, 0 does not grow at all; what is more than \(much) is printed bold.", "",
($points | growth),
([$points | worse] | if length > 0 then "", "Worse than linear:", "", .[] else "", "No cost grows worse than linearly." end),
([$points[] | select(.verdict != "valid") | "- \(.transport), \(.clients): \(.verdict): \(.reasons | join("; "))."] | if length > 0 then "", "Not valid:", "", .[] else empty end),
"",
(.[0] | "On: \(.host.kernel), \(.host.cpus) × \(.host.cpu_model), \(.tool.go); pollpush \(.tool.version) (\(.tool.commit // "" | .[0:12])).")
