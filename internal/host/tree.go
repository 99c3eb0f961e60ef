package host

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/prometheus/procfs"
)

// tree is where the kernel shows itself as files. Where there are none, what is read is not known.
type tree struct{ proc, sys string }

func root() tree { return tree{proc: procfs.DefaultMountPoint, sys: "/sys"} }

// text returns a value below /proc/sys, empty when there is none.
func (t tree) text(name string) string { return line(filepath.Join(t.proc, "sys", name)) }

// line returns what a small file holds, without white space around it; empty when it cannot be read.
func line(path string) string {
	b, err := os.ReadFile(path) //nolint:gosec // the kernel's files, by names that are constants
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}

func (t tree) number(name string) *int {
	n, err := strconv.Atoi(t.text(name))
	if err != nil {
		return nil
	}
	return &n
}

// portRange returns the local ports that connections are made from.
func (t tree) portRange() (first, last int, ok bool) {
	ends := strings.Fields(t.text("net/ipv4/ip_local_port_range"))
	if len(ends) != 2 {
		return 0, 0, false
	}
	first, err := strconv.Atoi(ends[0])
	last, errLast := strconv.Atoi(ends[1])
	return first, last, cmp.Or(err, errLast) == nil
}

// ports counts them, without those that are reserved.
func (t tree) ports() *int {
	first, last, ok := t.portRange()
	if !ok {
		return nil
	}
	n := last - first + 1
	for part := range strings.SplitSeq(t.text("net/ipv4/ip_local_reserved_ports"), ",") {
		from, to, _ := strings.Cut(part, "-")
		low, err := strconv.Atoi(from)
		high, errHigh := strconv.Atoi(cmp.Or(to, from))
		if cmp.Or(err, errHigh) == nil {
			n -= max(0, min(high, last)-max(low, first)+1)
		}
	}
	return &n
}

// timeWait counts the sockets in TIME_WAIT. The kernel counts those over IPv6 among those over IPv4.
func (t tree) timeWait() *int {
	fs, err := procfs.NewFS(t.proc)
	if err != nil {
		return nil
	}
	stat, err := fs.NetSockstat()
	if err != nil {
		return nil
	}
	for _, p := range stat.Protocols {
		if p.Protocol == "TCP" {
			return p.TW
		}
	}
	return nil
}

func (t tree) memoryAvailable() *uint64 {
	fs, err := procfs.NewFS(t.proc)
	if err != nil {
		return nil
	}
	memory, err := fs.Meminfo()
	if err != nil {
		return nil
	}
	return memory.MemAvailableBytes
}

// clockSources returns what the kernel tells the time by, and what it could.
func (t tree) clockSources() (current string, available []string) {
	dir := filepath.Join(t.sys, "devices/system/clocksource/clocksource0")
	return line(filepath.Join(dir, "current_clocksource")), strings.Fields(line(filepath.Join(dir, "available_clocksource")))
}

// governors returns what decides the processors' clock rates, each once.
func (t tree) governors() []string {
	paths, err := filepath.Glob(filepath.Join(t.sys, "devices/system/cpu/cpu[0-9]*/cpufreq/scaling_governor"))
	if err != nil {
		return nil
	}
	var governors []string
	for _, path := range paths {
		if g := line(path); g != "" {
			governors = append(governors, g)
		}
	}
	slices.Sort(governors)
	return slices.Compact(governors)
}
