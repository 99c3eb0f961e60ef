package scenario_test

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pollpush/internal/scenario"
)

// staged is a scenario in which clients come and leave.
func staged(clients int, stages ...scenario.Stage) scenario.Scenario {
	s := scenario.Default()
	s.Clients, s.Stages = clients, stages
	s.Duration = s.StagesLength()
	return s
}

func TestStays(t *testing.T) {
	const sec = time.Second
	for name, test := range map[string]struct {
		s    scenario.Scenario
		want map[int][]scenario.Stay
	}{
		"no stages": {scenario.Default(), map[int][]scenario.Stay{0: {{0, 8 * sec}}, 999: {{0, 8 * sec}}, 1000: nil}},
		"up, hold, down": {staged(1, scenario.Stage{For: 4 * sec, Clients: 5}, scenario.Stage{For: 10 * sec, Clients: 5}, scenario.Stage{For: 2 * sec, Clients: 1}),
			map[int][]scenario.Stay{
				0: {{0, 16 * sec}},
				1: {{0, 16 * sec}}, // leaves when the window ends
				2: {{sec, 15*sec + sec/2}},
				4: {{3 * sec, 14*sec + sec/2}},
				5: nil,
			}},
		"down and up again": {staged(4, scenario.Stage{For: 4 * sec, Clients: 0}, scenario.Stage{For: 4 * sec, Clients: 4}),
			map[int][]scenario.Stay{
				0: {{0, 8 * sec}}, // it would leave and come at one instant
				1: {{0, 3 * sec}, {5 * sec, 8 * sec}},
				3: {{0, sec}, {7 * sec, 8 * sec}},
			}},
		"down, pause, up": {staged(2, scenario.Stage{For: 2 * sec, Clients: 0}, scenario.Stage{For: sec, Clients: 0}, scenario.Stage{For: 2 * sec, Clients: 2}),
			map[int][]scenario.Stay{0: {{0, 2 * sec}, {3 * sec, 5 * sec}}, 1: {{0, sec}, {4 * sec, 5 * sec}}}},
	} {
		for k, want := range test.want {
			if got := test.s.Stays(k); !slices.Equal(got, want) {
				t.Errorf("%s: client %d: %v, want %v", name, k, got, want)
			}
		}
	}
}

// At any time as many clients are there as are planned, however long a stage is.
func TestStaysMakeThePlannedNumber(t *testing.T) {
	const day = 24 * time.Hour
	for _, s := range []scenario.Scenario{
		staged(100, scenario.Stage{For: time.Second, Clients: 737}, scenario.Stage{For: 3 * time.Second, Clients: 13}, scenario.Stage{For: time.Millisecond, Clients: 500}, scenario.Stage{For: time.Second, Clients: 500}),
		staged(1, scenario.Stage{For: day / 2, Clients: 5000}, scenario.Stage{For: day / 2, Clients: 0}),
	} {
		var mean float64
		for i := range 500 {
			at := time.Duration((float64(i) + 0.5) / 500 * float64(s.Duration))
			there := 0
			for k := range s.Peak() {
				for _, stay := range s.Stays(k) {
					if stay.From <= at && at < stay.Until {
						there++
					}
				}
			}
			if planned := s.ClientsAt(at); there != planned {
				t.Fatalf("after %v %d clients are there, %d are planned", at, there, planned)
			}
			mean += float64(there) / 500
		}
		if a := s.Attendance(1)[0]; math.Abs(a.Mean-mean) > 0.01*mean || a.Clients != s.Peak() {
			t.Errorf("attendance = %+v, want %d of whom %.1f are there on average", a, s.Peak(), mean)
		}
	}
	s := staged(4, scenario.Stage{For: time.Second, Clients: 0}, scenario.Stage{For: time.Second, Clients: 0}, scenario.Stage{For: time.Second, Clients: 6})
	if a := s.Attendance(1)[0]; a.Joins != 6 {
		t.Errorf("%d joins, want 6: four come again, and two are new", a.Joins)
	}
}

func TestStagesThatCannotBe(t *testing.T) {
	for want, stages := range map[string][]scenario.Stage{
		"stages: stage 2 is for -1s: want 1ms to 24h0m0s":      {{For: time.Second}, {For: -time.Second}},
		"stages: stage 1 is for 0s":                            {{}},
		"stages: stage 1 has -1 clients: want 0 to 1000000":    {{For: time.Second, Clients: -1}},
		"stages: stage 1 has 1000001 clients":                  {{For: time.Second, Clients: 1_000_001}},
		"stages: 51 are more than a run may have":              slices.Repeat([]scenario.Stage{{For: time.Second}}, 51),
		"stages: they are 25h0m0s together: want 24h0m0s":      {{For: time.Hour}, {For: 24 * time.Hour}},
		"--duration cannot be given beside stages: the window": {{For: 3 * time.Second, Clients: 5}},
	} {
		s := staged(100, stages...)
		if strings.HasPrefix(want, "--duration") {
			s.Duration++
		}
		s.Rate = 1e-3
		if err := s.Validate(); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("err = %v\nwant  %s", err, want)
		}
	}
}

// Who is there when, and in which group, is of the schedule.
func TestScheduleHashTellsGroupsAndStages(t *testing.T) {
	seen := make(map[string]string)
	two := staged(100, scenario.Stage{For: 4 * time.Second, Clients: 100}, scenario.Stage{For: 4 * time.Second, Clients: 100})
	other := staged(100, scenario.Stage{For: 4 * time.Second, Clients: 98}, scenario.Stage{For: 4 * time.Second, Clients: 100})
	plain, groups := scenario.Default(), grouped(100)
	plain.Clients = 100
	groups.Topics = 1
	for name, s := range map[string]scenario.Scenario{"plain": plain, "stages": two, "other stages": other, "groups": groups} {
		hash := s.ScheduleHash(1)
		if same, ok := seen[hash]; ok {
			t.Errorf("%s: the same hash as %s", name, same)
		}
		seen[hash] = name
	}
	if alike := grouped(100); alike.ScheduleHash(1) != grouped(100).ScheduleHash(1) {
		t.Error("the same groups have another hash")
	}
}
