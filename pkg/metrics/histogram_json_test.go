package metrics_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pollpush/pkg/metrics"
)

// What goes to another process and is merged there is what would have been merged here, to the nanosecond.
func TestHistogramTravels(t *testing.T) {
	t.Run("fine", func(t *testing.T) { travels(t, metrics.NewHistogram) })
	t.Run("coarse", func(t *testing.T) { travels(t, metrics.NewCoarseHistogram) })
}

func travels(t *testing.T, empty func() *metrics.Histogram) {
	t.Helper()
	a, b, here, there := empty(), empty(), empty(), empty()
	for i := range 1000 {
		a.Record(time.Duration(i*i*i) * 7919)
	}
	for _, d := range []time.Duration{-5, -1, 2 * time.Hour, time.Hour, 1, 1234567, 1234568} {
		b.Record(d)
	}
	for _, h := range []*metrics.Histogram{a, b, empty()} {
		here.Merge(h)
		text, err := json.Marshal(h)
		if err != nil {
			t.Fatal(err)
		}
		var arrived metrics.Histogram
		if err := json.Unmarshal(text, &arrived); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(h, &arrived, cmp.Comparer(same)); diff != "" {
			t.Error(diff)
		}
		there.Merge(&arrived)
	}
	if !same(here, there) || here.Count() != 1007 || here.Negative() != 2 || here.Over() < 2 {
		t.Errorf("%d in %v, merged elsewhere %d in %v", here.Count(), here.Sum(), there.Count(), there.Sum())
	}
	for _, text := range []string{`7`, `{"hdr":"?"}`, `{"hdr":"HISTFAAAABl42pNpmSzMwMDAyAABzFCaEcpnAgAsOAOd"}`} {
		if err := json.Unmarshal([]byte(text), new(metrics.Histogram)); err == nil {
			t.Errorf("%s is a histogram", text)
		}
	}
}

func same(a, b *metrics.Histogram) bool {
	for p := 0.0; p <= 100; p += 0.5 {
		if a.Percentile(p) != b.Percentile(p) {
			return false
		}
	}
	return a.Count() == b.Count() && a.Sum() == b.Sum() && a.Min() == b.Min() && a.Max() == b.Max() &&
		a.Negative() == b.Negative() && a.Over() == b.Over()
}
