package engine

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"pollpush/internal/result"
	"pollpush/internal/scenario"
	"pollpush/pkg/metrics"
	"pollpush/pkg/wire"
)

// fill sets every number in v, however deep, to one of its own below most, and returns how many it set. There are
// two of what there may be any number of.
func fill(v reflect.Value, random *rand.Rand, most int64) int {
	switch into := v.Addr().Interface().(type) {
	case *Tally: // whose fields are not exported: they are filled on their way
		var j tallyJSON
		n := fill(reflect.ValueOf(&j).Elem(), random, most)
		into.tally = tally{j.Ledgers, j.Latency, j.PollLag, j.Delivered, j.Duplicated, j.Reordered, j.JoinedLate, j.Missed}
		return n
	case *Slice:
		into.Delivered = random.Int64N(most)
		into.record(time.Duration(random.Int64N(int64(time.Minute))))
		return 2
	}
	switch v.Kind() {
	case reflect.Int, reflect.Int64:
		v.SetInt(random.Int64N(most))
		return 1
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		n := 0
		for i := range v.Len() {
			n += fill(v.Index(i), random, most)
		}
		return n
	case reflect.Pointer:
		if v.Type() == reflect.TypeFor[*metrics.Histogram]() {
			h := metrics.NewHistogram()
			for range 1 + random.IntN(100) {
				h.Record(time.Duration(random.Int64N(int64(time.Minute))) - time.Microsecond)
			}
			v.Set(reflect.ValueOf(h))
			return 1
		}
		v.Set(reflect.New(v.Type().Elem()))
		return fill(v.Elem(), random, most)
	case reflect.Array:
		n := 0
		for i := range v.Len() {
			n += fill(v.Index(i), random, most)
		}
		return n
	case reflect.Struct:
		n := 0
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				n += fill(v.Field(i), random, most)
			}
		}
		return n
	}
	return 0
}

// fillAccount returns an account with something in each field.
func fillAccount(t *testing.T, random *rand.Rand) Account {
	t.Helper()
	if n, fields := reflect.TypeFor[tallyJSON]().NumField(), reflect.TypeFor[tally]().NumField(); n != fields {
		t.Fatalf("tallyJSON has %d fields, tally %d: what is missing is lost on its way", n, fields)
	}
	var a Account
	fill(reflect.ValueOf(&a).Elem(), random, 1_000_000)
	return a
}

// travel returns what arrives of an account in another process.
func travel(t *testing.T, a Account) Account {
	t.Helper()
	text, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	var arrived Account
	if err := json.Unmarshal(text, &arrived); err != nil {
		t.Fatal(err)
	}
	return arrived
}

// numbers returns every number in a value as JSON has it, by its path; histograms by what they say.
func numbers(t *testing.T, v any) map[string]float64 {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := json.Unmarshal(text, &tree); err != nil {
		t.Fatal(err)
	}
	all := make(map[string]float64)
	walk("", tree, all)
	return all
}

func walk(path string, tree any, all map[string]float64) {
	switch v := tree.(type) {
	case map[string]any:
		for name, child := range v {
			walk(path+"."+name, child, all)
		}
	case []any:
		for i, child := range v {
			walk(path+"."+string(rune('0'+i)), child, all)
		}
	case float64:
		all[path] = v
	}
}

// Every figure of accounts that ran side by side is the sum of theirs, but for the time to connect and the
// extremes, of which there is the largest, or the smallest; whatever way they came, and in whatever order.
func TestAccountsAddUp(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	parts := []Account{fillAccount(t, random), fillAccount(t, random), fillAccount(t, random)}
	s := scenario.Scenario{Duration: 500 * time.Millisecond, Groups: make([]scenario.Group, 2)} // and two slices
	sum, back := newAccount(s), newAccount(s)
	want := make(map[string]float64)
	for i := range parts {
		arrived := travel(t, parts[i])
		sum.add(&arrived)
		for path, n := range numbers(t, parts[i]) {
			_, seen := want[path]
			switch {
			case path == ".connected_ns" || hasSuffix(path, ".max_ns"):
				want[path] = max(want[path], n)
			case hasSuffix(path, ".min_ns") && seen:
				want[path] = min(want[path], n)
			default:
				want[path] += n
			}
		}
	}
	for i := range parts {
		back.add(&parts[len(parts)-1-i])
	}
	got := numbers(t, sum)
	for path, n := range want {
		if got[path] != n {
			t.Errorf("%s = %v, want %v", path, got[path], n)
		}
	}
	if len(got) != len(want) || len(want) < 100 {
		t.Errorf("%d figures, want %d", len(got), len(want))
	}
	if other := numbers(t, back); !reflect.DeepEqual(got, other) {
		t.Error("the order makes a difference")
	}
	one, slice := metrics.NewHistogram(), metrics.NewCoarseHistogram()
	for i := range parts {
		one.Merge(parts[i].Groups[1].Tally.latency)
		slice.Merge(parts[i].Timeline[1].Latency)
	}
	for p := 0.0; p <= 100; p += 0.1 {
		if got := sum.Groups[1].Tally.latency.Percentile(p); got != one.Percentile(p) {
			t.Fatalf("p%v = %v, want %v", p, got, one.Percentile(p))
		}
		if got := sum.Timeline[1].Latency.Percentile(p); got != slice.Percentile(p) {
			t.Fatalf("p%v of a slice = %v, want %v", p, got, slice.Percentile(p))
		}
	}
}

func hasSuffix(s, suffix string) bool {
	return len(s) >= len(suffix) && s[len(s)-len(suffix):] == suffix
}

// What one process does not know, the whole does not know.
func TestAccountsThatDoNotKnow(t *testing.T) {
	known, unknown := newAccount(scenario.Scenario{}), newAccount(scenario.Scenario{})
	unknown.Expected, unknown.Lost, unknown.Packets = nil, nil, Packets{Over: new(wire.Traffic)}
	for _, order := range [][]*Account{{&known, &unknown}, {&unknown, &known}} {
		sum := newAccount(scenario.Scenario{})
		for _, a := range order {
			sum.add(a)
		}
		if sum.Expected != nil || sum.Lost != nil || sum.Packets.Ready != nil || sum.Packets.steady() != nil || sum.Packets.Over == nil {
			t.Errorf("%+v", sum)
		}
	}
}

// A difference of one target does not hide behind one of another, and those that are not whole have no say.
func TestBooksOfSeveralTargets(t *testing.T) {
	target := func(up, down int64, whole bool, cut int64) served {
		clients := newAccount(scenario.Scenario{})
		clients.Tally.ledgers[steady].Up.Payload, clients.Tally.ledgers[other].Down.Header = 100, 50
		clients.Cut = cut
		return served{name: "target 1 of 2", clients: &clients, used: reading{bytesUp: up, bytesDown: down}, whole: whole, publishLag: metrics.NewHistogram()}
	}
	known := func(n int64) *int64 { return &n }
	for name, test := range map[string]struct {
		servers []served
		want    *int64
	}{
		"balance":          {[]served{target(100, 50, true, 0), target(100, 50, true, 0)}, known(0)},
		"opposite":         {[]served{target(101, 50, true, 0), target(99, 50, true, 0)}, known(2)},
		"both directions":  {[]served{target(101, 49, true, 0)}, known(2)},
		"one is not whole": {[]served{target(0, 0, false, 0), target(100, 50, true, 0)}, known(0)},
		"none is whole":    {[]served{target(100, 50, false, 0)}, nil},
		"a cut connection": {[]served{target(100, 50, true, 1), target(100, 50, true, 0)}, nil},
		"nobody":           {nil, nil},
	} {
		f := findings{servers: test.servers, sum: newAccount(scenario.Scenario{})}
		if got := f.difference(); (got == nil) != (test.want == nil) || got != nil && *got != *test.want {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
		if test.want != nil && *test.want != 0 {
			v := verdict{State: result.Valid}
			for i := range test.servers {
				test.servers[i].judge(&v)
			}
			if v.State != result.Invalid {
				t.Errorf("%s: %+v", name, v)
			}
		}
	}
}

// However many clients are cut into however many parts, each is in one, in order, and the parts are alike.
func TestParts(t *testing.T) {
	for clients := 1; clients < 50; clients++ {
		for generators := 2; generators <= min(clients, 12); generators++ {
			next := 0
			for _, p := range Parts(clients, generators) {
				if p.First != next || p.Count < clients/generators || p.Count > clients/generators+1 {
					t.Fatalf("%d in %d: %+v", clients, generators, Parts(clients, generators))
				}
				next += p.Count
			}
			if next != clients {
				t.Fatalf("%d of %d in %d parts", next, clients, generators)
			}
			for targets := 1; targets <= generators; targets++ {
				checkServed(t, clients, Spread{Generators: generators, Targets: targets})
			}
		}
	}
}

// checkServed checks that every target has a generator, none has two more than another, and that the most
// clients of one are what is said.
func checkServed(t *testing.T, clients int, s Spread) {
	t.Helper()
	users, served := make([]int, s.Targets), make([]int, s.Targets)
	for i, p := range Parts(clients, s.Generators) {
		users[s.TargetOf(i)]++
		served[s.TargetOf(i)] += p.Count
	}
	least, most, clientsMost := users[0], users[0], 0
	for i := range users {
		least, most, clientsMost = min(least, users[i]), max(most, users[i]), max(clientsMost, served[i])
	}
	if _, target := s.MostClients(clients); least < 1 || most > least+1 || target != clientsMost {
		t.Fatalf("%d clients, %+v: users %v, served %v, said %d", clients, s, users, served, target)
	}
}
