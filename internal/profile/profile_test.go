package profile_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"pollpush/internal/profile"
)

// told is a target that tells, or does not.
type told struct{ err error }

func (t told) CPUProfile(context.Context, time.Duration) ([]byte, error) { return []byte("cpu"), t.err }
func (t told) HeapProfile(context.Context) ([]byte, error)               { return []byte("heap"), t.err }

// A target that does not tell, be it that it is no longer there, costs its own profiles and no others.
func TestRecorder(t *testing.T) {
	for name, target := range map[string]told{"telling": {}, "silent": {errors.New("no profiles here")}} {
		dir := filepath.Join(t.TempDir(), "new", "profiles")
		var said bytes.Buffer
		r, err := profile.NewRecorder(dir, &said)
		if err != nil {
			t.Fatal(err)
		}
		for _, trial := range []string{"sse-1", "sse-2"} {
			r.Begin(trial, target, time.Second)
			r.EndCPU()
			r.Heap()
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		for _, trial := range []string{"sse-1", "sse-2"} {
			for _, kind := range []string{"cpu", "heap"} {
				wantProfile(t, filepath.Join(dir, "generator-"+trial+"."+kind+".pprof"))
				theirs, err := os.ReadFile(filepath.Join(dir, "target-"+trial+"."+kind+".pprof"))
				missing := "profile " + trial + ": the target's " + kind + " is missing, the generator's is there: no profiles here\n"
				if told := target.err == nil; told && string(theirs) != kind || told != (err == nil) || told == strings.Contains(said.String(), missing) {
					t.Errorf("%s: the target's %s of %s: %q, %v\n%s", name, kind, trial, theirs, err, &said)
				}
			}
		}
	}
}

// wantProfile checks that a file is what pprof writes: a compressed message that is not empty.
func wantProfile(t *testing.T, path string) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	if content, err := io.ReadAll(unzipped); err != nil || len(content) == 0 {
		t.Errorf("%s: %d bytes, %v", path, len(content), err)
	}
}

// A trial that is cut short in its window leaves nothing running: the next profile can begin.
func TestRecorderIsClosedInTheMidst(t *testing.T) {
	for range 2 {
		r, err := profile.NewRecorder(t.TempDir(), io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		r.Begin("sse-1", told{}, time.Hour)
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestNewRecorderRefuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	refused := map[string]string{file: "is a file", filepath.Join(file, "below"): "make the folder"}
	if runtime.GOOS == "linux" {
		refused["/proc"] = "write into the folder" // not even root can
	}
	for dir, says := range refused {
		if _, err := profile.NewRecorder(dir, io.Discard); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", dir, err, says)
		}
	}
}
