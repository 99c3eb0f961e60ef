package main

import (
	"os"
	"slices"
	"testing"

	"pollpush/internal/host"
)

// What several processes use is shown together, or not at all where one of them is not known.
func TestUsageOfSeveralProcesses(t *testing.T) {
	self, parent := os.Getpid(), os.Getppid()
	_, _, ok := host.Usage(self)
	_, _, both := host.Usage(parent)
	one, now := usage{}.since([]int{self})
	if one.Known != ok || one.Known && one.RSS <= 0 || one.CPU != 0 {
		t.Errorf("this process uses %+v", one)
	}
	two, _ := now.since([]int{self, parent})
	if two.Known != (ok && both) || two.Known && two.RSS <= one.RSS || two.CPU != 0 {
		t.Errorf("this process uses %+v, with its parent %+v", one, two)
	}
	if unknown, _ := now.since([]int{self, 0}); unknown.Known {
		t.Errorf("this process and one that is not ours use %+v", unknown)
	}
	if got := union([]int{self}, []int{self, parent}); !slices.Equal(got, []int{self, parent}) {
		t.Errorf("together %v", got)
	}
}
