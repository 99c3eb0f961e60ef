package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/pflag"

	"pollpush/internal/headers"
	"pollpush/internal/scenario"
	"pollpush/internal/scenariofile"
)

// The keys of a group that are no flags of a link.
const (
	shareKey     = "share"
	transportKey = "transport"
)

// makeGroups puts the groups of the scenario file into the scenario, which has its link and profile already: what
// a group does not say is as there.
func (o *options) makeGroups() error {
	if o.groups == nil {
		return nil
	}
	mixed := false
	for _, e := range o.groups.Entries {
		g, err := o.makeGroup(e)
		if err != nil {
			return fmt.Errorf("--%s: %w", scenarioFlag, err)
		}
		o.scenario.Groups = append(o.scenario.Groups, g)
		mixed = mixed || g.Transport != ""
	}
	if !mixed {
		return nil
	}
	if o.flags.Changed("transports") || slices.Contains(o.fromFile, "transports") {
		return errors.New("--transports cannot be given beside groups with transports of their own: leave it out, or leave theirs out")
	}
	o.scenario.Transports = []scenario.Transport{scenario.Mixed}
	return nil
}

// makeGroup returns the group that an entry describes, and loads its header profile.
func (o *options) makeGroup(e scenariofile.Entry) (scenario.Group, error) {
	g, own := scenario.Group{Name: e.Name, Headers: o.scenario.Headers}, &options{}
	f := pflag.NewFlagSet("", pflag.ContinueOnError)
	own.bindLink(f)
	own.scenario.Link = o.scenario.Link
	for _, s := range e.Settings {
		if err := setGroup(&g, f, s, o.path); err != nil {
			return g, e.At(s.Key.Name, err)
		}
	}
	if g.Share == 0 {
		return g, e.At(shareKey, fmt.Errorf("groups: %s has no share of the clients: give it one, as share: 30%%", e.Name))
	}
	if err := own.usePreset(); err != nil {
		return g, e.At("link", err)
	}
	if g.Link = own.scenario.Link; g.Link != o.scenario.Link && own.link == "" {
		g.Link.Name = "" // it is another one
	}
	if err := g.Validate(); err != nil {
		return g, e.At("", err)
	}
	profile, err := headers.Load(g.Headers)
	if err == nil {
		profile, err = profile.WithCookie(o.scenario.CookieBytes)
	}
	if err != nil {
		return g, e.At(headersFlag, err)
	}
	o.groupHeaders = append(o.groupHeaders, profile)
	return g, nil
}

// setGroup takes one setting of a group. Those of its link go to the flags that say the same of a run's.
func setGroup(g *scenario.Group, link *pflag.FlagSet, s scenariofile.Setting, path string) error {
	value := s.Values[0]
	var err error
	switch s.Key.Name {
	case shareKey:
		g.Share, err = scenario.ParseShare(value)
	case transportKey:
		g.Transport = scenario.Transport(value)
	case headersFlag:
		g.Headers = beside(path, value)
	default:
		err = setFlag(link, s.Key.Name, value)
	}
	return err
}

// setFlag sets a flag, and says what is wrong without a word of flags.
func setFlag(f *pflag.FlagSet, name, value string) error {
	flag := f.Lookup(name)
	if err := flag.Value.Set(value); err != nil {
		return fmt.Errorf("%s %.40q cannot be: %w", name, value, err)
	}
	flag.Changed = true
	return nil
}

// makeStages puts the stages of the scenario file into the scenario.
func (o *options) makeStages() error {
	if o.stages == nil {
		return nil
	}
	if o.flags.Changed("duration") {
		return errors.New("--duration cannot be given beside stages: the window is as long as they are together")
	}
	for i, e := range o.stages.Entries {
		var stage scenario.Stage
		f := pflag.NewFlagSet("", pflag.ContinueOnError)
		f.DurationVar(&stage.For, "for", 0, "")
		f.IntVar(&stage.Clients, "clients", 0, "")
		err := checkStage(i+1, &stage, f, e)
		if err != nil {
			return fmt.Errorf("--%s: %w", scenarioFlag, err)
		}
		o.scenario.Stages = append(o.scenario.Stages, stage)
	}
	o.scenario.Duration = o.scenario.StagesLength()
	return nil
}

// checkStage reads a stage, whose flags are f, from its entry.
func checkStage(number int, stage *scenario.Stage, f *pflag.FlagSet, e scenariofile.Entry) error {
	for _, s := range e.Settings {
		if err := setFlag(f, s.Key.Name, s.Values[0]); err != nil {
			return e.At(s.Key.Name, err)
		}
	}
	if !f.Changed("for") || !f.Changed("clients") {
		return e.At("", fmt.Errorf("stages: stage %d wants both, how long it is and how many clients there are at its end, as {for: 10s, clients: 500}", number))
	}
	if err := stage.Validate(); err != nil {
		return e.At("", fmt.Errorf("stages: stage %d %w", number, err))
	}
	return nil
}
