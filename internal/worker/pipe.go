package worker

import (
	"io"
	"net/rpc"
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

// ending calls end when nothing more is read, be it that there is nothing, or that it cannot be understood:
// then the client gives up reading.
type ending struct {
	rpc.ClientCodec
	end func()
}

// ReadResponseHeader implements rpc.ClientCodec.
func (e ending) ReadResponseHeader(r *rpc.Response) error {
	return e.check(e.ClientCodec.ReadResponseHeader(r))
}

// ReadResponseBody implements rpc.ClientCodec.
func (e ending) ReadResponseBody(body any) error {
	return e.check(e.ClientCodec.ReadResponseBody(body))
}

func (e ending) check(err error) error {
	if err != nil {
		e.end()
	}
	return err
}

// input calls end when there is nothing more to read.
type input struct {
	io.Reader
	end func()
}

func (i input) Read(p []byte) (int, error) {
	n, err := i.Reader.Read(p)
	if err != nil {
		i.end()
	}
	return n, err
}
