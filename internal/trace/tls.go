package trace

import (
	"encoding/binary"
	"fmt"
)

// recordHeader is how long the header of a TLS record is (RFC 8446 section 5.1).
const recordHeader = 5

// recordOverhead is what a record that carries application data adds to it: header, type and tag.
const recordOverhead = 22

// handshakes shows the records of a TLS handshake: what crossed before TLS was ready.
func (p *parser) handshakes(c *connection, phase Phase) {
	for _, side := range []struct {
		direction Direction
		flow      *flow
		sum       *int64
	}{{Up, &c.socket.up, &p.tlsUp}, {Down, &c.socket.down, &p.tlsDown}} {
		r := &reading{parser: p, direction: side.direction, flow: side.flow}
		for len(r.rest()) >= recordHeader {
			n := recordHeader + int(binary.BigEndian.Uint16(r.rest()[3:]))
			if n > len(r.rest()) || r.flow.until(r.at+n).order > c.secured.order {
				break
			}
			if len(r.pieces) > 0 && r.order() != r.flow.until(r.at+n).order {
				r.end(phase, "TLS handshake: "+plural(len(r.pieces), "record"), false)
			}
			remark, key := recordRemark(r.rest()[:n], side.direction)
			r.hex(n, Handshake, p.once(key, remark)...)
			*side.sum += int64(n)
		}
		r.end(phase, "TLS handshake: "+plural(len(r.pieces), "record"), false)
	}
}

// recordRemark says what a record of a handshake is, and for which kind of record that is said. What it holds can be seen only as long as it is
// not encrypted yet.
func recordRemark(record []byte, direction Direction) (remark, key string) {
	key = fmt.Sprintf("record %d %s", record[0], direction)
	length := fmt.Sprintf("a header of 5 bytes and %s more", thousands(len(record)-recordHeader))
	switch record[0] {
	case 20:
		return "Record type 20, change_cipher_spec (" + length + "): says nothing in TLS 1.3, and makes it look like 1.2 to old middle boxes.", key
	case 21:
		return "Record type 21, alert (" + length + ").", key
	case 22:
		what := "a handshake message"
		if len(record) > recordHeader {
			switch record[recordHeader] {
			case 1:
				what = "ClientHello: versions, ciphers, the server's name, and a key share already"
			case 2:
				what = "ServerHello: what was chosen, and the server's key share; all that follows is encrypted"
			}
		}
		return "Record type 22, handshake (" + length + "): " + what + ".", key
	}
	what := "Finished of the client, encrypted"
	if direction == Down {
		what = "the server's parameters, certificate, signature and Finished, encrypted"
	}
	return "Record type 23, so called application data (" + length + "): " + what + ".", key
}
