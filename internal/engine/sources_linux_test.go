package engine

import (
	"net"
	"testing"
	"time"

	"pollpush/internal/scenario"
	"pollpush/internal/source"
	"pollpush/pkg/clock"
)

// Client i connects from address i, and round again, over whatever link: always from the same one.
func TestClientsTakeSourceAddressesInTurn(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	sources, err := source.Parse("127.0.0.2-127.0.0.4")
	if err != nil {
		t.Fatal(err)
	}
	s := scenario.Default()
	for _, s.Link.RTT = range []time.Duration{0, time.Microsecond} {
		trial := newTrial(&Engine{Scenario: s, Sources: sources}, scenario.SSE, 1, clock.New())
		trial.target = &Target{}
		trial.crowd = newCrowd(trial)
		for client, want := range []string{"127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.2", "127.0.0.3"} {
			for range 2 {
				meter, err := trial.dialer(trial.groups[0], client, nil, nil).Connect(t.Context(), listener.Addr().String())
				if err != nil {
					t.Fatal(err)
				}
				accepted, err := listener.Accept()
				if err != nil {
					t.Fatal(err)
				}
				if from, _, _ := net.SplitHostPort(accepted.RemoteAddr().String()); from != want {
					t.Errorf("client %d connects from %s, want %s", client, from, want)
				}
				_, _ = meter.Close(), accepted.Close()
			}
		}
	}
}
