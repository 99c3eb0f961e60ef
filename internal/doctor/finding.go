package doctor

import "strings"

// Verdict is what one check comes to.
type Verdict string

// The verdicts.
const (
	OK      Verdict = "ok"
	Unknown Verdict = "not known" // this system does not tell
	Warns   Verdict = "warns"     // it runs, and figures may be distorted
	Refuses Verdict = "refuses"   // it cannot work
)

// Finding is what one check found. What is
// computed and not counted begins with a ~.
type Finding struct {
	Check   string  `json:"check"`            // what was looked at
	Needs   string  `json:"needs,omitempty"`  // what the scenario needs
	Has     string  `json:"has"`              // what this host has
	Allows  string  `json:"allows,omitempty"` // what that is enough for, the rest of the scenario as it is
	Verdict Verdict `json:"verdict"`
	// Why is what is wrong and what comes of it, or what is not known.
	Why string `json:"why,omitempty"`
	// Cure is what to do about it: the rest of the sentence.
	Cure string `json:"cure,omitempty"`
	// Type is the command that does it, if one does.
	Type string `json:"type,omitempty"`
}

// Sentence returns Why, Cure and what to type as one sentence; empty where nothing is wrong.
func (f Finding) Sentence() string {
	var parts []string
	for _, part := range []string{f.Why, f.Cure} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	s := strings.Join(parts, ": ")
	if f.Type != "" {
		s += ", with `" + f.Type + "`"
	}
	return s
}

// has returns what a host has as it is shown, and Unknown as the verdict where that is not known.
func (f Finding) has(text string, known bool) Finding {
	f.Has, f.Verdict = text, OK
	if !known {
		f.Has, f.Allows, f.Verdict = none, "", Unknown
	}
	return f
}

// warns and refuses say what is wrong, what to do about it, and what to type.
func (f Finding) warns(why, cure, command string) Finding {
	f.Verdict, f.Why, f.Cure, f.Type = Warns, why, cure, command
	return f
}

func (f Finding) refuses(why, cure, command string) Finding {
	f.Verdict, f.Why, f.Cure, f.Type = Refuses, why, cure, command
	return f
}

// none stands where there is nothing to say.
const none = "–"
