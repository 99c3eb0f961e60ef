package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/pflag"

	"pollpush/internal/headers"
	"pollpush/internal/metric"
	"pollpush/internal/result"
	"pollpush/internal/scenario"
	"pollpush/internal/scenariofile"
	"pollpush/pkg/feed"
	"pollpush/pkg/transport"
)

// options are the flags of bench run.
type options struct {
	scenario     scenario.Scenario
	transports   []string
	path         string                // of the scenario file
	file         *scenariofile.File    // what plan read from it, or a variant; nil when there is none
	fromFile     []string              // the flags that it decides
	groups       *scenariofile.Setting // that the file has; nil when it has none
	stages       *scenariofile.Setting
	target       string
	admin        control
	ca           string
	insecure     bool
	trust        *tls.Config       // what check made of ca and insecure
	link         string            // name of a preset
	flags        *pflag.FlagSet    // where it was bound to
	headers      headers.Profile   // what check made of the scenario's profile and cookie
	groupHeaders []headers.Profile // and of those of its groups
	limitTexts   []string
	limits       result.Limits // what check made of limitTexts
	spread       spread
	metrics      metricsOptions
	profile      string
	out          string
	show         showOptions
	failIf       []string
	conditions   []metric.Condition // what check made of failIf
	quiet        bool
}

func newOptions() *options {
	o := &options{scenario: scenario.Default(), show: newShowOptions(), spread: spread{generators: 1, targets: 1}}
	for _, t := range o.scenario.Transports {
		o.transports = append(o.transports, string(t))
	}
	return o
}

// bindScenario binds the flags that say what is delivered and how, whether it is run or not.
func (o *options) bindScenario(f *pflag.FlagSet) {
	s := &o.scenario
	f.SortFlags = false
	f.StringSliceVar(&o.transports, "transports", o.transports, "what to compare")
	f.IntVar(&s.Clients, "clients", s.Clients, "virtual clients, each with a connection of its own")
	f.IntVar(&s.Topics, "topics", s.Topics, "topics; client i follows topic i mod topics")
	f.Float64Var(&s.Rate, "rate", s.Rate, "messages per second on each topic")
	f.StringVar((*string)(&s.Arrivals), "arrivals", string(s.Arrivals), "how messages follow each other: fixed, poisson or burst")
	f.IntVar(&s.Burst, "burst", s.Burst, "messages of each burst, all due at once; bursts are so far apart that --rate holds")
	f.IntVar(&s.PayloadBytes, "payload", s.PayloadBytes, fmt.Sprintf("bytes of each message, %d at least", feed.MinPayload))
	f.DurationVar(&s.PollInterval, "poll-interval", s.PollInterval, "time between two short polls of a client")
	f.StringVar((*string)(&s.PollPacing), "poll-pacing", string(s.PollPacing), "fixed-rate (as setInterval) or fixed-delay (as setTimeout after the answer)")
	f.DurationVar(&s.Hold, "hold", s.Hold, "how long a long poll asks to be held, 1m0s at most")
	f.BoolVar(&s.KeepAlive, "keepalive", s.KeepAlive, "keep the connection between polls; --keepalive=false connects for each")
	f.BoolVar(&s.TLS, "tls", s.TLS, "serve and measure over TLS 1.3, with a certificate made for the run")
	f.BoolVar(&s.Resume, "resume", s.Resume, "resume TLS sessions when a client connects again")
	f.StringVar((*string)(&s.HTTP), "http", string(s.HTTP), "1.1 or 2, for polls and event streams; WebSocket stays on 1.1")
	f.StringVar(&s.Headers, "headers", s.Headers, "header fields of requests and answers: "+strings.Join(headers.Names(), ", ")+", or a file")
	f.IntVar(&s.CookieBytes, "cookie-bytes", s.CookieBytes, "add a cookie of this many bytes to each request")
}

func (o *options) bind(f *pflag.FlagSet) {
	o.bindPlan(f)
	bindLimits(f, &o.limitTexts)
	o.bindTarget(f)
	o.spread.bind(f)
	o.metrics.bind(f)
	f.StringVar(&o.profile, "profile", "", "write where processor time and memory of bench and target go into this folder, for go tool pprof")
	f.StringVar(&o.out, "out", "", "write the result as JSON to this file")
	o.show.bind(f)
	f.StringArrayVar(&o.failIf, "fail-if", nil, "exit with 3 if this holds, as 'websocket.latency.p99 > 20ms'; may be given again")
	f.BoolVar(&o.quiet, "quiet", false, "no progress on standard error; warnings stay")
}

// bindPlan binds the flags that say what a run does, or a file of them.
func (o *options) bindPlan(f *pflag.FlagSet) {
	f.StringVar(&o.path, scenarioFlag, "", "file (YAML) with what is run, by the names of the flags below; a flag that is given here as well wins")
	o.bindScenario(f)
	s := &o.scenario
	f.StringVar((*string)(&s.Deflate), "deflate", string(s.Deflate), "compress WebSocket messages: off, no-takeover (each by itself) or takeover")
	o.bindLink(f)
	f.DurationVar(&s.Warmup, "warmup", s.Warmup, "time before the window, which does not count")
	f.DurationVar(&s.Duration, "duration", s.Duration, "the window: what falls due in it counts")
	f.DurationVar(&s.Cooldown, "cooldown", s.Cooldown, "pause between two trials, for the machine to come to rest")
	f.IntVar(&s.Trials, "trials", s.Trials, "how often each transport is measured, taking turns")
	f.Uint64Var(&s.Seed, "seed", s.Seed, "what schedules are drawn from; the same seed gives the same schedule")
}

// nameTransports puts the flag's texts into the scenario.
func (o *options) nameTransports() {
	o.scenario.Transports = o.scenario.Transports[:0:0]
	for _, t := range o.transports {
		o.scenario.Transports = append(o.scenario.Transports, scenario.Transport(strings.TrimSpace(t)))
	}
}

// bindTarget binds the flags that name a target that runs already.
func (o *options) bindTarget(f *pflag.FlagSet) {
	f.StringVar(&o.target, "target", "", "URL of a target that runs already, as http://127.0.0.1:8080 (default: start one)")
	f.StringVar(&o.admin.url, "admin", "", "URL of that target's admin address, as http://127.0.0.1:9090")
	f.StringVar(&o.admin.tokenFile, "admin-token-file", "", "file with the token that the admin address asks for")
	f.StringVar(&o.ca, "ca", "", "file with the certificate (PEM) that a --target or --admin of https is checked by")
	f.BoolVar(&o.insecure, "insecure", false, "do not check the certificate of a --target or --admin of https")
}

// check returns the first thing that cannot work, before anything has started.
func (o *options) check() error {
	if err := o.checkPlan(); err != nil {
		return err
	}
	var err error
	if o.limits, err = readLimits(o.limitTexts); err != nil {
		return err
	}
	if err := o.show.check(); err != nil {
		return err
	}
	if err := o.parseConditions(); err != nil {
		return err
	}
	if err := o.metrics.check(); err != nil {
		return err
	}
	return o.refused()
}

// checkPlan checks what bindPlan and bindTarget have bound.
func (o *options) checkPlan() error {
	o.nameTransports()
	if err := o.checkTarget(); err != nil {
		return err
	}
	if err := o.usePreset(); err != nil {
		return err
	}
	if err := o.loadHeaders(); err != nil {
		return err
	}
	if err := o.makeGroups(); err != nil {
		return err
	}
	if err := o.makeStages(); err != nil {
		return err
	}
	if err := o.scenario.Validate(); err != nil {
		return err
	}
	return o.checkSpread()
}

func (o *options) loadHeaders() error {
	profile, err := headers.Load(o.scenario.Headers)
	if err != nil {
		return fmt.Errorf("--headers: %w", err)
	}
	if o.headers, err = profile.WithCookie(o.scenario.CookieBytes); err != nil {
		return fmt.Errorf("--cookie-bytes: %w", err)
	}
	return nil
}

func (o *options) checkTarget() error {
	if (o.target == "") != (o.admin.url == "") {
		return fmt.Errorf("--target and --admin go together: name both addresses of a target that runs already, or neither")
	}
	if o.target == "" {
		if o.ca != "" || o.insecure {
			return errors.New("--ca and --insecure are for a --target of https: a target of bench's own is trusted anyway")
		}
		if o.admin.tokenFile != "" {
			return errors.New("--admin-token-file is for a --target that runs already: nobody else reaches a target of bench's own")
		}
		return nil
	}
	endpoint, err := transport.ParseEndpoint(o.target)
	if err != nil {
		return fmt.Errorf("--target: %w", err)
	}
	if o.scenario.TLS && !endpoint.Secure {
		return fmt.Errorf("--tls: %s is not served over TLS: name it with https, or leave --tls out", o.target)
	}
	o.scenario.TLS = endpoint.Secure
	return o.checkTrust(endpoint.Secure)
}

// checkTrust checks the admin address, and how the certificates of the two addresses are checked.
func (o *options) checkTrust(secure bool) error {
	secureAdmin, err := o.admin.check()
	if err != nil {
		return err
	}
	if !secure && !secureAdmin {
		if o.ca != "" || o.insecure {
			return errors.New("--ca and --insecure are for a --target of https, or an --admin")
		}
		return nil
	}
	trust, err := o.trusted()
	if err != nil {
		return err
	}
	if secure {
		o.trust = trust
	}
	if secureAdmin {
		o.admin.trust = trust.Clone()
	}
	return nil
}

// trusted returns how the certificate of a target that runs already is checked.
func (o *options) trusted() (*tls.Config, error) {
	if o.ca == "" {
		return &tls.Config{InsecureSkipVerify: o.insecure}, nil //nolint:gosec // only when it is asked for
	}
	if o.insecure {
		return nil, errors.New("--ca and --insecure contradict each other: name one")
	}
	pem, err := os.ReadFile(o.ca)
	if err != nil {
		return nil, fmt.Errorf("--ca: %w", err)
	}
	config, ok := trusting(pem)
	if !ok {
		return nil, fmt.Errorf("--ca: %s holds no certificate in PEM", o.ca)
	}
	return config, nil
}

// trusting returns a configuration that trusts the certificates in pem and no others.
func trusting(pem []byte) (config *tls.Config, ok bool) {
	pool := x509.NewCertPool()
	ok = pool.AppendCertsFromPEM(pem)
	return &tls.Config{RootCAs: pool}, ok
}
