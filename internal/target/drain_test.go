package target

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// A time-out that comes when its write has just ended leaves the stream alone, and so the next write.
func TestLateTimeoutOfAWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var slow atomic.Int64
		d := &draining{conn: &conn{listener: &listener{drain: time.Second, slow: &slow}}}
		d.begin()
		d.end()
		d.expire()
		d.begin()
		time.Sleep(time.Second / 2)
		d.expire()
		d.end()
		if slow.Load() != 0 {
			t.Error("the reader was counted as a slow one")
		}
	})
}
