package child_test

import (
	"os"
	"sync"
	"testing"

	"pollpush/internal/child"
)

// idle is the argument by which this program is told to end with its standard input.
const idle = "idle-child"

// TestMain makes this program the child that it starts.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == idle {
		_, _ = os.Stdin.Read(make([]byte, 1))
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// A child is waited for once, however many reap it, and each of them returns when it has ended.
func TestReapTwice(t *testing.T) {
	p, stdout, err := child.Spawn(idle, os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	var reaping sync.WaitGroup
	for range 2 {
		reaping.Go(func() {
			p.Reap(stdout)
			<-p.Exited()
		})
	}
	p.Stop()
	reaping.Wait()
	p.Reap(stdout)
	p.Kill()
}
