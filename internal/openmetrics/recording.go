// Package openmetrics keeps what metrics were in the course of a run, and writes it as OpenMetrics text with
// times: what promtool tsdb create-blocks-from openmetrics makes a database of.
package openmetrics

import (
	"bufio"
	"cmp"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
)

// maxSamples is how many samples are kept. Where there would be more, every other one is let go, and from then
// on they are taken half as often.
const maxSamples = 1000

// prefixes are what names of metrics begin with that are kept: not those of the Go runtime.
var prefixes = []string{"pollpush_", "process_"}

// Recording takes a sample of all metrics every so often, from Start until Stop.
type Recording struct {
	gatherer prometheus.Gatherer
	every    time.Duration
	samples  []sample
	first    error // the first that went wrong
	stop     chan struct{}
	stopped  chan struct{}
}

// sample is what the metrics were at a time.
type sample struct {
	at       time.Time
	families []*dto.MetricFamily
}

// Start begins a recording with a first sample. It has to be stopped.
func Start(gatherer prometheus.Gatherer, every time.Duration) *Recording {
	r := &Recording{gatherer: gatherer, every: every, stop: make(chan struct{}), stopped: make(chan struct{})}
	r.take()
	go r.run()
	return r
}

func (r *Recording) run() {
	defer close(r.stopped)
	for {
		timer := time.NewTimer(r.every)
		select {
		case <-timer.C:
			r.take()
		case <-r.stop:
			timer.Stop()
			return
		}
	}
}

// Stop ends the recording with a last sample. It may be called once.
func (r *Recording) Stop() {
	close(r.stop)
	<-r.stopped
	r.take()
}

// take adds a sample.
func (r *Recording) take() {
	families, err := r.gatherer.Gather()
	if r.first == nil {
		r.first = err
	}
	families = slices.DeleteFunc(families, func(f *dto.MetricFamily) bool {
		return !slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(f.GetName(), p) })
	})
	if len(r.samples) == maxSamples {
		r.thin()
	}
	at := time.Now()
	if n := len(r.samples); n > 0 && at.Sub(r.samples[n-1].at) < time.Millisecond {
		at = r.samples[n-1].at.Add(time.Millisecond) // the format tells no times apart that are closer
	}
	r.samples = append(r.samples, sample{at: at, families: families})
}

// thin lets every other sample go.
func (r *Recording) thin() {
	kept := r.samples[:0]
	for i, s := range r.samples {
		if i%2 == 0 {
			kept = append(kept, s)
		}
	}
	clear(r.samples[len(kept):])
	r.samples = kept
	r.every *= 2
}

// Write writes all samples, those of a metric together and in the order of time, as the format has it. The
// recording must have been stopped.
func (r *Recording) Write(w io.Writer) error {
	buffered := bufio.NewWriter(w)
	var errs []error
	for _, family := range r.merged() {
		_, err := expfmt.MetricFamilyToOpenMetrics(buffered, family)
		errs = append(errs, err)
	}
	_, err := expfmt.FinalizeOpenMetrics(buffered)
	return errors.Join(append(errs, err, buffered.Flush(), r.first)...)
}

// merged returns each family once, with the metrics of all samples.
func (r *Recording) merged() []*dto.MetricFamily {
	byName := make(map[string]*dto.MetricFamily)
	var all []*dto.MetricFamily
	for _, s := range r.samples {
		for _, f := range s.families {
			whole := byName[f.GetName()]
			if whole == nil {
				whole = &dto.MetricFamily{Name: f.Name, Help: f.Help, Type: f.Type}
				byName[f.GetName()] = whole
				all = append(all, whole)
			}
			at := s.at.UnixMilli()
			for _, m := range f.GetMetric() {
				m.TimestampMs = &at
				whole.Metric = append(whole.Metric, m)
			}
		}
	}
	for _, f := range all {
		slices.SortStableFunc(f.Metric, func(a, b *dto.Metric) int { return slices.CompareFunc(a.GetLabel(), b.GetLabel(), byValue) })
	}
	return all
}

// byValue compares labels of one family, which are sorted by their names.
func byValue(a, b *dto.LabelPair) int {
	return cmp.Or(cmp.Compare(a.GetName(), b.GetName()), cmp.Compare(a.GetValue(), b.GetValue()))
}
