package child

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"pollpush/internal/target"
)

// startTimeout bounds a target's start.
const startTimeout = 15 * time.Second

// Command is the argument by which a program is told that it is the child.
const Command = "target-child"

// greeting is the line by which a child says that it serves, or why it cannot.
type greeting struct {
	Service string `json:"service,omitempty"`
	Admin   string `json:"admin,omitempty"`
	CA      []byte `json:"ca,omitempty"`
	Error   string `json:"error,omitempty"`
}

// Target is a child that serves a target.
type Target struct {
	*Process
	// Service and Admin are the URLs of its two addresses.
	Service, Admin string
	// CA is the certificate, in PEM, that its clients must trust; nil without TLS.
	CA []byte
}

// Start runs this program again as a target. What the child writes to its standard error goes to
// stderr.
func Start(ctx context.Context, config target.Config, stderr io.Writer) (*Target, error) {
	p, stdout, err := Spawn(Command, stderr)
	if err != nil {
		return nil, fmt.Errorf("target: %w", err)
	}
	t := &Target{Process: p}
	if err := t.greet(ctx, config, stdout); err != nil {
		p.Kill()
		return nil, fmt.Errorf("target: %w", err)
	}
	return t, nil
}

// greet sends the configuration and reads the addresses.
func (t *Target) greet(ctx context.Context, config target.Config, stdout io.Reader) error {
	greeted := make(chan error, 1)
	go func() {
		greeted <- t.exchange(config, stdout)
		t.Reap(stdout)
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

func (t *Target) exchange(config target.Config, stdout io.Reader) error {
	if err := json.NewEncoder(t.Stdin).Encode(config); err != nil {
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
	t.Service, t.Admin, t.CA = "http://"+g.Service, "http://"+g.Admin, g.CA
	if config.TLS {
		t.Service = "https://" + g.Service
	}
	return nil
}
