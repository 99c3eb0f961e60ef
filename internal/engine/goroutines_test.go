package engine_test

import (
	"runtime"
	"strings"
	"testing"
	"time"
)

// leaveNoGoroutine fails the test if a goroutine that it began does not end with it.
func leaveNoGoroutine(t *testing.T) {
	t.Helper()
	before := stacks()
	t.Cleanup(func() {
		deadline := time.After(10 * time.Second)
		look := time.NewTicker(time.Millisecond)
		defer look.Stop()
		for {
			left := stacks()
			for id := range before {
				delete(left, id)
			}
			if len(left) == 0 {
				return
			}
			select {
			case <-look.C:
			case <-deadline:
				for _, stack := range left {
					t.Errorf("left behind: %s", stack)
				}
				return
			}
		}
	})
}

// stacks returns the stacks of all goroutines but this one, by their numbers.
func stacks() map[string]string {
	buf := make([]byte, 1<<20)
	buf = buf[:runtime.Stack(buf, true)]
	all := make(map[string]string)
	for _, stack := range strings.Split(string(buf), "\n\n")[1:] {
		id, _, _ := strings.Cut(strings.TrimPrefix(stack, "goroutine "), " ")
		all[id] = stack
	}
	return all
}
