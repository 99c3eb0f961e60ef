package http1

import "strings"

// Field is one header field of a request.
type Field struct{ Name, Value string }

// UserAgent is what the clients here call themselves: the name that Go's own client uses, so that
// the default requests are as long as those of an ordinary Go program.
const UserAgent = "Go-http-client/1.1"

// AppendGet appends a GET request for target (path and query) on host to b: the request line, Host,
// User-Agent, and then the given fields in their order.
func AppendGet(b []byte, target, host string, fields ...Field) []byte {
	b = append(b, "GET "...)
	b = append(b, target...)
	b = append(b, " HTTP/1.1\r\n"...)
	b = appendField(b, Field{"Host", host})
	b = appendField(b, Field{"User-Agent", UserAgent})
	for _, f := range fields {
		b = appendField(b, f)
	}
	return append(b, "\r\n"...)
}

// lineEnds takes line ends out of a value: with them it could end the head early.
var lineEnds = strings.NewReplacer("\r", " ", "\n", " ")

func appendField(b []byte, f Field) []byte {
	b = append(b, f.Name...)
	b = append(b, ": "...)
	b = append(b, lineEnds.Replace(f.Value)...)
	return append(b, "\r\n"...)
}

// Send writes a request that AppendGet made.
func (c *Conn) Send(request []byte) error {
	_, err := c.meter.Write(request)
	return err
}
