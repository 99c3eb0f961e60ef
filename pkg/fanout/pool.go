package fanout

import (
	"runtime"
	"sync"
	"time"
)

// Pool serves readers. It is safe for concurrent use. Make it with New.
type Pool struct {
	size int // free writers at most, in quiet times

	mu       sync.Mutex
	channels map[key]*channel
	readers  map[*Reader]struct{}
	queue    *list                // readers to be served
	writers  map[*writer]struct{} // all
	free     int                  // those that take readers from the queue
	most     int                  // free ones there may be; more than size when many are held up at once
	calm     int                  // how often in a row nobody was found held up
	watch    *time.Timer          // nil until there was a writer
	watching bool
	ending   bool
	gone     sync.WaitGroup // readers, until they are removed, and their ends
}

// New returns a pool of as many writers as there are processors.
func New() *Pool {
	size := runtime.GOMAXPROCS(0)
	return &Pool{
		size:     size,
		most:     size,
		channels: make(map[key]*channel),
		readers:  make(map[*Reader]struct{}),
		queue:    newList(),
		writers:  make(map[*writer]struct{}),
	}
}

// Add has a reader served until it is removed. In a pool that is ending it is ended at once.
func (p *Pool) Add(r *Reader) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.gone.Add(1)
	p.readers[r] = struct{}{}
	r.link.reader, r.after = r, r.After
	k := key{r.Log, r.Encoding}
	c := p.channels[k]
	if c == nil {
		c = &channel{key: k, pool: p, idle: newList()}
		p.channels[k] = c
		r.Log.Attach(c)
	}
	c.readers++
	r.channel = c
	p.queue.push(&r.link)
	p.hire()
	if p.ending {
		p.end(r)
	}
}

// Remove takes a reader out. What is being written to it may still be for a moment.
func (p *Pool) Remove(r *Reader) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, ok := p.readers[r]; !ok {
		return
	}
	delete(p.readers, r)
	r.link.remove()
	r.over = true
	if r.channel.readers--; r.channel.readers == 0 {
		r.Log.Detach(r.channel)
		delete(p.channels, r.channel.key)
	}
	p.gone.Done()
}

// End ends all readers in order, also those that are still to be added.
func (p *Pool) End() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ending {
		return
	}
	p.ending = true
	for r := range p.readers {
		p.end(r)
	}
}

// Wait waits until all readers were removed.
func (p *Pool) Wait() { p.gone.Wait() }

func (p *Pool) end(r *Reader) { p.gone.Go(r.Sink.End) }

// next puts a reader back that a writer has served, and returns the next one, or nil: then the writer goes.
func (p *Pool) next(w *writer, served *Reader, all bool, err error) *Reader {
	p.mu.Lock()
	defer p.mu.Unlock()
	if served != nil {
		if w.wrote { // a turn with nothing to write says nothing about the reader
			served.slow, w.wrote = w.heldUp.Load(), false
		}
		p.putBack(served, all, err)
	}
	for !w.alone && !w.heldUp.Load() && !p.queue.empty() {
		r := p.queue.pop()
		r.seen, r.shared = r.channel.version, r.channel.readers > 1
		if !r.slow {
			p.hire()
			return r
		}
		p.start(&writer{pool: p, alone: true}, r)
	}
	p.dismiss(w)
	return nil
}

// putBack puts a reader where it belongs after its turn.
func (p *Pool) putBack(r *Reader, all bool, err error) {
	switch {
	case err != nil:
		r.over = true
	case r.over:
	case all && r.seen == r.channel.version:
		r.channel.idle.push(&r.link)
	default:
		p.queue.push(&r.link)
	}
}
