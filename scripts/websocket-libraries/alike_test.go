package libraries

import (
	"bytes"
	"io"
	"testing"
)

// All libraries put the same bytes on the wire, and read what a client sends: otherwise they would be compared at
// different work.
func TestLibrariesDoTheSame(t *testing.T) {
	if len(payload) != 128 {
		t.Fatalf("the payload has %d bytes, want 128", len(payload))
	}
	for _, l := range libraries {
		t.Run(l.name, func(t *testing.T) {
			pairs := connect(t, l, 3, nil)
			if err := pairs[0].server.write(); err != nil {
				t.Fatal(err)
			}
			wantFrame(t, pairs[0])
			servers := []conn{pairs[0].server, pairs[1].server, pairs[2].server}
			if err := l.broadcast(servers); err != nil {
				t.Fatal(err)
			}
			for _, p := range pairs {
				wantFrame(t, p)
			}
			if _, err := pairs[0].peer.Write(bytes.Repeat(masked, 3)); err != nil {
				t.Fatal(err)
			}
			if err := pairs[0].server.read(t.Context(), 3); err != nil {
				t.Error(err)
			}
		})
	}
}

func wantFrame(t *testing.T, p pair) {
	t.Helper()
	got := make([]byte, len(frame))
	if _, err := io.ReadFull(p.peer, got); err != nil || !bytes.Equal(got, frame) {
		t.Errorf("%v, %q; want %q", err, got, frame)
	}
}
