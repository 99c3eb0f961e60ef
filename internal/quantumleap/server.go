package quantumleap

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// serve takes one connection, and the exchange's request on it, which must arrive to the byte as it is.
// It gives the exchange's answer, and reads to the client's end.
func (p player) serve(listener net.Listener) error {
	conn, err := listener.Accept()
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // the client has what there was
	if err := conn.SetDeadline(time.Now().Add(replayTimeout)); err != nil {
		return err
	}
	reader := bufio.NewReader(conn)
	request, err := readHead(reader)
	if err != nil {
		return fmt.Errorf("the replayed request: %w", err)
	}
	if request != p.request {
		return errors.New("the replayed request did not arrive as the paper has it")
	}
	body, err := bodyOf(p.answer)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(conn, p.answer+body); err != nil {
		return err
	}
	n, err := io.Copy(io.Discard, reader)
	if n > 0 {
		return fmt.Errorf("%d bytes came after the replayed request", n)
	}
	return err
}

// maxHead is more than the head of such an exchange has.
const maxHead = 16 << 10

// readHead reads to the blank line, inclusive.
func readHead(r *bufio.Reader) (string, error) {
	var head strings.Builder
	for head.Len() < maxHead {
		line, err := r.ReadString('\n')
		head.WriteString(line)
		if err != nil || line == "\r\n" {
			return head.String(), err
		}
	}
	return "", errors.New("its head does not end")
}

// bodyOf returns a body of the length that an answer's head promises. The paper does not print its own.
func bodyOf(answer string) (string, error) {
	_, rest, _ := strings.Cut(answer, "\r\nContent-Length: ")
	length, _, _ := strings.Cut(rest, "\r\n")
	n, err := strconv.Atoi(length)
	if err != nil || n < 0 || n > maxBody {
		return "", fmt.Errorf("the answer's Content-Length is %.20q", length)
	}
	return strings.Repeat("x", n), nil
}
