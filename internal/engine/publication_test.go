package engine_test

import (
	"bytes"
	"context"
	"net"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pollpush/internal/admin"
	"pollpush/internal/engine"
	"pollpush/internal/result"
	"pollpush/internal/scenario"
)

// askings counts what a target is asked about its publication.
type askings struct {
	net.Conn
	records, progress *atomic.Int64
}

func (c askings) Write(p []byte) (int, error) {
	switch {
	case bytes.HasPrefix(p, []byte("GET /publication/progress ")):
		c.progress.Add(1)
	case bytes.HasPrefix(p, []byte("GET /publication ")):
		c.records.Add(1)
	}
	return c.Conn.Write(p)
}

// The records, which are large, are asked for once, when all is published: until then latencies are being measured.
func TestRecordsAreFetchedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLaboratory(t)
		var records, progress atomic.Int64
		l.onLaunch = func(target *engine.Target) {
			target.Admin = admin.NewClient("http://"+l.config.Admin, func(ctx context.Context, network, address string) (net.Conn, error) {
				conn, err := l.network.DialContext(ctx, network, address)
				return askings{conn, &records, &progress}, err
			})
		}
		r := l.run(small(scenario.SSE))[0]
		if records.Load() != 1 || progress.Load() == 0 || !r.Complete {
			t.Errorf("%d times for the records, %d for the progress", records.Load(), progress.Load())
		}
	})
}

// A schedule that somebody stopped is not one that is through, however well all of it was delivered.
func TestAStoppedPublicationIsNotComplete(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLaboratory(t)
		l.onLaunch = func(target *engine.Target) {
			go func() {
				time.Sleep(20 * time.Second)
				_ = target.Admin.Unpublish(t.Context())
			}()
		}
		r, err := l.engine(small(scenario.SSE)).Run(t.Context())
		if err == nil || len(r.Trials) != 1 {
			t.Fatalf("%d trials, %v", len(r.Trials), err)
		}
		wantReason(t, r.Trials[0], result.Invalid, "cut short: somebody stopped the target's schedule")
		if r.Trials[0].Complete {
			t.Error("the trial is complete")
		}
	})
}
