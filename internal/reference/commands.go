package reference

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// CommandPage returns the reference of a program: each command that is shown, with its flags.
func CommandPage(root *cobra.Command) (string, error) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s%s\n", root.Name(), generated, cell(root.Short))
	err := command(&b, root)
	return b.String(), err
}

// command writes a command, and those below it.
func command(b *strings.Builder, c *cobra.Command) error {
	c.InitDefaultHelpFlag()
	fmt.Fprintf(b, "\n## %s\n\n", c.CommandPath())
	if c.HasParent() {
		fmt.Fprintf(b, "%s.\n\n", cell(strings.TrimSuffix(c.Short, ".")))
	}
	fmt.Fprintf(b, "```\n%s\n```\n", c.UseLine())
	if c.Long != "" {
		fmt.Fprintf(b, "\n%s\n", prose(c.Long))
	}
	if c.Example != "" {
		fmt.Fprintf(b, "\n```\n%s\n```\n", unindented(c.Example))
	}
	if err := flags(b, c); err != nil {
		return err
	}
	for _, sub := range c.Commands() {
		if !sub.IsAvailableCommand() || sub.Name() == "help" {
			continue
		}
		if sub.Name() == "completion" {
			completion(b, sub)
		} else if err := command(b, sub); err != nil {
			return err
		}
	}
	return nil
}

// flags writes the table of a command's flags.
func flags(b *strings.Builder, c *cobra.Command) error {
	var undescribed error
	rows := 0
	c.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Name == "help" {
			return
		}
		if rows++; rows == 1 {
			b.WriteString("\n| flag | value | default | what it says |\n| --- | --- | --- | --- |\n")
		}
		kind, usage := pflag.UnquoteUsage(f)
		if usage == "" {
			undescribed = fmt.Errorf("%s --%s has no description: give it one", c.CommandPath(), f.Name)
		}
		standard := ""
		if f.DefValue != "" && f.DefValue != "[]" && f.DefValue != "false" {
			standard = "`" + strings.Trim(f.DefValue, "[]") + "`"
		}
		fmt.Fprintf(b, "| `--%s` | %s | %s | %s |\n", f.Name, kind, standard, cell(usage))
	})
	return undescribed
}

// completion writes a line for the command that the library adds, whose texts are long.
func completion(b *strings.Builder, c *cobra.Command) {
	var shells []string
	for _, sub := range c.Commands() {
		shells = append(shells, "`"+sub.CommandPath()+"`")
	}
	fmt.Fprintf(b, "\n## %s\n\nPrint a script that lets a shell complete commands, flags and their values: %s. `--help` of each says how to\nload it.\n",
		c.CommandPath(), strings.Join(shells, ", "))
}

// prose escapes a text of several lines. What is indented by four blanks is code, and stays as it is.
func prose(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "    ") {
			line = strings.NewReplacer("<", "&lt;", "*", `\*`).Replace(line)
		}
		b.WriteString(line)
	}
	return b.String()
}

func unindented(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimPrefix(line, "  ")
	}
	return strings.Join(lines, "\n")
}
