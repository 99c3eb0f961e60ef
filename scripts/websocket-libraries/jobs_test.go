package libraries

import (
	"bytes"
	"runtime"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// BenchmarkWrite writes one message to one connection.
func BenchmarkWrite(b *testing.B) {
	each(b, func(b *testing.B, l library) {
		p := connect(b, l, 1, nil)[0]
		go drain(p.peer, func(int) {}) // ends with the connection
		b.ReportAllocs()
		before := cpu()
		for b.Loop() {
			if err := p.server.write(); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(cpu()-before)/float64(b.N), "cpu-ns/op")
	})
}

// crowd is how many connections a broadcast goes to.
const crowd = 1000

// BenchmarkBroadcast writes one message to a thousand connections, and waits until all of them have it.
func BenchmarkBroadcast(b *testing.B) {
	each(b, func(b *testing.B, l library) {
		var left atomic.Int64
		all := make(chan struct{}, 1)
		servers := make([]conn, 0, crowd)
		for _, p := range connect(b, l, crowd, nil) {
			servers = append(servers, p.server)
			go drain(p.peer, func(n int) { // ends with the connection
				if n > 0 && left.Add(int64(-n)) == 0 {
					all <- struct{}{}
				}
			})
		}
		b.ReportAllocs()
		before := cpu()
		for b.Loop() {
			left.Store(int64(crowd * len(frame)))
			if err := l.broadcast(servers); err != nil {
				b.Fatal(err)
			}
			<-all
		}
		b.ReportMetric(float64(cpu()-before)/float64(b.N)/crowd, "cpu-ns/delivery")
	})
}

// BenchmarkRead reads messages that a client sends as fast as they are read.
func BenchmarkRead(b *testing.B) {
	each(b, func(b *testing.B, l library) {
		p := connect(b, l, 1, nil)[0]
		const batch = 256
		many := bytes.Repeat(masked, batch)
		go func() { // ends with the connection
			for {
				if _, err := p.peer.Write(many); err != nil {
					return
				}
			}
		}()
		b.ReportAllocs()
		b.ResetTimer()
		before := cpu()
		if err := p.server.read(b.Context(), b.N); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(cpu()-before)/float64(b.N), "cpu-ns/op")
	})
}

// BenchmarkIdle opens a thousand connections, writes a message to each, and tells how much of the heap and of
// stacks each of them holds while the server waits for it to say something: both ends, of which the other end and
// net/http's own part are what the bare connection shows.
func BenchmarkIdle(b *testing.B) {
	each(b, func(b *testing.B, l library) {
		if b.N > 1 {
			b.Skip("memory is measured once: use -benchtime 1x")
		}
		before := held()
		pairs := connect(b, l, crowd, l.wait)
		for _, p := range pairs {
			if err := p.server.write(); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(held()-before)/crowd, "B/conn")
		runtime.KeepAlive(pairs)
		b.ReportMetric(0, "ns/op")
	})
}

// held returns the bytes that the heap and stacks take, after what is not needed any more has been collected.
func held() int64 {
	for range 3 { // pools let go of what they hold at the second
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}

// cpu returns the processor time that this process has used. Both ends are in it, and what else the machine does is
// not.
func cpu() time.Duration {
	var used syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &used) // it cannot fail
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

func each(b *testing.B, job func(*testing.B, library)) {
	for _, l := range libraries {
		b.Run(l.name, func(b *testing.B) { job(b, l) })
	}
}
