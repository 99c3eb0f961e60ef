package visible_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"unicode"

	"pollpush/internal/visible"
)

func TestLine(t *testing.T) {
	for text, want := range map[string]string{
		"plain – ü 消息 ×":              "plain – ü 消息 ×",
		"two\r\nlines\tand":           "two  lines and",
		"\x1b[31mred\x07":             `\x1b[31mred\x07`,
		"\u009b31m":                   `\u009b31m`,
		"\u202egnp.exe\u2066":         `\u202egnp.exe\u2066`,
		"zero\u200bwidth\ufeff":       `zero\u200bwidth\ufeff`,
		"line\u2028par\u2029":         `line\u2028par\u2029`,
		"tag\U000e0041":               `tag\U000e0041`,
		"bad\xff\xc3":                 `bad\xff\xc3`,
		"the replacement \ufffd char": "the replacement \ufffd char",
		"":                            "",
	} {
		if got := visible.Line(text); got != want {
			t.Errorf("%q is shown as %q, want %q", text, got, want)
		}
	}
}

// JSON reads the same as before, and holds nothing that a terminal would obey.
func TestJSON(t *testing.T) {
	want := "\x1b[2J \u009b \u202e \u2028 \U000e0041 \x7f \n ü 消息"
	encoded, err := json.MarshalIndent(map[string]string{"key": want}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	safe := visible.JSON(encoded)
	var got map[string]string
	if err := json.Unmarshal(safe, &got); err != nil || got["key"] != want {
		t.Errorf("read back as %q, %v", got["key"], err)
	}
	if i := strings.IndexFunc(string(safe), func(r rune) bool { return r != '\n' && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl) }); i >= 0 {
		t.Errorf("there is something hidden in %q", safe)
	}
}

// A value is written so that it can be read, by people and programs, and nothing of it is hidden or obeyed.
func TestWriteJSON(t *testing.T) {
	value := map[string]string{"name": "a < b \x1b[2J \u009b\u202e"}
	var b strings.Builder
	if err := visible.WriteJSON(&b, value); err != nil {
		t.Fatal(err)
	}
	if want := "{\n  \"name\": \"a < b \\u001b[2J \\u009b\\u202e\"\n}\n"; b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
	if err := visible.WriteJSON(&b, math.NaN()); err == nil {
		t.Error("what is no JSON was written")
	}
}

// Whatever comes in, what goes out is one line of UTF-8 in which nothing is hidden.
func FuzzLine(f *testing.F) {
	f.Add("\x1b]0;title\x07")
	f.Add("\xe2\x80\xae")
	f.Fuzz(func(t *testing.T, text string) {
		for _, r := range visible.Line(text) {
			if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
				t.Fatalf("%q lets %+q through", text, r)
			}
		}
	})
}
