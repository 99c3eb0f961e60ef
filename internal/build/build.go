// Package build knows which build of the tool is running.
package build

import (
	"runtime"
	"runtime/debug"
)

// Name is what the tool is called.
const Name = "pollpush"

// Version is the version of this source tree; a release raises it.
const Version = "0.1.0"

// commit is set by the linker (see the Makefile) where the go command does not stamp it.
var commit string

// Unknown is the commit of a build that was not stamped, as by go run.
const Unknown = "unknown"

// Info describes a build.
type Info struct {
	Name    string `json:"name"`    // pollpush
	Version string `json:"version"` // the version of the source tree
	Commit  string `json:"commit"`  // what the source tree was at; unknown when the build was not stamped
	Go      string `json:"go"`      // the version of Go it was built with
}

// Read returns the running program's build.
func Read() Info {
	info := Info{Name: Name, Version: Version, Commit: commit, Go: runtime.Version()}
	if info.Commit == "" {
		info.Commit = stamped()
	}
	return info
}

// stamped returns the commit that the go command put into the program.
func stamped() string {
	revision, modified := Unknown, ""
	b, ok := debug.ReadBuildInfo()
	if !ok {
		return revision
	}
	for _, s := range b.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			modified = "+modified"
		}
	}
	return revision + modified
}
