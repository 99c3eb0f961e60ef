package compare

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"pollpush/internal/build"
	"pollpush/internal/result"
	"pollpush/internal/scenario"
)

// Origin is where a side comes from.
type Origin struct {
	Name    string     `json:"name"` // the file
	Tool    build.Info `json:"tool"`
	Target  string     `json:"target"`  // what was measured; embedded where bench started it itself
	Trials  int        `json:"trials"`  // of each transport, as they were asked for
	Invalid int        `json:"invalid"` // of all trials: they have no say
}

func (s Side) origin() Origin {
	r := s.Result
	o := Origin{Name: s.Name, Tool: r.Tool, Target: r.Target, Trials: r.Scenario.Trials}
	for _, t := range r.Trials {
		if t.Verdict.State == result.Invalid {
			o.Invalid++
		}
	}
	return o
}

// Difference is a part of the scenario that is not the same, by the flag that sets it.
type Difference struct {
	Flag string `json:"flag"` // its name, without dashes
	A    string `json:"a"`    // its value in the first result
	B    string `json:"b"`    // its value in the second
}

func (d Difference) String() string {
	return fmt.Sprintf("%s %s and %s", scenario.FlagName(d.Flag), orUnknown(d.A), orUnknown(d.B))
}

// check refuses what cannot be compared.
func check(a, b Side, force bool) ([]Difference, error) {
	for _, s := range []Side{a, b} {
		if err := s.check(); err != nil {
			return nil, err
		}
	}
	different := differences(a.Result, b.Result)
	if len(different) > 0 && !force {
		return nil, fmt.Errorf("%s and %s are of different scenarios (%s): compare what was measured alike, or add --force",
			a.Name, b.Name, list(different))
	}
	shared := slices.ContainsFunc(a.Result.Scenario.Transports, func(t scenario.Transport) bool {
		return slices.Contains(b.Result.Scenario.Transports, t)
	})
	if !shared {
		return nil, errors.New("the two results have no transport in common: there is nothing to compare")
	}
	return different, nil
}

func (s Side) check() error {
	r := s.Result
	complete := 0
	for _, t := range r.Trials {
		if t.Complete {
			complete++
		}
	}
	switch {
	case !r.Complete():
		return fmt.Errorf("%s is incomplete, %d of %d trials went through: run it again", s.Name, complete, r.Scenario.Trials*len(r.Scenario.Transports))
	case s.origin().Invalid == len(r.Trials):
		return fmt.Errorf("%s cannot be used, all its trials are invalid: bench report %s says why", s.Name, s.Name)
	}
	return nil
}

// differences returns what of the scenarios differs. The number of trials may: it says how sure the
// figures are, and not what is measured.
func differences(a, b result.Result) []Difference {
	different := []Difference{}
	inB := b.Scenario.Flags()
	for i, f := range a.Scenario.Flags() {
		if f.Value != inB[i].Value && f.Name != "trials" {
			different = append(different, Difference{f.Name, f.Value, inB[i].Value})
		}
	}
	a.Headers.Source, b.Headers.Source = "", "" // it is for people
	if a.Scenario.Headers == b.Scenario.Headers && !reflect.DeepEqual(a.Headers, b.Headers) {
		name := a.Scenario.Headers
		different = append(different, Difference{"headers", name, "other fields that are called " + name})
	}
	for i := range min(len(a.GroupHeaders), len(b.GroupHeaders)) {
		inA, inB := a.GroupHeaders[i], b.GroupHeaders[i]
		inA.Source, inB.Source = "", ""
		if inA.Name == inB.Name && !reflect.DeepEqual(inA, inB) {
			different = append(different, Difference{"groups", "headers " + inA.Name, "other fields that are called " + inB.Name})
		}
	}
	return different
}

// inTime says how the two were measured in time. Variants of one run have its beginning, and took turns.
func inTime(a, b result.Result) string {
	if a.Variant != "" && b.Variant != "" && a.Started.Equal(b.Started) && alike(a, b) {
		return "A and B took turns, as variants of one run: what changed on the machine meanwhile hit both."
	}
	return "A and B were measured one after the other: what else changed on the machine in between counts as a difference."
}

// notes says what to know before anything is concluded.
func notes(a, b Side, different []Difference) []string {
	texts := []string{inTime(a.Result, b.Result)}
	if len(different) > 0 {
		texts = append(texts, fmt.Sprintf("The scenarios differ (%s), so their figures may for that alone.", list(different)))
	}
	if !alike(a.Result, b.Result) {
		texts = append(texts, "The hosts differ, so times, processor use and memory may for that alone.")
	}
	if a.Result.Target != b.Result.Target {
		texts = append(texts, fmt.Sprintf("The targets differ: %s in A, %s in B.", a.Result.Target, b.Result.Target))
	}
	if x, y := a.spread(), b.spread(); x != y {
		texts = append(texts, fmt.Sprintf("The runs were spread differently: A over %s, B over %s.", x, y))
	}
	for _, s := range []Side{a, b} {
		texts = append(texts, s.verdicts()...)
	}
	return texts
}

// spread says over what a side was spread: memory and processor time of several processes are others than
// those of one.
func (s Side) spread() string {
	text := "one process each"
	if p := s.Result.Processes; p != nil {
		text = fmt.Sprintf("%d generators and %d targets", p.Generators, p.Targets)
	}
	if from := s.Result.SourceAddresses; from != "" {
		text += " from " + from
	}
	return text
}

// alike reports whether two results are of hosts that measure alike, as far as is known.
func alike(a, b result.Result) bool {
	x, y := a.Host, b.Host
	return x.OS == y.OS && x.Arch == y.Arch && x.Kernel == y.Kernel && x.CPUModel == y.CPUModel &&
		x.CPUs == y.CPUs && x.GOMAXPROCS == y.GOMAXPROCS
}

// verdicts says which trials have no say, and which are to be doubted.
func (s Side) verdicts() []string {
	var texts []string
	for _, t := range s.Result.Scenario.Transports {
		trials := s.Result.Of(t)
		invalid, suspect := 0, 0
		for _, trial := range trials {
			switch trial.Verdict.State {
			case result.Invalid:
				invalid++
			case result.Suspect:
				suspect++
			case result.Valid:
			}
		}
		if invalid > 0 {
			texts = append(texts, fmt.Sprintf("%s: %d of %d trials of %s are invalid and have no say.", s.Name, invalid, len(trials), t))
		}
		if suspect > 0 {
			texts = append(texts, fmt.Sprintf("%s: %d of %d trials of %s are suspect.", s.Name, suspect, len(trials), t))
		}
	}
	return texts
}

func list(different []Difference) string {
	texts := make([]string, len(different))
	for i, d := range different {
		texts[i] = d.String()
	}
	return strings.Join(texts, ", ")
}

// orUnknown names what an older result does not have.
func orUnknown(value string) string {
	if value == "" {
		return "(not stored)"
	}
	return value
}
