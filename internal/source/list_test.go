package source_test

import (
	"encoding/json"
	"strings"
	"testing"

	"pollpush/internal/source"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, "127.0.0.1": 1, "127.0.0.2-127.0.0.9": 8, "127.0.0.2 - 127.0.0.3 , 127.0.1.1": 3,
		"127.0.0.254-127.0.1.1": 4, "10.0.0.0-10.0.15.255": 4096, "::1": 1, "fd00::fffe-fd00::1:1": 4,
		"fe80::1%br-lan": 1, "255.255.255.254-255.255.255.255": 2, "::ffff:127.0.0.1": 1,
	} {
		l, err := source.Parse(text)
		if err != nil || l.Len() != want || l.IsIPv6() != (strings.Contains(text, "::") && text != "::ffff:127.0.0.1") {
			t.Errorf("%q: %d addresses, IPv6 %v, %v; want %d", text, l.Len(), l.IsIPv6(), err, want)
		}
		var read source.List
		encoded, err := json.Marshal(l)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(encoded, &read); err != nil || read.String() != l.String() || read.Len() != want {
			t.Errorf("%q: came back as %q, %v", l, read, err)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for text, says := range map[string]string{
		"localhost":                     `"localhost" is no address and no range of them`,
		"127.0.0.2-9":                   `"127.0.0.2-9" is no address`,
		"127.0.0.0/8":                   "is no address and no range",
		"127.0.0.2,":                    `"" is no address`,
		"127.0.0.9-127.0.0.2":           "is empty: it ends before it begins",
		"10.0.0.0-10.0.16.0":            "more than 4096 addresses",
		"::1-fe00::":                    "more than 4096 addresses",
		"127.0.0.2,127.0.0.1-127.0.0.2": "127.0.0.2 is named twice",
		"127.0.0.2,::ffff:127.0.0.2":    "named twice",
		"127.0.0.1,::1":                 "two families",
		"127.0.0.1-::1":                 "begins in one family",
		"fe80::1-fe80::2%a":             "a range has no zone",
		"0.0.0.0":                       "no address to connect from",
		"::":                            "no address to connect from",
		"224.0.0.1":                     "no address to connect from",
	} {
		if l, err := source.Parse(text); err == nil || !strings.Contains(err.Error(), says) || l.Len() != 0 {
			t.Errorf("%q: %v with %d addresses, want %q", text, err, l.Len(), says)
		}
	}
}
