package headers

import (
	"strings"

	"pollpush/pkg/exchange"
)

// Paper returns the heads of the poll in Lubbers & Greco 2010 and of its answer, as they were on the
// wire. The paper counts 692 and 179 characters, which leaves the line ends out: with them and the
// blank lines it is 716 and 193 bytes. It prints the answer as its browser's add-on did, with
// HTTP/1.x; a server says HTTP/1.1, which is as long. The answer has a body of 21 bytes, which the
// paper does not print.
func Paper() (request, answer string, err error) {
	p, err := Load("lubbers2010")
	if err != nil {
		return "", "", err
	}
	request = head("GET /PollingStock//PollingStock HTTP/1.1",
		append([]exchange.Field{{Name: "Host", Value: "localhost:8080"}}, p.Fetch...))
	answer = head("HTTP/1.1 200 OK", append(p.Response[:len(p.Response):len(p.Response)],
		exchange.Field{Name: "Content-Type", Value: "text/html;charset=UTF-8"},
		exchange.Field{Name: "Content-Length", Value: "21"},
		exchange.Field{Name: "Date", Value: "Sat, 07 Nov 2009 00:32:46 GMT"}))
	return request, answer, nil
}

// head returns an HTTP/1.1 head.
func head(startLine string, fields []exchange.Field) string {
	var b strings.Builder
	b.WriteString(startLine + "\r\n")
	for _, f := range fields {
		b.WriteString(f.Name + ": " + f.Value + "\r\n")
	}
	b.WriteString("\r\n")
	return b.String()
}
