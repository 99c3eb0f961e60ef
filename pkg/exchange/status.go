package exchange

import (
	"bytes"
	"fmt"
	"net/http"
)

// StatusError is an answer whose status is not what the client needs.
type StatusError struct {
	Status int
	// Reason is the first line of the answer's body, shortened.
	Reason string
}

// NewStatusError returns the error for an answer with this status and body.
func NewStatusError(status int, body []byte) *StatusError {
	line, _, _ := bytes.Cut(bytes.TrimSpace(body), []byte("\n"))
	const enough = 200
	line = line[:min(len(line), enough)]
	return &StatusError{Status: status, Reason: string(bytes.ToValidUTF8(line, []byte("?")))}
}

// Error returns the status and the reason.
func (e *StatusError) Error() string {
	text := fmt.Sprintf("status %d %s", e.Status, http.StatusText(e.Status))
	if e.Reason != "" {
		text += ": " + e.Reason
	}
	return text
}
