package engine

import "runtime/debug"

// rampGCPercent is how often the garbage collector runs while clients connect, see debug.SetGCPercent.
const rampGCPercent = 25

// frugally has the garbage collector run more often until stop. A client that connects leaves several kilobytes of garbage
// between what it keeps. Those who come after it can only have that memory when it was collected before: otherwise it
// stays with the process, half used, for as long as the clients do.
func frugally() (stop func()) {
	before := debug.SetGCPercent(rampGCPercent)
	if 0 <= before && before < rampGCPercent { // as somebody wants it
		debug.SetGCPercent(before)
	}
	return func() { debug.SetGCPercent(before) }
}
