package memnet

import (
	"errors"
	"syscall"
	"testing"
	"testing/synctest"
)

// TestOfferAfterClose stands where only a race would get: a dialer that found
// the listener just before it closed. The select in offer may queue the
// connection all the same, so this tries until it surely has.
func TestOfferAfterClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var n Network
		l, err := n.bind("server:80")
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		for range backlogSize {
			client, server := newConnPair("client:1", "server:80")
			err := l.offer(t.Context(), server)
			if err == nil {
				_, err = client.Read(make([]byte, 1))
			}
			if !errors.Is(err, syscall.ECONNREFUSED) && !errors.Is(err, syscall.ECONNRESET) {
				t.Fatalf("dialer was told %v", err)
			}
		}
	})
}
