package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/spf13/pflag"

	"pollpush/internal/headers"
	"pollpush/internal/scenario"
	"pollpush/internal/scenariofile"
)

// The flags of bench run that are more than a field of the scenario to this program.
const (
	scenarioFlag = "scenario"
	headersFlag  = "headers"
	arrivalsFlag = "arrivals"
	burstFlag    = "burst"
)

// load sets the flags that the scenario file gives and the command line does not. It is called once, when
// the command line has been read.
func (o *options) load(line *pflag.FlagSet) error {
	burst, arrivals := line.Changed(burstFlag), line.Changed(arrivalsFlag)
	if line.Changed(scenarioFlag) {
		if err := o.loadFile(line); err != nil {
			return fmt.Errorf("--%s: %w", scenarioFlag, err)
		}
	}
	// One that the file gives is idle, and no mistake, where the command line wants other arrivals.
	burst = burst || line.Changed(burstFlag) && !arrivals
	if a := o.scenario.Arrivals; burst && (a == scenario.Fixed || a == scenario.Poisson) {
		return o.locate(errors.New("--burst is for --arrivals burst: ask for these, or leave it out"))
	}
	return nil
}

func (o *options) loadFile(line *pflag.FlagSet) error {
	file, err := scenariofile.Read(o.path)
	if err != nil {
		return err
	}
	o.file = file
	// What the command line overrides is checked all the same: a file is good or it is not.
	overridden := pflag.NewFlagSet("", pflag.ContinueOnError)
	newOptions().bind(overridden)
	for _, s := range file.Settings {
		to := line
		if line.Changed(s.Key.Name) {
			to = overridden
		} else {
			o.fromFile = append(o.fromFile, s.Key.Name)
		}
		if s.Key.Name == headersFlag && !s.List {
			s.Values = []string{beside(o.path, s.Values[0])}
		}
		if err := set(to, s); err != nil {
			return file.At(s.Key.Name, err)
		}
	}
	return nil
}

// set gives a flag the value of a setting, as if it had been typed.
func set(f *pflag.FlagSet, s scenariofile.Setting) error {
	if flag := f.Lookup(s.Key.Name); s.List && flag != nil {
		if to, ok := flag.Value.(pflag.SliceValue); ok {
			return to.Replace(s.Values)
		}
	}
	return f.Set(s.Key.Name, s.Values[0])
}

// beside returns the header profile that a scenario file names: a built-in one, or a file that is looked for
// from the scenario's folder.
func beside(path, profile string) string {
	if profile == "" || slices.Contains(headers.Names(), profile) || filepath.IsAbs(profile) {
		return profile
	}
	joined := filepath.Join(filepath.Dir(path), profile)
	if slices.Contains(headers.Names(), joined) {
		return "." + string(filepath.Separator) + joined // a file of a built-in one's name
	}
	return joined
}

// named is the flag that an error of check begins with.
var named = regexp.MustCompile(`^--([a-z-]+)`)

// locate adds to an error that begins with a flag where the scenario file gives its value, if the value is
// from there.
func (o *options) locate(err error) error {
	flag := named.FindStringSubmatch(err.Error())
	if flag == nil || !slices.Contains(o.fromFile, flag[1]) {
		return err
	}
	return fmt.Errorf("--%s: %w", scenarioFlag, o.file.At(flag[1], err))
}
