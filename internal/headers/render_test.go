package headers

import (
	"fmt"
	"strings"
)

// render writes a profile as a file that parse reads as the same.
func render(p Profile) []byte {
	var b strings.Builder
	if p.Source != "" {
		b.WriteString("# " + p.Source)
	}
	b.WriteString("\n")
	for _, section := range sections {
		fields := *p.list(section)
		if len(fields) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n[%s]\n", section)
		for _, f := range fields {
			b.WriteString(strings.TrimRight(f.Name+": "+f.Value, " ") + "\n")
		}
	}
	return []byte(b.String())
}
