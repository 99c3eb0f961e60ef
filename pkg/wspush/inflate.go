package wspush

import (
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
)

// windowBytes is how far back a compressed message may point: the largest window there is
// (RFC 7692 section 7.1.2).
const windowBytes = 32 << 10

// inflateTail stands behind a compressed message to inflate it: the end of an empty block, which the
// sender took off (section 7.2.2), and a final empty block. Without the latter, a message that was
// cut short could not be told from a whole one.
const inflateTail = "\x00\x00\xff\xff" + "\x01\x00\x00\xff\xff"

// inflater inflates the messages of one connection, in their order. What that takes is borrowed from
// a pool for each of them: a quiet connection holds its last message, and its window if it has one.
type inflater struct {
	takeover bool
	// text is the last message. With context takeover, what came before it stands in front.
	text []byte
}

// newInflater returns what inflates messages that are compressed as agreed, nil if they are not.
func newInflater(agreed Deflate) *inflater {
	if agreed.offer() == "" {
		return nil
	}
	return &inflater{takeover: agreed == DeflateTakeover}
}

// inflate returns the text of a compressed message, valid until the next call. It writes behind the
// message, where the slice has room. After an error the connection is of no more use: the next
// message may point into what is missing.
func (i *inflater) inflate(message []byte) ([]byte, error) {
	window := 0
	if i.takeover {
		window = copy(i.text, lastWindow(i.text))
	}
	i.text = i.text[:window]
	d, _ := decoders.Get().(*decoder) // nothing else is in there
	defer d.release()
	d.source.Reset(append(message, inflateTail...))
	for d.source.Len() > 0 { // a block may be the final one and others follow (section 7.2.1)
		var err error
		if i.text, err = d.appendBlocks(i.text, window+maxMessageBytes); err != nil {
			return nil, err
		}
	}
	return i.text[window:], nil
}

// lastWindow returns the part of text that what follows may point to.
func lastWindow(text []byte) []byte { return text[max(0, len(text)-windowBytes):] }

// decoder is what inflating takes: some 40 KiB.
type decoder struct {
	source bytes.Reader
	blocks io.ReadCloser
}

var decoders = sync.Pool{New: func() any {
	d := new(decoder)
	d.blocks = flate.NewReader(&d.source)
	return d
}}

// release gives d back, without what it read.
func (d *decoder) release() {
	d.source.Reset(nil)
	decoders.Put(d)
}

// appendBlocks appends to text what the source's blocks hold up to a final one, which may point back
// into text. It stops soon after text is longer than limit, whatever it would have become.
func (d *decoder) appendBlocks(text []byte, limit int) ([]byte, error) {
	if r, ok := d.blocks.(flate.Resetter); ok { // it always is
		_ = r.Reset(&d.source, lastWindow(text)) // never fails
	}
	for {
		text = slices.Grow(text, 1)
		n, err := d.blocks.Read(text[len(text):cap(text)])
		text = text[:len(text)+n]
		switch {
		case len(text) > limit:
			return text, errMessageLarge
		case errors.Is(err, io.EOF):
			return text, nil
		case err != nil:
			return text, fmt.Errorf("compressed message: %w", err)
		}
	}
}
