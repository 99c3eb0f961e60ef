package scenariofile

import (
	"errors"
	"strings"
	"testing"
)

// Groups and stages are read as they are written, in braces or in lines of their own, in a variant as well.
func TestParts(t *testing.T) {
	const want = "groups: {'phones': {share: '30%', link: '4g'}, 'desks': {share: '70%'}}\n" +
		"stages: [{for: '10s', clients: '1000'}, {for: '20s', clients: '1000'}]\n"
	for name, text := range map[string]string{
		"braces": "groups: {phones: {share: 30%, link: 4g}, desks: {share: 70%}}\nstages: [{for: 10s, clients: 1000}, {for: 20s, clients: 1000}]\n",
		"lines": "groups:\n  phones:\n    share: 30%\n    link: 4g\n  \"desks\":\n    share: 70%\n" +
			"stages:\n  - for: 10s\n    clients: 1000\n  - {for: 20s, clients: 1000}\n",
		"a variant": "variants:\n  v:\n    groups:\n      phones: {share: 30%, link: 4g}\n      desks: {share: 70%}\n" +
			"    stages: [{for: 10s, clients: 1000}, {for: 20s, clients: 1000}]\n",
		"braces throughout": "{variants: {v: {groups: {phones: {share: 30%, link: 4g}, desks: {share: 70%}}, " +
			"stages: [{for: 10s, clients: 1000}, {for: 20s, clients: 1000}]}}}",
	} {
		f, err := parse("f", text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(f.Variants) > 0 {
			f = f.Variants[0]
		}
		if got := written(f.Settings); got != want {
			t.Errorf("%s: %q\nwant %q", name, got, want)
		}
	}
}

func TestPartsThatAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		"groups: 5\n":                               "f:1:9: groups are names with settings, as phones: {share: 30%, link: 4g}: name one or more",
		"groups: {}\n":                              "f:1:9: groups are names with settings",
		"groups:\n":                                 "f:1:9: groups are names with settings",
		"groups: [{share: 30%}]\n":                  "f:1:9: groups are names with settings",
		"groups:\n  phones: 30%\n":                  "f:2:11: this wants keys with values of its own, as {share: ...}\n      phones: 30%\n              ^",
		"groups:\n  p: {share: 5%, size: 4}\n":      "f:2:18: \"size\" is no key here: want share, transport, headers, link, rtt, jitter, down, up\n",
		"groups:\n  p: {share: 5%, share: 4%}\n":    "f:2:18: share is there twice, in line 2 already",
		"groups:\n  p: {share: [5%]}\n":             "f:2:14: share wants one value, and this is a list",
		"groups:\n  p: {share: {a: 5%}}\n":          "f:2:14: share wants one value, and these are keys",
		"groups:\n  p: {share: 5%}\n  \"p\": {}\n":  "f:3:3: \"p\" is there twice, in line 2 already: give one of them another name",
		"stages: {for: 5s}\n":                       "f:1:9: stages are a list of settings, as - {for: 10s, clients: 500}: name one or more",
		"stages: []\n":                              "f:1:9: stages are a list of settings",
		"stages: [5s]\n":                            "f:1:10: this wants keys with values of its own, as {for: ...}",
		"stages:\n  - for: 5s\n    duration: 5\n":   "f:3:5: \"duration\" is no key here: want for, clients",
		"stages:\n  - {for: 5s}\nstages: [{}]\n":    "f:3:1: stages is there twice, in line 2 already",
		"clients: {for: 5s}\n":                      "f:1:10: clients wants one value, and these are keys",
		"variants: {v: {groups: {p: {a: {b: c}}}}}": "f:1:29: \"a\" is no key here",
	} {
		if _, err := parse("f", text); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q\nerr = %v\nwant  %s", text, err, want)
		}
	}
}

// An error about a part stands at the value that it is about, or where the part begins.
func TestAtOfAPart(t *testing.T) {
	f, err := parse("f", "groups:\n  phones: {share: 30%, rtt: 5}\nstages:\n  - {for: 5s}\n")
	if err != nil {
		t.Fatal(err)
	}
	wrong := errors.New("wrong")
	phones, stage := f.Settings[0].Entries[0], f.Settings[1].Entries[0]
	for want, got := range map[string]error{
		"f:2:29: wrong\n": phones.At("rtt", wrong),
		"f:2:3: wrong\n":  phones.At("link", wrong),
		"f:4:5: wrong\n":  stage.At("clients", wrong),
	} {
		if !strings.HasPrefix(got.Error(), want) || !errors.Is(got, wrong) {
			t.Errorf("%v\nwant %s", got, want)
		}
	}
}
