package engine_test

import (
	"context"
	"net"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"pollpush/internal/result"
	"pollpush/internal/scenario"
)

// lingering is a connection whose writes are with the peer for a while before they return, as they are when the writer's
// processor is wanted elsewhere.
type lingering struct{ net.Conn }

func (c lingering) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	for range 100 { // not a time: the writer may hold a lock, and those who wait for it let no virtual time pass
		runtime.Gosched()
	}
	return n, err
}

func (c lingering) CloseWrite() error {
	half, _ := c.Conn.(interface{ CloseWrite() error }) // nil panics: the network in memory has it
	return half.CloseWrite()
}

// What says that a client leaves is sent beside its reading, and the server may have closed the connection before that
// write returns: it is in the books all the same.
func TestBooksWaitForTheLastWrite(t *testing.T) {
	for _, name := range scenario.Transports() {
		for version, http := range map[string]scenario.HTTP{"h1": scenario.HTTP1, "h2": scenario.HTTP2} {
			s := small(name)
			s.TLS, s.HTTP, s.Duration = true, http, 10*time.Second
			if s.Validate() != nil {
				continue // there is no such WebSocket
			}
			t.Run(string(name)+"/"+version, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					l := newLaboratory(t)
					l.configure(s)
					e := l.engine(s)
					e.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
						conn, err := l.network.DialContext(ctx, network, address)
						if err != nil {
							return nil, err
						}
						return lingering{conn}, nil
					}
					r, err := e.Run(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					if trial := r.Trials[0]; trial.Server.Books.Difference == nil || *trial.Server.Books.Difference != 0 || trial.Verdict.State != result.Valid {
						t.Errorf("books = %+v, verdict = %+v", trial.Server.Books, trial.Verdict)
					}
				})
			})
		}
	}
}
