package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"pollpush/internal/cli"
	"pollpush/internal/engine"
	"pollpush/internal/profile"
)

// profiles has the trials of all jobs profiled, into the folder that --profile names. The function that it returns
// ends what is under way, and says what went wrong. Without a folder it does nothing.
func profiles(dir string, jobs []job, stderr io.Writer) (end func() error, err error) {
	if dir == "" {
		return func() error { return nil }, nil
	}
	recorder, err := profile.NewRecorder(dir, stderr)
	if err != nil {
		return nil, cli.UsageError(fmt.Errorf("--profile: %w", err))
	}
	_, _ = fmt.Fprintln(stderr, "bench: profiling takes processor time: do not compare these figures with those of another run")
	for _, j := range jobs {
		record(recorder, j)
	}
	return func() error {
		if err := recorder.Close(); err != nil {
			return errors.Join(errors.New("--profile: not all profiles are there"), err)
		}
		return nil
	}, nil
}

// record has the trials of a job profiled.
func record(recorder *profile.Recorder, j job) {
	var target profile.Target
	launch := j.engine.Launch
	j.engine.Launch = func(ctx context.Context) (*engine.Target, error) {
		t, err := launch(ctx)
		if err == nil {
			target = t.Admin
		}
		return t, err
	}
	prefix := ""
	if v := j.variant(); v != "" {
		prefix = v + "-"
	}
	show := j.engine.Progress
	j.engine.Progress = func(p engine.Progress) {
		if show != nil {
			show(p)
		}
		switch p.Phase {
		case engine.Window:
			recorder.Begin(fmt.Sprintf("%s%s-%d", prefix, p.Transport, p.Trial), target, j.scenario.Duration)
		case engine.Drain:
			recorder.EndCPU()
		case engine.Collect:
			recorder.Heap()
		case engine.Connect, engine.Warmup, engine.Done:
		}
	}
}
