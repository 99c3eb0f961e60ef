package child

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"
)

// stopTimeout bounds how long a child may take to end in order.
const stopTimeout = 20 * time.Second

// Process is a running child, whatever it does.
type Process struct {
	// Stdin is the child's standard input. Its end is the child's.
	Stdin io.WriteCloser

	cmd    *exec.Cmd
	exited chan struct{}
	ending sync.Once // of its standard input
	reaped sync.Once
}

// Spawn runs this program again with one argument, which tells it what to do. The caller reads the child's
// standard output, and calls Reap when it reads no more, whatever the reason: Stop and Kill wait for that.
func Spawn(argument string, stderr io.Writer) (*Process, io.Reader, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, nil, fmt.Errorf("find this program: %w", err)
	}
	cmd := exec.Command(program, argument) //nolint:gosec,noctx // it is this program; Stop and the pipe end it
	cmd.Args[0] = os.Args[0]
	cmd.Stderr = stderr
	cmd.SysProcAttr = ownGroup() // so that Ctrl-C reaches the parent alone
	p := &Process{cmd: cmd, exited: make(chan struct{})}
	if p.Stdin, err = cmd.StdinPipe(); err != nil {
		return nil, nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, nil, fmt.Errorf("start: %w", err)
	}
	return p, stdout, nil
}

// Reap reads the child's standard output to its end, and waits for the child. Who calls it again waits as well.
func (p *Process) Reap(stdout io.Reader) {
	p.reaped.Do(func() {
		defer close(p.exited)
		_, _ = io.Copy(io.Discard, stdout) // to its end, as Wait asks
		_ = p.cmd.Wait()                   // how it ended is known from who ended it
	})
}

// PID returns the id of the child's process.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Exited is closed when the child has ended and was waited for.
func (p *Process) Exited() <-chan struct{} { return p.exited }

// Stop ends the child in order, by closing its standard input, and waits for its end.
func (p *Process) Stop() {
	p.ending.Do(func() { _ = p.Stdin.Close() })
	timeout := time.NewTimer(stopTimeout)
	defer timeout.Stop()
	select {
	case <-p.exited:
	case <-timeout.C:
		p.Kill()
	}
}

// Kill ends the child at once and waits for its end.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill() // it has ended already, then
	p.ending.Do(func() { _ = p.Stdin.Close() })
	<-p.exited
}
