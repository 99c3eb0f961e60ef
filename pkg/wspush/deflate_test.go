package wspush

import (
	"regexp"
	"strings"
	"testing"
)

// What a client may be answered (RFC 7692 section 7.1).
func TestAgree(t *testing.T) {
	const name = "permessage-deflate"
	for _, c := range []struct {
		name    string
		offered Deflate
		answer  []string
		want    Deflate
		says    string
	}{
		{"nothing offered, nothing answered", DeflateOff, nil, DeflateOff, ""},
		{"declined", DeflateTakeover, nil, DeflateOff, ""},
		{"declined", DeflateNoTakeover, nil, DeflateOff, ""},
		{"accepted", DeflateTakeover, []string{name}, DeflateTakeover, ""},
		{"all of it", DeflateTakeover, []string{name + "; client_no_context_takeover"}, DeflateTakeover, ""},
		{"all of it", DeflateNoTakeover, []string{name + "; server_no_context_takeover; client_no_context_takeover"}, DeflateNoTakeover, ""},
		{"the client's part unsaid", DeflateNoTakeover, []string{name + ";server_no_context_takeover"}, DeflateNoTakeover, ""}, // section 7.1.1.2
		{"the server's part unasked", DeflateTakeover, []string{name + "; server_no_context_takeover"}, DeflateNoTakeover, ""}, // section 7.1.1.1
		{"a small window unasked", DeflateTakeover, []string{name + "; server_max_window_bits=8"}, DeflateTakeover, ""},        // section 7.1.2.1
		{"the largest window", DeflateTakeover, []string{name + "; server_max_window_bits=15"}, DeflateTakeover, ""},
		{"quoted", DeflateTakeover, []string{name + `; server_max_window_bits="10"`}, DeflateTakeover, ""},
		{"white space", DeflateTakeover, []string{" " + name + "\t;  server_max_window_bits = 10 ;client_no_context_takeover "}, DeflateTakeover, ""},

		{"unasked", DeflateOff, []string{name}, "", "no extension was asked for"},
		{"unasked, and the zero value", "", []string{name}, "", "no extension was asked for"},
		{"another extension", DeflateTakeover, []string{"x-webkit-deflate-frame"}, "", `"x-webkit-deflate-frame" was not asked for`},
		{"none", DeflateTakeover, []string{""}, "", `"" was not asked for`},
		{"two extensions", DeflateTakeover, []string{name + ", " + name}, "", "was not asked for"},
		{"two extensions", DeflateTakeover, []string{name + "; client_no_context_takeover, x"}, "", "no answer"},
		{"two fields", DeflateTakeover, []string{name, name}, "", "once"},
		{"the server's part missing", DeflateNoTakeover, []string{name + "; client_no_context_takeover"}, "", "server_no_context_takeover was asked for"},
		{"a parameter of nobody", DeflateTakeover, []string{name + "; x=1"}, "", `parameter "x" is no answer`},
		{"the client's window, not offered", DeflateTakeover, []string{name + "; client_max_window_bits=10"}, "", `parameter "client_max_window_bits" is no answer`},
		{"an empty parameter", DeflateTakeover, []string{name + ";"}, "", `parameter "" is no answer`},
		{"other capitals", DeflateTakeover, []string{name + "; Server_no_context_takeover"}, "", "is no answer"},
		{"twice", DeflateTakeover, []string{name + "; client_no_context_takeover; client_no_context_takeover"}, "", "client_no_context_takeover comes twice"},
		{"twice", DeflateTakeover, []string{name + "; server_max_window_bits=10; server_max_window_bits=10"}, "", "server_max_window_bits comes twice"},
		{"a value", DeflateTakeover, []string{name + "; server_no_context_takeover=1"}, "", "server_no_context_takeover takes no value"},
		{"an empty value", DeflateTakeover, []string{name + "; client_no_context_takeover="}, "", "client_no_context_takeover takes no value"},
		{"no window", DeflateTakeover, []string{name + "; server_max_window_bits"}, "", `server_max_window_bits is "", not 8 to 15`},
		{"window too small", DeflateTakeover, []string{name + "; server_max_window_bits=7"}, "", `is "7"`},
		{"window too large", DeflateTakeover, []string{name + "; server_max_window_bits=16"}, "", `is "16"`},
		{"leading zero", DeflateTakeover, []string{name + "; server_max_window_bits=08"}, "", `is "08"`},
		{"a sign", DeflateTakeover, []string{name + "; server_max_window_bits=+8"}, "", `is "+8"`},
		{"half a quote", DeflateTakeover, []string{name + `; server_max_window_bits="10`}, "", "not 8 to 15"},
		{"a quote", DeflateTakeover, []string{name + `; server_max_window_bits="`}, "", "not 8 to 15"},
		{"space in quotes", DeflateTakeover, []string{name + `; server_max_window_bits=" 10"`}, "", "not 8 to 15"},
		{"other quotes", DeflateTakeover, []string{name + `; server_max_window_bits='10'`}, "", "not 8 to 15"},
	} {
		got, err := c.offered.agree(c.answer)
		if (err == nil) != (c.says == "") || err == nil && got != c.want || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %s, answered %q: %s, %v; want %s, %q", c.name, c.offered, c.answer, got, err, c.want, c.says)
		}
	}
}

// grammar is what an answer to an offer of context takeover may be, but for repetitions.
var grammar = regexp.MustCompile(`^[ \t]*permessage-deflate[ \t]*(?:;[ \t]*(?:((?:client|server)_no_context_takeover)|` +
	`(server_max_window_bits)[ \t]*=[ \t]*(?:[89]|1[0-5]|"[89]"|"1[0-5]"))[ \t]*)*$`)

func FuzzAgree(f *testing.F) {
	f.Add("permessage-deflate")
	f.Add("permessage-deflate; client_no_context_takeover; server_no_context_takeover")
	f.Add(`permessage-deflate; server_max_window_bits="15"; client_max_window_bits=8`)
	f.Fuzz(func(t *testing.T, answer string) {
		want := grammar.MatchString(answer)
		for _, name := range []string{"client_no_context_takeover", "server_no_context_takeover", "server_max_window_bits"} {
			want = want && strings.Count(answer, name) <= 1
		}
		got, err := DeflateTakeover.agree([]string{answer})
		if (err == nil) != want {
			t.Fatalf("%q: %s, %v; by the grammar it may be answered: %t", answer, got, err, want)
		}
		if by := strings.Contains(answer, "server_no_context_takeover"); err == nil && (got == DeflateNoTakeover) != by {
			t.Fatalf("%q: %s", answer, got)
		}
	})
}
