package http1_test

import (
	"fmt"
	"io"
	"testing"

	"pollpush/pkg/exchange"
	"pollpush/pkg/http1"
	"pollpush/pkg/wire"
)

// What an exchange took is its heads and all that belongs to its body, however it arrives: nothing of
// the next one that was read ahead.
func TestBook(t *testing.T) {
	const answers = sized + "hello" + chunked + "5\r\nhello\r\n0\r\nX: y\r\n\r\n" + noContent
	r := exchange.Request{Target: []byte("/"), Host: "h"}
	request := int64(len("GET / HTTP/1.1\r\nHost: h\r\n\r\n"))
	for _, bytewise := range []bool{false, true} {
		t.Run(fmt.Sprintf("bytewise %v", bytewise), func(t *testing.T) {
			c, server := connect(t)
			if _, err := io.WriteString(server, answers+"and what nobody asked for"); err != nil {
				t.Fatal(err)
			}
			if err := server.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
				t.Fatal(err)
			}
			end := int64(len("and what nobody asked for"))
			if bytewise { // a connection that cannot be ended by halves: nothing is read after it
				c, end = http1.NewConn(wire.NewMeter(dribble{c.Meter()}, clk, new(wire.Totals))), 0
			}
			for i, want := range []wire.Ledger{
				{Connections: 1, Down: wire.Bytes{Header: int64(len(sized)), Framing: 5}},
				{Down: wire.Bytes{Header: int64(len(chunked)), Framing: int64(len("5\r\nhello\r\n0\r\nX: y\r\n\r\n"))}},
				{Down: wire.Bytes{Header: int64(len(noContent))}},
			} {
				answer, err := c.Get(r)
				if err != nil {
					t.Fatal(err)
				}
				if body, err := exchange.ReadAll(answer.Body, nil, 10); err != nil || (i < 2) != (string(body) == "hello") {
					t.Errorf("body %q, %v", body, err)
				}
				want.Up.Header = request
				if got := take(c); got != want {
					t.Errorf("exchange %d took %+v\nwant %+v", i, got, want)
				}
			}
			c.Meter().Finish()
			c.Drain()
			if got, want := take(c), (wire.Ledger{Down: wire.Bytes{Framing: end}}); got != want {
				t.Errorf("the end took %+v\nwant %+v", got, want)
			}
		})
	}
}
