package host

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// invented writes a host's files, by their paths below /proc and /sys.
func invented(t *testing.T, files map[string]string) tree {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(dir, "proc", "7"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("7", filepath.Join(dir, "proc", "self")); err != nil {
		t.Fatal(err)
	}
	return tree{proc: filepath.Join(dir, "proc"), sys: filepath.Join(dir, "sys")}
}

func TestPorts(t *testing.T) {
	for _, v := range []struct {
		name, pair, reserved string
		want                 *int
	}{
		{"as usual", "32768\t60999\n", "\n", new(28232)},
		{"some are reserved", "32768\t60999", "40000,50000-50009", new(28221)},
		{"others are", "32768\t60999", "8080,61000-65535", new(28232)},
		{"at both ends", "32768\t60999", "1-32768,60999-65535", new(28230)},
		{"nothing to read", "", "", nil},
		{"half of it", "32768", "", nil},
		{"no numbers", "a b", "", nil},
	} {
		host := invented(t, map[string]string{
			"proc/sys/net/ipv4/ip_local_port_range":     v.pair,
			"proc/sys/net/ipv4/ip_local_reserved_ports": v.reserved,
		})
		if diff := cmp.Diff(v.want, host.ports()); diff != "" {
			t.Errorf("%s: -want +got\n%s", v.name, diff)
		}
	}
}

func TestSockets(t *testing.T) {
	host := invented(t, map[string]string{
		"proc/net/sockstat":           "sockets: used 15\nTCP: inuse 1 orphan 0 tw 696 alloc 1 mem 44\nUDP: inuse 0 mem 256\n",
		"proc/sys/net/core/somaxconn": "4096\n",
	})
	if n := host.timeWait(); n == nil || *n != 696 {
		t.Errorf("%v sockets in TIME_WAIT", n)
	}
	if n := host.number("net/core/somaxconn"); n == nil || *n != 4096 {
		t.Errorf("somaxconn %v", n)
	}
	if n := host.number("net/ipv4/tcp_tw_reuse"); n != nil {
		t.Errorf("what is not there is %d", *n)
	}
}

func TestProcessors(t *testing.T) {
	host := invented(t, map[string]string{
		"sys/devices/system/cpu/cpu0/cpufreq/scaling_governor":                 "powersave\n",
		"sys/devices/system/cpu/cpu1/cpufreq/scaling_governor":                 "performance\n",
		"sys/devices/system/cpu/cpu2/cpufreq/scaling_governor":                 "powersave\n",
		"sys/devices/system/clocksource/clocksource0/current_clocksource":      "hpet\n",
		"sys/devices/system/clocksource/clocksource0/available_clocksource":    "hpet acpi_pm \n",
		"sys/devices/system/cpu/cpufreq/this_is_no_processor/scaling_governor": "ondemand\n",
	})
	if diff := cmp.Diff([]string{"performance", "powersave"}, host.governors()); diff != "" {
		t.Error(diff)
	}
	current, available := host.clockSources()
	if diff := cmp.Diff([]string{"hpet", "hpet", "acpi_pm"}, append([]string{current}, available...)); diff != "" {
		t.Error(diff)
	}
}

// The limits that hold are the tightest of a group and of all around it, in both versions, also where
// a container sees its own group as the root.
func TestControlGroups(t *testing.T) {
	const version2 = "30 20 0:26 / MOUNT rw - cgroup2 cgroup2 rw\n"
	for _, v := range []struct {
		name, group, mounts string
		files               map[string]string
		want                CGroup
	}{
		{
			"a group of its own", "0::/work\n", version2,
			map[string]string{
				"work/memory.max": "1000\n", "work/memory.current": "600\n", "work/memory.stat": "anon 500\ninactive_file 100\n",
				"work/cpu.max": "150000 100000\n",
			},
			CGroup{MemoryLimit: new(uint64(1000)), MemoryFree: new(uint64(500)), CPUs: new(1.5)},
		},
		{
			"the one around it is tighter", "0::/a/b\n", version2,
			map[string]string{
				"a/memory.max": "1000\n", "a/memory.current": "1100\n", "a/cpu.max": "200000 100000\n",
				"a/b/memory.max": "2000\n", "a/b/memory.current": "100\n", "a/b/cpu.max": "max 100000\n",
			},
			CGroup{MemoryLimit: new(uint64(1000)), MemoryFree: new(uint64(0)), CPUs: new(2.0)},
		},
		{
			"no limit", "0::/\n", version2,
			map[string]string{"memory.max": "max\n", "cpu.max": "max 100000\n"},
			CGroup{},
		},
		{
			"a container that is told of the host's path", "0::/docker/5\n", "30 20 0:26 /docker/5 MOUNT rw - cgroup2 cgroup2 rw\n",
			map[string]string{"memory.max": "4096\n", "memory.current": "96\n"},
			CGroup{MemoryLimit: new(uint64(4096)), MemoryFree: new(uint64(4000))},
		},
		{
			"a path outside of what is seen", "0::/../elsewhere\n", "30 20 0:26 /docker/5 MOUNT rw - cgroup2 cgroup2 rw\n",
			map[string]string{"memory.max": "4096\n"},
			CGroup{MemoryLimit: new(uint64(4096))},
		},
		{
			"version 1", "4:memory:/m\n2:cpu,cpuacct:/c\n0::/\n",
			"31 20 0:27 / MOUNT/memory rw - cgroup cgroup rw,memory\n32 20 0:28 / MOUNT/cpu rw - cgroup cgroup rw,cpu,cpuacct\n",
			map[string]string{
				"memory/memory.limit_in_bytes":   "9223372036854771712\n",
				"memory/m/memory.limit_in_bytes": "1000\n", "memory/m/memory.usage_in_bytes": "900\n",
				"memory/m/memory.stat": "inactive_file 1\ntotal_inactive_file 200\n",
				"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n",
				"cpu/c/cpu.cfs_quota_us": "50000\n", "cpu/c/cpu.cfs_period_us": "100000\n",
			},
			CGroup{MemoryLimit: new(uint64(1000)), MemoryFree: new(uint64(300)), CPUs: new(0.5)},
		},
		{"nothing to read", "", "", nil, CGroup{}},
	} {
		t.Run(v.name, func(t *testing.T) {
			mount := invented(t, v.files)
			dir := filepath.Dir(mount.proc)
			host := invented(t, map[string]string{
				"proc/7/cgroup": v.group, "proc/7/mountinfo": strings.ReplaceAll(v.mounts, "MOUNT", dir),
			})
			if diff := cmp.Diff(v.want, host.cgroup()); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// What others did is all that was done, but not what this process did.
func TestLoad(t *testing.T) {
	began := time.Now()
	before := usage{at: began, busy: 100, stolen: 3, tasks: map[int]Task{1: {1, "init", 7}, 2: {2, "bench", 10}, 3: {3, "ended", 5}}}
	after := usage{at: began.Add(500 * time.Millisecond), busy: 101, stolen: 3.1, tasks: map[int]Task{
		1: {1, "init", 7}, 2: {2, "bench", 10.25}, 4: {4, "stress", 0.4},
	}}
	near := cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-9 })
	want := &Load{Busy: 1.5, Stolen: 0.2, Top: Task{4, "stress", 0.8}}
	if diff := cmp.Diff(want, before.to(after, 2), near); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if l := before.to(before, 2); l != nil {
		t.Errorf("in no time: %+v", l)
	}
}

// This host can be read, and a reading that is called off ends.
func TestSurvey(t *testing.T) {
	r := Survey()
	if r.CPUs < 1 || r.GOMAXPROCS < 1 || r.OS == "" || r.ClockCost < 0 || r.OpenFiles > r.OpenFilesHard {
		t.Errorf("%+v", r)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if l := MeasureLoad(ctx, time.Hour); l != nil {
		t.Errorf("%+v", l)
	}
}
