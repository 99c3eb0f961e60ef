// Package result is what a run leaves: a value that stores everything needed to judge it and to
// make it again, as versioned JSON.
package result

import (
	"time"

	"pollpush/internal/build"
	"pollpush/internal/headers"
	"pollpush/internal/host"
	"pollpush/internal/scenario"
	"pollpush/pkg/metrics"
	"pollpush/pkg/wire"
)

// Schema names the form. Version 1 grows by added fields; readers ignore those they do not know.
const Schema = "pollpush/result/v1"

// Result is one run.
type Result struct {
	Schema  string     `json:"schema"` // the form that this is in: pollpush/result/v1
	Tool    build.Info `json:"tool"`   // which build of pollpush measured
	Host    host.Info  `json:"host"`
	Started time.Time  `json:"started"` // when the run began
	Target  string     `json:"target"`  // "embedded", or the URL of one that ran already
	// Variant is the name of the variant of a scenario file that this is; absent when it had none.
	Variant  string            `json:"variant,omitempty"`
	Scenario scenario.Scenario `json:"scenario"`
	Headers  headers.Profile   `json:"header_profile"` // what requests carried besides what they must
	// GroupHeaders are those of the scenario's groups, in their order.
	GroupHeaders []headers.Profile `json:"group_header_profiles,omitempty"`
	Limits       Limits            `json:"limits"` // what verdicts were made by
	// SourceAddresses are what clients connected from in turn, as they were named; empty where the system chose.
	SourceAddresses string `json:"source_addresses,omitempty"`
	// Processes is nil where one process generated, with one target.
	Processes *Processes `json:"processes,omitempty"`
	Trials    []Trial    `json:"trials"` // in the order in which they were made
}

// Processes says over how many processes of this host a run was spread.
type Processes struct {
	Generators int `json:"generators"` // processes that held the clients
	Targets    int `json:"targets"`    // processes that served them
}

// Trial is one transport's turn.
type Trial struct {
	Transport scenario.Transport `json:"transport"` // whose turn it was
	Trial     int                `json:"trial"`     // from 1
	Complete  bool               `json:"complete"`  // it went through all its phases
	// ScheduleHash is of what the trial was to do when: the same for all transports of one number, and
	// wherever else the schedule was the same. It is empty in results from before there was any.
	ScheduleHash string  `json:"schedule_hash,omitempty"`
	Clients      Clients `json:"clients"` // how many there were
	// Connect is how long it took from the first dial until every client was subscribed.
	Connect time.Duration `json:"connect_ns"`
	// Dials is nil in results from before there was any.
	Dials    *Dials   `json:"dials,omitempty"`
	Messages Messages `json:"messages"`
	// Clock is what is known of the target's clock where it is not the generator's; nil where it is, and
	// latencies have no error from it.
	Clock      *Clock       `json:"clock,omitempty"`
	Latency    Distribution `json:"latency"`     // from when messages were due until they were received
	PublishLag Distribution `json:"publish_lag"` // how late messages were published
	PollLag    Distribution `json:"poll_lag"`    // how late polls left, of short polling alone
	// GeneratorLag is how late the generator was awake, looked at every few milliseconds.
	GeneratorLag Distribution `json:"generator_lag"`
	Wire         Wire         `json:"wire"`
	Server       Server       `json:"server"`
	Generator    Process      `json:"generator"`
	// Processes are those that the trial was spread over, generators first; empty where there was one of each.
	Processes []ProcessShare `json:"processes,omitempty"`
	Verdict   Verdict        `json:"verdict"`
	// Predicted is what the model expects; nil where the model was not asked, or does not know how many messages there were.
	Predicted *Prediction `json:"predicted,omitempty"`
	// Groups are the scenario's, in its order, each with what it had of all this; none where all clients were
	// alike. The model is then asked about each of them, and not about the trial.
	Groups []Group `json:"groups,omitempty"`
	// Timeline is the window in equal slices, by when messages fell due. It ends where the trial was cut short.
	Timeline []Slice `json:"timeline,omitempty"`
}

// Clients says how many virtual clients were asked for, and how many subscribed. One that joins in the window
// counts each time that it comes.
type Clients struct {
	Asked     int `json:"asked"`     // how many there were to be
	Connected int `json:"connected"` // how many subscribed
	// Before is how many of those that connected did so before the warm-up; nil where all did.
	Before *int `json:"connected_before,omitempty"`
}

// SetUp returns how many clients the setup ledger is of.
func (c Clients) SetUp() int {
	if c.Before != nil {
		return *c.Before
	}
	return c.Connected
}

// Messages are those that fell due in the window. Published counts them once, the others once for
// each subscriber: expected = delivered + lost, by sequence number.
type Messages struct {
	// Published is how many fell due; nil when the target was gone before it could tell.
	Published *int64 `json:"published"`
	Expected  *int64 `json:"expected"`  // messages times subscribers; nil as published is
	Delivered int64  `json:"delivered"` // those that arrived, each once
	// Lost counts those that never arrived; nil when the trial was cut short: what was still on its way is not lost.
	Lost       *int64 `json:"lost"`
	Duplicated int64  `json:"duplicated"` // those that arrived again
	Reordered  int64  `json:"reordered"`  // those that arrived after a later one
	// JoinedLate is how many of those delivered fell due after their client had come, and before its
	// subscription was accepted. How late they were is not the transport's doing, so they have no latency.
	JoinedLate int64 `json:"joined_late,omitempty"`
}

// Clock is how the target's clock stood to the generator's. Latencies are corrected by it, and right to
// within Error.
type Clock struct {
	Offset time.Duration `json:"offset_ns"` // how far it was ahead, when the schedule began
	Error  time.Duration `json:"error_ns"`  // the most that any correction may have been off
	Drift  time.Duration `json:"drift_ns"`  // how much further ahead it was at the end
}

// Distribution is a histogram's summary, and the histogram itself.
type Distribution struct {
	Count int64         `json:"count"`   // values that were recorded
	Mean  time.Duration `json:"mean_ns"` // the arithmetic mean
	Min   time.Duration `json:"min_ns"`  // the least value, exactly
	P50   time.Duration `json:"p50_ns"`  // the median
	P90   time.Duration `json:"p90_ns"`  // the 90th percentile
	P99   time.Duration `json:"p99_ns"`  // the 99th percentile
	P999  time.Duration `json:"p999_ns"` // the 99.9th percentile
	Max   time.Duration `json:"max_ns"`  // the greatest value, exactly
	// HDR is the histogram in HdrHistogram's compressed V2 form, in base64; empty when nothing was
	// recorded.
	HDR string `json:"hdr"`
}

// Summarize returns the distribution of a histogram.
func Summarize(h *metrics.Histogram) (Distribution, error) {
	if h.Count() == 0 {
		return Distribution{}, nil
	}
	hdr, err := h.Encode()
	if err != nil {
		return Distribution{}, err
	}
	return Distribution{
		Count: h.Count(),
		Mean:  h.Mean(),
		Min:   h.Min(),
		P50:   h.Percentile(50),
		P90:   h.Percentile(90),
		P99:   h.Percentile(99),
		P999:  h.Percentile(99.9),
		Max:   h.Max(),
		HDR:   hdr,
	}, nil
}

// Histogram returns the distribution's histogram, for merging.
func (d Distribution) Histogram() (*metrics.Histogram, error) {
	if d.Count == 0 {
		return metrics.NewHistogram(), nil
	}
	return metrics.Decode(d.HDR, d.Min, d.Max, d.Mean)
}

// Wire is what the trial cost on the wire, by the phase in which it completed. Setup, steady and
// other add up to total.
type Wire struct {
	Window time.Duration `json:"window_ns"` // how long steady is
	Setup  Cost          `json:"setup"`     // up to the ready barrier
	Steady Cost          `json:"steady"`    // the window
	Other  Cost          `json:"other"`     // warm-up, drain, closing
	Total  Cost          `json:"total"`     // all three together
}

// Cost is a ledger, and the packets that carried it. Packets is nil where the kernel does not tell,
// or a connection was cut. Those of total are exact. Those of setup and steady are the difference
// of two samples, taken one connection after the other while they carry traffic; other has none.
type Cost struct {
	wire.Ledger
	Packets *wire.Traffic `json:"packets,omitempty"`
}

// Process is what a process used: processor time over the window, the rest at its end.
type Process struct {
	CPUUser    time.Duration `json:"cpu_user_ns"`   // processor time in user mode
	CPUSystem  time.Duration `json:"cpu_system_ns"` // processor time in the kernel
	RSS        int64         `json:"rss_bytes"`     // resident memory; 0 where it is not known
	Goroutines int64         `json:"goroutines"`    // how many there were
}

// CPU returns the processor time in both modes.
func (p Process) CPU() time.Duration { return p.CPUUser + p.CPUSystem }

// Server is what the target used, and how its count of the bytes compares with ours.
type Server struct {
	Process
	Books Books `json:"books"` // how the two sides' counts of bytes compare
}

// Books compare the socket bytes of the two sides over the whole trial.
type Books struct {
	// Difference is the bytes by which they differ, both directions added; nil when there can be
	// no balance, because the trial or a connection was cut short.
	Difference *int64 `json:"difference_bytes"`
}

// State is what a trial's figures are worth.
type State string

// The states, from best to worst.
const (
	Valid   State = "valid"
	Suspect State = "suspect"
	Invalid State = "invalid"
)

// States returns all states.
func States() []State { return []State{Valid, Suspect, Invalid} }

// Verdict is what the generator thinks of its own trial.
type Verdict struct {
	State   State    `json:"state"`
	Reasons []string `json:"reasons"` // in words; empty when valid
	// Levels say of each of the reasons, in their order, how bad it is by itself: suspect or invalid. They
	// are absent when there are no reasons, and in results from before there were any.
	Levels []State `json:"levels,omitempty"`
}

// Level returns how bad reason i is by itself: as bad as the whole where the result does not tell.
func (v Verdict) Level(i int) State {
	if len(v.Levels) != len(v.Reasons) {
		return v.State
	}
	return v.Levels[i]
}

// Complete reports whether all trials of the scenario are there and went through.
func (r Result) Complete() bool {
	for _, t := range r.Trials {
		if !t.Complete {
			return false
		}
	}
	return len(r.Trials) == r.Scenario.Trials*len(r.Scenario.Transports)
}

// Invalid reports whether any trial is invalid.
func (r Result) Invalid() bool {
	for _, t := range r.Trials {
		if t.Verdict.State == Invalid {
			return true
		}
	}
	return false
}
