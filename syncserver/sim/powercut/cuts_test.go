package powercut_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"

	"yuzhou/syncserver/sim/powercut"
)

// usualCuts is how many cuts every run of the tests makes; YUZHOU_CUTS asks for more (make powercut).
const (
	usualCuts   = 40
	cutsOfALife = 12
)

// TestPowerCuts takes the power from a laptop and from its server, at any write, while people type and sync. With the
// programs' own settings nothing that was saved or answered is lost, nothing is there twice when all was sent again, and
// no file is damaged (I1, I2, I4). With synchronous=NORMAL the same bench must find losses: else it would find none at
// all.
func TestPowerCuts(t *testing.T) {
	cuts := usualCuts
	if text := os.Getenv("YUZHOU_CUTS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		cuts = n
	}
	if err := powercut.Install(); err != nil {
		t.Fatal(err)
	}
	server, laptop := found(t)
	strong, weak := tally{by: map[string]int{}}, tally{by: map[string]int{}}
	seed := uint64(1)
	for ; strong.cuts < cuts && !t.Failed(); seed++ {
		t.Run(fmt.Sprint("life", seed), func(t *testing.T) {
			l := newLife(t, server, laptop, false, seed, &strong)
			for until := strong.cuts + cutsOfALife; strong.cuts < until; {
				l.round()
			}
			l.end()
		})
	}
	for n := 0; weak.cuts < max(cuts/10, usualCuts) && !t.Failed(); n++ {
		t.Run(fmt.Sprint("weak", n), func(t *testing.T) {
			l := newLife(t, server, laptop, true, uint64(n)+1, &weak)
			l.round()
			_, _ = l.desk.close(), l.site.close() // it served its purpose
			powercut.Forget(l.desk.machine)
			powercut.Forget(l.site.machine)
		})
	}
	fmt.Printf("cuts=%d lost=%d doubled=%d corrupt=%d weak_lost=%d\n", strong.cuts, strong.lost, strong.doubled, strong.corrupt+weak.corrupt, weak.lost)
	for _, who := range []string{theLaptop, theServer} {
		if weak.by[who] == 0 {
			t.Errorf("%d cuts with synchronous=NORMAL lost nothing of the %s: this bench cannot see a loss there", weak.cuts, who)
		}
	}
}
