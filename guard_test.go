package pollpush_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const secret = "correct-horse-battery-staple"

// tokenFile writes a file with a token.
func tokenFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(path, []byte(text+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// anywhere names an address, which others can reach, as this host does.
func anywhere(url string) string { return strings.Replace(url, "[::]", "0.0.0.0", 1) }

// A target that a token guards may be reached from anywhere, and is measured by who has the token. Nobody
// else learns it, and who does not have it is told so before a client starts.
func TestGuardedTarget(t *testing.T) {
	right, wrong, prefix := tokenFile(t, secret), tokenFile(t, "wrong-horse-battery-staple"), tokenFile(t, secret[:20])
	_, service, near := startTarget(t, "--admin-token-file", right)
	_, _, open := startTarget(t, "--admin-token-file", right, "--admin", "0.0.0.0:0")
	_, secureService, secure := startTarget(t, "--admin-token-file", right, "--admin", "0.0.0.0:0", "--tls", "--admin-tls")
	open, secure = anywhere(open), anywhere(secure)
	out := filepath.Join(t.TempDir(), "r.json")
	refused := "refuses the token in "
	for _, v := range []struct {
		name   string
		target string
		admin  string
		flags  []string
		code   int
		says   string
	}{
		{"the token", service, near, []string{"--admin-token-file", right, "--out", out}, 0, ""},
		{"no token", service, near, nil, 2, "bench: the target at " + near + " asks for a token: name the file that holds it with --admin-token-file"},
		{"a wrong token", service, near, []string{"--admin-token-file", wrong}, 2, "bench: the target at " + near + " " + refused + wrong + ": see that both sides are given the same one"},
		{"a part of the token", service, near, []string{"--admin-token-file", prefix}, 2, refused + prefix},
		{"no token for an address that others can reach", service, open, nil, 2, "can be reached from other hosts, and nothing guards it"},
		{"in plain text", service, open, []string{"--admin-token-file", wrong}, 2, "bench: the token can be read on its way to " + strings.TrimPrefix(open, "http://") + ": serve with --admin-tls"},
		{"a certificate of nobody known", secureService, secure, []string{"--admin-token-file", right}, 2, "bench: --admin " + secure + ": "},
		{"over TLS", secureService, secure, []string{"--admin-token-file", right, "--insecure"}, 0, "bench: with --insecure the token goes to whoever answers"},
	} {
		t.Run(v.name, func(t *testing.T) {
			args := append([]string{"run", "--quiet", "--transports", "sse", "--target", v.target, "--admin", v.admin}, quick...)
			cmd := program(t, "bench", slices.Concat(args, v.flags)...)
			said, _ := cmd.CombinedOutput() // the exit code is what counts
			if code := cmd.ProcessState.ExitCode(); code != v.code || !strings.Contains(string(said), v.says) || strings.Contains(string(said), secret[:20]) {
				t.Errorf("exit code %d, want %d and %q\n%s", code, v.code, v.says, said)
			}
		})
	}
	trace := program(t, "bench", "trace", "sse", "--target", service, "--admin", near, "--admin-token-file", wrong)
	if said, _ := trace.CombinedOutput(); trace.ProcessState.ExitCode() != 2 || !strings.Contains(string(said), refused) {
		t.Errorf("trace: exit code %d\n%s", trace.ProcessState.ExitCode(), said)
	}
	if stored := readFile(t, out); strings.Contains(stored, secret) || strings.Contains(stored, right) || strings.Contains(stored, `"clock":`) {
		t.Error("the result holds the token, its file, or a clock besides ours")
	}
}
