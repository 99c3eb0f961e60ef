package doctor

import (
	"fmt"

	"pollpush/internal/host"
)

// files: every connection is an open file, in each of the two processes. The target inherits the limit.
func (c check) files() Finding {
	need, limit := uint64(c.peak())+host.SpareFiles, c.host.OpenFiles
	f := Finding{Check: "open files", Needs: count(int(need)) + " in each process"}
	if c.Attached {
		f.Needs = count(int(need))
	}
	if limit == 0 {
		f.Has, f.Verdict = "no limit", OK
		return f
	}
	room := int(limit - min(limit, host.SpareFiles))
	f.Allows = clients(room)
	f = f.has(filesText(limit)+" (hard "+filesText(c.host.OpenFilesHard)+")", true)
	if need <= limit {
		return f
	}
	return f.refuses(fmt.Sprintf("--clients %d needs %d open files, the limit is %d", c.peak(), need, limit),
		lower(room, "raise the limit of this shell"), c.moreFiles(need))
}

// filesText formats a limit.
func filesText(n uint64) string {
	if n >= host.Unlimited {
		return "no limit"
	}
	return count(int(n))
}

// moreFiles is how the limit is raised for what a shell starts from now on.
func (c check) moreFiles(need uint64) string {
	if need > c.host.OpenFilesHard && c.host.OS == "linux" {
		return fmt.Sprintf("sudo prlimit --pid $$ --nofile=%d:%d", need, need)
	}
	return fmt.Sprintf("ulimit -n %d", need)
}

// widest is how many ports there are that need no root.
const widest = 65535 - 1024 + 1

const widenPorts = "sudo sysctl -w net.ipv4.ip_local_port_range='1024 65535'"

// ports: one source address reaches one destination from each local port once.
func (c check) ports() Finding {
	f := Finding{Check: "local ports", Needs: count(c.peak())}
	text, known := counted(c.host.Ports)
	f = f.has(text, known)
	if c.host.CannotListen != "" && !c.Attached {
		return f.refuses("the target finds no local port to listen on ("+name(c.host.CannotListen)+")",
			"sockets in TIME_WAIT may hold them all, so wait for a minute, or widen the range", widenPorts)
	}
	if !known {
		return f
	}
	ports := *c.host.Ports
	f.Allows = clients(ports)
	switch {
	case c.peak() > ports && c.peak() > widest:
		return f.refuses(fmt.Sprintf("--clients %d needs as many local ports, the range has %d, and at most %d are to be had", c.peak(), ports, widest),
			lower(ports, ""), "")
	case c.peak() > ports:
		return f.refuses(fmt.Sprintf("--clients %d needs as many local ports, the range has %d", c.peak(), ports),
			lower(ports, "widen the range"), widenPorts)
	}
	return f
}
