package cli

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// ManCommand returns a hidden command that writes the manual pages of a program, for those who package it.
func ManCommand(source string) *cobra.Command {
	return &cobra.Command{
		Use:    "man DIR",
		Short:  "Write manual pages (section 1) into a folder",
		Hidden: true,
		RunE: func(command *cobra.Command, args []string) error {
			if len(args) != 1 {
				return UsageError(fmt.Errorf("man pages where? Name one folder"))
			}
			if err := os.MkdirAll(args[0], 0o755); err != nil { //nolint:gosec // others may read manuals
				return err
			}
			root := command.Root()
			root.DisableAutoGenTag = true
			return doc.GenManTree(root, &doc.GenManHeader{Section: "1", Source: source, Manual: source}, args[0])
		},
	}
}
