package scenariofile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// said returns what a file sets, by key, lists with brackets.
func said(f *File) map[string]string {
	all := make(map[string]string)
	for _, s := range f.Settings {
		if all[s.Key.Name] = strings.Join(s.Values, ","); s.List {
			all[s.Key.Name] = fmt.Sprintf("%q", s.Values)
		}
	}
	return all
}

// Values are taken as they are written, whatever YAML thinks they are.
func TestParse(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		want map[string]string
	}{
		"comments": {"# first\n\nclients: 5 # five\n# last\n", map[string]string{"clients": "5"}},
		"quotes":   {"headers: 'it''s'\narrivals: \"fi\\u0078ed\"\n", map[string]string{"headers": "it's", "arrivals": "fixed"}},
		"digits":   {"http: 1.10\nrate: 1e3\nseed: 0x1F\nclients: 1_000\n", map[string]string{"http": "1.10", "rate": "1e3", "seed": "0x1F", "clients": "1_000"}},
		"words":    {"deflate: off\nkeepalive: no\ntls: true\nrate: .nan\n", map[string]string{"deflate": "off", "keepalive": "no", "tls": "true", "rate": ".nan"}},
		"durations": {"hold: 1m30s\nwarmup: 0\nduration: -5\n",
			map[string]string{"hold": "1m30s", "warmup": "0", "duration": "-5"}},
		"a list in brackets":                  {"transports: [sse, \"websocket\"]\n", map[string]string{"transports": `["sse" "websocket"]`}},
		"a list with dashes":                  {"transports:\n- sse\n- 5\n", map[string]string{"transports": `["sse" "5"]`}},
		"an empty list":                       {"transports: []\n", map[string]string{"transports": "[]"}},
		"a list in one value":                 {"transports: sse, websocket\n", map[string]string{"transports": "sse, websocket"}},
		"JSON":                                {`{"clients": 5, "transports": ["sse"]}`, map[string]string{"clients": "5", "transports": `["sse"]`}},
		"the start of a document and its end": {"---\nclients: 5\n...\n", map[string]string{"clients": "5"}},
		"line ends of Windows":                {"clients: 5\r\nrate: 3\r\n", map[string]string{"clients": "5", "rate": "3"}},
		"no line end":                         {"clients: 5", map[string]string{"clients": "5"}},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := parse("f", test.text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, said(f)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// refused is what a file may not say, and how the sentence about it begins, with the place.
var refused = []struct{ name, text, want string }{
	{"nothing", "", "f says nothing: write one key and value or more"},
	{"only comments", "# nothing\n\n# more\n", "f says nothing"},
	{"only a start", "---\n", "f says nothing"},
	{"empty brackets", "{}", "f says nothing"},
	{"a word", "hello\n", "f:1:1: a scenario is lines of a key, a colon, a space and a value, as clients: 200\n    hello\n    ^"},
	{"no space after the colon", "# c\nclients:5\n", "f:2:1: a scenario is lines of a key"},
	{"a list", "- clients: 5\n", "f:1:1: a scenario is lines of a key"},
	{"unknown key", "rate: 5\nclints: 5\n", "f:2:1: \"clints\" is no key of a scenario: want transports, clients, topics, "},
	{"a flag that is of the place", "clients: 5\ntarget: http://127.0.0.1:8080\n", `f:2:1: "target" is no key of a scenario`},
	{"another case", "Clients: 5\n", `f:1:1: "Clients" is no key`},
	{"the name of the field", "poll_interval_ns: 5\n", `f:1:1: "poll_interval_ns" is no key`},
	{"a number as key", "5: clients\n", `f:1:1: "5" is no key`},
	{"a key of its own", "? clients\n: 5\n", `f:1:1: "?" is no key`},
	{"a long key", strings.Repeat("k", 90) + ": 5\n", `f:1:1: "` + strings.Repeat("k", 80) + `" is no key`},
	{"a key twice", "clients: 5\nrate: 1\nclients: 5\n", "f:3:1: clients is there twice, in line 1 already: leave one of them\n    clients: 5\n    ^"},
	{"a key twice, quoted", "clients: 5\n\"clients\": 6\n", "f:2:1: clients is there twice"},
	{"no value", "rate: 1\nclients:\n", "f:2:10: clients has no value: give it one, or take the line out"},
	{"null", "clients: ~\n", "f:1:10: clients has no value"},
	{"a list for one value", "rate: 1\n\nclients: [5, 6]\n", "f:3:10: clients wants one value, and this is a list: name one\n    clients: [5, 6]\n             ^"},
	{"a list with dashes for one value", "clients:\n  - 5\n", "f:2:3: clients wants one value, and this is a list"},
	{"a list in a list", "transports: [[sse]]\n", "f:1:14: transports wants one value, and this is a list"},
	{"nothing in a list", "transports:\n- sse\n-\n", "f:3:3: transports has no value"},
	{"keys for one value", "clients:\n  most: 5\n  least: 2\n", "f:2:3: clients wants one value, and these are keys with values of their own: name one"},
	{"keys in braces for one value", "clients: {most: 5}\n", "f:1:10: clients wants one value, and these are keys"},
	{"a block of text", "headers: |\n  go\n", "f:1:10: headers has a block of text: write its value on one line"},
	{"an alias", "clients: 5\ntopics: *clients\n", "f:2:9: a value cannot be taken from elsewhere in the file: write it out"},
	{"an anchor", "clients: &n 5\ntopics: *n\n", "f:1:10: a value cannot be taken from elsewhere"},
	{"a merge key", "<<: {clients: 5}\n", "f:1:1: a value cannot be taken from elsewhere"},
	{"a tag", "clients: !!int 5\n", "f:1:10: values have no tags and a file no directives: take it out"},
	{"a directive", "%YAML 1.2\n---\nclients: 5\n", "f:1:1: values have no tags and a file no directives"},
	{"two documents", "clients: 5\n---\nrate: 2\n", "f:3:1: this is a second document, and a file is one scenario"},
	{"brackets without end", "transports: [sse\n", "f:1:13: this is no YAML: sequence end token ']' not found"},
	{"quotes without end", "clients: 5\nheaders: \"go\n", "f:2:10: this is no YAML: could not find end character of double-quoted text"},
	{"a tab", "\tclients: 5\n", "f:1:8: this is no YAML: tab character cannot use as a map key directly\n    \tclients: 5\n    \t"},
	{"brackets by the thousand", "transports: " + strings.Repeat("[", 60_000), "f:1:18: there is no use for so many brackets"},
	{"braces by the thousand", strings.Repeat("{a: ", 15_000), "f:1:21: there is no use for so many brackets"},
	{"an escape sequence", "clients: 5\n# \x1b[2J\n", `f:2: '\x1b' is no character for a scenario: take it out`},
	{"a byte order mark", "\ufeffclients: 5\n", `f:1: '\ufeff' is no character for a scenario`},
	{"Latin-1", "clients: 5 # f\xfcnf\n", "f:1: the line is not UTF-8: save the file as such"},
	{"a long line", "headers: [" + strings.Repeat("x", 200) + "]\n", "f:1:10: headers wants one value, and this is a list: name one\n    headers: [" + strings.Repeat("x", 90) + "\n             ^"},
	{"far in a long line", "transports: [" + strings.Repeat("sse, ", 40) + "{}]\n", "f:1:214: transports wants one value, and these are keys with values of their own: name one\n    " +
		strings.Repeat("sse, ", 8) + "{}]\n    " + strings.Repeat(" ", 40) + "^"},
}

func TestRefused(t *testing.T) {
	for _, test := range refused {
		t.Run(test.name, func(t *testing.T) {
			f, err := parse("f", test.text)
			if err == nil || !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("%v\nerr = %v\nwant  %s", f, err, test.want)
			}
		})
	}
}

func TestRead(t *testing.T) {
	folder := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	full, long := write("full", "clients: 5\n#"+strings.Repeat("x", 64<<10-12)), write("long", "clients: 5\n#"+strings.Repeat("x", 64<<10-11))
	if f, err := Read(full); err != nil || len(f.Settings) != 1 {
		t.Errorf("a file of just 64 KiB: %v", err)
	}
	missing := filepath.Join(folder, "missing")
	for path, want := range map[string]string{
		long:    long + " has more than 65536 bytes, too many for a scenario: name another file",
		folder:  folder + " cannot be read as a scenario (is a directory): name a file that can",
		missing: fmt.Sprintf("%q is no file: name one with a scenario in YAML", missing),
		"":      `"" is no file`,
	} {
		if _, err := Read(path); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("err = %v\nwant  %s", err, want)
		}
	}
}

// An error about a value that is only understood later is given the value's place.
func TestAt(t *testing.T) {
	f, err := parse("f", "clients: 5\ntransports:\n  - sse\n")
	if err != nil {
		t.Fatal(err)
	}
	wrong := errors.New("wrong")
	for key, want := range map[string]string{
		"clients":    "f:1:10: wrong\n    clients: 5\n             ^",
		"transports": "f:3:3: wrong\n      - sse\n      ^",
		"rate":       "wrong",
	} {
		got := f.At(key, wrong)
		if got.Error() != want || !errors.Is(got, wrong) {
			t.Errorf("%s: %v\nwant %s", key, got, want)
		}
	}
}

// Whatever a file holds, it is read or refused in words; and what was read says the same when it is written
// down again with every value quoted.
func FuzzParse(f *testing.F) {
	const short = 500 // long inputs find nothing more, and take long to be made smaller
	for _, test := range refused {
		if len(test.text) < short {
			f.Add(test.text)
		}
	}
	f.Add("groups: {phones: {share: 30%, link: 4g}}\nstages:\n  - {for: 5s, clients: 3}\n")
	f.Add("transports: [sse, long-poll]\nclients: 5\n")
	f.Add("---\n\"clients\": '5' # five\nrate:\n  .5\n...\n")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > short {
			return
		}
		file, err := parse("f", text)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "f") {
				t.Errorf("an error without the file: %v", err)
			}
			return
		}
		for _, s := range file.Settings {
			if s.at.line < 1 || s.at.line > len(file.lines) || s.at.column < 1 {
				t.Errorf("%s stands at %v", s.Key.Name, s.at)
			}
		}
		again := written(file.Settings)
		if again == "" {
			return // it has variants alone
		}
		second, err := parse("f", again)
		if err != nil {
			t.Fatalf("%v\nread from %q", err, again)
		}
		if diff := cmp.Diff(written(file.Settings), written(second.Settings)); diff != "" {
			t.Error(diff)
		}
	})
}

// written writes settings down again, with every value quoted.
func written(settings []Setting) string {
	var b strings.Builder
	for _, s := range settings {
		fmt.Fprintf(&b, "%s: %s\n", s.Key.Name, value(s))
	}
	return b.String()
}

func value(s Setting) string {
	var parts []string
	for _, v := range s.Values {
		parts = append(parts, quoted(v))
	}
	for _, e := range s.Entries {
		var keys []string
		for _, part := range e.Settings {
			keys = append(keys, part.Key.Name+": "+value(part))
		}
		text := "{" + strings.Join(keys, ", ") + "}"
		if s.Key.Parts == Named {
			text = quoted(e.Name) + ": " + text
		}
		parts = append(parts, text)
	}
	text := strings.Join(parts, ", ")
	switch {
	case s.List || s.Key.Parts == Rows:
		return "[" + text + "]"
	case s.Key.Parts == Named:
		return "{" + text + "}"
	}
	return text
}

func quoted(v string) string { return "'" + strings.ReplaceAll(v, "'", "''") + "'" }
