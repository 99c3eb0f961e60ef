package memnet

import (
	"errors"
	"net"
	"os"
	"time"
)

// end is what stops the reader or the writer of a pipe.
type end struct {
	err      error
	deadline deadline
}

// check says why its side may not go on, if so. The deadline counts even when
// there is something to do, as a socket's does, lest a busy connection outrun
// it.
func (e *end) check() error {
	if e.err != nil {
		return e.err
	}
	if e.deadline.passed() {
		return os.ErrDeadlineExceeded
	}
	return nil
}

// fail stops the side for good. The first reason stands, save that an owner
// who has closed is told so rather than what the peer did.
func (e *end) fail(err error) {
	if e.err == nil || errors.Is(err, net.ErrClosed) {
		e.err = err
	}
	e.deadline.clear()
}

// closed tells whether the owner closed it, rather than the peer.
func (e *end) closed() bool { return errors.Is(e.err, net.ErrClosed) }

// setDeadline arms no timer on a side that has failed: nobody waits there, and
// nobody might come to stop it.
func (e *end) setDeadline(t time.Time, wake func()) {
	if e.err == nil {
		e.deadline.set(t, wake)
	}
}
