package main

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"pollpush/internal/scenario"
	"pollpush/internal/scenariofile"
)

// notOfTheScenario are the flags of bench run that say where a run takes place and how it is shown.
var notOfTheScenario = []string{
	scenarioFlag, "limit", "fail-if", "target", "admin", "admin-token-file", "ca", "insecure", "source-addresses", "processes", "target-processes",
	"metrics-addr", "linger", "openmetrics", "push", "profile", "out", formatFlag, columnsFlag, langFlag, "quiet",
}

// Every flag of bench run is either a key of a scenario file or of no concern to it, in the same order, and
// every key is a flag.
func TestKeysAreFlags(t *testing.T) {
	var flags, keys []string
	bound().VisitAll(func(f *pflag.Flag) {
		if !slices.Contains(notOfTheScenario, f.Name) {
			flags = append(flags, f.Name)
		}
	})
	for _, key := range scenariofile.Keys() {
		if key.Parts == "" {
			keys = append(keys, key.Name)
		}
	}
	if !slices.Equal(flags, keys) {
		t.Errorf("flags = %v\nkeys  = %v\nput each flag into scenariofile.Keys, or into notOfTheScenario", flags, keys)
	}
}

// Every key decides the field of the scenario that the table says, and no other; and every field has a key.
func TestKeysDecideFields(t *testing.T) {
	fields := make(map[string]bool)
	for _, key := range scenariofile.Keys() {
		fields[key.Field] = true
		if key.Parts != "" {
			continue // see TestGroupsAndStages
		}
		o := newOptions()
		f := pflag.NewFlagSet("", pflag.ContinueOnError)
		o.bind(f)
		if err := f.Set(key.Name, another(f.Lookup(key.Name))); err != nil {
			t.Fatal(err)
		}
		o.nameTransports()
		if err := o.usePreset(); err != nil {
			t.Fatal(err)
		}
		if got := changed(scenario.Default(), o.scenario); !slices.Equal(got, []string{key.Field}) {
			t.Errorf("%s changes %v, want %s", key.Name, got, key.Field)
		}
	}
	for name := range jsonFields(scenario.Default()) {
		if !fields[name] {
			t.Errorf("no key decides %s", name)
		}
	}
}

// bound returns the flags of bench run.
func bound() *pflag.FlagSet {
	f := pflag.NewFlagSet("", pflag.ContinueOnError)
	newOptions().bind(f)
	return f
}

// another returns a value for a flag that is not its default.
func another(f *pflag.Flag) string {
	if f.Name == "link" {
		return "4g"
	}
	switch f.Value.Type() {
	case "rate":
		return "77mbit"
	case "bool":
		return map[string]string{"true": "false", "false": "true"}[f.DefValue]
	case "duration":
		return "77s"
	case "int", "uint64", "float64":
		return "77"
	}
	return "sse"
}

// changed returns the JSON names of the fields in which two scenarios differ.
func changed(a, b scenario.Scenario) []string {
	var names []string
	was := jsonFields(a)
	for name, value := range jsonFields(b) {
		if !reflect.DeepEqual(was[name], value) {
			names = append(names, name)
		}
	}
	return names
}

func jsonFields(s scenario.Scenario) map[string]any {
	fields := make(map[string]any)
	v := reflect.ValueOf(s)
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		fields[name] = v.Field(i).Interface()
	}
	return fields
}

// loaded returns what bench run makes of a command line that asks for one scenario.
func loaded(args ...string) (*options, error) {
	all, err := planned(args...)
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// planned returns what bench run makes of a command line.
func planned(args ...string) ([]*options, error) {
	o := newOptions()
	f := pflag.NewFlagSet("", pflag.ContinueOnError)
	o.bind(f)
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	all, err := o.resolve(f)
	if err != nil {
		return nil, err
	}
	for _, o := range all {
		if err := o.check(); err != nil {
			return nil, o.locate(err)
		}
	}
	return all, nil
}

func write(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// What the command line says wins over the file, wherever in the line it stands, and the file over the default.
func TestPrecedence(t *testing.T) {
	path := write(t, filepath.Join(t.TempDir(), "s.yaml"),
		"transports: [sse, websocket]\nclients: 7\nkeepalive: false\npoll-interval: 3s\nseed: 18446744073709551615\n")
	file := scenario.Default()
	file.Transports = []scenario.Transport{scenario.SSE, scenario.WebSocket}
	file.Clients, file.KeepAlive, file.PollInterval, file.Seed = 7, false, 3*time.Second, 1<<64-1
	both := file
	both.Transports, both.Clients, both.KeepAlive = []scenario.Transport{scenario.LongPoll}, 5, true
	for _, test := range []struct {
		args []string
		want scenario.Scenario
	}{
		{[]string{"--scenario", path}, file},
		{[]string{"--clients", "5", "--scenario", path, "--transports", "long-poll", "--keepalive"}, both},
		// What is given is given, also where it is the default.
		{[]string{"--scenario", path, "--transports=long-poll", "--keepalive=true", "--clients=5", "--warmup", "2s"}, both},
	} {
		o, err := loaded(test.args...)
		if err != nil {
			t.Errorf("%v: %v", test.args, err)
		} else if !reflect.DeepEqual(o.scenario, test.want) {
			t.Errorf("%v: scenario = %+v\nwant %+v", test.args, o.scenario, test.want)
		}
	}
}

// What is wrong with a value is said as of the flag, with the place in the file where it is from there.
func TestWrongValues(t *testing.T) {
	for _, test := range []struct {
		text string
		args []string
		want string
	}{
		{"clients: many\n", nil, `--scenario: PATH:1:10: invalid argument "many" for "--clients" flag: strconv.ParseInt: parsing "many": invalid syntax` +
			"\n    clients: many\n             ^"},
		{"rate: 5\nhold: 25\n", nil, `--scenario: PATH:2:7: invalid argument "25" for "--hold" flag: time: missing unit in duration "25"`},
		{"keepalive: no\n", nil, `--scenario: PATH:1:12: invalid argument "no" for "--keepalive" flag: `},
		{"seed: -1\n", nil, `--scenario: PATH:1:7: invalid argument "-1" for "--seed" flag: `},
		{"clients: many\n", []string{"--clients", "5"}, `--scenario: PATH:1:10: invalid argument "many" for "--clients"`},
		{"rate: 5\narrivals: often\n", nil, `--scenario: PATH:2:11: --arrivals "often" is unknown: want fixed, poisson or burst` + "\n    arrivals: often\n              ^"},
		{"arrivals: often\n", []string{"--arrivals", "seldom"}, `--arrivals "seldom" is unknown`},
		{"transports: [sse, pigeon]\n", nil, `--scenario: PATH:1:13: --transports "pigeon" is unknown`},
		{"transports: []\n", nil, `--scenario: PATH:1:13: --transports is empty`},
		{"topics: 7\n", []string{"--clients", "5"}, "--scenario: PATH:1:9: --topics 7: with --clients 5, nobody would follow 2 of them"},
		{"clients: 5\n", []string{"--topics", "7"}, "--topics 7: with --clients 5, nobody would follow 2 of them"},
		{"headers: firefox\n", nil, `--scenario: PATH:1:10: --headers: "FOLDER/firefox" is neither a header profile nor a file`},
		{"cookie-bytes: 3\n", nil, "--scenario: PATH:1:15: --cookie-bytes: a cookie of 3 bytes cannot be made"},
		{"headers: ''\n", nil, `--scenario: PATH:1:10: --headers: "" is neither`},
		{"burst: 5\n", nil, "--scenario: PATH:1:8: --burst is for --arrivals burst: ask for these, or leave it out"},
		{"clients: 5\n", []string{"--burst", "5"}, "--burst is for --arrivals burst: ask for these, or leave it out"},
	} {
		path := write(t, filepath.Join(t.TempDir(), "s.yaml"), test.text)
		want := strings.NewReplacer("PATH", path, "FOLDER", filepath.Dir(path)).Replace(test.want)
		if _, err := loaded(append([]string{"--scenario", path}, test.args...)...); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q %v\nerr = %v\nwant  %s", test.text, test.args, err, want)
		}
	}
}

// A burst that a file is written for is no mistake where the command line wants other arrivals.
func TestIdleBurst(t *testing.T) {
	path := write(t, filepath.Join(t.TempDir(), "s.yaml"), "arrivals: burst\nburst: 5\n")
	for _, args := range [][]string{nil, {"--arrivals", "fixed"}, {"--burst", "3"}} {
		if _, err := loaded(append([]string{"--scenario", path}, args...)...); err != nil {
			t.Errorf("%v: %v", args, err)
		}
	}
}

// A header profile is looked for from the file that names it, and one that the command line names from where
// the command is given.
func TestHeadersBesideTheFile(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "sub/own.headers", "X-Sub: 1\n")
	write(t, "own.headers", "X-Here: 1\n")
	write(t, "go", "X-File: 1\n")
	absolute, err := filepath.Abs("sub/own.headers")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		file, text string
		args       []string
		want       string // the first header field of a poll
	}{
		{"sub/s.yaml", "headers: own.headers\n", nil, "X-Sub"},
		{"sub/s.yaml", "headers: ../own.headers\n", nil, "X-Here"},
		{"s.yaml", "headers: own.headers\n", nil, "X-Here"},
		{"s.yaml", "headers: " + absolute + "\n", nil, "X-Sub"},
		{"sub/s.yaml", "headers: own.headers\n", []string{"--headers", "own.headers"}, "X-Here"},
		{"s.yaml", "headers: go\n", nil, "User-Agent"},
		{"s.yaml", "headers: ./go\n", nil, "X-File"},
	} {
		write(t, test.file, test.text)
		o, err := loaded(append([]string{"--scenario", test.file}, test.args...)...)
		if err != nil {
			t.Errorf("%s: %q %v: %v", test.file, test.text, test.args, err)
		} else if got := o.headers.Fetch[0].Name; got != test.want {
			t.Errorf("%s: %q %v: the first field is %s, want %s", test.file, test.text, test.args, got, test.want)
		}
	}
}

// The scenarios that come with the program can be run, say what they are for, and take about a minute.
func TestScenariosThatComeWithIt(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join("..", "..", "scripts", "scenarios", "*"))
	if err != nil || len(paths) < 4 {
		t.Fatalf("%v, %v", paths, err)
	}
	for _, path := range paths {
		all, err := planned("--scenario", path)
		if err != nil {
			t.Error(err)
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if comment, _, _ := strings.Cut(string(text), "\n\n"); !strings.HasPrefix(comment, "# ") || !strings.Contains(comment, "?") {
			t.Errorf("%s does not begin with a comment that asks a question", path)
		}
		const rest = 2 * time.Second // to start, to connect and to close
		var span time.Duration
		for _, o := range all {
			s := o.scenario
			span += time.Duration(s.Trials*len(s.Transports)) * (s.Warmup + s.Duration + rest)
		}
		if span < 30*time.Second || span > 70*time.Second {
			t.Errorf("%s takes %s", path, span)
		}
	}
}

// A variant is the file's scenario with its own settings; the command line wins over the file, and is refused
// where it would make variants alike.
func TestVariants(t *testing.T) {
	path := write(t, filepath.Join(t.TempDir(), "s.yaml"),
		"clients: 7\narrivals: burst\nburst: 5\nvariants:\n  bursts: {}\n  even: {arrivals: fixed, transports: [sse]}\n")
	all, err := planned("--scenario", path, "--rate", "3", "--fail-if", "sse.latency.p99 > 1s", "--limit", "messages=3", "--limit", "publish-lag=1s:2s", "--out", "dir.d/r.json")
	if err != nil {
		t.Fatal(err)
	}
	bursts := scenario.Default()
	bursts.Clients, bursts.Rate, bursts.Arrivals, bursts.Burst = 7, 3, scenario.Burst, 5
	even := bursts
	even.Arrivals, even.Transports = scenario.Fixed, []scenario.Transport{scenario.SSE}
	for i, want := range []scenario.Scenario{bursts, even} {
		o := all[i]
		if !reflect.DeepEqual(o.scenario, want) {
			t.Errorf("%s = %+v\nwant %+v", o.variant(), o.scenario, want)
		}
		if o.limits.Messages != 3 || o.limits.PublishLag.Invalid != 2*time.Second || len(o.conditions) != 1 {
			t.Errorf("%s does not have the flags of the line", o.variant())
		}
		if out := "dir.d/r." + []string{"bursts", "even"}[i] + ".json"; o.outPath() != out {
			t.Errorf("%s goes to %s, want %s", o.variant(), o.outPath(), out)
		}
	}
	want := "--arrivals is what the variant even has a value of its own for: leave the flag out"
	if _, err := planned("--scenario", path, "--arrivals", "poisson"); err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("err = %v\nwant %s", err, want)
	}
}
