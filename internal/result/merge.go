package result

import (
	"pollpush/internal/scenario"
	"pollpush/pkg/metrics"
)

// Of returns the trials of a transport.
func (r Result) Of(transport scenario.Transport) []Trial {
	var trials []Trial
	for _, t := range r.Trials {
		if t.Transport == transport {
			trials = append(trials, t)
		}
	}
	return trials
}

// Merge takes trials of one transport together as if they were one: counts, bytes, windows and processor
// time are added, histograms merged; of memory, goroutines and the time to connect it has the largest,
// of the verdicts the worst, with all reasons. What one trial does not know, the whole does not know. Groups are
// taken together by their names. There is no timeline of several trials: a slice has no histogram to merge, and
// percentiles are never averaged: what the model predicts of several trials has one only where it is the same in all.
func Merge(trials []Trial) (Trial, error) {
	if len(trials) == 0 {
		return Trial{}, nil
	}
	if len(trials) == 1 {
		return trials[0], nil
	}
	sum := trials[0]
	sum.Timeline = nil
	var err error
	if sum.Groups, err = mergeGroups(trials); err != nil {
		return Trial{}, err
	}
	for _, t := range trials[1:] {
		sum.add(t)
	}
	sum.Predicted = predictionOf(trials, func(t *Trial) share { return share{t.Predicted, t.Latency.Count, t.Wire.Window} })
	for _, d := range []func(*Trial) *Distribution{
		func(t *Trial) *Distribution { return &t.Latency },
		func(t *Trial) *Distribution { return &t.PublishLag },
		func(t *Trial) *Distribution { return &t.PollLag },
		func(t *Trial) *Distribution { return &t.GeneratorLag },
	} {
		merged, err := mergeDistributions(trials, d)
		if err != nil {
			return Trial{}, err
		}
		*d(&sum) = merged
	}
	return sum, nil
}

// add adds everything but the distributions and what is predicted.
func (t *Trial) add(o Trial) {
	t.Trial = 0 // it is no single one
	t.Complete = t.Complete && o.Complete
	t.Clients = t.Clients.add(o.Clients)
	t.Connect = max(t.Connect, o.Connect)
	t.Dials = t.Dials.add(o.Dials)
	t.Processes = nil // they were others in each
	t.Messages = t.Messages.add(o.Messages)
	t.Wire = t.Wire.add(o.Wire)
	t.Server.Process = t.Server.Process.add(o.Server.Process)
	t.Server.Books.Difference = addKnown(t.Server.Books.Difference, o.Server.Books.Difference)
	t.Generator = t.Generator.add(o.Generator)
	t.Verdict = t.Verdict.add(o.Verdict)
}

func (c Clients) add(o Clients) Clients {
	return Clients{
		Asked: c.Asked + o.Asked, Connected: c.Connected + o.Connected,
		Before: addKnown(c.Before, o.Before),
	}
}

func (w Wire) add(o Wire) Wire {
	return Wire{
		Window: w.Window + o.Window,
		Setup:  w.Setup.add(o.Setup), Steady: w.Steady.add(o.Steady), Other: w.Other.add(o.Other), Total: w.Total.add(o.Total),
	}
}

func (m Messages) add(o Messages) Messages {
	return Messages{
		Published:  addKnown(m.Published, o.Published),
		Expected:   addKnown(m.Expected, o.Expected),
		Delivered:  m.Delivered + o.Delivered,
		Lost:       addKnown(m.Lost, o.Lost),
		Duplicated: m.Duplicated + o.Duplicated,
		Reordered:  m.Reordered + o.Reordered,
		JoinedLate: m.JoinedLate + o.JoinedLate,
	}
}

func (c Cost) add(o Cost) Cost {
	sum := Cost{Ledger: c.Ledger.Add(o.Ledger)}
	if c.Packets != nil && o.Packets != nil {
		packets := c.Packets.Add(*o.Packets)
		sum.Packets = &packets
	}
	return sum
}

func (p Process) add(o Process) Process {
	return Process{
		CPUUser:    p.CPUUser + o.CPUUser,
		CPUSystem:  p.CPUSystem + o.CPUSystem,
		RSS:        max(p.RSS, o.RSS),
		Goroutines: max(p.Goroutines, o.Goroutines),
	}
}

func (v Verdict) add(o Verdict) Verdict {
	sum := Verdict{State: v.State, Reasons: []string{}}
	for _, part := range []Verdict{v, o} {
		for i, reason := range part.Reasons {
			sum.Reasons, sum.Levels = append(sum.Reasons, reason), append(sum.Levels, part.Level(i))
		}
	}
	if o.State == Invalid || v.State == Valid {
		sum.State = o.State
	}
	return sum
}

// addKnown adds counts; one that is not known makes the sum unknown.
func addKnown[T int | int64](a, b *T) *T {
	if a == nil || b == nil {
		return nil
	}
	sum := *a + *b
	return &sum
}

// predictionOf merges what the model expects of something that each trial has.
func predictionOf(trials []Trial, of func(*Trial) share) *Prediction {
	parts := make([]share, len(trials))
	for i := range trials {
		parts[i] = of(&trials[i])
	}
	return mergePredictions(parts)
}

func mergeDistributions(trials []Trial, of func(*Trial) *Distribution) (Distribution, error) {
	merged := metrics.NewHistogram()
	for i := range trials {
		h, err := of(&trials[i]).Histogram()
		if err != nil {
			return Distribution{}, err
		}
		merged.Merge(h)
	}
	return Summarize(merged)
}
