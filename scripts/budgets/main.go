// Command budgets measures what the project promises about its own cost, and says whether each promise
// holds.
//
//	go run ./scripts/budgets
//	go run ./scripts/budgets --only generator-memory-sse
//	go run ./scripts/budgets --quick
//
// Each figure is taken in a process of its own, one after the other: leave the machine alone meanwhile. Memory
// is that of ten thousand connections, so 11,000 files have to be allowed (ulimit -n). Processor time is
// compared with a yardstick that does the same work, taking turns with it in one run; the one for polls is wrk,
// which Debian has in the package of that name.
//
// Exit code: 0 when every budget is met, 1 when one is not or could not be measured, 2 when it was asked for
// something that cannot be.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"pollpush/internal/child"
	"pollpush/internal/cli"
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	if len(args) == 1 && args[0] == child.Command {
		return child.Run(ctx, stdin, stdout, stderr)
	}
	return cli.Run(ctx, rootCommand(), args, stdout, stderr)
}

func rootCommand() *cobra.Command {
	var only []string
	root := &cobra.Command{
		Use:   "budgets",
		Short: "Measure what the project promises about its own cost",
		Args:  cli.NoArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			chosen, err := choose(budgets(), only)
			if err != nil {
				return cli.UsageError(err)
			}
			return measureAll(command.Context(), chosen, command.OutOrStdout(), command.ErrOrStderr())
		},
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	root.PersistentFlags().BoolVar(&quick, "quick", false, "fewer clients and repeats: rough figures in about a minute")
	root.Flags().StringSliceVar(&only, "only", nil, "measure these budgets alone; a beginning names all that begin so")
	root.AddCommand(measureCommand(), crowdCommand())
	return root
}

// choose returns the budgets that only names, or all.
func choose(all []budget, only []string) ([]budget, error) {
	if len(only) == 0 {
		return all, nil
	}
	var names []string
	for _, b := range all {
		names = append(names, b.name)
	}
	for _, name := range only {
		if !slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(n, name) }) {
			return nil, fmt.Errorf("--only %q is no budget: want %s", name, strings.Join(names, ", "))
		}
	}
	return slices.DeleteFunc(all, func(b budget) bool {
		return !slices.ContainsFunc(only, func(name string) bool { return strings.HasPrefix(b.name, name) })
	}), nil
}

// measureAll measures one budget after the other and shows them.
func measureAll(ctx context.Context, chosen []budget, stdout, stderr io.Writer) error {
	rows := make([]row, len(chosen))
	good := true
	for i, b := range chosen {
		_, _ = fmt.Fprintf(stderr, "(%d of %d) %s\n", i+1, len(chosen), b.name)
		figure, err := inProcess(ctx, b.name, stderr)
		if ctx.Err() != nil {
			return errors.New("interrupted: nothing is shown")
		}
		rows[i] = row{budget: b, figure: figure, err: err}
		good = good && rows[i].met()
	}
	if err := writeTable(stdout, rows); err != nil {
		return err
	}
	if !good {
		return errors.New("not every budget is met")
	}
	return nil
}

// measured is what a measuring process answers.
type measured struct {
	Figure float64 `json:"figure"`
	Error  string  `json:"error,omitempty"`
}

// inProcess measures a budget in a process of its own, which is this program again.
func inProcess(ctx context.Context, name string, stderr io.Writer) (float64, error) {
	program, err := os.Executable()
	if err != nil {
		return 0, fmt.Errorf("find this program: %w", err)
	}
	cmd := exec.CommandContext(ctx, program, "measure", name, fmt.Sprintf("--quick=%t", quick)) //nolint:gosec // it is this program
	var said bytes.Buffer
	cmd.Stderr = io.MultiWriter(&said, stderr)
	out, err := cmd.Output()
	if err != nil {
		return 0, fmt.Errorf("%w: %s", err, strings.TrimSpace(said.String()))
	}
	var m measured
	if err := json.Unmarshal(out, &m); err != nil {
		return 0, fmt.Errorf("its answer: %w", err)
	}
	if m.Error != "" {
		return 0, errors.New(m.Error)
	}
	return m.Figure, nil
}

// measureCommand is the measuring process's side.
func measureCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "measure NAME",
		Hidden: true,
		Args:   cobra.ExactArgs(1),
		RunE: func(command *cobra.Command, args []string) error {
			var answer measured
			for _, b := range budgets() {
				if b.name != args[0] {
					continue
				}
				figure, err := b.measure(command.Context())
				if answer.Figure = figure; err != nil {
					answer = measured{Error: err.Error()}
				}
			}
			return json.NewEncoder(command.OutOrStdout()).Encode(answer)
		},
	}
}
