package fanout

import (
	"errors"
	"runtime"
	"sync/atomic"
	"time"
)

// patience is how long a write may take before its writer is replaced; it is found out within twice that.
const patience = 10 * time.Millisecond

// breath is how many readers a writer serves before it lets others run: the publisher above all, whose timer
// is looked at when a goroutine steps back.
const breath = 16

// writer is a goroutine that serves readers.
type writer struct {
	pool   *Pool
	alone  bool          // it is there for one turn of a reader that is slow
	writes atomic.Uint64 // how many have begun and ended: odd while one is under way
	looked uint64        // what writes was when the pool last looked
	heldUp atomic.Bool   // a reader keeps it, and it goes when that has caught up
	wrote  bool          // in this turn
}

// run serves a reader, if one is given, and then those of the queue until it is empty.
func (w *writer) run(r *Reader) {
	if r == nil {
		r = w.pool.next(w, nil, false, nil)
	}
	for n := 1; r != nil; n++ {
		all, err := r.serve(w)
		if err != nil && !errors.Is(err, ErrEnded) {
			r.Sink.Cut()
		}
		r = w.pool.next(w, r, all, err)
		if n%breath == 0 {
			runtime.Gosched()
		}
	}
}

func (w *writer) send(to Sink, unit []byte) error {
	w.wrote = true
	w.writes.Add(1)
	defer w.writes.Add(1)
	return to.Send(unit)
}

// hire starts a writer if there is work for one more. The pool is locked, as it is for what follows.
func (p *Pool) hire() {
	if !p.queue.empty() && p.free < p.most {
		p.free++
		p.start(&writer{pool: p}, nil)
	}
}

// start lets a writer run, and looks after it.
func (p *Pool) start(w *writer, r *Reader) {
	p.writers[w] = struct{}{}
	go w.run(r) // until there is nothing to write
	if p.watching {
		return
	}
	p.watching = true
	if p.watch == nil {
		p.watch = time.AfterFunc(patience, p.look)
	} else {
		p.watch.Reset(patience)
	}
}

// dismiss takes note that a writer goes.
func (p *Pool) dismiss(w *writer) {
	delete(p.writers, w)
	if !w.alone && !w.heldUp.Load() {
		p.free--
	}
	p.hire()
}

// look replaces writers that are held up, and by twice as many as the last time if that was just now: were it
// always the same number, thousands of readers that become slow at once would keep the others waiting.
func (p *Pool) look() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calm++
	for w := range p.writers {
		writes := w.writes.Load()
		if writes%2 == 1 && writes == w.looked && !w.heldUp.Load() {
			w.heldUp.Store(true)
			if !w.alone {
				p.free--
				p.calm = 0
			}
		}
		w.looked = writes
	}
	switch {
	case p.calm == 0:
		p.most = min(2*p.most, p.size+len(p.readers)) // more would find nothing to do
	case p.calm > 1: // it takes two looks to see that a new one is held up as well
		p.most = p.size
	}
	p.hire()
	p.watching = len(p.writers) > 0
	if p.watching {
		p.watch.Reset(patience)
	}
}
