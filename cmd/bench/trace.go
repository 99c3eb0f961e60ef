package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"pollpush/internal/cli"
	"pollpush/internal/headers"
	"pollpush/internal/scenario"
	"pollpush/internal/trace"
	"pollpush/pkg/feed"
)

// Bounds of what a trace may be asked for: it is to be read.
const (
	maxTraceMessages = 1000
	maxTraceRate     = 100
	maxTraceLength   = 10 * time.Minute
)

// traceOptions are the flags of bench trace. What it shares with bench run is checked as there.
type traceOptions struct {
	options
	settings trace.Settings
	format   trace.Format
}

func traceCommand() *cobra.Command {
	o := &traceOptions{settings: trace.Default(""), format: trace.Text}
	command := &cobra.Command{
		Use:   "trace TRANSPORT",
		Short: "Show what a transport sends, piece by piece",
		Long: `trace follows a fresh target with one client and shows the real exchange on the wire,
in order: each header field, how Sec-WebSocket-Accept follows from the key, each frame's
bits, event stream lines and chunk sizes, with what is handshake and what is steady.
The pieces are added up and compared with what the client itself booked.

TRANSPORT is one of ` + transportList() + `.

Exit code: 0 when trace and ledger agree to the byte, 1 otherwise, 2 when it was asked
for something that cannot be.`,
		Example: `  bench trace websocket
  bench trace short-poll --keepalive=false
  bench trace sse --payload 70000 --messages 1
  bench trace websocket --format markdown > lesson.md`,
		RunE: func(command *cobra.Command, args []string) error {
			return runTrace(command.Context(), o, args, command.OutOrStdout(), command.ErrOrStderr())
		},
	}
	o.bind(command.Flags())
	return command
}

func transportList() string {
	var names []string
	for _, t := range scenario.Transports() {
		names = append(names, string(t))
	}
	return strings.Join(names, ", ")
}

func (o *traceOptions) bind(f *pflag.FlagSet) {
	s := &o.settings
	f.SortFlags = false
	f.IntVar(&s.Messages, "messages", s.Messages, "how many messages to wait for")
	f.Float64Var(&s.Rate, "rate", s.Rate, "messages per second")
	f.IntVar(&s.PayloadBytes, "payload", s.PayloadBytes, fmt.Sprintf("bytes of each message, %d at least", feed.MinPayload))
	f.DurationVar(&s.PollInterval, "poll-interval", s.PollInterval, "time between two short polls")
	f.DurationVar(&s.Hold, "hold", s.Hold, "how long a long poll asks to be held, 1m0s at most")
	f.BoolVar(&s.KeepAlive, "keepalive", s.KeepAlive, "keep the connection between polls; --keepalive=false connects for each")
	f.BoolVar(&s.TLS, "tls", s.TLS, "over TLS 1.3, with a certificate made for the trace; shown is what is inside")
	f.StringVar(&s.Headers, "headers", s.Headers, "header fields of requests and answers: "+strings.Join(headers.Names(), ", ")+", or a file")
	f.IntVar(&s.CookieBytes, "cookie-bytes", s.CookieBytes, "add a cookie of this many bytes to each request")
	o.bindTarget(f)
	f.StringVar((*string)(&o.format), "format", string(o.format), "what to print: text, markdown or json")
}

// check returns the first thing that cannot work, before anything has started.
func (o *traceOptions) check(args []string) error {
	s := &o.settings
	if len(args) == 0 {
		return fmt.Errorf("trace what? Name a transport: %s", transportList())
	}
	if len(args) > 1 {
		return fmt.Errorf("%q is one transport too many: a trace shows one", args[1])
	}
	if s.Transport = scenario.Transport(args[0]); !slices.Contains(scenario.Transports(), s.Transport) {
		return fmt.Errorf("transport %q is unknown: want %s", args[0], transportList())
	}
	if !slices.Contains(trace.Formats(), o.format) {
		return fmt.Errorf("--format %q is unknown: want text, markdown or json", o.format)
	}
	if s.Messages < 1 || s.Messages > maxTraceMessages {
		return fmt.Errorf("--messages %d: want 1 to %d", s.Messages, maxTraceMessages)
	}
	if !(s.Rate > 0) || s.Rate > maxTraceRate {
		return fmt.Errorf("--rate %v: want more than 0 and at most %d messages per second", s.Rate, maxTraceRate)
	}
	if length := float64(s.Messages) / s.Rate; length > maxTraceLength.Seconds() {
		return fmt.Errorf("--messages %d at --rate %v take %.0f s: want %s at most, so lower --messages or raise --rate",
			s.Messages, s.Rate, length, maxTraceLength)
	}
	o.options.scenario = s.Scenario()
	if err := o.checkTarget(); err != nil {
		return err
	}
	s.TLS = o.options.scenario.TLS // a target of https decides it
	if err := o.options.scenario.Validate(); err != nil {
		return err
	}
	return o.loadHeaders()
}

// runTrace checks all that can be checked before anything starts, traces, and shows.
func runTrace(ctx context.Context, o *traceOptions, args []string, stdout, stderr io.Writer) error {
	if err := o.check(args); err != nil {
		return cli.UsageError(err)
	}
	if err := o.probe(ctx, stderr); err != nil {
		return cli.UsageError(err)
	}
	t, err := trace.Run(ctx, trace.Config{Settings: o.settings, Headers: o.headers, Launch: o.launch(stderr)})
	if err != nil {
		return fmt.Errorf("trace %s: %w", o.settings.Transport, err)
	}
	if err := trace.Write(stdout, o.format, t); err != nil {
		return err
	}
	if len(t.Differences) > 0 {
		return errors.New("the trace and the client's own ledger differ: " + strings.Join(t.Differences, "; "))
	}
	return nil
}
