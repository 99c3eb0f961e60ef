package model

import "math"

// spacedLongPoll is long polling where messages are P apart. It is deterministic, so it is a walk:
// what matters is how long after a message the log was read last.
func spacedLongPoll(in Input) Prediction {
	if 1/in.Rate < in.gap().Seconds()-tie {
		return overrun(in)
	}
	return followed(in)
}

// tie is how near two instants are the same, in seconds. Where they are, the laws jump, and the last
// bit of a rate is not to decide.
const tie = 1e-9

// overrun: P < G. Something always waits when a poll arrives, so none is held and they follow each
// other G apart. Each answer stands by G mod P elsewhere between two messages. Over time, or by the
// path's jitter, that is everywhere, and a message waits evenly over 0 to G: mean latency jumps by G/2
// as soon as P is below G.
//
// Undisturbed, and with G/P = u/v in lowest terms, there are but v places, and since it began with a
// held poll, a message, one of them is a message's. The waits are then 0, G/u, 2G/u ... (u-1)G/u, and
// their mean is not G/2 but (1 - 1/u) G/2: a quarter of G where G = 2P. (A message that falls due as
// the request arrives is taken to be in its answer.)
func overrun(in Input) Prediction {
	gap := in.gap()
	p := Prediction{
		Latency:  Law{Base: in.base(), Waits: 1, Span: gap},
		Requests: 1 / gap.Seconds(),
		Batch:    in.Rate * gap.Seconds(),
	}
	if u := numerator(p.Batch); in.Locked && u > 0 {
		part := 1 - 1/u
		p.Latency.Waits, p.Latency.Steps = part, int(u)-1
		p.Latency.Span = round(part * float64(gap))
	}
	return p
}

// numerator returns u of the fraction u/v, in lowest terms, that x is; 0 where u is so large that the
// places are as good as everywhere. It is found by the continued fraction of x.
func numerator(x float64) float64 {
	const most, exact = 1000, 1e-9
	u, before := math.Floor(x), 1.0
	v, beforeV := 1.0, 0.0
	for rest := x - u; u <= most; {
		if math.Abs(u/v-x) <= exact*x {
			return u
		}
		rest = 1 / rest
		whole := math.Floor(rest)
		rest -= whole
		u, before = whole*u+before, u
		v, beforeV = whole*v+beforeV, v
	}
	return 0
}

// followed: P >= G. A poll is back before the next message, unless holds that ended empty have shifted
// it. Those repeat every L = G + H; with P = kL + x, after a message that was delivered at once
//
//   - x >= G: k polls come back empty, and the next message finds a poll held, as the last one did.
//   - x < G: it falls into the gap behind the kth empty poll, and waits g = G - x. So its answer comes g
//     later than it would have, and the next message waits 2g, and so on up to mg, m = ceil(G/g) - 1;
//     the one after that finds a poll held again, one empty poll earlier. This takes a hold of g or
//     longer. (A message that falls due as a hold ends is in that answer.)
func followed(in Input) Prediction {
	gap, period := in.gap().Seconds(), 1/in.Rate
	cycle := gap + in.hold()
	k, x := 0.0, period
	if in.Hold > 0 {
		k = math.Floor(period / cycle)
		x = max(0, period-k*cycle)
	}
	g := gap - x
	if g <= tie {
		return walk(in, 0, k, Law{})
	}
	if in.hold() < g {
		return scattered(in, period, cycle)
	}
	m := math.Ceil((gap-tie)/g) - 1
	late := m / (m + 1)
	return walk(in, late, k-1/(m+1), Law{Waits: late, Span: round(m * g * 1e9), Steps: int(m)})
}

// scattered stands for followed where holds are shorter than gaps, which is short polling by another
// name: places are taken to be everywhere in a cycle, so a message falls into the gap with probability
// G/L. Of all latencies and counts, only these are not exact.
func scattered(in Input, period, cycle float64) Prediction {
	gap := in.gap().Seconds()
	late := gap / cycle
	empty := (period - gap*late/2 - cycle/2) / cycle
	return walk(in, late, empty, Law{Waits: late, Span: in.gap()})
}

// walk returns the prediction where each message has an answer of its own: a share late of them
// finds no poll waiting, and so many polls come back empty for each.
func walk(in Input, late, empty float64, l Law) Prediction {
	l.Base = in.base()
	polls := 1 + empty
	return Prediction{
		Latency: l, Requests: in.Rate * polls, Batch: 1,
		Empty: empty / polls, Held: 1 - late/polls,
	}
}
