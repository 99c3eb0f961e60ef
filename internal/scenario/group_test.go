package scenario_test

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pollpush/internal/link"
	"pollpush/internal/scenario"
)

// grouped is a scenario of three groups.
func grouped(clients int) scenario.Scenario {
	s := scenario.Default()
	s.Clients, s.Topics = clients, 7
	s.Groups = []scenario.Group{
		{Name: "phones", Share: 3_333, Headers: "go", Link: link.Profile{RTT: 100 * time.Millisecond}},
		{Name: "desks", Share: 6_650, Headers: "go"},
		{Name: "others", Share: 17, Headers: "go"},
	}
	return s
}

// Each group gets its share, those with the largest remainders one more; and neither a topic nor the transport
// decides who is in it.
func TestDeal(t *testing.T) {
	for clients, want := range map[int][]int{1000: {333, 665, 2}, 100: {33, 67, 0}, 10: {3, 7, 0}, 3: {1, 2, 0}} {
		s := grouped(clients)
		dealt, counts := s.Deal(1), make([]int, 3)
		for _, group := range dealt {
			counts[group]++
		}
		if !slices.Equal(counts, want) {
			t.Errorf("%d clients: %v, want %v", clients, counts, want)
		}
		if slices.IsSorted(dealt) {
			t.Errorf("%d clients are not shuffled: %v", clients, dealt)
		}
		if clients == 1000 && (!slices.Equal(dealt, s.Deal(1)) || slices.Equal(dealt, s.Deal(2))) {
			t.Error("the same trial is dealt differently, or another one alike")
		}
	}
	s := grouped(7000)
	phones := make([]int, s.Topics)
	for client, group := range s.Deal(1) {
		if group == 0 {
			phones[client%s.Topics]++
		}
	}
	for topic, n := range phones {
		if n < 270 || n > 400 { // 333 with a standard deviation of 15
			t.Errorf("%d of the 1000 clients on topic %d are phones", n, topic)
		}
	}
}

// Each n-th part of the interval holds one client of a group of n.
func TestPollOffsetsAreStratifiedInGroups(t *testing.T) {
	s := grouped(1000)
	dealt := s.Deal(1)
	phases := make([][]float64, len(s.Groups))
	for client, phase := range s.PollOffsets(1) {
		phases[dealt[client]] = append(phases[dealt[client]], phase)
	}
	for group, of := range phases {
		slices.Sort(of)
		for i, phase := range of {
			if stratum := int(math.Floor(phase * float64(len(of)))); stratum != i {
				t.Fatalf("group %d: phase %v is in part %d of %d, want %d", group, phase, stratum, len(of), i)
			}
		}
	}
}

func TestGroupsThatCannotBe(t *testing.T) {
	for want, change := range map[string]func(*scenario.Scenario){
		`groups: "Phones" is no name`:                                func(s *scenario.Scenario) { s.Groups[0].Name = "Phones" },
		"groups: there are two called phones":                        func(s *scenario.Scenario) { s.Groups[1].Name = "phones" },
		"groups: the shares add up to 99.99 %: make that 100 %":      func(s *scenario.Scenario) { s.Groups[0].Share-- },
		"groups: phones has a share of 0 %":                          func(s *scenario.Scenario) { s.Groups[0].Share = 0 },
		"groups: 0.17 % of 100 clients is nobody: raise --clients":   func(s *scenario.Scenario) { s.Clients = 100 },
		`groups: the transport "pigeon" of phones is unknown`:        func(s *scenario.Scenario) { mix(s); s.Groups[0].Transport = "pigeon" },
		`groups: the transport "mixed" of phones is unknown`:         func(s *scenario.Scenario) { mix(s); s.Groups[0].Transport = scenario.Mixed },
		"groups: phones: --jitter 1s is above the --rtt of 100ms":    func(s *scenario.Scenario) { s.Groups[0].Link.Jitter = time.Second },
		"groups: some name a transport and some do not":              func(s *scenario.Scenario) { s.Groups[1].Transport = scenario.SSE },
		"groups: 21 are more than a run may have":                    func(s *scenario.Scenario) { s.Groups = make([]scenario.Group, 21) },
		`--transports "mixed" is unknown`:                            func(s *scenario.Scenario) { s.Transports = []scenario.Transport{scenario.Mixed} },
		"--transports cannot be given beside groups with transports": func(s *scenario.Scenario) { mix(s); s.Transports = scenario.Transports() },
		"--deflate takeover compresses WebSocket messages": func(s *scenario.Scenario) {
			mix(s)
			s.Deflate, s.Groups[2].Transport = scenario.DeflateTakeover, scenario.SSE
		},
	} {
		s := grouped(1000)
		change(&s)
		if err := s.Validate(); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("err = %v\nwant  %s", err, want)
		}
	}
	s := grouped(1000)
	mix(&s)
	s.Deflate = scenario.DeflateTakeover
	if err := s.Validate(); err != nil {
		t.Error(err)
	}
}

// mix gives the groups transports of their own.
func mix(s *scenario.Scenario) {
	s.Transports = []scenario.Transport{scenario.Mixed}
	for i, name := range []scenario.Transport{scenario.ShortPoll, scenario.LongPoll, scenario.WebSocket} {
		s.Groups[i].Transport = name
	}
}

func TestParseShare(t *testing.T) {
	for text, want := range map[string]scenario.Share{"30%": 3000, "33.34 %": 3334, "0.01%": 1, "100%": 10_000, "0%": 0} {
		if got, err := scenario.ParseShare(text); err != nil || got != want {
			t.Errorf("%s: %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "30", "%", "0.3", "-1%", "101%", "NaN%", "1e9%", "33.333%", "1/3"} {
		if got, err := scenario.ParseShare(text); err == nil {
			t.Errorf("%q is a share of %s", text, got)
		}
	}
}
