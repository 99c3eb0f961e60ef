package main

import (
	"context"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"runtime/debug"
	"time"

	"pollpush/internal/scenario"
	"pollpush/pkg/metrics"
)

// The two figures that are compared with each other, and have no bound of their own.
const (
	heldPollName = "target-memory-long-poll"
	netHTTPName  = "net-http-memory-long-poll"
)

// targetBudgets are those of the server under test: what a subscriber takes, and what its messages do. The
// measuring process is the server's, and its clients are in another.
func targetBudgets() []budget {
	memory := func(t scenario.Transport, bound float64) budget {
		return budget{"target-memory-" + string(t), "KB per subscriber", bound, func(ctx context.Context) (float64, error) {
			return targetMemory(ctx, t)
		}}
	}
	cpu := func(t scenario.Transport) budget {
		return budget{"target-cpu-" + string(t), "× a bare write loop", 1.6, func(ctx context.Context) (float64, error) {
			return broadcastCPU(ctx, t)
		}}
	}
	return []budget{
		memory(scenario.WebSocket, 16),
		memory(scenario.SSE, 12),
		memory(scenario.LongPoll, math.Inf(1)),
		{netHTTPName, "KB per held request", math.Inf(1), netHTTPMemory},
		{"target-held-poll", "× net/http's own", 1.05, heldPoll},
		cpu(scenario.WebSocket),
		cpu(scenario.SSE),
	}
}

// subscribers is how many there are.
func subscribers() int { return either(2_000, 10_000) }

// residentAfterCollection returns this process's resident memory once garbage has been collected.
func residentAfterCollection() int64 {
	debug.FreeOSMemory()
	return metrics.ResidentBytes()
}

// perSubscriber returns what each of the subscribers takes, in KB.
func perSubscriber(before int64) (float64, error) {
	after := residentAfterCollection()
	if before == 0 {
		return 0, errors.New("this system does not tell how much memory is resident")
	}
	return float64(after-before) / float64(subscribers()) / 1000, nil
}

// heldPoll returns how many times as much a held poll takes as a held request of net/http does, each in a
// process that has done nothing else.
func heldPoll(ctx context.Context) (float64, error) {
	ours, err := inProcess(ctx, heldPollName, io.Discard)
	if err != nil {
		return 0, err
	}
	theirs, err := inProcess(ctx, netHTTPName, io.Discard)
	return ours / theirs, err
}

// targetMemory returns what one subscriber takes of the target's resident memory, in KB, after a message
// has been delivered to all and the garbage has been collected once.
func targetMemory(ctx context.Context, t scenario.Transport) (float64, error) {
	s, err := serve(ctx)
	if err != nil {
		return 0, err
	}
	before := residentAfterCollection()
	v, err := invite(ctx, t, s.conns.Addr().String())
	if err != nil {
		return 0, err
	}
	defer v.stop()
	if err := s.publish(ctx, 1, 1); err != nil {
		return 0, err
	}
	if err := v.await(subscribers()); err != nil {
		return 0, err
	}
	if err := pause(ctx, time.Second); err != nil { // until the last poll is held again
		return 0, err
	}
	figure, err := perSubscriber(before)
	return figure, errors.Join(err, s.stop())
}

// netHTTPMemory returns what a request that is held takes by itself, in KB: in a server of net/http whose
// handler waits and answers, and does nothing else.
func netHTTPMemory(ctx context.Context) (float64, error) {
	more := make(chan struct{})
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var next chan struct{} // there is a first message, and no second
		if r.URL.Query().Get("after") == "0" {
			next = more
		}
		hold := time.NewTimer(time.Minute)
		defer hold.Stop()
		select {
		case <-next:
			_, _ = w.Write(append(message, "1}"...)) // a client that is gone needs no answer
		case <-hold.C:
		case <-r.Context().Done():
		}
	})}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	before := residentAfterCollection()
	v, err := invite(ctx, scenario.LongPoll, listener.Addr().String())
	if err != nil {
		return 0, err
	}
	defer v.stop()
	if err := pause(ctx, time.Second); err != nil {
		return 0, err
	}
	close(more)
	if err := v.await(subscribers()); err != nil {
		return 0, err
	}
	if err := pause(ctx, time.Second); err != nil {
		return 0, err
	}
	figure, err := perSubscriber(before)
	_ = server.Close() // it has served
	<-ended
	return figure, err
}
