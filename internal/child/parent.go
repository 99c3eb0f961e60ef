package child

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"

	"pollpush/internal/target"
)

// Bounds of a child's start and end.
const (
	startTimeout = 15 * time.Second
	stopTimeout  = 20 * time.Second
)

// Command is the argument by which a program is told that it is the child.
const Command = "target-child"

// greeting is the line by which a child says that it serves, or why it cannot.
type greeting struct {
	Service string `json:"service,omitempty"`
	Admin   string `json:"admin,omitempty"`
	CA      []byte `json:"ca,omitempty"`
	Error   string `json:"error,omitempty"`
}

// Process is a running child.
type Process struct {
	// Service and Admin are the URLs of its two addresses.
	Service, Admin string
	// CA is the certificate, in PEM, that its clients must trust; nil without TLS.
	CA []byte

	cmd    *exec.Cmd
	stdin  io.WriteCloser
	exited chan struct{}
	once   sync.Once
}

// Start runs this program again as a target. What the child writes to its standard error goes to
// stderr.
func Start(ctx context.Context, config target.Config, stderr io.Writer) (*Process, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("target: find this program: %w", err)
	}
	cmd := exec.Command(program, Command) //nolint:gosec,noctx // it is this program; Stop and the pipe end it
	cmd.Args[0] = os.Args[0]
	cmd.Stderr = stderr
	cmd.SysProcAttr = ownGroup() // so that Ctrl-C reaches the parent alone
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("target: %w", err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("target: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("target: start: %w", err)
	}
	p := &Process{cmd: cmd, stdin: stdin, exited: make(chan struct{})}
	if err := p.greet(ctx, config, stdout); err != nil {
		p.Kill()
		return nil, fmt.Errorf("target: %w", err)
	}
	return p, nil
}

// greet sends the configuration and reads the addresses.
func (p *Process) greet(ctx context.Context, config target.Config, stdout io.Reader) error {
	greeted := make(chan error, 1)
	go func() {
		defer close(p.exited)
		greeted <- p.exchange(config, stdout)
		_, _ = io.Copy(io.Discard, stdout) // to its end, as Wait asks
		_ = p.cmd.Wait()                   // how it ended is known from who ended it
	}()
	timeout := time.NewTimer(startTimeout)
	defer timeout.Stop()
	select {
	case err := <-greeted:
		return err
	case <-timeout.C:
		return fmt.Errorf("it did not start within %s", startTimeout)
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *Process) exchange(config target.Config, stdout io.Reader) error {
	if err := json.NewEncoder(p.stdin).Encode(config); err != nil {
		return fmt.Errorf("configure: %w", err)
	}
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	if err != nil {
		return errors.New("it ended before it served")
	}
	var g greeting
	if err := json.Unmarshal(line, &g); err != nil {
		return fmt.Errorf("greeting: %w", err)
	}
	if g.Error != "" {
		return errors.New(g.Error)
	}
	p.Service, p.Admin, p.CA = "http://"+g.Service, "http://"+g.Admin, g.CA
	if config.TLS {
		p.Service = "https://" + g.Service
	}
	return nil
}

// PID returns the id of the child's process.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Exited is closed when the child has ended and was waited for.
func (p *Process) Exited() <-chan struct{} { return p.exited }

// Stop ends the child in order, by closing its standard input, and waits for its end.
func (p *Process) Stop() {
	p.once.Do(func() { _ = p.stdin.Close() })
	timeout := time.NewTimer(stopTimeout)
	defer timeout.Stop()
	select {
	case <-p.exited:
	case <-timeout.C:
		p.Kill()
	}
}

// Kill ends the child at once and waits for its end.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill() // it has ended already, then
	p.once.Do(func() { _ = p.stdin.Close() })
	<-p.exited
}
