package exchange

import "sync"

// Buffer is bytes that are borrowed for a moment, so that thousands of clients that wait need not hold some each.
type Buffer struct {
	// B is empty at first, and may be replaced by a longer one.
	B []byte
}

var buffers = sync.Pool{New: func() any { return new(Buffer) }}

// Borrow returns a buffer that nobody else uses until it is returned.
func Borrow() *Buffer {
	b, _ := buffers.Get().(*Buffer) // nothing else is in there
	return b
}

// Return gives the buffer back. What is in it must not be used any more.
func (b *Buffer) Return() {
	b.B = b.B[:0]
	buffers.Put(b)
}
