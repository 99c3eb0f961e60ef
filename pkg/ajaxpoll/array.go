package ajaxpoll

import (
	"errors"
	"io"

	"pollpush/pkg/feed"
)

// arrayLength is how many bytes writeArray will write.
func arrayLength(gap []byte, messages []feed.Message) int {
	n := len("[]") + len(messages) - 1
	if gap != nil {
		n += len(gap) + len(",")
	}
	for _, m := range messages {
		n += len(m.Raw)
	}
	return n
}

// writeArray writes the gap, if there is one, and at least one message as a JSON array: the
// objects as they are, not as strings.
func writeArray(w io.Writer, gap []byte, messages []feed.Message) error {
	separator := "["
	write := func(object []byte) error {
		if _, err := io.WriteString(w, separator); err != nil {
			return err
		}
		separator = ","
		_, err := w.Write(object)
		return err
	}
	if gap != nil {
		if err := write(gap); err != nil {
			return err
		}
	}
	for _, m := range messages {
		if err := write(m.Raw); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, "]")
	return err
}

var errNotArray = errors.New("answer is no JSON array of objects")

// eachObject calls do with each object of a JSON array, as it stands in body, without copying or
// allocating. Objects are told apart by their braces; what is in them is not checked.
func eachObject(body []byte, do func(object []byte) error) error {
	rest := skipSpace(body)
	if len(rest) == 0 || rest[0] != '[' {
		return errNotArray
	}
	rest = skipSpace(rest[1:])
	if len(rest) > 0 && rest[0] == ']' {
		return atEnd(rest[1:])
	}
	for {
		n := objectLength(rest)
		if n == 0 {
			return errNotArray
		}
		if err := do(rest[:n]); err != nil {
			return err
		}
		rest = skipSpace(rest[n:])
		if len(rest) == 0 {
			return errNotArray
		}
		if rest[0] == ']' {
			return atEnd(rest[1:])
		}
		if rest[0] != ',' {
			return errNotArray
		}
		rest = skipSpace(rest[1:])
	}
}

func atEnd(rest []byte) error {
	if len(skipSpace(rest)) > 0 {
		return errNotArray
	}
	return nil
}

func skipSpace(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\n' || b[0] == '\r' || b[0] == '\t') {
		b = b[1:]
	}
	return b
}

// objectLength returns the length of the JSON object that b starts with, or 0 when it starts with
// none. Braces inside strings do not count.
func objectLength(b []byte) int {
	if len(b) == 0 || b[0] != '{' {
		return 0
	}
	depth, inString := 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '{':
			depth++
		case c == '}':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return 0
}
