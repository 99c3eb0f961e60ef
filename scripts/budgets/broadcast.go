package main

import (
	"context"
	"slices"
	"time"

	"pollpush/internal/scenario"
	"pollpush/pkg/metrics"
)

// broadcastCPU returns how many times the processor time of a bare loop a message takes that is delivered
// to all: the loop writes the same number of bytes to the same connections, in turns with the target.
func broadcastCPU(ctx context.Context, t scenario.Transport) (float64, error) {
	s, err := serve(ctx)
	if err != nil {
		return 0, err
	}
	v, err := invite(ctx, t, s.conns.Addr().String())
	if err != nil {
		return 0, err
	}
	defer v.stop()
	const messages = 5
	delivered := 0
	round := func(write func() error) (float64, error) {
		began := cpu()
		if err := write(); err != nil {
			return 0, err
		}
		delivered += messages * subscribers()
		err := v.await(delivered)
		return (cpu() - began).Seconds(), err
	}
	var ratios []float64
	for i := range either(2, 6) {
		target, err := round(func() error { return s.publish(ctx, messages, 2) })
		if err != nil {
			return 0, err
		}
		bare, err := round(func() error { return s.writeAll(messages, v, delivered, t) })
		if err != nil {
			return 0, err
		}
		if i > 0 { // the first is for warming up
			ratios = append(ratios, target/bare)
		}
	}
	slices.Sort(ratios)
	return ratios[len(ratios)/2], s.stop()
}

func cpu() time.Duration {
	used := metrics.ProcessCPU()
	return used.User + used.System
}

// writeAll writes what a message takes on the wire to each connection, n times.
func (s *serving) writeAll(n int, v *visitors, delivered int, t scenario.Transport) error {
	unit := make([]byte, scenario.Default().PayloadBytes+map[scenario.Transport]int{scenario.WebSocket: 4, scenario.SSE: 24}[t])
	copy(unit[4:], message)
	for i := range n {
		for _, conn := range s.conns.conns {
			if _, err := conn.Write(unit); err != nil {
				return err
			}
		}
		if err := v.await(delivered + (i+1)*subscribers()); err != nil {
			return err
		}
	}
	return nil
}
