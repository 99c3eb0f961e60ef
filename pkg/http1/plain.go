package http1

import (
	"bytes"
	"net/http"
)

// parsePlain parses a head that has nothing unusual about it: HTTP/1.1, lines that end with CRLF, fields as RFC
// 9112 section 5 has them, and a body whose end is said once, in one way. It allocates nothing. For
// all others ok is false, be they right or wrong.
func parsePlain(raw []byte) (h Head, ok bool) {
	line, rest, ok := cutLine(raw)
	if !ok {
		return Head{}, false
	}
	h = Head{Length: -1, lines: rest}
	if h.Status, ok = plainStatus(line); !ok {
		return Head{}, false
	}
	for {
		if line, rest, ok = cutLine(rest); !ok {
			return Head{}, false
		}
		if len(line) == 0 {
			h.frame()
			return h, true
		}
		name, value, ok := cutField(line)
		if !ok || !h.take(name, value) {
			return Head{}, false
		}
	}
}

// cutLine cuts b behind its first line, which it returns without its CRLF.
func cutLine(b []byte) (line, rest []byte, ok bool) {
	i := bytes.IndexByte(b, '\n')
	if i < 1 || b[i-1] != '\r' {
		return nil, nil, false
	}
	return b[:i-1], b[i+1:], true
}

// plainStatus returns the code of a status line (RFC 9112 section 4), whatever reason it gives.
func plainStatus(line []byte) (status int, ok bool) {
	const protocol = "HTTP/1.1 "
	end := len(protocol) + len("200")
	if len(line) < end || string(line[:len(protocol)]) != protocol || len(line) > end && line[end] != ' ' {
		return 0, false
	}
	n, ok := decimal(line[len(protocol):end])
	return int(n), ok
}

// decimal reads a number of up to 18 digits.
func decimal(b []byte) (n int64, ok bool) {
	if len(b) == 0 || len(b) > 18 {
		return 0, false
	}
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + int64(c-'0')
	}
	return n, true
}

// cutField cuts a field line into name and value. It is not ok when a character is in them that
// needs a second look.
func cutField(line []byte) (name, value []byte, ok bool) {
	i := bytes.IndexByte(line, ':')
	if i < 1 {
		return nil, nil, false
	}
	name, value = line[:i], bytes.Trim(line[i+1:], " \t")
	for _, c := range name {
		if !plainName[c] {
			return nil, nil, false
		}
	}
	for _, c := range value {
		if (c < ' ' && c != '\t') || c > '~' {
			return nil, nil, false
		}
	}
	return name, value, true
}

// plainName says which characters field names are commonly made of.
var plainName = func() (set [256]bool) {
	for c := byte('0'); c <= 'z'; c++ {
		set[c] = '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c
	}
	set['-'], set['_'] = true, true
	return set
}()

// take takes a field that says where the body or the connection ends. It reports whether the head is still
// a plain one.
func (h *Head) take(name, value []byte) bool {
	switch {
	case equalFold(name, "Content-Length"):
		n, ok := decimal(value)
		ok = ok && h.Length < 0
		h.Length = n
		return ok
	case equalFold(name, "Transfer-Encoding"):
		first := !h.Chunked
		h.Chunked = true
		return first && equalFold(value, "chunked")
	case equalFold(name, "Connection"):
		h.Close = h.Close || hasToken(value, "close")
	case equalFold(name, "Content-Type"):
		if h.contentType == nil {
			h.contentType = value
		}
	case equalFold(name, "Trailer"):
		return false
	}
	return true
}

// hasToken reports whether a comma-separated list holds token (RFC 9110 section 5.6.1).
func hasToken(list []byte, token string) bool {
	for len(list) > 0 {
		var element []byte
		element, list, _ = bytes.Cut(list, []byte(","))
		if equalFold(bytes.Trim(element, " \t"), token) {
			return true
		}
	}
	return false
}

// frame draws the conclusions about the body (RFC 9112 section 6.3).
func (h *Head) frame() {
	switch {
	case !hasBody(h.Status):
		h.Length = 0
	case h.Chunked:
		h.Length = -1
	case h.Length < 0:
		h.Close = true // nothing else ends it
	}
}

// hasBody reports whether an answer of this status to a GET has a body.
func hasBody(status int) bool {
	return status >= http.StatusOK && status != http.StatusNoContent && status != http.StatusNotModified
}

// equalFold reports whether b is s, letters in either case. Both are ASCII.
func equalFold(b []byte, s string) bool {
	if len(b) != len(s) {
		return false
	}
	for i := range len(s) {
		if lower(b[i]) != lower(s[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}
