package adapter

import (
	"bytes"
	"context"
	_ "embed" // of the configuration
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"text/template"
	"time"

	"pollpush/pkg/ajaxpoll"
	"pollpush/pkg/clock"
	"pollpush/pkg/ssepush"
	"pollpush/pkg/transport"
	"pollpush/pkg/wspush"
)

// Nchan is nginx with the Nchan module, in processes of its own.
type Nchan struct {
	clock    clock.Clock
	folder   string
	nginx    *exec.Cmd
	said     bytes.Buffer // what nginx complained of
	exited   chan struct{}
	endpoint transport.Endpoint
	http     *http.Client
}

// NchanModule is where Debian's libnginx-mod-nchan puts the module.
const NchanModule = "/usr/lib/nginx/modules/ngx_nchan_module.so"

// ErrNoNchan says that there is no nginx here, or none with Nchan.
var ErrNoNchan = errors.New("no nginx with Nchan here: install Debian's packages nginx and libnginx-mod-nchan")

// Bounds of nginx's start and end, and of what it keeps and holds.
const (
	nchanStart    = 10 * time.Second
	nchanStop     = 5 * time.Second
	nchanStep     = 10 * time.Millisecond
	nchanFiles    = 19_000
	nchanMessages = 4096 // as many as the target keeps
)

//go:embed nchan.conf
var nchanConfiguration string

// StartNchan starts nginx in a folder of its own.
func StartNchan(ctx context.Context, clk clock.Clock) (*Nchan, error) {
	program, err := exec.LookPath("nginx")
	if err != nil {
		return nil, ErrNoNchan
	}
	if _, err := os.Stat(NchanModule); err != nil {
		return nil, ErrNoNchan
	}
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	n := &Nchan{
		clock: clk, exited: make(chan struct{}), http: &http.Client{Timeout: nchanStart},
		endpoint: transport.Endpoint{Address: address, Host: address},
	}
	if n.folder, err = nchanFolder(address); err != nil {
		return nil, fmt.Errorf("nginx: %w", err)
	}
	n.nginx = exec.Command(program, "-p", n.folder, "-c", "nginx.conf", "-e", "stderr") //nolint:gosec,noctx // Close ends it
	n.nginx.Stderr = &n.said
	if err := n.nginx.Start(); err != nil {
		_ = os.RemoveAll(n.folder) // it did not start, and that is what counts
		return nil, fmt.Errorf("nginx: %w", err)
	}
	go func() {
		defer close(n.exited)
		_ = n.nginx.Wait() // what it said tells more than its exit code
	}()
	if err := n.serving(ctx); err != nil {
		n.Close()
		return nil, err
	}
	return n, nil
}

// freeAddress returns an address on which nothing listens: nginx cannot be asked which port it took.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// nchanFolder makes a folder with nginx's configuration.
func nchanFolder(address string) (string, error) {
	folder, err := os.MkdirTemp("", "pollpush-nchan-")
	if err != nil {
		return "", err
	}
	var text bytes.Buffer
	err = template.Must(template.New("nchan.conf").Parse(nchanConfiguration)).Execute(&text, map[string]any{
		"Module": NchanModule, "Address": address, "Files": nchanFiles, "Messages": nchanMessages,
		"Poll": ajaxpoll.Path, "Stream": ssepush.Path, "Socket": wspush.Path,
	})
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, "nginx.conf"), text.Bytes(), 0o600)
	}
	if err != nil {
		_ = os.RemoveAll(folder) // err is what counts
	}
	return folder, err
}

// serving waits until a worker of nginx answers, whatever it says: connections are accepted before there is one.
func (n *Nchan) serving(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, nchanStart)
	defer cancel()
	tick := time.NewTicker(nchanStep)
	defer tick.Stop()
	for {
		answer, err := n.ask(ctx, http.MethodGet, "/", nil)
		if err == nil {
			return answer.Body.Close()
		}
		select {
		case <-n.exited:
			return fmt.Errorf("nginx ended before it served: %s", bytes.TrimSpace(n.said.Bytes()))
		case <-ctx.Done():
			return fmt.Errorf("nginx does not serve: %w", err)
		case <-tick.C:
		}
	}
}

func (n *Nchan) ask(ctx context.Context, method, path string, body []byte) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, "http://"+n.endpoint.Address+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	return n.http.Do(r)
}

// PID implements Server: the master's, whose children the workers are.
func (n *Nchan) PID() int { return n.nginx.Process.Pid }

// Close implements Server.
func (n *Nchan) Close() {
	n.http.CloseIdleConnections()
	_ = n.nginx.Process.Signal(os.Interrupt) // ends its workers; it may have ended already
	timeout := time.NewTimer(nchanStop)
	defer timeout.Stop()
	select {
	case <-n.exited:
	case <-timeout.C:
		_ = n.nginx.Process.Kill()
		<-n.exited
	}
	_ = os.RemoveAll(n.folder) // a temporary folder that stays is no harm
}
