package host

import (
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/prometheus/procfs"
)

// CGroup is what the control groups that this process is in allow: the tightest, as the kernel holds it to
// all of them. Nil is no limit, or none that can be seen from here.
type CGroup struct {
	// MemoryLimit is the most memory, in bytes; MemoryFree is what is left of a limit, what the kernel can
	// drop from its page cache counted as left. They may be of different groups.
	MemoryLimit, MemoryFree *uint64
	// CPUs is how many processors' time may be used, as in 1.5.
	CPUs *float64
}

// controller is how one version of control groups shows its limits.
type controller struct {
	limit func(dir string) *uint64
	used  string // the file that says how much memory is used
	cache string // of memory.stat: what can be dropped
	cpus  func(dir string) *float64
}

var (
	version2 = controller{
		limit: func(dir string) *uint64 { return bytesIn(filepath.Join(dir, "memory.max")) },
		used:  "memory.current", cache: "inactive_file", cpus: cpuMax,
	}
	version1 = controller{
		limit: func(dir string) *uint64 { return bytesIn(filepath.Join(dir, "memory.limit_in_bytes")) },
		used:  "memory.usage_in_bytes", cache: "total_inactive_file", cpus: cpuQuota,
	}
)

// cgroup reads the limits of this process's groups and of those around them.
func (t tree) cgroup() CGroup {
	var all CGroup
	fs, err := procfs.NewFS(t.proc)
	if err != nil {
		return all
	}
	self, err := fs.Self()
	if err != nil {
		return all
	}
	groups, err := self.Cgroups()
	if err != nil {
		return all
	}
	mounts, err := self.MountInfo()
	if err != nil {
		return all
	}
	for _, g := range groups {
		for _, m := range mounts {
			if c, ok := controls(g, m); ok {
				all.tighten(c, m.MountPoint, within(g.Path, m.Root))
			}
		}
	}
	return all
}

// controls reports whether a mount shows a group, and by which version.
func controls(g procfs.Cgroup, m *procfs.MountInfo) (controller, bool) {
	if len(g.Controllers) == 0 {
		return version2, m.FSType == "cgroup2"
	}
	shown := slices.ContainsFunc(g.Controllers, func(name string) bool {
		_, ok := m.SuperOptions[name]
		return ok && (name == "memory" || name == "cpu")
	})
	return version1, shown && m.FSType == "cgroup"
}

// within returns where a group is below a mount that shows the groups from root on. A container may be told
// of a path that is outside of what it sees; its own group is what is mounted, then.
func within(group, root string) string {
	if root == "/" {
		return path.Clean("/" + group)
	}
	if rest, ok := strings.CutPrefix(group, root); ok && (rest == "" || rest[0] == '/') {
		return path.Clean("/" + rest)
	}
	return "/"
}

// tighten takes the limits of a group, and of those around it up to the mount.
func (a *CGroup) tighten(c controller, mount, group string) {
	for ; ; group = path.Dir(group) {
		dir := filepath.Join(mount, filepath.FromSlash(group))
		if limit := c.limit(dir); limit != nil {
			a.MemoryLimit = least(a.MemoryLimit, limit)
			a.MemoryFree = least(a.MemoryFree, c.free(dir, *limit))
		}
		a.CPUs = least(a.CPUs, c.cpus(dir))
		if group == "/" {
			return
		}
	}
}

func (c controller) free(dir string, limit uint64) *uint64 {
	used := bytesIn(filepath.Join(dir, c.used))
	if used == nil {
		return nil
	}
	var cache uint64
	for entry := range strings.Lines(line(filepath.Join(dir, "memory.stat"))) {
		if fields := strings.Fields(entry); len(fields) == 2 && fields[0] == c.cache {
			cache, _ = strconv.ParseUint(fields[1], 10, 64) // 0 if it is no number
		}
	}
	taken := *used - min(cache, *used)
	return new(limit - min(taken, limit))
}

func least[T uint64 | float64](a, b *T) *T {
	if a == nil || b != nil && *b < *a {
		return b
	}
	return a
}

// bytesIn returns the number in a file; nil when there is none, or one that stands for no limit.
func bytesIn(path string) *uint64 {
	const none = 1 << 60 // version 1 has the largest multiple of a page for it
	n, err := strconv.ParseUint(line(path), 10, 64)
	if err != nil || n >= none {
		return nil
	}
	return &n
}

// cpuMax reads "QUOTA PERIOD" in microseconds; a quota of "max" is none.
func cpuMax(dir string) *float64 {
	quota, period, _ := strings.Cut(line(filepath.Join(dir, "cpu.max")), " ")
	return share(quota, period)
}

// cpuQuota reads the same in two files; a quota of -1 is none.
func cpuQuota(dir string) *float64 {
	return share(line(filepath.Join(dir, "cpu.cfs_quota_us")), line(filepath.Join(dir, "cpu.cfs_period_us")))
}

func share(quota, period string) *float64 {
	q, err := strconv.ParseUint(quota, 10, 32)
	if err != nil {
		return nil
	}
	p, err := strconv.ParseUint(period, 10, 32)
	if err != nil || p == 0 {
		return nil
	}
	return new(float64(q) / float64(p))
}
