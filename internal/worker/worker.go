// Package worker runs a share of a trial's virtual clients in a process of its own.
//
// One process has as many connections as it may have open files, and one heap for all its clients; several
// have several. The parent runs its own program again, and calls the engine.Worker in it by JSON-RPC over the
// child's standard input and output. The child ends when its standard input does, so it cannot outlive its
// parent.
package worker

import (
	"context"
	"fmt"
	"io"
	"net/rpc"
	"net/rpc/jsonrpc"
	"os"
	"os/signal"
	"sync"

	"pollpush/internal/child"
	"pollpush/internal/engine"
)

// Command is the argument by which a program is told that it is a worker.
const Command = "generator-child"

// service is what an engine.Worker is called by.
const service = "Worker"

// Run is the child's side: it does as it is told until stdin ends, and returns the exit code. It ignores
// interrupts: the parent decides what one means.
func Run(ctx context.Context, stdin io.Reader, stdout, stderr io.Writer) int {
	signal.Ignore(os.Interrupt)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if err := Serve(engine.NewWorker(ctx), pipe{input{stdin, cancel}, stdout}); err != nil {
		_, _ = fmt.Fprintln(stderr, "generator:", err) // nowhere else to say it
		return 1
	}
	return 0
}

// Serve has a worker called over a connection until that ends.
func Serve(w *engine.Worker, conn io.ReadWriteCloser) error {
	server := rpc.NewServer()
	if err := server.RegisterName(service, w); err != nil {
		return err
	}
	server.ServeCodec(jsonrpc.NewServerCodec(conn))
	return nil
}

// Call returns what calls the worker at the other end of a connection, until that ends.
func Call(conn io.ReadWriteCloser) func(ctx context.Context, method string, question, answer any) error {
	return call(jsonrpc.NewClientCodec(conn))
}

func call(codec rpc.ClientCodec) func(ctx context.Context, method string, question, answer any) error {
	client := rpc.NewClientWithCodec(codec)
	return func(ctx context.Context, method string, question, answer any) error {
		done := make(chan *rpc.Call, 1)
		go client.Go(service+"."+method, question, answer, done) // it waits for a worker that does not read
		select {
		case call := <-done:
			return call.Error
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Start runs this program again as a worker. What it writes to its standard error goes to stderr.
func Start(_ context.Context, stderr io.Writer) (*engine.Generator, error) {
	p, stdout, err := child.Spawn(Command, stderr)
	if err != nil {
		return nil, fmt.Errorf("generator: %w", err)
	}
	ended := make(chan struct{})
	end := sync.OnceFunc(func() { close(ended) })
	go func() {
		<-ended // nothing more is read
		p.Reap(stdout)
	}()
	ask := call(ending{jsonrpc.NewClientCodec(pipe{stdout, p.Stdin}), end})
	return &engine.Generator{PID: p.PID(), Call: ask, Exited: p.Exited(), Stop: p.Stop, Kill: p.Kill}, nil
}
