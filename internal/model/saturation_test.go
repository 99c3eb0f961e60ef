package model_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"pollpush/internal/model"
	"pollpush/internal/scenario"
)

const us = time.Microsecond

// Polls of c = 100 µs saturate C cores at N = C T / c clients.
func TestCapacity(t *testing.T) {
	in := plain(scenario.ShortPoll)
	in.Host = model.Host{Cores: 2, Poll: 100 * us, Write: 10 * us, Parse: 20 * us}
	in.Interval = 5 * time.Second
	if got := in.Host.Capacity(model.Predict(in)); math.Abs(got-100_000) > 1e-6 {
		t.Errorf("capacity %v, want 100000", got)
	}
	in.Transport, in.Rate = scenario.WebSocket, 4
	if got := in.Host.Capacity(model.Predict(in)); math.Abs(got-50_000) > 1e-6 {
		t.Errorf("capacity %v, want 50000", got)
	}
	in.Transport, in.Rate, in.Hold = scenario.LongPoll, 0.001, 0
	if got := in.Host.Capacity(model.Predict(in)); math.Abs(got/(2/(0.001*30e-6))-1) > 1e-6 {
		t.Errorf("capacity %v, want %v", got, 2/(0.001*30e-6))
	}
	if got := (model.Host{}).Capacity(model.Predict(plain(scenario.SSE))); !math.IsInf(got, 1) {
		t.Errorf("capacity %v where nothing takes time", got)
	}
}

// A broadcast, client by client.
func TestBroadcast(t *testing.T) {
	for _, cores := range []int{0, 1, 2, 3, 8} {
		for _, clients := range []int{1, 2, 3, 7, 1000, 9999} {
			h := model.Host{Cores: cores, Write: 10 * us}
			free := make([]time.Duration, max(1, cores))
			var sum, worst time.Duration
			for range clients {
				slices.Sort(free)
				free[0] += h.Write
				sum += free[0]
				worst = max(worst, free[0])
			}
			mean, last := h.Broadcast(clients)
			if want := sum / time.Duration(clients); (mean-want).Abs() > 1 || last != worst {
				t.Errorf("%d clients, %d cores: mean %v, last %v; want %v, %v", clients, cores, mean, last, want, worst)
			}
		}
	}
	if mean, last := (model.Host{Cores: 2, Write: 20 * us}).Broadcast(1000); mean != 5010*us || last != 10*ms {
		t.Errorf("1000 clients: mean %v, last %v; want about N w / 2C = 5ms, and N w / C = 10ms", mean, last)
	}
	if mean, last := (model.Host{}).Broadcast(0); mean != 0 || last != 0 {
		t.Errorf("nobody: %v, %v", mean, last)
	}
}

// Clients that come back a gap after each was answered, to a queue for a number of cores: how far apart
// their answers are is within the bounds, from a few clients to far more than the host can bear.
func TestHerd(t *testing.T) {
	const gap = 20 * ms
	for _, cores := range []int{1, 2, 4} {
		h := model.Host{Cores: cores, Write: 30 * us, Parse: 20 * us}
		for _, n := range []int{1, 10, 100, 400, 1600, 10_000} {
			least, most := h.Herd(gap, n)
			got := herd(h, gap, n)
			if got < least-1 || got > most+1 {
				t.Errorf("%d clients, %d cores: %v apart, want %v to %v", n, cores, got, least, most)
			}
			if busy := time.Duration(n) * 50 * us / time.Duration(cores); busy > 2*gap && (got-busy).Abs() > us {
				t.Errorf("%d clients, %d cores: %v apart, want n (w + p) / C = %v", n, cores, got, busy)
			}
		}
	}
}

// All of a herd ask at the same moment, after the same broadcast: the last to be served has the longest
// cycle there is, on one core exactly.
func TestHerdAtItsWorst(t *testing.T) {
	const gap, n = 20 * ms, 400
	for _, cores := range []int{1, 2, 4} {
		h := model.Host{Cores: cores, Write: 30 * us, Parse: 20 * us}
		last := gap + n/time.Duration(cores)*(h.Write+h.Parse)
		if _, most := h.Herd(gap, n); last > most || last < most-h.Write-h.Parse {
			t.Errorf("%d cores: at most %v, the last is %v", cores, most, last)
		}
	}
}

// herd returns how far apart the answers of a client are on average, from the third on: clients in the
// order in which they ask again, each served by the core that is free first.
func herd(h model.Host, gap time.Duration, n int) time.Duration {
	const rounds = 8
	asks := make([]time.Duration, n)
	free := make([]time.Duration, h.Cores)
	var third, last time.Duration
	for round := range rounds {
		for i := range asks {
			core := 0
			for c := range free {
				if free[c] < free[core] {
					core = c
				}
			}
			free[core] = max(free[core], asks[i]) + h.Write + h.Parse
			asks[i] = free[core] + gap
			switch round {
			case 2:
				third += asks[i] / time.Duration(n)
			case rounds - 1:
				last += asks[i] / time.Duration(n)
			}
		}
	}
	return (last - third) / (rounds - 3)
}
