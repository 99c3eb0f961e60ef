package admin_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pollpush/internal/admin"
)

const secret = "correct-horse-battery-staple"

// tokenFile writes a file with a token, or with something else.
func tokenFile(t *testing.T, text string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func readToken(t *testing.T) admin.Token {
	t.Helper()
	read, err := admin.ReadToken(tokenFile(t, "\n "+secret+" \r\n", 0o600))
	if err != nil || read.IsZero() {
		t.Fatal(err)
	}
	return read
}

// A file that holds no token, or holds one for everybody, is refused, and its text is not quoted.
func TestTokenFilesThatCannotBe(t *testing.T) {
	for _, c := range []struct {
		text string
		mode os.FileMode
		want string
	}{
		{"", 0o600, "holds a token of 0 bytes"},
		{" \n", 0o600, "holds a token of 0 bytes"},
		{secret[:15] + "\n", 0o600, "holds a token of 15 bytes, which can be guessed: make one of 16 or more"},
		{secret + "\n" + secret, 0o600, "holds more than one word of printable ASCII"},
		{secret + " " + secret, 0o600, "holds more than one word of printable ASCII"},
		{secret + "ä", 0o600, "holds more than one word of printable ASCII"},
		{secret + "\x00", 0o600, "holds more than one word of printable ASCII"},
		{strings.Repeat("x", 4097), 0o600, "has more than 4096 bytes"},
		{secret + strings.Repeat("\n", 4096), 0o600, "has more than 4096 bytes"},
		{secret, 0o604, "is open to every user of this host (-rw----r--): close it with chmod 600"},
		{secret, 0o602, "is open to every user of this host"},
	} {
		path := tokenFile(t, c.text, c.mode)
		read, err := admin.ReadToken(path)
		if err == nil || !strings.HasPrefix(err.Error(), path+" "+c.want) || !read.IsZero() {
			t.Errorf("%.40q, %v: err = %v, want %q", c.text, c.mode, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), secret[:15]) {
			t.Errorf("the error quotes the token: %v", err)
		}
	}
	for path, want := range map[string]string{
		filepath.Join(t.TempDir(), "missing"): "missing is no file: name one that holds a token",
		t.TempDir():                           " cannot be read as a token (is a directory): name a file that can",
	} {
		if _, err := admin.ReadToken(path); err == nil || !strings.HasPrefix(err.Error(), path) || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%s: err = %v, want %q", path, err, want)
		}
	}
	for _, text := range []string{secret[:16], strings.Repeat("x", 4096)} {
		if _, err := admin.ReadToken(tokenFile(t, text, 0o640)); err != nil {
			t.Errorf("%d bytes: %v", len(text), err)
		}
	}
}

// Only who names the token, the whole of it and nothing else, is let through.
func TestGuard(t *testing.T) {
	guarded := readToken(t).Guard(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "inside") }))
	for authorization, let := range map[string]bool{
		"Bearer " + secret:                  true,
		"bearer " + secret:                  true, // RFC 9110 section 11.1
		"":                                  false,
		"Bearer":                            false,
		"Bearer ":                           false,
		secret:                              false,
		"Bearer " + secret[:27]:             false,
		"Bearer " + secret + "x":            false,
		"Bearer  " + secret:                 false,
		"Bearer " + strings.ToUpper(secret): false,
		"Basic " + secret:                   false,
		"Bearer wrong":                      false,
	} {
		w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil)
		if authorization != "" {
			r.Header.Set("Authorization", authorization)
		}
		guarded.ServeHTTP(w, r)
		if let != (w.Code == http.StatusOK && w.Body.String() == "inside") || !let != (w.Code == http.StatusUnauthorized && w.Header().Get("WWW-Authenticate") == "Bearer") {
			t.Errorf("%q: %d %q", authorization, w.Code, w.Body)
		}
	}
}

// However what holds a token is printed or encoded, the token is not in it.
func TestTokenIsNotPrinted(t *testing.T) {
	holder := struct {
		Exported admin.Token
		hidden   admin.Token
		pointer  *admin.Token
	}{Exported: readToken(t)}
	holder.hidden, holder.pointer = holder.Exported, &holder.Exported
	encoded, err := json.Marshal(holder)
	if err != nil {
		t.Fatal(err)
	}
	printed := string(encoded)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		printed += fmt.Sprintf(verb, holder) + fmt.Sprintf(verb, holder.Exported) + fmt.Sprintf(verb, holder.pointer)
	}
	refused := &admin.TokenError{Base: "http://192.0.2.1:9090", Token: holder.Exported}
	printed += refused.Error()
	if strings.Contains(printed, secret) || strings.Contains(printed, fmt.Sprintf("%x", secret)) {
		t.Errorf("the token is in %s", printed)
	}
}

// How long a comparison takes cannot be tested, but what compares can: bytes of the token are given to
// nothing but a hash, and hashes to nothing but crypto/subtle.
func TestTokensAreComparedInConstantTime(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "token.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	called := make(map[string]bool)
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); !ok || f.Name.Name != "names" {
			continue
		}
		ast.Inspect(d, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if p, ok := n.X.(*ast.Ident); ok {
					called[p.Name+"."+n.Sel.Name] = true
				}
			case *ast.BinaryExpr:
				if _, literal := n.Y.(*ast.BasicLit); (n.Op == token.EQL || n.Op == token.NEQ) && !literal {
					t.Error("something is compared with ==, which ends at the first difference")
				}
			}
			return true
		})
	}
	if !called["subtle.ConstantTimeCompare"] || !called["sha256.Sum256"] {
		t.Errorf("it calls %v, and not subtle.ConstantTimeCompare of two hashes", called)
	}
}

// A client that is sent elsewhere does not go there: the token is not for whom another server names.
func TestTokenDoesNotFollowRedirects(t *testing.T) {
	var named []string
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		named = append(named, r.Header.Get("Authorization"))
	}))
	defer elsewhere.Close()
	sends := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	defer sends.Close()
	client := admin.NewGuardedClient(sends.URL, nil, nil, readToken(t))
	defer client.Close()
	if err := client.Check(t.Context()); err == nil || !strings.Contains(err.Error(), "307 Temporary Redirect") {
		t.Errorf("err = %v", err)
	}
	if len(named) != 0 {
		t.Errorf("it went elsewhere with %q", named)
	}
}

// A reading that no clock can give is no reading.
func TestStrangeClocks(t *testing.T) {
	for _, answer := range []string{`{"now_ns":0}`, `{"now_ns":-1}`, `{"now_ns":9223372036854775807}`, `{}`, `[]`, `{"now_ns":"soon"}`, ``} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, answer) }))
		client := admin.NewClient(server.URL, nil)
		if now, err := client.Clock(t.Context()); err == nil || !strings.HasPrefix(err.Error(), "GET /clock: ") {
			t.Errorf("%s: %d, %v", answer, now, err)
		}
		client.Close()
		server.Close()
	}
}
