package feed_test

import (
	"strconv"
	"sync"
	"testing"

	"pollpush/pkg/feed"
)

// What a publication takes of the publisher's own time while many goroutines wait for it, as held polls do:
// the next one may be due.
func BenchmarkPublishToWaiting(b *testing.B) {
	for _, waiting := range []int{0, 100, 10_000} {
		b.Run("waiting="+strconv.Itoa(waiting), func(b *testing.B) {
			f := feed.New(feed.Limits{})
			if err := f.Grow(1); err != nil {
				b.Fatal(err)
			}
			log := f.Topic(0)
			for b.Loop() {
				b.StopTimer()
				var ready, woken sync.WaitGroup
				ready.Add(waiting)
				for range waiting {
					woken.Go(func() {
						more := log.Since(log.End(), nil).More
						ready.Done()
						<-more
					})
				}
				ready.Wait()
				b.StartTimer()
				if _, err := log.Publish(0, feed.MinPayload); err != nil {
					b.Fatal(err)
				}
				b.StopTimer()
				woken.Wait()
				b.StartTimer()
			}
		})
	}
}
