package result_test

import (
	"strings"
	"testing"
	"time"

	"pollpush/internal/result"
)

func TestLimitsSet(t *testing.T) {
	l := result.DefaultLimits()
	for _, text := range []string{"messages=10", "poll-lag=5%:20%", "generator-lag=0s:1m", "generator-cpu=50%:50%", "publish-lag=20ms:100ms", "publish-lag=30ms:100ms", "backlog=1%:2%", "clock-error=10%"} {
		if err := l.Set(text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	want := result.Limits{
		Messages: 10, PollLag: result.Level[float64]{Suspect: 0.05, Invalid: 0.2},
		GeneratorLag: result.Level[time.Duration]{Suspect: 0, Invalid: time.Minute},
		GeneratorCPU: result.Level[float64]{Suspect: 0.5, Invalid: 0.5},
		PublishLag:   result.Level[time.Duration]{Suspect: 30 * time.Millisecond, Invalid: 100 * time.Millisecond},
		Backlog:      result.Level[float64]{Suspect: 0.01, Invalid: 0.02},
		ClockError:   0.1,
	}
	if l != want {
		t.Errorf("limits = %+v\nwant     %+v", l, want)
	}
	for text, says := range map[string]string{
		"":                      "want NAME=VALUE",
		"publish-lag":           "want NAME=VALUE",
		"patience=1s:2s":        `limit "patience" is unknown: want one of messages, poll-lag`,
		"messages=few":          `"few" is no number of messages`,
		"messages=-1":           `"-1" is no number of messages`,
		"publish-lag=1s":        "want SUSPECT:INVALID",
		"publish-lag=1s:1ms":    "turn the two round",
		"publish-lag=x:1s":      `"x" is no time`,
		"publish-lag=1s:-1s":    `"-1s" is no time`,
		"poll-lag=0.1:0.5":      `"0.1" is no share`,
		"poll-lag=1%:NaN%":      `"NaN%" is no share`,
		"clock-error=10%:20%":   `"10%:20%" is no share`,
		"generator-cpu=-1%:50%": `"-1%" is no share`,
	} {
		before := l
		if err := l.Set(text); err == nil || !strings.Contains(err.Error(), says) || l != before {
			t.Errorf("%q: %v, limits %+v; want %q, and nothing changed", text, err, l, says)
		}
	}
}
