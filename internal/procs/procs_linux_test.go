package procs_test

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"pollpush/internal/procs"
)

// A tree is a process and its children, those that have ended as well.
func TestTree(t *testing.T) {
	// A shell that has used processor time by a child that ended, and has another that waits.
	shell := exec.CommandContext(t.Context(), "sh", "-c",
		`sh -c 'i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done'; sh -c 'echo; read -r line'; echo`)
	stdin, err := shell.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := shell.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := shell.Start(); err != nil {
		t.Fatal(err)
	}
	said := bufio.NewReader(stdout)
	if _, err := said.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	alone, err := procs.Tree(shell.Process.Pid)
	if err != nil || alone.Processes != 2 || alone.Memory <= 0 || alone.CPU <= 0 {
		t.Errorf("%+v, %v; want two processes", alone, err)
	}
	if _, err := stdin.Write([]byte("\n")); err != nil {
		t.Fatal(err)
	}
	_ = stdin.Close()
	if err := shell.Wait(); err != nil {
		t.Fatal(err)
	}
	used := shell.ProcessState.SysUsage().(*syscall.Rusage)
	total := time.Duration(used.Utime.Nano() + used.Stime.Nano())
	const tick = 10 * time.Millisecond // of each of the three processes
	if alone.CPU > total+3*tick {
		t.Errorf("%s of processor time, the kernel says %s in the end", alone.CPU, total)
	}
	if _, err := procs.Tree(shell.Process.Pid); err == nil || !strings.Contains(err.Error(), "has ended") {
		t.Errorf("err = %v", err)
	}
}

func TestOwnTree(t *testing.T) {
	if u, err := procs.Tree(os.Getpid()); err != nil || u.Processes < 1 {
		t.Errorf("%+v, %v", u, err)
	}
}
