package http1

import (
	"strings"

	"pollpush/pkg/exchange"
)

// AppendRequest appends a request to b: the request line, Host, and then its fields in their order.
func AppendRequest(b []byte, r exchange.Request) []byte {
	b = append(b, "GET "...)
	b = append(b, r.Target...)
	b = append(b, " HTTP/1.1\r\n"...)
	b = appendField(b, exchange.Field{Name: "Host", Value: r.Host})
	for _, f := range r.Fields {
		b = appendField(b, f)
	}
	return append(b, "\r\n"...)
}

// lineEnds takes line ends out of a value: with them it could end the head early.
var lineEnds = strings.NewReplacer("\r", " ", "\n", " ")

func appendField(b []byte, f exchange.Field) []byte {
	b = append(b, f.Name...)
	b = append(b, ": "...)
	b = append(b, lineEnds.Replace(f.Value)...)
	return append(b, "\r\n"...)
}

// Ask sends a request, and returns how many bytes it is long. What waits for the answer then holds no buffer
// for it.
func (c *Conn) Ask(r exchange.Request) (int64, error) {
	request := exchange.Borrow()
	defer request.Return()
	request.B = AppendRequest(request.B, r)
	_, err := c.meter.Write(request.B)
	return int64(len(request.B)), err
}
