package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"pollpush/internal/cli"
	"pollpush/schema"
)

// schemas are the JSON Schemas that the program knows, by name.
var schemas = []struct{ name, text string }{
	{"result", schema.Result},
	{"scenario", schema.Scenario},
}

func schemaNames() []string {
	var names []string
	for _, s := range schemas {
		names = append(names, s.name)
	}
	return names
}

func schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schema result|scenario",
		Short: "Print the JSON Schema of a result or of a scenario file",
		Long: `schema prints a JSON Schema (draft 2020-12), by which editors and other programs know
what a stored result holds and what a scenario file may say.`,
		Example: `  bench schema scenario > scenario.schema.json`,
		RunE: func(command *cobra.Command, args []string) error {
			want := strings.Join(schemaNames(), " or ")
			if len(args) != 1 {
				return cli.UsageError(fmt.Errorf("the schema of what? Name one of %s", want))
			}
			for _, s := range schemas {
				if s.name == args[0] {
					_, err := io.WriteString(command.OutOrStdout(), s.text)
					return err
				}
			}
			return cli.UsageError(fmt.Errorf("there is no schema %q: want %s", args[0], want))
		},
	}
}
