package engine

import (
	"encoding/json"
	"time"

	"pollpush/internal/result"
	"pollpush/internal/scenario"
	"pollpush/pkg/metrics"
	"pollpush/pkg/wire"
)

// Account is what a generator process counted in a trial. Accounts of processes that ran side by side add
// up to what one process would have counted: windows are the same, so bytes, counts, processor time and
// memory add, and histograms merge.
type Account struct {
	// Counts are of all its clients.
	Counts
	// Groups are of those of each of the scenario's groups, in their order; empty where there are none.
	Groups []Counts `json:"groups,omitempty"`
	// Timeline is the window in slices.
	Timeline []Slice `json:"timeline"`

	Broken int `json:"broken"` // of those that were ready
	// Failure is the first thing that went wrong with a client, empty when nothing did.
	Failure string `json:"failure,omitempty"`
	// Connected is how long it took until the last client was ready, Retried how often one dialed again.
	Connected time.Duration `json:"connected_ns"`
	Retried   int64         `json:"retried"`

	// What the meters counted below the ledgers.
	Written int64   `json:"written"`
	Read    int64   `json:"read"`
	Opened  int64   `json:"opened"`
	Cut     int64   `json:"cut"`
	Packets Packets `json:"packets"`

	Process result.Process     `json:"process"`
	Lag     *metrics.Histogram `json:"lag"`
}

// Counts are what some clients did and got.
type Counts struct {
	Asked  int `json:"asked"`  // subscriptions
	Ready  int `json:"ready"`  // those that were accepted
	Before int `json:"before"` // and when the schedule began already

	Tally Tally `json:"tally"`
	// Expected and Lost are nil where nobody knows.
	Expected *int64 `json:"expected"`
	Lost     *int64 `json:"lost"`
}

// newCounts returns those of nobody. What nobody knows of them is nothing yet.
func newCounts() Counts {
	return Counts{Tally: Tally{newTally()}, Expected: new(int64), Lost: new(int64)}
}

func (c *Counts) add(o *Counts) {
	c.Asked += o.Asked
	c.Ready += o.Ready
	c.Before += o.Before
	c.Tally.add(&o.Tally.tally)
	c.Expected, c.Lost = addKnown(c.Expected, o.Expected), addKnown(c.Lost, o.Lost)
}

// Tally is what was counted about deliveries.
type Tally struct{ tally }

// Packets are the samples of a trial's packets, nil where there is none.
type Packets struct {
	Ready *wire.Traffic `json:"ready"`
	Start *wire.Traffic `json:"start"`
	End   *wire.Traffic `json:"end"`
	Over  *wire.Traffic `json:"over"`
}

// newAccount returns one of nobody in a scenario, to which others of the same are added.
func newAccount(s scenario.Scenario) Account {
	a := Account{
		Counts: newCounts(), Timeline: newTimeline(s.Duration).slices, Lag: metrics.NewHistogram(),
		Packets: Packets{new(wire.Traffic), new(wire.Traffic), new(wire.Traffic), new(wire.Traffic)},
	}
	for range s.Groups {
		a.Groups = append(a.Groups, newCounts())
	}
	return a
}

// add adds the account of a process that ran at the same time.
func (a *Account) add(o *Account) {
	a.Counts.add(&o.Counts)
	for i := range a.Groups {
		a.Groups[i].add(&o.Groups[i])
	}
	for i := range a.Timeline {
		a.Timeline[i].add(o.Timeline[i])
	}
	a.Broken += o.Broken
	if a.Failure == "" {
		a.Failure = o.Failure
	}
	a.Connected = max(a.Connected, o.Connected)
	a.Retried += o.Retried
	a.Written += o.Written
	a.Read += o.Read
	a.Opened += o.Opened
	a.Cut += o.Cut
	a.Packets.add(o.Packets)
	a.Process = addProcess(a.Process, o.Process)
	a.Lag.Merge(o.Lag)
}

// asked returns how many subscriptions there were to be, by group; of all where there are none.
func (a *Account) asked() []int {
	if len(a.Groups) == 0 {
		return []int{a.Asked}
	}
	n := make([]int, len(a.Groups))
	for i, g := range a.Groups {
		n[i] = g.Asked
	}
	return n
}

func (p *Packets) add(o Packets) {
	for _, to := range []struct{ sum, more **wire.Traffic }{
		{&p.Ready, &o.Ready}, {&p.Start, &o.Start}, {&p.End, &o.End}, {&p.Over, &o.Over},
	} {
		if *to.sum == nil || *to.more == nil {
			*to.sum = nil // what one does not know, the whole does not
			continue
		}
		sum := (*to.sum).Add(**to.more)
		*to.sum = &sum
	}
}

// steady is what the window took.
func (p Packets) steady() *wire.Traffic {
	if p.Start == nil || p.End == nil {
		return nil
	}
	t := p.End.Sub(*p.Start)
	return &t
}

// addProcess adds what two processes used at the same time.
func addProcess(a, b result.Process) result.Process {
	return result.Process{
		CPUUser: a.CPUUser + b.CPUUser, CPUSystem: a.CPUSystem + b.CPUSystem,
		RSS: a.RSS + b.RSS, Goroutines: a.Goroutines + b.Goroutines,
	}
}

// addKnown adds counts; one that is not known makes the sum unknown.
func addKnown(a, b *int64) *int64 {
	if a == nil || b == nil {
		return nil
	}
	sum := *a + *b
	return &sum
}

// sinceKnown returns what was counted from before to after, nil where either is not known.
func sinceKnown(before, after *int64) *int64 {
	if before == nil || after == nil {
		return nil
	}
	n := *after - *before
	return &n
}

// tallyJSON is a tally on its way to another process.
type tallyJSON struct {
	Ledgers    [spans]wire.Ledger `json:"ledgers"`
	Latency    *metrics.Histogram `json:"latency"`
	PollLag    *metrics.Histogram `json:"poll_lag"`
	Delivered  int64              `json:"delivered"`
	Duplicated int64              `json:"duplicated"`
	Reordered  int64              `json:"reordered"`
	JoinedLate int64              `json:"joined_late"`
	Missed     int64              `json:"missed"`
}

// MarshalJSON implements json.Marshaler.
func (t Tally) MarshalJSON() ([]byte, error) {
	return json.Marshal(tallyJSON{t.ledgers, t.latency, t.pollLag, t.delivered, t.duplicated, t.reordered, t.joinedLate, t.missed})
}

// UnmarshalJSON implements json.Unmarshaler.
func (t *Tally) UnmarshalJSON(data []byte) error {
	j := tallyJSON{Latency: metrics.NewHistogram(), PollLag: metrics.NewHistogram()}
	if err := json.Unmarshal(data, &j); err != nil {
		return err
	}
	t.tally = tally{j.Ledgers, j.Latency, j.PollLag, j.Delivered, j.Duplicated, j.Reordered, j.JoinedLate, j.Missed}
	return nil
}
