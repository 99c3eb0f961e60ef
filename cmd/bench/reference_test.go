package main

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/spf13/cobra"

	"pollpush/internal/compare"
	"pollpush/internal/doctor"
	"pollpush/internal/forecast"
	"pollpush/internal/golden"
	"pollpush/internal/reference"
	"pollpush/internal/result"
	"pollpush/internal/scenariofile"
	"pollpush/internal/trace"
	"pollpush/schema"
)

// The root of the module, and where what is published is in it.
const root = "../.."

// everyResult are the fields that results of all versions have. What is added to version 1 is not among them.
var everyResult = []string{
	"Result.schema", "Result.tool", "Result.host", "Result.started", "Result.target", "Result.scenario", "Result.trials",
	"Trial.transport", "Trial.trial", "Trial.complete", "Trial.clients", "Trial.connect_ns", "Trial.messages", "Trial.latency",
	"Trial.publish_lag", "Trial.poll_lag", "Trial.wire", "Trial.server", "Trial.generator", "Trial.verdict",
	"Scenario.transports", "Scenario.clients", "Scenario.trials",
	"Messages.delivered", "Distribution.count", "Distribution.hdr", "Wire.steady", "Wire.total", "Verdict.state", "Verdict.reasons",
}

func structs(t *testing.T) []reference.Struct { return structsOf[result.Result](t) }

func structsOf[T any](t *testing.T) []reference.Struct {
	t.Helper()
	all, err := reference.Structs(root, reflect.TypeFor[T]())
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func find(t *testing.T, name string) *cobra.Command {
	t.Helper()
	command, _, err := rootCommand().Find([]string{name})
	if err != nil {
		t.Fatal(err)
	}
	return command
}

func keys(t *testing.T) []reference.Key {
	t.Helper()
	words := func(flag string) ([]string, bool) { return wordsOf("run", flag) }
	all, err := reference.Keys(scenariofile.Keys(), find(t, "run").Flags(), words)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// What is published is what the code says. Write it anew with go generate, and look at the difference.
func TestReference(t *testing.T) {
	resultSchema, err := reference.ResultSchema(structs(t), everyResult)
	if err != nil {
		t.Fatal(err)
	}
	scenarioSchema, err := reference.ScenarioSchema(keys(t))
	if err != nil {
		t.Fatal(err)
	}
	commands, err := reference.CommandPage(rootCommand())
	if err != nil {
		t.Fatal(err)
	}
	const grows = " Version 1 grows by added fields; readers ignore those that they do not know."
	for path, text := range map[string]string{
		"docs/reference/compare.md": reference.Page("The JSON of a comparison",
			"What `bench compare --format json` prints."+grows, structsOf[compare.Comparison](t)),
		"docs/reference/predict.md": reference.Page("The JSON of a forecast",
			"What `bench predict --format json` prints. All of it is computed, nothing was measured."+grows, structsOf[forecast.Forecast](t)),
		"docs/reference/doctor.md": reference.Page("The JSON of the doctor",
			"What `bench doctor --format json` prints."+grows, structsOf[doctor.Document](t)),
		"docs/reference/trace.md": reference.Page("The JSON of a trace",
			"What `bench trace --format json` prints."+grows, structsOf[trace.Trace](t)),
		"schema/result.json":         resultSchema,
		"schema/scenario.json":       scenarioSchema,
		"docs/reference/bench.md":    commands,
		"docs/reference/result.md":   reference.ResultPage(structs(t)),
		"docs/reference/scenario.md": reference.ScenarioPage(keys(t)),
	} {
		golden.CompareFile(t, filepath.Join(root, path), text)
	}
}

func compile(t *testing.T, text string) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("schema.json", document); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

func glob(t *testing.T, patterns ...string) []string {
	t.Helper()
	var all []string
	for _, pattern := range patterns {
		paths, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(paths), err)
		}
		all = append(all, paths...)
	}
	return all
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Every stored result is valid, older ones as well, and so is what this version writes of it.
func TestResultsAreValid(t *testing.T) {
	compiled := compile(t, schema.Result)
	seen := 0
	for _, path := range glob(t, "results/*/*.json", "internal/*/testdata/*.json") {
		text := read(t, path)
		r, err := readResult(path)
		if err != nil && strings.Contains(err.Error(), "want \""+result.Schema) {
			continue // something else's JSON
		}
		if err != nil {
			t.Fatal(err)
		}
		seen++
		var again strings.Builder
		if err := r.Write(&again); err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{text, again.String()} {
			document, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			if err := compiled.Validate(document); err != nil {
				t.Errorf("%s: %v", path, err)
			}
		}
	}
	if seen < 10 {
		t.Errorf("only %d results were found", seen)
	}
	for text, what := range map[string]string{
		`{"schema":"pollpush/result/v1"}`: "nothing but a schema",
		strings.Replace(read(t, filepath.Join(root, "results/default/result.json")), `"websocket"`, `"pigeon"`, 1):               "an unknown transport",
		strings.Replace(read(t, filepath.Join(root, "results/default/result.json")), `"delivered": 8000`, `"delivered": "x"`, 1): "a text for a number",
	} {
		document, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if compiled.Validate(document) == nil {
			t.Errorf("%s is valid", what)
		}
	}
}

func validYAML(t *testing.T, compiled *jsonschema.Schema, text string) error {
	t.Helper()
	asJSON, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(string(asJSON)))
	if err != nil {
		t.Fatal(err)
	}
	return compiled.Validate(document)
}

// Every scenario that comes with the programs, or was published, is valid, and names the schema where an editor finds it. What the
// program takes the schema takes, and what it refuses for its form the schema refuses.
func TestScenariosAreValid(t *testing.T) {
	compiled := compile(t, schema.Scenario)
	for _, path := range glob(t, "scripts/scenarios/*.yaml", "results/*/scenario.yaml") {
		text := read(t, path)
		if err := validYAML(t, compiled, text); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		first, _, _ := strings.Cut(text, "\n")
		named, ok := strings.CutPrefix(first, "# yaml-language-server: $schema=")
		if !ok || filepath.Join(filepath.Dir(path), named) != filepath.Join(root, "schema", "scenario.json") {
			t.Errorf("%s begins %q, which names no schema", path, first)
		}
	}
	for text, valid := range map[string]bool{
		"clients: 5\nrate: 0.5\nhold: 30.5s\nrtt: 0\ndown: 10mbit\nhttp: 2\ntls: true\nseed: 7": true,
		"transports: [sse, websocket]\nhttp: \"1.1\"\nheaders: own.headers\nlink: 4g\nup: 0":    true,
		"transports: sse,websocket\nhttp: 1.1\ndeflate: off":                                    true,
		"transports: sse": true,
		"groups: {phones: {share: 30%, link: 4g, headers: own.headers}, desks: {share: 70 %, rtt: 0}}":        true,
		"groups: {a: {share: 12.5%, transport: sse}, b: {share: 87.50%, transport: short-poll, down: 1mbit}}": true,
		"stages: [{for: 1s, clients: 5}, {clients: 0, for: 1m30s}]":                                           true,
		"clients: 7\nvariants: {kept: {keepalive: true}, fresh: {keepalive: false, rate: 2}, none: {}}":       true,
		"variants: {grouped: {groups: {a: {share: 100%}}}, as-it-is: }":                                       true,
		"groups: {}":                                               false,
		"groups: [a, b]":                                           false,
		"groups: {a: {link: 4g}}":                                  false,
		"groups: {a: {share: 100}}":                                false,
		"groups: {A: {share: 100%}}":                               false,
		"groups: {a: {share: 100%, clients: 5}}":                   false,
		"groups: {a: {share: 100%, transport: pigeon}}":            false,
		"groups: {a: {share: 100%, transport: mixed}}":             false,
		"groups: {" + strings.Repeat("a", 41) + ": {share: 100%}}": false,
		"groups: {" + strings.Repeat("a", 40) + ": {share: 100%}}": true,
		"stages: []":                       false,
		"stages: {for: 1s, clients: 5}":    false,
		"stages: [{for: 1s}]":              false,
		"stages: [{clients: 5}]":           false,
		"stages: [{for: 1, clients: 5}]":   false,
		"stages: [{for: 1s, clients: -5}]": false,
		"stages: [" + strings.Repeat("{for: 1s, clients: 5}, ", 51) + "]": false,
		"variants: {}":                                    false,
		"variants: {a: 5}":                                false,
		"variants: {a: {client: 5}}":                      false,
		"variants: {a: {clients: many}}":                  false,
		"variants: {a: {variants: {b: {}}}}":              false,
		"variants: {" + many(21) + "}":                    false,
		"variants: {" + many(20) + "}":                    true,
		"variants: {" + strings.Repeat("a", 41) + ": {}}": false,
		"variants: {" + strings.Repeat("a", 40) + ": {}}": true,
		"{}":                      false,
		"client: 5":               false,
		"clients: many":           false,
		"clients: -5":             false,
		"clients: 1.5":            false,
		"rate: 0":                 false,
		"hold: 30":                false,
		"hold: soon":              false,
		"down: 10mb":              false,
		"arrivals: often":         false,
		"transports: [pigeon]":    false,
		"transports: []":          false,
		"transports: sse,pigeon":  false,
		"http: 3":                 false,
		"keepalive: yes please":   false,
		"poll-interval: 1s extra": false,
	} {
		if err := validYAML(t, compiled, text); (err == nil) != valid {
			t.Errorf("%q: %v, want it valid: %v", text, err, valid)
		}
		path := filepath.Join(t.TempDir(), "s.yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		err := loadAndCheck(path)
		if valid && err != nil && !strings.Contains(err.Error(), "own.headers") {
			t.Errorf("the schema takes %q, the program says: %v", text, err)
		}
		if !valid && err == nil {
			t.Errorf("the schema refuses %q, the program takes it", text)
		}
	}
}

// many returns so many variants.
func many(n int) string {
	var names []string
	for i := range n {
		names = append(names, fmt.Sprintf("v%d: {}", i))
	}
	return strings.Join(names, ", ")
}

// loadAndCheck reads a scenario as bench run does.
func loadAndCheck(path string) error {
	o := newOptions()
	command := &cobra.Command{}
	o.bind(command.Flags())
	if err := command.Flags().Parse([]string{"--scenario", path}); err != nil {
		return err
	}
	all, err := o.resolve(command.Flags())
	if err != nil {
		return err
	}
	for _, one := range all {
		if err := one.check(); err != nil {
			return err
		}
	}
	return nil
}
