package target

import (
	"testing"
	"testing/synctest"
	"time"

	"pollpush/internal/admin"
	"pollpush/internal/scenario"
	"pollpush/pkg/clock"
	"pollpush/pkg/feed"
)

// A publisher that stalls publishes late, but never not at all, and what is late does not become
// due later: else a stall would hide itself (coordinated omission).
func TestLatePublisherDoesNotMoveDueTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := feed.New(feed.Limits{})
		if err := f.Grow(1); err != nil {
			t.Fatal(err)
		}
		var lags []time.Duration
		p := &publisher{feed: f, clock: clock.New(), maxMessage: 1000, published: func(lag time.Duration) {
			lags = append(lags, lag)
			if len(lags) == 1 {
				time.Sleep(time.Second) // the stall
			}
		}}
		origin, err := p.start(t.Context(), admin.PublicationRequest{
			Schedule:     scenario.Schedule{Topics: 1, Rate: 4, Arrivals: scenario.Fixed, Length: 2 * time.Second},
			PayloadBytes: 100,
		})
		if err != nil {
			t.Fatal(err)
		}
		p.wait()
		messages := f.Topic(0).Since(0, nil).Messages
		if len(messages) != 8 || len(lags) != 8 {
			t.Fatalf("%d messages were published, %d lags counted; want 8", len(messages), len(lags))
		}
		for i, m := range messages {
			due := origin.Add(125*time.Millisecond + time.Duration(i)*250*time.Millisecond)
			if decoded, err := feed.Decode(m.Raw); err != nil || decoded.Due != due || m.Due != due {
				t.Errorf("message %d says it was due %v after the origin, want %v", i, decoded.Due.Sub(origin), due.Sub(origin))
			}
			late := max(0, time.Second-time.Duration(i)*250*time.Millisecond)
			if i == 0 {
				late = 0
			}
			if record := p.record().Records[i]; record.Due != due || lags[i] != late || record.Published.Sub(due) < late {
				t.Errorf("message %d was counted %v late, want %v; record %+v", i, lags[i], late, record)
			}
		}
	})
}

// Publishers that are told an instant begin at it together, whenever each is asked; what was due before one was
// asked is published at once, and late.
func TestPublishersBeginTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clk := clock.New()
		began := clk.Now()
		origin := began.Add(time.Second)
		var publishers []*publisher
		asked := []time.Duration{0, 400 * time.Millisecond, 1400 * time.Millisecond}
		for _, at := range asked {
			time.Sleep(clk.Until(began.Add(at)))
			f := feed.New(feed.Limits{})
			if err := f.Grow(1); err != nil {
				t.Fatal(err)
			}
			p := &publisher{feed: f, clock: clk, maxMessage: 1000, published: func(time.Duration) {}}
			got, err := p.start(t.Context(), admin.PublicationRequest{
				Schedule:     scenario.Schedule{Topics: 1, Rate: 4, Arrivals: scenario.Fixed, Length: 2 * time.Second},
				At:           origin,
				PayloadBytes: 100,
			})
			if err != nil || got != origin {
				t.Fatalf("origin %d, %v; want %d", got, err, origin)
			}
			publishers = append(publishers, p)
		}
		for n, p := range publishers {
			p.wait()
			records := p.record().Records
			if len(records) != 8 {
				t.Fatalf("publisher %d: %d messages, want 8", n, len(records))
			}
			for i, r := range records {
				due := origin.Add(125*time.Millisecond + time.Duration(i)*250*time.Millisecond)
				if want := max(due, began.Add(asked[n])); r.Due != due || r.Published != want {
					t.Errorf("publisher %d: message %d was due %v and published %v after the origin, want %v and %v",
						n, i, r.Due.Sub(origin), r.Published.Sub(origin), due.Sub(origin), want.Sub(origin))
				}
			}
		}
	})
}
