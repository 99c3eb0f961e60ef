package cli_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"pollpush/internal/cli"
)

// What a program exits with, and what it says: a sentence a line, each with the program's name.
func TestExitCodes(t *testing.T) {
	failed := errors.New("it broke")
	missed := cli.MissedError(errors.New("too late"))
	for _, v := range []struct {
		err  error
		code int
		says string
	}{
		{nil, cli.Good, ""},
		{failed, cli.Failed, "prog: it broke\n"},
		{cli.UsageError(failed), cli.Usage, "prog: it broke (prog --help lists what there is)\n"},
		{missed, cli.Missed, "prog: too late\n"},
		{errors.Join(failed, missed, missed), cli.Missed, "prog: it broke\nprog: too late\nprog: too late\n"},
		{fmt.Errorf("wrapped: %w", missed), cli.Missed, "prog: wrapped: too late\n"},
	} {
		command := &cobra.Command{Use: "prog", RunE: func(*cobra.Command, []string) error { return v.err }}
		var stdout, stderr strings.Builder
		code := cli.Run(t.Context(), command, nil, &stdout, &stderr)
		if code != v.code || stderr.String() != v.says || stdout.Len() > 0 {
			t.Errorf("%v: exit code %d, said %q and %q; want %d, %q", v.err, code, &stdout, &stderr, v.code, v.says)
		}
	}
}
