package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"pollpush/internal/admin"
	"pollpush/internal/scenario"
	"pollpush/internal/target"
	"pollpush/pkg/clock"
)

// serving is a target in this process.
type serving struct {
	conns   *collector
	control *admin.Client
	stop    func() error
}

// serve starts a target with one topic.
func serve(ctx context.Context) (*serving, error) {
	c := target.DefaultConfig()
	c.Listen, c.Admin, c.MaxConnections = "127.0.0.1:0", "127.0.0.1:0", subscribers()
	if err := c.Validate(); err != nil {
		return nil, err
	}
	t, err := target.New(c, clock.New(), log.New(os.Stderr, "target: ", 0))
	if err != nil {
		return nil, err
	}
	service, control, err := target.Listen(c)
	if err != nil {
		return nil, err
	}
	conns := &collector{Listener: service}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- t.Serve(ctx, conns, control) }()
	return &serving{conns, admin.NewClient("http://"+control.Addr().String(), nil), func() error {
		cancel()
		return <-ended
	}}, nil
}

// collector remembers the connections that a listener accepts.
type collector struct {
	net.Listener
	mu    sync.Mutex
	conns []net.Conn
}

// Accept returns the next connection.
func (c *collector) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	if err == nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.conns = append(c.conns, conn)
	}
	return conn, err
}

// publish has n messages published, the first after half a step.
func (s *serving) publish(ctx context.Context, n int, rate float64) error {
	_, err := s.control.Publish(ctx, admin.PublicationRequest{
		Schedule: scenario.Schedule{
			Topics: 1, Rate: rate, Arrivals: scenario.Fixed, Length: time.Duration(float64(n) / rate * float64(time.Second)),
		},
		PayloadBytes: scenario.Default().PayloadBytes,
	})
	return err
}

// visitors are a crowd, seen from the server's process.
type visitors struct {
	in   io.WriteCloser
	out  *bufio.Reader
	stop func()
}

// invite starts a crowd and waits until all of it is subscribed.
func invite(ctx context.Context, t scenario.Transport, address string) (*visitors, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	cmd := exec.CommandContext(ctx, program, "crowd", string(t), address, strconv.Itoa(subscribers())) //nolint:gosec // it is this program
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	v := &visitors{in, bufio.NewReader(out), func() {
		_ = in.Close()
		_ = cmd.Wait() // what went wrong with it was seen before
	}}
	return v, v.expect("ready")
}

// await waits until n messages have arrived, all in all.
func (v *visitors) await(n int) error {
	if _, err := fmt.Fprintln(v.in, n); err != nil {
		return err
	}
	return v.expect("ok")
}

func (v *visitors) expect(want string) error {
	line, err := v.out.ReadString('\n')
	if err == nil && strings.TrimSpace(line) != want {
		err = fmt.Errorf("the crowd says %q", line)
	}
	return err
}
