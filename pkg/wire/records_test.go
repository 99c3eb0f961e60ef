package wire

import (
	"encoding/binary"
	"slices"
	"testing"
)

// record returns a TLS record that carries n bytes of content.
func record(n int) []byte {
	b := []byte{23, 3, 3, 0, 0}
	binary.BigEndian.PutUint16(b[3:], uint16(n+recordTrailer))
	return append(b, make([]byte, n+recordTrailer)...)
}

// A session ticket looks like application data from below. From above nothing comes out of it, and
// that tells them apart; also where content comes out in pieces.
func TestRecordsTellTicketsFromContent(t *testing.T) {
	var r records
	r.scan(slices.Concat(record(40), record(36))) // the handshake's
	r.forget()
	r.scan(slices.Concat(record(200), record(100), record(100)[:50]))
	if got := r.waiting(); got != 200+22+100+22+50 {
		t.Errorf("%d bytes wait, want two records and half of one", got)
	}
	r.open(100, 4096) // the ticket of 200 is passed over
	if r.opened != 1 || r.content != 100 || r.waiting() != 50 {
		t.Errorf("%d records of %d bytes were opened, %d bytes wait", r.opened, r.content, r.waiting())
	}
	r.scan(record(100)[50:])
	r.open(60, 60) // there was room for no more
	r.open(40, 60)
	if r.opened != 2 || r.content != 200 || r.waiting() != 0 {
		t.Errorf("%d records of %d bytes were opened, %d bytes wait", r.opened, r.content, r.waiting())
	}
}

// However a stream of records is cut, the same ones are seen, and every byte is waiting for
// something to come out of it.
func FuzzRecords(f *testing.F) {
	f.Add(slices.Concat(record(3), record(0), record(300)), uint8(7))
	f.Add([]byte{23, 3, 3, 0, 1, 0, 23, 3, 3, 0xff, 0xff}, uint8(1))
	f.Fuzz(func(t *testing.T, stream []byte, step uint8) {
		var whole, cut records
		whole.scan(stream)
		for rest := stream; len(rest) > 0; {
			n := min(len(rest), int(step)+1)
			cut.scan(rest[:n])
			rest = rest[n:]
		}
		if !slices.Equal(whole.queue, cut.queue) || whole.waiting() != cut.waiting() {
			t.Errorf("whole: %v, %d waiting; in pieces of %d: %v, %d", whole.queue, whole.waiting(), int(step)+1, cut.queue, cut.waiting())
		}
		if whole.waiting() != int64(len(stream)) {
			t.Errorf("%d of %d bytes wait", whole.waiting(), len(stream))
		}
	})
}
