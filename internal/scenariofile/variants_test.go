package scenariofile

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A variant is the file's scenario with some settings changed, wherever in the file it stands.
func TestVariants(t *testing.T) {
	f, err := parse("f", `variants:
  kept: {}
  fresh: {keepalive: false, transports: [sse]}
  as-it-is:
  many:
    clients: 9
clients: 5
transports: [long-poll, sse]
`)
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]map[string]string)
	var names []string
	for _, v := range f.Variants {
		got[v.Variant] = said(v)
		names = append(names, v.Variant)
	}
	file := map[string]string{"clients": "5", "transports": `["long-poll" "sse"]`}
	want := map[string]map[string]string{
		"kept": file, "as-it-is": file,
		"fresh": {"clients": "5", "transports": `["sse"]`, "keepalive": "false"},
		"many":  {"clients": "9", "transports": `["long-poll" "sse"]`},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if order := strings.Join(names, " "); order != "kept fresh as-it-is many" {
		t.Errorf("their order is %s", order)
	}
	if many := f.Variants[3]; !many.Varies("clients") || many.Varies("transports") {
		t.Error("many varies clients, and nothing else")
	}
	// A variant knows where the file says what it says, its own and the file's.
	for key, place := range map[string]string{"clients": "f:6:14: ", "transports": "f:8:13: "} {
		if err := f.Variants[3].At(key, fmt.Errorf("wrong")); !strings.HasPrefix(err.Error(), place) {
			t.Errorf("%s is at %v, want %s", key, err, place)
		}
	}
}

// What cannot be a variant is refused, with its place.
func TestRefusedVariants(t *testing.T) {
	for text, want := range map[string]string{
		"variants: 5\n":                                       "f:1:1: variants are names with settings",
		"clients: 5\nvariants: {}\n":                          "f:2:1: variants are names with settings",
		"variants: [a, b]\n":                                  "f:1:1: variants are names with settings",
		"variants: {Big: {}}\n":                               `f:1:12: "Big" is no name for a variant: want small letters`,
		"variants: {../a: {}}\n":                              `f:1:12: "../a" is no name for a variant`,
		"variants: {'': {}}\n":                                `f:1:12: "" is no name for a variant`,
		"variants: {a: {}, a: {}}\n":                          "f:1:19: there is a variant a already",
		"variants: {a: 5}\n":                                  "f:1:15: variant a wants settings, as {keepalive: false}",
		"variants: {a: [5]}\n":                                "f:1:15: variant a wants settings",
		"variants:\n  a:\n    speed: 5\n":                     `f:3:5: "speed" is no key of a scenario`,
		"variants:\n  a:\n    clients: [5]\n":                 "f:3:14: clients wants one value, and this is a list",
		"variants: {a: {seed: 1, seed: 2}}\n":                 "f:1:25: seed is there twice, in line 1 already",
		"variants: {a: {variants: {b: {}}}}\n":                "f:1:16: a variant has no variants",
		"variants: {a: {}}\nvariants: {b: {}}\n":              "f:2:1: variants is there twice",
		"variants: {" + strings.Repeat("a: {}, ", 21) + "}\n": "f:1:11: 21 variants are more than a file may have: leave 20 at most",
	} {
		_, err := parse("f", text)
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v\nwant %s", text, err, want)
		}
	}
}
