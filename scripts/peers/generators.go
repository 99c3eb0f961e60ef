package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"github.com/spf13/cobra"

	"pollpush/internal/cli"
)

func generatorsCommand() *cobra.Command {
	var s size
	var bench, k6, out string
	command := &cobra.Command{
		Use:   "generators",
		Short: "Compare bench with k6, wrk and h2load at the same work",
		Args:  cli.NoArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			all := tools(bench, k6)
			for _, t := range all {
				if _, err := exec.LookPath(t.program); err != nil {
					return cli.UsageError(fmt.Errorf("no %s here (%q): results/peers/README.md says where to get it", t.name, t.program))
				}
			}
			return measureInto(out, func(f *file) error { return generateAll(command.Context(), f, all, s, command.ErrOrStderr()) })
		},
	}
	s.bind(command)
	command.Flags().StringVar(&bench, "bench", "bin/bench", "bench, as make build leaves it")
	command.Flags().StringVar(&k6, "k6", "k6", "k6")
	command.Flags().StringVar(&out, "out", "generators.json", "file that everything measured is put into")
	return command
}

// generateAll has the tools take turns at each job: first with few clients, for what they need without any, and then
// in rounds.
func generateAll(ctx context.Context, f *file, all []tool, s size, stderr io.Writer) error {
	for _, t := range all[1:] { // ours is of this commit
		says, err := t.says(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
		f.Versions[t.name] = says
	}
	for _, j := range jobs(s) {
		for round := range s.rounds + 1 {
			for _, t := range all {
				if !t.does(j) {
					continue
				}
				w := work{job: j, clients: j.clients, settle: either(s, 200*time.Millisecond, 2*time.Second), window: either(s, time.Second, 8*time.Second)}
				if round == 0 {
					w.clients, w.window = fewClients, either(s, time.Second, 4*time.Second)
				}
				_, _ = fmt.Fprintf(stderr, "%s: %s, %d clients, round %d of %d\n", j.name, t.name, w.clients, round, s.rounds)
				r, err := generateAgain(ctx, t, w, stderr)
				if err != nil {
					return err
				}
				r.Round = round
				f.Generators = append(f.Generators, r)
			}
		}
	}
	return nil
}

// attempts is how often a run is tried: a tool that was slow to connect may have ended before its window did, which is
// no figure, or have fallen behind.
const attempts = 3

func generateAgain(ctx context.Context, t tool, w work, stderr io.Writer) (generatorRun, error) {
	for i := 1; ; i++ {
		r, err := generateIn(ctx, t, w, stderr)
		if (err == nil && !r.Behind) || ctx.Err() != nil || i == attempts {
			return r, err
		}
		if err == nil {
			err = errors.New("it fell behind")
		}
		_, _ = fmt.Fprintf(stderr, "once more: %v\n", err)
	}
}

// generateIn runs a tool with a folder for its files.
func generateIn(ctx context.Context, t tool, w work, stderr io.Writer) (generatorRun, error) {
	folder, err := os.MkdirTemp("", "pollpush-peers-")
	if err != nil {
		return generatorRun{}, err
	}
	defer func() { _ = os.RemoveAll(folder) }() // a temporary folder that stays is no harm
	w.folder = folder
	return generate(ctx, t, w, stderr)
}
