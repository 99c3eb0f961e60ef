package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"pollpush/internal/scenario"
)

// crowdCommand is the clients' side of the target's budgets: sockets that read as little as will do, in a
// process of their own. It prints "ready" when all are subscribed. For every number on standard input it
// prints "ok" when as many messages have arrived, all in all; it ends with its standard input.
func crowdCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "crowd TRANSPORT ADDRESS CLIENTS",
		Hidden: true,
		Args:   cobra.ExactArgs(3),
		RunE: func(command *cobra.Command, args []string) error {
			n, err := strconv.Atoi(args[2])
			if err != nil {
				return err
			}
			c := &crowd{transport: scenario.Transport(args[0]), address: args[1]}
			return c.run(command.Context(), n, command.InOrStdin(), command.OutOrStdout())
		},
	}
}

// crowd is many bare clients.
type crowd struct {
	transport scenario.Transport
	address   string
	arrived   atomic.Int64 // messages
}

// dialing is how many of a crowd connect at once: more would overflow the listen queue.
const dialing = 64

func (c *crowd) run(ctx context.Context, n int, stdin io.Reader, stdout io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	var clients sync.WaitGroup
	defer clients.Wait()
	defer cancel()
	slots, connected := make(chan struct{}, dialing), make(chan error, n)
	for range n {
		clients.Go(func() {
			slots <- struct{}{}
			conn, err := c.subscribe(ctx)
			<-slots
			connected <- err
			if err == nil {
				defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
				c.read(conn)
			}
		})
	}
	for range n {
		if err := <-connected; err != nil {
			return err
		}
	}
	if _, err := fmt.Fprintln(stdout, "ready"); err != nil {
		return err
	}
	for {
		var want int64
		if _, err := fmt.Fscanln(stdin, &want); err != nil {
			return nil //nolint:nilerr // whoever asked has gone
		}
		for c.arrived.Load() < want {
			if err := pause(ctx, time.Millisecond); err != nil {
				return err
			}
		}
		if _, err := fmt.Fprintln(stdout, "ok"); err != nil {
			return err
		}
	}
}

// subscribe connects, asks, and reads the head of the answer where there is one at once.
func (c *crowd) subscribe(ctx context.Context) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", c.address)
	if err != nil {
		return nil, err
	}
	switch c.transport {
	case scenario.WebSocket:
		_, err = fmt.Fprintf(conn, "GET /ws?topic=0 HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
			"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", c.address)
	case scenario.SSE:
		_, err = fmt.Fprintf(conn, "GET /sse?topic=0 HTTP/1.1\r\nHost: %s\r\n\r\n", c.address)
	case scenario.LongPoll:
		return conn, c.poll(conn, 0) // nothing comes before the first message
	default:
		err = fmt.Errorf("no crowd goes to %q", c.transport)
	}
	if err != nil {
		return nil, err
	}
	var head [1]byte // byte by byte: what comes behind it is for read
	for end := 0; end < 4; {
		if _, err := conn.Read(head[:]); err != nil {
			return nil, fmt.Errorf("answer: %w", err)
		}
		if head[0] == "\r\n\r\n"[end] {
			end++
		} else if end = 0; head[0] == '\r' {
			end = 1
		}
	}
	return conn, nil
}

// poll asks for what follows a message, for as long as a target holds a poll.
func (c *crowd) poll(conn net.Conn, after int) error {
	_, err := fmt.Fprintf(conn, "GET /poll?topic=0&wait=60s&after=%d HTTP/1.1\r\nHost: %s\r\n\r\n", after, c.address)
	return err
}

// message is how every message begins; they are short, and each arrives in one piece.
var message = []byte(`{"seq":`)

// read counts messages until the connection ends.
func (c *crowd) read(conn net.Conn) {
	buf := make([]byte, 2048)
	for after := 0; ; {
		n, err := conn.Read(buf)
		messages := bytes.Count(buf[:n], message)
		c.arrived.Add(int64(messages))
		if err != nil {
			return
		}
		if after += messages; c.transport == scenario.LongPoll && c.poll(conn, after) != nil {
			return
		}
	}
}
