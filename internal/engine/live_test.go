package engine_test

import (
	"testing"
	"testing/synctest"
	"time"

	"pollpush/internal/engine"
	"pollpush/internal/scenario"
)

// What can be seen of a run while it goes on only ever grows, over trials too, and in the end is
// what the result says.
func TestSnapshot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := small(scenario.SSE)
		s.Trials, s.Duration = 2, 10*time.Second
		e := newLaboratory(t).engine(s)
		var phases []engine.Phase
		var delivered, bytes int64
		e.Progress = func(p engine.Progress) {
			phases = append(phases, p.Phase)
			now := e.Snapshot()[0]
			if now.Phase != string(p.Phase) {
				t.Errorf("phase %q while %q begins", now.Phase, p.Phase)
			}
			if now.Delivered < delivered || now.Wire.Socket() < bytes {
				t.Errorf("in %s of trial %d it fell to %d messages, %d bytes", p.Phase, p.Trial, now.Delivered, now.Wire.Socket())
			}
			delivered, bytes = now.Delivered, now.Wire.Socket()
			if p.Phase == engine.Drain && now.Clients.Ready != int64(s.Clients) {
				t.Errorf("clients = %+v", now.Clients)
			}
		}
		r, err := e.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if want := 2 * len(engine.Phases()); len(phases) != want {
			t.Errorf("%d phases were begun, want %d: %v", len(phases), want, phases)
		}
		var want, wire int64
		for _, trial := range r.Trials {
			want += trial.Messages.Delivered
			wire += trial.Wire.Total.Socket()
		}
		end := e.Snapshot()[0]
		if end.Delivered != want || end.Latency.Count() != want || end.Wire.Socket() != wire || end.Phase != "" {
			t.Errorf("in the end %+v, want %d messages, %d bytes", end, want, wire)
		}
		var beats int64
		for _, trial := range r.Trials {
			beats += trial.GeneratorLag.Count
		}
		if end.Verdicts["valid"] != 2 || len(end.Verdicts) != 1 || beats == 0 || end.GeneratorLag.Count() != beats {
			t.Errorf("in the end %v, %d beats, want 2 valid, %d beats", end.Verdicts, end.GeneratorLag.Count(), beats)
		}
	})
}
