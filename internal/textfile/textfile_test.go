package textfile_test

import (
	"testing"
	"unicode"

	"pollpush/internal/textfile"
	"pollpush/internal/visible"
)

// Nothing that is hidden when it is shown can stand in a line.
func TestNothingHidden(t *testing.T) {
	for r := range unicode.MaxRune {
		if visible.Hidden(r) && r != '\t' && textfile.CheckLine("a"+string(r), "a test") == nil {
			t.Errorf("%U may stand in a line", r)
		}
	}
	for line, fine := range map[string]bool{"a\tb – 中": true, "\xff": false, "a\u00a0b": false} {
		if err := textfile.CheckLine(line, "a test"); (err == nil) != fine {
			t.Errorf("%q: %v", line, err)
		}
	}
}
