package doctor

import (
	"fmt"

	"pollpush/internal/host"
	"pollpush/internal/visible"
)

// files: every connection is an open file, in the generator and in the target. The target inherits the limit.
func (c check) files() Finding {
	need, limit := uint64(c.process())+host.SpareFiles, c.host.OpenFiles
	f := Finding{Check: "open files", Needs: count(int(need)) + " in each process"}
	if c.Attached {
		f.Needs = count(int(need))
	}
	if limit == 0 {
		f.Has, f.Verdict = "no limit", OK
		return f
	}
	room := int(limit - min(limit, host.SpareFiles))
	most := c.whole(room, c.process())
	f.Allows = clients(most)
	f = f.has(filesText(limit)+" (hard "+filesText(c.host.OpenFilesHard)+")", true)
	if need <= limit {
		return f
	}
	return f.refuses(fmt.Sprintf("--clients %d needs %d open files, the limit is %d", c.peak(), need, limit),
		lower(most, c.lessFiles()), c.moreFiles(need))
}

// lessFiles is what else to do than to have fewer clients.
func (c check) lessFiles() string {
	if c.Attached {
		return "raise the limit of this shell"
	}
	return "spread it over --processes and --target-processes, or raise the limit of this shell"
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
	f := Finding{Check: "local ports", Needs: count(c.target())}
	text, known := counted(c.host.Ports)
	f = f.has(c.portsText(text), known)
	if c.host.CannotListen != "" && !c.Attached {
		return f.refuses("the target finds no local port to listen on ("+visible.Line(c.host.CannotListen)+")",
			"sockets in TIME_WAIT may hold them all, so wait for a minute, or widen the range", widenPorts)
	}
	if !known {
		return f
	}
	ports := *c.host.Ports
	most := c.places(ports)
	f.Allows = clients(most)
	if c.peak() <= most {
		return f
	}
	why := fmt.Sprintf("--clients %d needs as many local ports, the range has %d", c.peak(), ports)
	if c.sources() > 1 || c.target() < c.peak() {
		why = fmt.Sprintf("--clients %d needs %d local ports to one target, the range has %d for each of %d source addresses", c.peak(), c.target(), ports, c.sources())
	}
	if c.target() > widest*c.sources() {
		return f.refuses(fmt.Sprintf("%s, and at most %d are to be had", why, widest), lower(most, "name more --source-addresses"), "")
	}
	return f.refuses(why, lower(most, "name more --source-addresses, or widen the range"), widenPorts)
}

// portsText formats how many ports there are.
func (c check) portsText(ports string) string {
	if ports == "" || c.sources() == 1 {
		return ports
	}
	return fmt.Sprintf("%s from each of %s addresses", ports, count(c.sources()))
}
