package memnet

import (
	"bytes"
	"io"
	"net"
	"sync"
	"time"
)

// bufferSize bounds what a direction holds between its writer and its reader.
// Kernels give a socket from tens of kilobytes to megabytes as they see fit;
// this is in between, and does not vary, so that a slow client stalls its
// server at the same byte in every run.
const bufferSize = 256 << 10

// pipe is one direction of a connection.
//
// Its mutex is never held while waiting, a second writer's turn included,
// because a goroutine that waits for a mutex keeps a bubble from being idle.
type pipe struct {
	mu      sync.Mutex
	changed sync.Cond

	buf    bytes.Buffer
	ended  bool
	inTurn bool

	reader, writer end
}

func newPipe() *pipe {
	p := &pipe{}
	p.changed.L = &p.mu
	return p
}

func (p *pipe) read(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		if err := p.reader.check(); err != nil {
			return 0, err
		}
		if len(b) == 0 || p.buf.Len() > 0 {
			return p.drain(b), nil
		}
		if p.ended {
			return 0, io.EOF
		}
		p.changed.Wait()
	}
}

func (p *pipe) write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.takeTurn(); err != nil {
		return 0, err
	}
	defer p.passTurn()

	written := 0
	for {
		if err := p.writer.check(); err != nil {
			return written, err
		}
		written += p.fill(b[written:])
		if written == len(b) {
			return written, nil
		}
		p.changed.Wait()
	}
}

// takeTurn keeps the bytes of one Write together when it has to wait halfway
// for room, since message protocols write whole frames and rely on it.
func (p *pipe) takeTurn() error {
	for p.inTurn {
		if err := p.writer.check(); err != nil {
			return err
		}
		p.changed.Wait()
	}
	p.inTurn = true
	return nil
}

func (p *pipe) passTurn() {
	p.inTurn = false
	p.changed.Broadcast()
}

func (p *pipe) drain(b []byte) int {
	n := copy(b, p.buf.Next(len(b)))
	p.changed.Broadcast()
	return n
}

func (p *pipe) fill(b []byte) int {
	n, _ := p.buf.Write(b[:min(len(b), bufferSize-p.buf.Len())])
	if n > 0 {
		p.changed.Broadcast()
	}
	return n
}

// closeRead is the reader's side of Close. It reports whether data was left
// unread, which decides how the other direction ends.
func (p *pipe) closeRead() (unread bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.reader.closed() {
		return false, net.ErrClosed
	}
	unread = p.buf.Len() > 0
	if unread {
		p.stopReading(errReset)
	} else {
		p.stopReading(errShutdown)
	}
	return unread, nil
}

// refuse is closeRead for a connection that is reset in any case.
func (p *pipe) refuse() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stopReading(errReset)
}

func (p *pipe) stopReading(writerErr error) {
	p.buf = bytes.Buffer{}
	p.reader.fail(net.ErrClosed)
	p.writer.fail(writerErr)
	p.changed.Broadcast()
}

// closeWrite ends the stream after what is buffered. Later writes fail with
// cause.
func (p *pipe) closeWrite(cause error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.writer.closed() {
		return net.ErrClosed
	}
	p.ended = true
	p.writer.fail(cause)
	p.changed.Broadcast()
	return nil
}

// reset is the writer's side of a Close that takes back what is buffered.
func (p *pipe) reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.buf = bytes.Buffer{}
	p.reader.fail(errReset)
	p.writer.fail(net.ErrClosed)
	p.changed.Broadcast()
}

func (p *pipe) setReadDeadline(t time.Time) error { return p.setDeadline(&p.reader, t) }

func (p *pipe) setWriteDeadline(t time.Time) error { return p.setDeadline(&p.writer, t) }

func (p *pipe) setDeadline(e *end, t time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if e.closed() {
		return net.ErrClosed
	}
	e.setDeadline(t, p.wake)
	p.changed.Broadcast()
	return nil
}

// wake has those who wait look at the clock.
func (p *pipe) wake() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.changed.Broadcast()
}
