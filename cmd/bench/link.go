package main

import (
	"strings"

	"github.com/spf13/pflag"

	"pollpush/internal/link"
)

// bindLink binds the flags of the emulated link, and remembers where: a preset gives way to what was said.
func (o *options) bindLink(f *pflag.FlagSet) {
	s := &o.scenario
	f.StringVar(&o.link, "link", "", "emulate a link between clients and target: "+strings.Join(link.Presets(), ", "))
	f.DurationVar(&s.Link.RTT, "rtt", 0, "its round trip, as 100ms")
	f.DurationVar(&s.Link.Jitter, "jitter", 0, "what either way takes longer at most, at random")
	f.Var(&s.Link.Down, "down", "its bandwidth towards each client, as 10mbit; 0 is no limit")
	f.Var(&s.Link.Up, "up", "its bandwidth from each client")
	o.flags = f
}

// usePreset puts the figures of a named link where nothing else was said.
func (o *options) usePreset() error {
	if o.link == "" {
		return nil
	}
	preset, err := link.Preset(o.link)
	if err != nil {
		return err
	}
	said := o.scenario.Link
	for flag, use := range map[string]func(){
		"rtt":    func() { preset.RTT = said.RTT },
		"jitter": func() { preset.Jitter = said.Jitter },
		"down":   func() { preset.Down = said.Down },
		"up":     func() { preset.Up = said.Up },
	} {
		if o.flags.Changed(flag) {
			use()
			preset.Name = "" // it is another link now
		}
	}
	o.scenario.Link = preset
	return nil
}
