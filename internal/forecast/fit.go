package forecast

import (
	"fmt"
	"strings"
	"time"

	"pollpush/internal/report"
	"pollpush/internal/result"
	"pollpush/internal/scenario"
	"pollpush/pkg/wire"
)

// fit is what the trials of one transport say, taken together. The zero value says nothing.
type fit struct {
	trials  int
	clients int           // of the trial with the most
	cpu     time.Duration // of the server, in all windows
	units   int64         // polls, or messages that were pushed, in all windows
	each    time.Duration // cpu / units; 0 where it is not known
	memory  float64       // of the server, in bytes for each client; 0 where it is not known
	setup   wire.Ledger
	steady  wire.Ledger
	total   wire.Ledger
}

// fitTo takes trials together. Of memory it has the largest.
func fitTo(t scenario.Transport, trials []result.Trial) fit {
	f := fit{trials: len(trials)}
	for _, trial := range trials {
		f.clients = max(f.clients, trial.Clients.Connected)
		f.cpu += trial.Server.CPU()
		f.setup = f.setup.Add(trial.Wire.Setup.Ledger)
		f.steady = f.steady.Add(trial.Wire.Steady.Ledger)
		f.total = f.total.Add(trial.Wire.Total.Ledger)
		if n := trial.Clients.Connected; n > 0 {
			f.memory = max(f.memory, float64(trial.Server.RSS)/float64(n))
		}
	}
	if f.units = f.steady.Messages; t.Polls() {
		f.units = f.steady.Requests
	}
	if f.units > 0 {
		f.each = f.cpu / time.Duration(f.units)
	}
	return f
}

// evidence is what a result says that bears on a question.
type evidence struct {
	fits map[scenario.Transport]fit
	// doubts are sentences on what it does not say, one for each transport that it says nothing of.
	doubts []string
}

// weigh takes out of a result what bears on the question. It is an error where nothing does.
func weigh(q Question) (evidence, error) {
	e := evidence{fits: make(map[scenario.Transport]fit)}
	if q.From == nil {
		return e, nil
	}
	// What the server paid is of all groups together, and of as many clients as there were.
	if was := q.From.Result.Scenario; len(was.Groups) > 0 || len(was.Stages) > 0 {
		return e, fmt.Errorf("--from %s is of a scenario with groups or stages, whose costs cannot be told apart: name a result without them, or leave it out", q.From.Name)
	}
	var reasons []string
	for _, t := range q.Scenario.Transports {
		trials := usable(q.From.Result.Of(t))
		f := fitTo(t, trials)
		if reason := q.useless(t, f); reason != "" {
			reasons = append(reasons, report.Name(t)+": "+reason)
			continue
		}
		e.fits[t] = f
		if f.each == 0 {
			e.doubts = append(e.doubts, fmt.Sprintf("%s does not know how much processor time %s took.", q.From.Name, report.Name(t)))
		}
	}
	if len(e.fits) == 0 {
		return e, fmt.Errorf("--from %s says nothing of what is asked (%s): name a result of the same protocols, or leave it out",
			q.From.Name, strings.Join(reasons, "; "))
	}
	for _, reason := range reasons {
		e.doubts = append(e.doubts, fmt.Sprintf("%s is silent on %s.", q.From.Name, reason))
	}
	return e, nil
}

// usable returns the trials that are complete and not invalid.
func usable(trials []result.Trial) []result.Trial {
	var good []result.Trial
	for _, t := range trials {
		if t.Complete && t.Verdict.State != result.Invalid {
			good = append(good, t)
		}
	}
	return good
}

// useless returns why what was measured of a transport is not about what is asked, "" where it is.
func (q Question) useless(t scenario.Transport, f fit) string {
	was, is := q.From.Result.Scenario, q.Scenario
	switch {
	case len(q.From.Result.Of(t)) == 0:
		return "it was not measured"
	case f.trials == 0:
		return "no trial is complete and valid"
	case f.units <= 0 || f.clients <= 0:
		return "nothing happened in the window"
	case f.cpu < 0 || f.memory < 0:
		return "its figures are negative"
	case was.OverHTTP2(t) != is.OverHTTP2(t):
		return "it was measured over another version of HTTP"
	case was.TLS != is.TLS:
		return "it was measured " + with(was.TLS) + " TLS"
	case t.Polls() && was.KeepAlive != is.KeepAlive:
		return "it was measured " + with(was.KeepAlive) + " keep-alive"
	case t.Polls() && !is.KeepAlive && was.Resume != is.Resume:
		return "it was measured " + with(was.Resume) + " resumption"
	case was.Compresses(t):
		return "its messages were compressed"
	}
	return ""
}

func with(yes bool) string {
	if yes {
		return "with"
	}
	return "without"
}
