package model_test

import (
	"math"
	"math/rand/v2"
	"time"

	"pollpush/internal/model"
	"pollpush/internal/scenario"
)

// path is a polling client and what its polls go through, step by step: it knows nothing of gaps,
// periods and cycles, which the model is made of.
type path struct {
	in     model.Input
	jitter func() time.Duration // added to the client's turnaround
}

// deliveries is what came of a simulation: how late each message was, and of each poll how many
// messages it brought and whether it was held.
type deliveries struct {
	late    []time.Duration
	batches []int
	held    int
	span    time.Duration // from the first reading of the log to the last
}

// poll follows the messages, which begin at 0, until all are delivered. The client's first poll is sent
// at start; what is read before 0 is not counted.
func (p path) poll(due []time.Duration, start time.Duration) deliveries {
	var d deliveries
	tick, next, first, last := 0, 0, time.Duration(-1), time.Duration(0)
	for leaves := start; next < len(due); tick++ {
		in := p.in
		at := leaves
		if !in.KeepAlive {
			at += 2 * in.Link.OneWay // SYN, SYN-ACK
			if in.TLS {
				at += 2 * in.Link.OneWay // ClientHello, ServerHello to Finished
			}
		}
		at += in.Link.OneWay + in.Parse
		if in.Transport == scenario.LongPoll && due[next] > at {
			d.held++
			at = held(at, in.Hold, due[next])
		}
		arrives := at + in.Answer + in.Link.OneWay
		batch := 0
		for ; next < len(due) && due[next] <= at; next++ {
			d.late = append(d.late, arrives-due[next])
			batch++
		}
		if at >= 0 {
			if first < 0 {
				first = at
			}
			last = at
			d.batches = append(d.batches, batch)
		}
		ready := arrives + in.Turnaround
		if p.jitter != nil {
			ready += p.jitter()
		}
		leaves = p.leave(ready, start, tick+1)
	}
	d.span = last - first
	return d
}

// held returns when a held poll's log is read for its answer.
func held(since, hold, due time.Duration) time.Duration {
	if hold > 0 && since+hold < due {
		return since + hold
	}
	return due
}

// leave returns when a poll leaves, for a client that is ready since some time.
func (p path) leave(ready, start time.Duration, tick int) time.Duration {
	switch {
	case p.in.Transport == scenario.LongPoll:
		return ready
	case p.in.Pacing == scenario.FixedDelay:
		return ready + p.in.Interval
	}
	return max(ready, start+time.Duration(tick)*p.in.Interval)
}

// poisson returns the due times of n messages.
func poisson(random *rand.Rand, rate float64, n int) []time.Duration {
	due := make([]time.Duration, n)
	var at float64
	for i := range due {
		at += random.ExpFloat64() / rate
		due[i] = time.Duration(at * 1e9)
	}
	return due
}

// spaced returns the due times of n messages a period apart, from the second one on.
func spaced(period time.Duration, n int) []time.Duration {
	due := make([]time.Duration, n)
	for i := range due {
		due[i] = time.Duration(i+1) * period
	}
	return due
}

// estimate is a mean and its standard error.
type estimate struct{ mean, err float64 }

// batchMeans estimates the mean of values that depend on those near them: by the scatter of the means
// of 50 stretches, each of which is long against any such dependence.
func batchMeans[T time.Duration | int](values []T, of func(T) float64) estimate {
	const stretches = 50
	length := len(values) / stretches
	var sum, squares float64
	for i := range stretches {
		var mean float64
		for _, v := range values[i*length : (i+1)*length] {
			mean += of(v) / float64(length)
		}
		sum += mean
		squares += mean * mean
	}
	mean := sum / stretches
	return estimate{mean, math.Sqrt(max(0, squares/stretches-mean*mean) / (stretches - 1))}
}

// agrees reports whether a prediction is within five standard errors: by chance it is not once in some
// 100,000 times (Student's t with 49 degrees of freedom). slack is for what is so rare that no scatter
// is seen: five in n, as what is expected five times is missing altogether once in 150 times.
func (e estimate) agrees(want, slack float64) bool {
	return math.Abs(e.mean-want) <= 5*e.err+slack
}
