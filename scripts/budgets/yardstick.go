package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"pollpush/internal/admin"
	"pollpush/internal/child"
	"pollpush/internal/engine"
	"pollpush/internal/headers"
	"pollpush/internal/scenario"
	"pollpush/pkg/metrics"
	"pollpush/pkg/transport"
)

// noPhase is for who does not care how far a run is.
func noPhase(*engine.Engine, engine.Phase) {}

// webSocketCPU returns how many times the processor time of a bare reader a delivered message takes.
func webSocketCPU(ctx context.Context) (float64, error) {
	s := closedLoop(scenario.WebSocket)
	return ratio(ctx, s, func(ctx context.Context, on *child.Target) (float64, error) {
		t, err := measuredRun(ctx, s, on, noPhase)
		return t.Generator.CPU().Seconds() / float64(t.Messages.Delivered), err
	}, func(ctx context.Context, on *child.Target) (float64, error) {
		return bareReaders(ctx, s, on)
	})
}

// bareReaders does what the generator has to do at the least: a goroutine for each connection reads the
// same bytes of the same target and counts them. It returns the processor seconds for each message.
func bareReaders(ctx context.Context, s scenario.Scenario, on *child.Target) (float64, error) {
	control := admin.NewClient(on.Admin, nil)
	defer control.Close()
	ends, err := control.Topics(ctx, 1)
	if err != nil {
		return 0, err
	}
	var bytes, reads atomic.Int64
	var reading sync.WaitGroup
	var conns []net.Conn
	defer func() {
		for _, conn := range conns {
			_ = conn.Close() // nothing more is wanted of it
		}
		reading.Wait()
	}()
	endpoint, err := transport.ParseEndpoint(on.Service)
	if err != nil {
		return 0, err
	}
	for range s.Clients {
		conn, err := upgrade(ctx, endpoint, ends[0])
		if err != nil {
			return 0, err
		}
		conns = append(conns, conn)
	}
	for _, conn := range conns {
		reading.Go(func() {
			buf := make([]byte, 4096)
			for {
				n, err := conn.Read(buf)
				bytes.Add(int64(n))
				if reads.Add(1); err != nil {
					return
				}
			}
		})
	}
	const lead = 100 * time.Millisecond
	if _, err := control.Publish(ctx, admin.PublicationRequest{Schedule: s.Schedule(1), In: lead, PayloadBytes: s.PayloadBytes}); err != nil {
		return 0, err
	}
	if err := pause(ctx, lead+s.Warmup); err != nil {
		return 0, err
	}
	cpu, before, readsBefore := metrics.ProcessCPU(), bytes.Load(), reads.Load()
	if err := pause(ctx, s.Duration); err != nil {
		return 0, err
	}
	used := metrics.ProcessCPU().Sub(cpu)
	const header = 4 // of a frame from 126 bytes on
	messages := float64(bytes.Load()-before) / float64(s.PayloadBytes+header)
	if each := messages / float64(reads.Load()-readsBefore); each > 1.05 {
		return 0, fmt.Errorf("%w: %.2f messages came with each read", errBusy, each)
	}
	return (used.User + used.System).Seconds() / messages, nil
}

// upgrade opens a WebSocket, and believes the server.
func upgrade(ctx context.Context, to transport.Endpoint, after uint64) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", to.Address)
	if err != nil {
		return nil, err
	}
	if _, err := fmt.Fprintf(conn, "GET /ws?topic=0&after=%d HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", after, to.Host); err != nil {
		return nil, err
	}
	r := bufio.NewReader(conn)
	for line := ""; line != "\r\n"; {
		if line, err = r.ReadString('\n'); err != nil {
			return nil, fmt.Errorf("upgrade: %w", err)
		}
	}
	return conn, nil
}

// pollCPU returns how many times the processor time of wrk a poll takes, in a closed loop.
func pollCPU(ctx context.Context) (float64, error) {
	wrk, err := exec.LookPath("wrk")
	if err != nil {
		return 0, errors.New("wrk is not installed: it is in the Debian package wrk")
	}
	s := closedLoop(scenario.ShortPoll)
	return ratio(ctx, s, func(ctx context.Context, on *child.Target) (float64, error) {
		t, err := measuredRun(ctx, s, on, noPhase)
		return t.Generator.CPU().Seconds() / float64(t.Wire.Steady.Requests), err
	}, func(ctx context.Context, on *child.Target) (float64, error) {
		return runWrk(ctx, wrk, s, on)
	})
}

// What wrk prints.
var (
	wrkRequests = regexp.MustCompile(`(\d+) requests in `)
	wrkTrouble  = regexp.MustCompile(`Socket errors|Non-2xx`)
)

// runWrk has wrk make the same polls over as many connections, and returns its processor seconds for
// each, opening the connections included: that is some 1 % of it.
func runWrk(ctx context.Context, wrk string, s scenario.Scenario, on *child.Target) (float64, error) {
	profile, err := headers.Load(s.Headers)
	if err != nil {
		return 0, err
	}
	threads := strconv.Itoa(runtime.GOMAXPROCS(0)) // as many as bench has
	args := []string{"-t" + threads, "-c" + strconv.Itoa(s.Clients), "-d" + s.Duration.String()}
	for _, f := range profile.Fetch {
		args = append(args, "-H", f.Name+": "+f.Value)
	}
	cmd := exec.CommandContext(ctx, wrk, append(args, on.Service+"/poll?topic=1&after=0")...) //nolint:gosec // it was looked up
	out, err := cmd.Output()
	if err != nil {
		return 0, fmt.Errorf("wrk: %w", err)
	}
	found := wrkRequests.FindSubmatch(out)
	if found == nil || wrkTrouble.Match(out) {
		return 0, fmt.Errorf("wrk: %s", out)
	}
	n, err := strconv.ParseFloat(string(found[1]), 64)
	return (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds() / n, err
}

// pause waits, or says why it did not.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
