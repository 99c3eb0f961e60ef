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

// The flags that are more than a field to this program.
const (
	scenarioFlag = "scenario"
	headersFlag  = "headers"
	arrivalsFlag = "arrivals"
	burstFlag    = "burst"
	formatFlag   = "format"
	columnsFlag  = "columns"
	langFlag     = "lang"
	layersFlag   = "layers"
	againstFlag  = "against"
	updateFlag   = "update"
	checkFlag    = "check"
	chartsFlag   = "charts"
)

// resolve returns what is to be run: o, with what the scenario file gives and the command line does not, or one
// for each variant of that file. It is called once, when the command line has been read.
func (o *options) resolve(line *pflag.FlagSet) ([]*options, error) {
	if !line.Changed(scenarioFlag) {
		return []*options{o}, o.load(line, nil)
	}
	file, err := scenariofile.Read(o.path)
	if err != nil {
		return nil, fmt.Errorf("--%s: %w", scenarioFlag, err)
	}
	if len(file.Variants) == 0 {
		return []*options{o}, o.load(line, file)
	}
	var all []*options
	for _, variant := range file.Variants {
		fresh, given := newOptions(), pflag.NewFlagSet("", pflag.ContinueOnError)
		fresh.bind(given)
		if err := errors.Join(differ(variant, line), repeat(line, given)); err != nil {
			return nil, err
		}
		if err := fresh.load(given, variant); err != nil {
			return nil, err
		}
		all = append(all, fresh)
	}
	return all, nil
}

// differ refuses flags that would make variants the same in what they differ in.
func differ(variant *scenariofile.File, line *pflag.FlagSet) error {
	var err error
	line.Visit(func(f *pflag.Flag) {
		if err == nil && variant.Varies(f.Name) {
			err = fmt.Errorf("--%s is what the variant %s has a value of its own for: leave the flag out, or change the file", f.Name, variant.Variant)
		}
	})
	return err
}

// repeat gives the flags that a command line has to another one.
func repeat(line, other *pflag.FlagSet) error {
	var err error
	line.Visit(func(f *pflag.Flag) {
		to := other.Lookup(f.Name)
		if to == nil {
			return // as --help, which all commands have
		}
		from, ok := f.Value.(pflag.SliceValue)
		into, ok2 := to.Value.(pflag.SliceValue)
		if ok && ok2 { // whose text cannot be read back
			to.Changed = true
			err = errors.Join(err, into.Replace(from.GetSlice()))
			return
		}
		err = errors.Join(err, other.Set(f.Name, f.Value.String()))
	})
	return err
}

// load sets the flags that a scenario file gives and the command line does not. file is nil where there is
// none.
func (o *options) load(line *pflag.FlagSet, file *scenariofile.File) error {
	burst, arrivals := line.Changed(burstFlag), line.Changed(arrivalsFlag)
	if file != nil {
		if err := o.use(line, file); err != nil {
			return fmt.Errorf("--%s: %w", scenarioFlag, err)
		}
		arrivals = arrivals || file.Varies(arrivalsFlag)
	}
	// One that the file gives is idle, and no mistake, where the command line or a variant wants other arrivals.
	burst = burst || line.Changed(burstFlag) && !arrivals
	if a := o.scenario.Arrivals; burst && (a == scenario.Fixed || a == scenario.Poisson) {
		return o.locate(errors.New("--burst is for --arrivals burst: ask for these, or leave it out"))
	}
	return nil
}

func (o *options) use(line *pflag.FlagSet, file *scenariofile.File) error {
	o.file = file
	// What the command line overrides is checked all the same: a file is good or it is not.
	overridden := pflag.NewFlagSet("", pflag.ContinueOnError)
	newOptions().bind(overridden)
	for _, s := range file.Settings {
		if s.Key.Parts != "" {
			o.keep(s)
			continue
		}
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

// keep keeps a setting that is no flag, until all flags are known.
func (o *options) keep(s scenariofile.Setting) {
	o.fromFile = append(o.fromFile, s.Key.Name)
	if s.Key.Parts == scenariofile.Named {
		o.groups = &s
	} else {
		o.stages = &s
	}
}

// variant is the name of the variant that this is, "" where it is none.
func (o *options) variant() string {
	if o.file == nil {
		return ""
	}
	return o.file.Variant
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

// named is the flag that an error of check begins with, or the key.
var named = regexp.MustCompile(`^(?:--([a-z-]+)|(groups|stages):)`)

// locate adds to an error that begins with a flag where the scenario file gives its value, if the value is
// from there.
func (o *options) locate(err error) error {
	flag := named.FindStringSubmatch(err.Error())
	if flag == nil || !slices.Contains(o.fromFile, flag[1]+flag[2]) {
		return err
	}
	return fmt.Errorf("--%s: %w", scenarioFlag, o.file.At(flag[1]+flag[2], err))
}
