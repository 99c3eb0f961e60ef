package worker

import (
	"io"
	"sync"
)

// pipe is two pipes as one connection.
type pipe struct {
	io.Reader
	io.Writer
}

// Close closes the end that is written to, if it can be.
func (p pipe) Close() error {
	if c, ok := p.Writer.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

// ending calls end when there is nothing more to read.
type ending struct {
	io.Reader
	end func()
}

func (e ending) Read(p []byte) (int, error) {
	n, err := e.Reader.Read(p)
	if err != nil {
		e.end()
	}
	return n, err
}

// closeOnce returns what closes c, however often it is called.
func closeOnce(c chan struct{}) func() {
	return sync.OnceFunc(func() { close(c) })
}
