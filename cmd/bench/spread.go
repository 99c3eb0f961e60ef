package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"

	"github.com/spf13/pflag"

	"pollpush/internal/engine"
	"pollpush/internal/source"
	"pollpush/internal/worker"
	"pollpush/pkg/transport"
)

// maxProcesses is how many generators, and how many targets, a run may have.
const maxProcesses = 64

// spread is over what a run is spread on this host: addresses and processes.
type spread struct {
	addresses           string
	sources             source.List // what check made of addresses
	generators, targets int
}

// bind binds the flags.
func (s *spread) bind(f *pflag.FlagSet) {
	f.StringVar(&s.addresses, "source-addresses", "", "addresses of this machine that clients connect from in turn, as 127.0.0.2-127.0.0.9 or a list with commas (default: the system chooses)")
	f.IntVar(&s.generators, "processes", s.generators, fmt.Sprintf("spread the clients over so many processes, %d at most", maxProcesses))
	f.IntVar(&s.targets, "target-processes", s.targets, "have so many targets serve them, at most as many as --processes; each publishes the whole schedule to its share")
}

// checkSpread returns the first thing about it that cannot work.
func (o *options) checkSpread() error {
	s := &o.spread
	switch clients := o.scenario.Peak(); {
	case s.generators < 1 || s.generators > maxProcesses:
		return fmt.Errorf("--processes %d: want 1 to %d", s.generators, maxProcesses)
	case s.targets < 1:
		return fmt.Errorf("--target-processes %d: want 1 to the --processes of %d", s.targets, s.generators)
	case s.targets > s.generators:
		return fmt.Errorf("--target-processes %d is more than --processes %d, and a target without clients measures nothing: raise --processes, or lower it", s.targets, s.generators)
	case s.generators > clients:
		return fmt.Errorf("--processes %d is more than --clients %d, and each needs one: lower it, or raise --clients", s.generators, clients)
	case s.generators > 1 && o.profile != "":
		return errors.New("--profile looks into one generator and one target, and --processes makes several: leave one of them out")
	case s.generators > 1 && o.target != "":
		return errors.New("--processes spreads a run whose targets are its own: leave it out, or leave --target and --admin out")
	}
	var err error
	if s.sources, err = source.Parse(s.addresses); err != nil {
		return fmt.Errorf("--source-addresses: %w", err)
	}
	if err := s.sources.Check(); err != nil {
		return fmt.Errorf("--source-addresses: %w", err)
	}
	return o.checkFamily()
}

// checkFamily refuses source addresses that a named target cannot be reached from.
func (o *options) checkFamily() error {
	if o.target == "" || o.spread.sources.Len() == 0 {
		return nil
	}
	endpoint, err := transport.ParseEndpoint(o.target)
	if err != nil {
		return fmt.Errorf("--target: %w", err)
	}
	to, err := netip.ParseAddrPort(endpoint.Address)
	if err == nil && to.Addr().Unmap().Is6() != o.spread.sources.IsIPv6() {
		return fmt.Errorf("--source-addresses: %s cannot be reached from %s: name addresses of its family", o.target, o.spread.sources)
	}
	return nil // a name is looked up by probeFamily
}

// probeFamily refuses source addresses from which none of the addresses of a target's name can be reached.
func (o *options) probeFamily(ctx context.Context) error {
	endpoint, err := transport.ParseEndpoint(o.target)
	if err != nil || o.spread.sources.Len() == 0 {
		return err
	}
	host, _, err := net.SplitHostPort(endpoint.Address)
	if err != nil {
		return err
	}
	family := "ip4"
	if o.spread.sources.IsIPv6() {
		family = "ip6"
	}
	if _, err := net.DefaultResolver.LookupNetIP(ctx, family, host); err != nil {
		return fmt.Errorf("--source-addresses: %s cannot be reached from %s: %w", o.target, o.spread.sources, err)
	}
	return nil
}

// processes says over how many processes the engine spreads a run, and starts them.
func (o *options) processes(stderr io.Writer) engine.Spread {
	return engine.Spread{
		Generators: o.spread.generators, Targets: o.spread.targets,
		Start: func(ctx context.Context) (*engine.Generator, error) { return worker.Start(ctx, stderr) },
	}
}

// loopback is the address that a target of bench's own listens on, which its clients can reach.
func (s *spread) loopback() string {
	if s.sources.IsIPv6() {
		return "[::1]:0"
	}
	return "127.0.0.1:0"
}
