package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pollpush/internal/link"
	"pollpush/internal/scenario"
)

// A group has what it says, and besides what the rest of the file says or the command line; stages decide how long
// the window is.
func TestGroupsAndStages(t *testing.T) {
	folder := t.TempDir()
	write(t, filepath.Join(folder, "own.headers"), "X-Own: 1\n")
	path := write(t, filepath.Join(folder, "s.yaml"), `
groups:
  phones: {share: 12.5%, link: 4g, jitter: 3ms, headers: own.headers}
  near: {share: 7.5 %, rtt: 4ms}
  others: {share: 80%}
link: wifi
headers: chrome
cookie-bytes: 20
stages:
  - {for: 10s, clients: 1500}
  - {for: 1m, clients: 0}
`)
	o, err := loaded("--scenario", path, "--down", "1mbit")
	if err != nil {
		t.Fatal(err)
	}
	wifi := link.Profile{RTT: 2 * time.Millisecond, Jitter: 200 * time.Microsecond, Down: link.Mbit, Up: 15 * link.Mbit}
	near := wifi
	near.RTT = 4 * time.Millisecond
	if diff := cmp.Diff([]scenario.Group{
		{Name: "phones", Share: 1250, Headers: filepath.Join(folder, "own.headers"), Link: link.Profile{RTT: 170 * time.Millisecond, Jitter: 3 * time.Millisecond, Down: 9 * link.Mbit, Up: 9 * link.Mbit}},
		{Name: "near", Share: 750, Headers: "chrome", Link: near},
		{Name: "others", Share: 8000, Headers: "chrome", Link: wifi},
	}, o.scenario.Groups); diff != "" {
		t.Error(diff)
	}
	if len(o.groupHeaders) != 3 || o.groupHeaders[0].Fetch[0].Name != "X-Own" || !slices.Equal(o.groupHeaders[2].Fetch, o.headers.Fetch) {
		t.Errorf("header profiles = %+v", o.groupHeaders)
	}
	for _, p := range o.groupHeaders {
		if p.Fetch[len(p.Fetch)-1].Name != "Cookie" {
			t.Errorf("no cookie: %+v", p.Fetch)
		}
	}
	s := o.scenario
	if s.Duration != 70*time.Second || s.Peak() != 1500 || len(s.Stages) != 2 || s.Mixes() || len(s.Transports) != 4 {
		t.Errorf("scenario = %+v", s)
	}
	if c := o.childConfig(); c.MaxConnections != 1500+leaving {
		t.Errorf("the target takes %d connections", c.MaxConnections)
	}
}

// Each group is predicted by itself, from the clients that it has on average.
func TestPredictionsOfGroups(t *testing.T) {
	path := write(t, filepath.Join(t.TempDir(), "s.yaml"), `
clients: 100
poll-interval: 2s
groups:
  far: {share: 50%, transport: short-poll, rtt: 100ms}
  near: {share: 50%, transport: websocket}
stages:
  - {for: 10s, clients: 100}
  - {for: 1ms, clients: 300}
  - {for: 9999ms, clients: 300}
`)
	o, err := loaded("--scenario", path)
	if err != nil {
		t.Fatal(err)
	}
	if want := []scenario.Transport{scenario.Mixed}; !slices.Equal(o.scenario.Transports, want) {
		t.Fatalf("transports = %v", o.scenario.Transports)
	}
	p := predictParts(o.scenario, scenario.Mixed, 1, 1)
	a := o.scenario.Attendance(1)
	joins := float64(a[0].Joins) / 20
	if p[0].Mean != time.Second+50*time.Millisecond || p[1].Mean != 0 || p[1].RequestsPerSecond != 0 {
		t.Errorf("predictions = %+v", p)
	}
	if want := a[0].Mean/2 + joins; p[0].RequestsPerSecond != want || want < 50 || want > 60 || p[0].ConnectionsPerSecond != joins {
		t.Errorf("%v requests and %v connections a second, want %v (%+v)", p[0].RequestsPerSecond, p[0].ConnectionsPerSecond, want, a[0])
	}
}

func TestGroupsAndStagesThatCannotBe(t *testing.T) {
	for _, test := range []struct {
		text string
		want string
	}{
		{"groups: {a: {link: lan}}\n", "PATH:1:10: groups: a has no share of the clients: give it one, as share: 30%"},
		{"groups: {a: {share: 30}}\n", `PATH:1:21: "30" is no share: want 0% to 100%, as 30%`},
		{"groups: {a: {share: 0%}}\n", "PATH:1:21: groups: a has no share"},
		{"groups: {a: {share: 100%, link: moon}}\n", `PATH:1:33: --link "moon" is unknown: want one of lan`},
		{"groups: {a: {share: 100%, rtt: 5ms, jitter: 6ms}}\n", "PATH:1:10: groups: a: --jitter 6ms is above the --rtt of 5ms"},
		{"groups: {a: {share: 100%, headers: nowhere}}\n", `PATH:1:36: "FOLDER/nowhere" is neither a header profile nor a file`},
		{"groups: {a: {share: 100%, transport: pigeon}}\n", `PATH:1:10: groups: the transport "pigeon" of a is unknown`},
		{"groups: {a: {share: 50%, transport: sse}, b: {share: 50%}}\n", "PATH:1:9: groups: some name a transport and some do not"},
		{"transports: [sse]\ngroups: {a: {share: 100%, transport: sse}}\n", "PATH:1:13: --transports cannot be given beside groups"},
		{"groups: {a: {share: 1%}, b: {share: 99%}}\nclients: 10\n", "PATH:1:9: groups: 1 % of 10 clients is nobody: raise --clients"},
		{"stages: [{for: 5s}]\n", "PATH:1:10: stages: stage 1 wants both, how long it is"},
		{"stages: [{for: 5, clients: 1}]\n", `PATH:1:16: for "5" cannot be: time: missing unit`},
		{"stages: [{for: 5s, clients: -1}]\n", "PATH:1:10: stages: stage 1 has -1 clients"},
		{"stages:\n" + strings.Repeat("- {for: 1s, clients: 1}\n", 51), "PATH:2:1: stages: 51 are more than a run may have"},
	} {
		path := write(t, filepath.Join(t.TempDir(), "s.yaml"), test.text)
		want := "--scenario: " + strings.NewReplacer("PATH", path, "FOLDER", filepath.Dir(path)).Replace(test.want)
		if _, err := loaded("--scenario", path); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q\nerr = %v\nwant  %s", test.text, err, want)
		}
	}
}
