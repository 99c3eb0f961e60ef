package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"pollpush/internal/admin"
	"pollpush/internal/child"
	"pollpush/internal/engine"
	"pollpush/internal/headers"
	"pollpush/internal/result"
	"pollpush/internal/scenario"
	"pollpush/internal/target"
	"pollpush/pkg/transport"
)

// The shape of a round.
const (
	minStage  = 2 * time.Second
	maxStages = 30              // of a scenario's 50; each takes as long as the others
	cutAfter  = 3 * time.Second // of a window, that all are cut off
	topics    = 4
)

// soak is what is asked for.
type soak struct {
	clients  int
	duration time.Duration
	stderr   io.Writer
}

// target is the configuration of the target. It keeps few messages, so that its logs are as full before as after.
func (s soak) target() target.Config {
	c := target.DefaultConfig()
	c.Listen, c.Admin, c.Topics, c.Retain = "127.0.0.1:0", "127.0.0.1:0", topics, 8
	c.MaxConnections = s.clients + s.clients/4
	return c
}

// scenario is a round: a quarter of the clients is there throughout, the others leave and come again until it is
// over.
func (s soak) scenario(length time.Duration) scenario.Scenario {
	c := scenario.Default()
	c.Transports, c.Clients, c.Topics = []scenario.Transport{scenario.Mixed}, s.clients, topics
	c.Rate, c.Arrivals, c.Warmup = 0.5, scenario.Poisson, time.Second
	for _, t := range scenario.Transports() {
		c.Groups = append(c.Groups, scenario.Group{Name: string(t), Share: 2500, Transport: t, Headers: c.Headers})
	}
	stage := max(minStage, length/maxStages)
	for i := range int(length / stage) {
		clients := s.clients
		if i%2 == 0 {
			clients /= 4
		}
		c.Stages = append(c.Stages, scenario.Stage{For: stage, Clients: clients})
	}
	c.Duration = c.StagesLength()
	return c
}

// run soaks, and writes what came of it.
func (s soak) run(ctx context.Context, stdout io.Writer) error {
	on, err := child.Start(ctx, s.target(), s.stderr)
	if err != nil {
		return err
	}
	defer on.Stop()
	watch := newWatch(on)
	defer watch.close()

	s.say("a short round, that both processes have what they keep")
	if _, err := s.round(ctx, watch, minDuration); err != nil {
		return err
	}
	before, err := watch.atRest(ctx, func(*states) bool { return true })
	if err != nil {
		return err
	}
	s.say("%s in which %d clients come and go", s.duration, s.clients)
	watch.peak = states{}
	came, err := s.round(ctx, watch, s.duration)
	if err != nil {
		return err
	}
	after, err := watch.atRest(ctx, func(now *states) bool {
		return verdict(compare(before, watch.peak, now, s.clients, came)) == nil
	})
	if err != nil {
		return err
	}
	rows := compare(before, watch.peak, after, s.clients, came)
	if err := writeTable(stdout, rows); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(stdout, "\n%d subscriptions were made, and %d of them cut off.\n", came, s.clients); err != nil {
		return err
	}
	return verdict(rows)
}

func (s soak) say(format string, args ...any) {
	_, _ = fmt.Fprintf(s.stderr, "soak: "+format+"\n", args...) // there is nowhere else to say it
}

// round lets clients come and go for a time, and then cuts off as many as there are at most. It returns how many
// subscriptions were made.
func (s soak) round(ctx context.Context, w *watch, length time.Duration) (int, error) {
	stop := w.start(ctx)
	defer stop()
	r, err := s.trial(ctx, w.target, s.scenario(length), func(engine.Phase) {})
	if err != nil {
		return 0, err
	}
	t := r.Trials[0]
	if t.Clients.Connected < t.Clients.Asked || *t.Messages.Lost > 0 || t.Messages.Duplicated > 0 {
		return 0, fmt.Errorf("%d of %d clients did not connect, %d messages were lost and %d came twice: a soak says nothing then",
			t.Clients.Asked-t.Clients.Connected, t.Clients.Asked, *t.Messages.Lost, t.Messages.Duplicated)
	}
	return t.Clients.Connected + s.clients, s.cutOff(ctx, w.target)
}

// cutOff lets all clients come, and cuts their connections in the midst of the window.
func (s soak) cutOff(ctx context.Context, on *child.Target) error {
	c := s.scenario(minDuration)
	c.Stages, c.Duration = nil, 10*cutAfter
	cutting, cut := context.WithCancel(ctx)
	defer cut()
	var timer *time.Timer
	_, err := s.trial(cutting, on, c, func(p engine.Phase) {
		if p == engine.Window {
			timer = time.AfterFunc(cutAfter, cut)
		}
	})
	if timer != nil {
		timer.Stop()
	}
	switch {
	case ctx.Err() != nil:
		return errors.New("interrupted: nothing is shown")
	case cutting.Err() == nil:
		return fmt.Errorf("the round in which all are cut off ended by itself: %w", err)
	}
	return nil
}

// trial runs a scenario of one trial against the running target.
func (s soak) trial(ctx context.Context, on *child.Target, c scenario.Scenario, at func(engine.Phase)) (result.Result, error) {
	profile, err := headers.Load(c.Headers)
	if err != nil {
		return result.Result{}, err
	}
	endpoint, err := transport.ParseEndpoint(on.Service)
	if err != nil {
		return result.Result{}, err
	}
	e := &engine.Engine{
		Scenario: c, Headers: profile, TargetName: on.Service,
		Launch: func(context.Context) (*engine.Target, error) {
			control := admin.NewClient(on.Admin, nil)
			return &engine.Target{Endpoint: endpoint, Admin: control, Stop: control.Close, Kill: control.Close}, nil
		},
		Progress: func(p engine.Progress) { at(p.Phase) },
	}
	for range c.Groups {
		e.GroupHeaders = append(e.GroupHeaders, profile)
	}
	r, err := e.Run(ctx)
	if err == nil && !r.Complete() {
		err = errors.New("the trial is incomplete")
	}
	return r, err
}
