package result

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Limits say from when on a trial is called suspect, and from when on invalid.
type Limits struct {
	// Messages is how many messages a window needs before its latencies mean anything.
	Messages int `json:"messages"`
	// PollLag is by which part of the poll interval the 99th percentile of polls may leave late. More, and
	// the generator's own delay shows in the latencies.
	PollLag Level[float64] `json:"poll_lag"`
	// GeneratorLag is how late the generator may be awake, at the 99th percentile of its beats.
	GeneratorLag Level[time.Duration] `json:"generator_lag_ns"`
	// GeneratorCPU is the part of all processors that the generator may use.
	GeneratorCPU Level[float64] `json:"generator_cpu"`
	// PublishLag is how late the 99th percentile of messages may be published.
	PublishLag Level[time.Duration] `json:"publish_lag_ns"`
	// Backlog is the part of the deliveries that may be overdue when the window ends. More, and they queue up
	// faster than they are carried.
	Backlog Level[float64] `json:"backlog"`
	// ClockError is which part of the median latency the error between the clocks of two hosts may be. More
	// makes a trial suspect.
	ClockError float64 `json:"clock_error"`
}

// Level is the greatest value that is no reason to suspect a trial, and the greatest that does not make
// it invalid.
type Level[T float64 | time.Duration] struct {
	Suspect T `json:"suspect"` // a value above it makes a trial suspect
	Invalid T `json:"invalid"` // a value above it makes a trial invalid
}

// DefaultLimits returns the limits when nothing else is said.
func DefaultLimits() Limits {
	return Limits{
		Messages:     5,
		PollLag:      Level[float64]{0.1, 0.5},
		GeneratorLag: Level[time.Duration]{50 * time.Millisecond, 250 * time.Millisecond},
		GeneratorCPU: Level[float64]{0.8, 1}, // all processors busy show in the lags, if it matters
		PublishLag:   Level[time.Duration]{50 * time.Millisecond, 250 * time.Millisecond},
		Backlog:      Level[float64]{0.05, 0.1},
		ClockError:   0.25,
	}
}

// LimitNames returns the names that Set knows, in the order in which they are documented.
func LimitNames() []string {
	return []string{"messages", "poll-lag", "generator-lag", "generator-cpu", "publish-lag", "backlog", "clock-error"}
}

// Set changes a limit as a person writes it: messages=10, or publish-lag=20ms:100ms for a level. Shares are
// in percent: poll-lag=5%:20%.
func (l *Limits) Set(text string) error {
	name, value, ok := strings.Cut(text, "=")
	if !ok {
		return fmt.Errorf("%q: want NAME=VALUE, as publish-lag=20ms:100ms", text)
	}
	var err error
	switch name {
	case "messages":
		n, convErr := strconv.Atoi(value)
		if convErr != nil || n < 0 {
			return fmt.Errorf("limit messages: %q is no number of messages: want 0 or more", value)
		}
		l.Messages = n
	case "poll-lag":
		err = l.PollLag.set(value, parseShare)
	case "generator-lag":
		err = l.GeneratorLag.set(value, parseLag)
	case "generator-cpu":
		err = l.GeneratorCPU.set(value, parseShare)
	case "publish-lag":
		err = l.PublishLag.set(value, parseLag)
	case "backlog":
		err = l.Backlog.set(value, parseShare)
	case "clock-error":
		var share float64
		if share, err = parseShare(value); err == nil {
			l.ClockError = share
		}
	default:
		return fmt.Errorf("limit %q is unknown: want one of %s", name, strings.Join(LimitNames(), ", "))
	}
	if err != nil {
		return fmt.Errorf("limit %s: %w", name, err)
	}
	return nil
}

// set reads SUSPECT:INVALID.
func (l *Level[T]) set(text string, parse func(string) (T, error)) error {
	suspect, invalid, ok := strings.Cut(text, ":")
	if !ok {
		return fmt.Errorf("%q: want SUSPECT:INVALID, from when on a trial is called the one and the other", text)
	}
	var read Level[T]
	var err error
	if read.Suspect, err = parse(suspect); err != nil {
		return err
	}
	if read.Invalid, err = parse(invalid); err != nil {
		return err
	}
	if read.Invalid < read.Suspect {
		return fmt.Errorf("%q: a trial cannot be invalid before it is suspect: turn the two round", text)
	}
	*l = read
	return nil
}

func parseShare(text string) (float64, error) {
	number, ok := strings.CutSuffix(text, "%")
	share, err := strconv.ParseFloat(number, 64)
	if !ok || err != nil || !(share >= 0) || share > 1e6 {
		return 0, fmt.Errorf("%q is no share: want a number with %%, as 10%%", text)
	}
	return share / 100, nil
}

func parseLag(text string) (time.Duration, error) {
	lag, err := time.ParseDuration(text)
	if err != nil || lag < 0 {
		return 0, fmt.Errorf("%q is no time: want one like 50ms", text)
	}
	return lag, nil
}
