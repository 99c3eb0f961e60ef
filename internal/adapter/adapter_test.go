package adapter_test

import (
	"context"
	"errors"
	"os"
	"sync"
	"testing"
	"time"

	"pollpush/internal/adapter"
	"pollpush/internal/child"
	"pollpush/internal/procs"
	"pollpush/internal/scenario"
	"pollpush/pkg/clock"
	"pollpush/pkg/feed"
	"pollpush/pkg/transport"
	"pollpush/pkg/wire"
)

// TestMain makes this program the target that it starts.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == child.Command {
		os.Exit(child.Run(context.Background(), os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// servers start each server that there is an adapter for.
var servers = map[string]func(*testing.T, clock.Clock) (adapter.Server, error){
	"target": func(t *testing.T, _ clock.Clock) (adapter.Server, error) {
		return adapter.StartTarget(t.Context(), t.Output())
	},
	"nchan": func(t *testing.T, clk clock.Clock) (adapter.Server, error) {
		server, err := adapter.StartNchan(t.Context(), clk)
		if errors.Is(err, adapter.ErrNoNchan) && os.Getenv("POLLPUSH_REQUIRE") == "" {
			t.Skip(err)
		}
		return server, err
	},
}

// follower is the sink of a client that wants so many messages.
type follower struct {
	ready func()
	got   []feed.Message
	early int // messages that came before they were due, or by no clock at all
	want  int
	full  func()
}

func (f *follower) Ready(context.Context) error {
	f.ready()
	return nil
}

func (f *follower) Unit(u *transport.Unit) {
	for _, m := range u.Messages {
		if u.Received < m.Due {
			f.early++
		}
		f.got = append(f.got, feed.Message{Seq: m.Seq, Due: m.Due})
	}
	if len(u.Messages) > 0 && len(f.got) == f.want {
		f.full()
	}
}

// Every server delivers every message over every transport, in order, to whoever was there before, and to whoever
// comes later. All messages are told by their sequence numbers and due times.
func TestServersDeliver(t *testing.T) {
	const clients, messages = 5, 12
	for name, start := range servers {
		for _, over := range adapter.Transports() {
			t.Run(name+"/"+string(over), func(t *testing.T) {
				clk := clock.New()
				server, err := start(t, clk)
				if err != nil {
					t.Fatal(err)
				}
				defer server.Close()
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				var running, full sync.WaitGroup
				followers := make([]*follower, 0, 2*clients)
				join := func() {
					var ready sync.WaitGroup
					for range clients {
						ready.Add(1)
						full.Add(1)
						f := &follower{ready: ready.Done, full: full.Done, want: messages}
						followers = append(followers, f)
						client := server.Client(over, &transport.Dialer{Clock: clk, Totals: new(wire.Totals)})
						running.Go(func() {
							if err := client.Subscribe(ctx, f); err != nil {
								t.Error(err)
								cancel()
							}
						})
					}
					waitFor(ctx, &ready)
				}
				join()
				var origin clock.Instant
				schedule := scenario.Schedule{Topics: 1, Rate: 50, Arrivals: scenario.Fixed, Length: messages * time.Second / 50}
				publication := adapter.Publication{Schedule: schedule, PayloadBytes: 128}
				if err := server.Publish(ctx, publication, func(o clock.Instant) { origin = o }); err != nil {
					t.Fatal(err)
				}
				join()
				waitFor(ctx, &full)
				cancel()
				running.Wait()
				for i, f := range followers {
					wantAll(t, i, f, schedule, origin)
				}
			})
		}
	}
}

// waitFor waits for all of them, or the context's end.
func waitFor(ctx context.Context, all *sync.WaitGroup) {
	done := make(chan struct{})
	go func() { // ends when all have come, at the latest
		defer close(done)
		all.Wait()
	}()
	select {
	case <-done:
	case <-ctx.Done():
	}
}

func wantAll(t *testing.T, client int, f *follower, schedule scenario.Schedule, origin clock.Instant) {
	t.Helper()
	if len(f.got) != f.want || f.early != 0 {
		t.Errorf("client %d: %d messages, %d of them before they were due; want %d and none", client, len(f.got), f.early, f.want)
		return
	}
	i := 0
	for arrival := range schedule.All() {
		if m := f.got[i]; m.Seq != uint64(i+1) || m.Due != origin.Add(arrival.Due) {
			t.Errorf("client %d: message %d is %d, due %d; want %d", client, i+1, m.Seq, m.Due, origin.Add(arrival.Due))
		}
		i++
	}
}

// What a server costs is its own and its children's.
func TestServersCost(t *testing.T) {
	for name, start := range servers {
		t.Run(name, func(t *testing.T) {
			server, err := start(t, clock.New())
			if err != nil {
				t.Fatal(err)
			}
			usage, err := procs.Tree(server.PID())
			if err != nil || usage.Memory <= 0 || (name == "nchan") != (usage.Processes > 1) {
				t.Errorf("%+v, %v", usage, err)
			}
			server.Close()
			if _, err := procs.Tree(server.PID()); err == nil {
				t.Error("it goes on")
			}
		})
	}
}
