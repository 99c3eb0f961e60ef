package result_test

import (
	"math"
	"reflect"
	"testing"
	"time"

	"pollpush/internal/result"
)

// forecast returns a trial in which so many latencies were measured and that was predicted for a rate.
func forecast(t *testing.T, count int64, window, mean, p99 time.Duration, requests, empty float64) result.Trial {
	t.Helper()
	trial := sample(t).Trials[0]
	trial.Latency.Count, trial.Wire.Window = count, window
	trial.Predicted = &result.Prediction{
		Rate: requests / 10, Mean: mean, P50: new(time.Millisecond), P99: &p99, Max: 2 * p99,
		RequestsPerSecond: requests, EmptyShare: empty, MessagesPerAnswer: 1 + requests/100,
	}
	return trial
}

// What is predicted of trials together is what was measured of them together, had each been as predicted: so sums of what
// each had, divided.
func TestPredictionsMerge(t *testing.T) {
	a := forecast(t, 100, 2*time.Second, 10*time.Millisecond, 20*time.Millisecond, 50, 0.5)
	b := forecast(t, 900, 6*time.Second, 30*time.Millisecond, 25*time.Millisecond, 100, 0.25)
	sum, err := result.Merge([]result.Trial{a, b})
	if err != nil {
		t.Fatal(err)
	}
	p := sum.Predicted
	if want := (100*10*time.Millisecond + 900*30*time.Millisecond) / 1000; p.Mean != want {
		t.Errorf("mean %s, want %s", p.Mean, want)
	}
	polls, empty := 2*50.+6*100, 2*50*0.5+6*100*0.25
	messages := 2*50*0.5*1.5 + 6*100*0.75*2
	for name, v := range map[string][2]float64{
		"requests/s":          {p.RequestsPerSecond, polls / 8},
		"rate":                {p.Rate, (2*5. + 6*10) / 8},
		"empty share":         {p.EmptyShare, empty / polls},
		"messages per answer": {p.MessagesPerAnswer, messages / (polls - empty)},
	} {
		if math.Abs(v[0]-v[1]) > 1e-9 {
			t.Errorf("%s %v, want %v", name, v[0], v[1])
		}
	}
	if p.P99 != nil || p.P50 == nil || *p.P50 != time.Millisecond || p.Max != 50*time.Millisecond {
		t.Errorf("%+v: percentiles are known where they are the same, and the greatest is the greatest", p)
	}
	if a.Predicted.Mean != 10*time.Millisecond || a.Predicted.P99 == nil {
		t.Errorf("the first trial was changed: %+v", a.Predicted)
	}
	b.Predicted = nil
	if sum, err = result.Merge([]result.Trial{a, b}); err != nil || sum.Predicted != nil {
		t.Errorf("%+v, %v: of one trial nothing is predicted", sum.Predicted, err)
	}
}

// Trials with one prediction keep it to the last bit, also where nothing arrived.
func TestEqualPredictionsMerge(t *testing.T) {
	for _, count := range []int64{0, 7} {
		trial := forecast(t, count, time.Second, 12345678901, 333, 0.1, 1./3)
		sum, err := result.Merge([]result.Trial{trial, trial, trial})
		if err != nil || !reflect.DeepEqual(sum.Predicted, trial.Predicted) {
			t.Errorf("%+v, want %+v (%v)", sum.Predicted, trial.Predicted, err)
		}
	}
}

// Groups are predicted each for itself.
func TestPredictionsOfGroupsMerge(t *testing.T) {
	trials := []result.Trial{
		forecast(t, 1, time.Second, 10, 1, 1, 0),
		forecast(t, 3, time.Second, 30, 1, 1, 0),
	}
	for i := range trials {
		of := trials[i]
		trials[i].Groups = []result.Group{{Name: "far", Latency: of.Latency, Wire: of.Wire, Predicted: of.Predicted}}
		trials[i].Predicted = nil
	}
	sum, err := result.Merge(trials)
	if err != nil || sum.Predicted != nil || len(sum.Groups) != 1 || sum.Groups[0].Predicted.Mean != 25 {
		t.Errorf("%+v, %v", sum.Groups, err)
	}
}
