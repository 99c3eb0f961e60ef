package main

import (
	"strings"
	"testing"
	"time"

	"pollpush/internal/scenario"
)

// calm is a process at rest.
var calm = state{goroutines: 9, files: 12, heap: 2e6, resident: 20e6}

// Whatever does not return is named, and nothing else is.
func TestVerdict(t *testing.T) {
	const clients, stays = 100, 1000
	leaked := func(change func(*state)) states {
		s := states{calm, calm}
		change(&s.target)
		return s
	}
	for name, c := range map[string]struct {
		after states
		want  string
	}{
		"nothing":            {states{calm, calm}, ""},
		"less":               {states{}, ""},
		"a goroutine":        {leaked(func(s *state) { s.goroutines++ }), "goroutines of the target: 10 after and at most 9 expected"},
		"a file":             {leaked(func(s *state) { s.files++ }), "open files of the target: 13 after and at most 12 expected"},
		"noise":              {leaked(func(s *state) { s.heap += heapSlack + clients*heapPerClient }), ""},
		"16 bytes and noise": {leaked(func(s *state) { s.heap += heapSlack + clients*heapPerClient + 16*stays }), "heap in use of the target: 2.30 MB after and at most 2.30 MB expected"},
		"a quarter":          {leaked(func(s *state) { s.resident += 5e6 + residentSlack }), ""},
		"pages":              {leaked(func(s *state) { s.resident += 6e6 + residentSlack }), "resident memory of the target: 42.78 MB after and at most 41.78 MB expected"},
		"both": {
			states{state{goroutines: 10}, state{files: 20}},
			"open files of the target: 20 after and at most 12 expected; goroutines of the generator: 10 after and at most 9 expected",
		},
	} {
		err := verdict(compare(&states{calm, calm}, states{}, &c.after, clients, stays))
		got := ""
		if err != nil {
			got = strings.TrimPrefix(err.Error(), "not all is as it was before: ")
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestTable(t *testing.T) {
	var out strings.Builder
	after := states{generator: calm, target: calm}
	after.generator.files++
	if err := writeTable(&out, compare(&states{calm, calm}, states{}.peakOf(calm), &after, 0, 0)); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"| target | goroutines | 9 | 9 | 9 | 9 | yes |",
		"| generator | open files | 12 | 12 | 13 | 12 | NO |",
		"| target | heap in use | 2.00 MB | 2.00 MB | 2.00 MB | 2.26 MB | yes |",
	} {
		if got := strings.Join(strings.FieldsFunc(out.String(), func(r rune) bool { return r == ' ' }), " "); !strings.Contains(got, line) {
			t.Errorf("no %s in\n%s", line, &out)
		}
	}
}

// peakOf returns states that are at most s.
func (p states) peakOf(s state) states {
	return states{p.generator.over(s), p.target.over(s)}
}

// What is read of a target is what its metrics say, and metrics of something else are none.
func TestParseState(t *testing.T) {
	text := "# TYPE go_goroutines gauge\ngo_goroutines 9\ngo_memstats_heap_alloc_bytes 2e+06\n" +
		"go_memstats_heap_alloc_bytes_total 7e+09\nprocess_resident_memory_bytes 2e+07\n"
	want := calm
	want.files = 0
	if s, err := parseState(text); err != nil || s != want {
		t.Errorf("%+v, %v, want %+v", s, err, want)
	}
	if _, err := parseState("go_goroutines 9\n"); err == nil || !strings.Contains(err.Error(), "needs Linux") {
		t.Errorf("%v", err)
	}
}

// The scenario is one that can be run, over each transport, and three quarters leave and come again.
func TestScenario(t *testing.T) {
	for _, length := range []time.Duration{minDuration, 40 * time.Second, 10 * time.Minute, maxDuration} {
		s := soak{clients: 1000, duration: length}
		if err := s.check(); err != nil {
			t.Error(err)
		}
		c := s.scenario(length)
		came := c.Clients
		for _, a := range c.Attendance(1) {
			came += a.Joins
		}
		if rounds := len(c.Stages) / 2; came != 1000+749*rounds || rounds == 0 || c.Peak() != 1000 {
			t.Errorf("%s: %d came, %d at most: want 749 to come again %d times (the last one would leave at once)", length, came, c.Peak(), rounds)
		}
		for _, name := range scenario.Transports() {
			if !c.Uses(name) {
				t.Errorf("%s: nobody follows over %s", length, name)
			}
		}
	}
}

func TestWhatCannotBe(t *testing.T) {
	for _, c := range []struct {
		clients  int
		duration time.Duration
		want     string
	}{
		{15, time.Minute, "--clients 15: want 16 or more"},
		{16, 3 * time.Second, "--duration 3s: want 4s to 2h0m0s"},
		{16, 3 * time.Hour, "--duration 3h0m0s: want 4s to 2h0m0s"},
		{1 << 23, time.Minute, "open files, the limit is "},
	} {
		if err := (soak{clients: c.clients, duration: c.duration}).check(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
}
