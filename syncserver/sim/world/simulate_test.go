package world

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// The environment by which a run is asked for.
const (
	envCount  = "YUZHOU_WORLD_N"      // so many histories
	envSeed   = "YUZHOU_WORLD_SEED"   // of the first; alone: of the only one
	envBase   = "YUZHOU_WORLD_BASE"   // folder of the base, for a worker
	envStride = "YUZHOU_WORLD_STRIDE" // of the seeds of a worker
	envMemory = "YUZHOU_WORLD_MEMORY" // folder for the files of the histories; a disk in memory is fastest
	envTale   = "YUZHOU_WORLD_TALE"   // the worker makes its history as short as it can and tells it
	envStop   = "YUZHOU_WORLD_STOP"   // a worker stops at the first history in which something is wrong
)

// TestWorld runs a handful of histories.
func TestWorld(t *testing.T) {
	b := prepare(t, t.TempDir())
	for seed := range uint64(4) {
		h := draw(seed + 1)
		if out := run(t, b, h, t.TempDir(), false); len(out.Wrong) > 0 {
			t.Errorf("%s\n%v", h.tale(nil), out.Wrong)
		}
	}
}

// result is what a worker says of one history.
type result struct {
	Seed   uint64
	Began  bool // it has only begun
	Acked  int
	Faults map[string]int
	Wrong  []wrong
	Tale   string
}

// TestWorker is no test by itself: TestSimulate runs it in processes of its own, so that a history that kills its process
// is one that failed, and every processor is used.
func TestWorker(t *testing.T) {
	dir := os.Getenv(envBase)
	if dir == "" {
		t.Skip("runs in a process of its own only")
	}
	debug.SetGCPercent(400)
	b := prepare(t, dir)
	first, stride, n := number(t, envSeed, 1), number(t, envStride, 1), number(t, envCount, 1)
	say := json.NewEncoder(os.Stdout)
	for i := uint64(0); i < n; i += stride {
		h := draw(first + i)
		_ = say.Encode(result{Seed: h.Seed, Began: true})
		watch := watchdog()
		out := run(t, b, h, t.TempDir(), false)
		r := result{Seed: h.Seed, Acked: out.Acked, Faults: out.Faults, Wrong: out.Wrong}
		if len(r.Wrong) > 0 && os.Getenv(envTale) != "" {
			r.Tale, r.Wrong = tellShort(t, b, h, out.Wrong)
		}
		watch.Stop()
		_ = say.Encode(r)
		if len(r.Wrong) > 0 && os.Getenv(envStop) != "" {
			return
		}
	}
}

// patience is how long one history, made short too, may take of real time. Virtual time does not pass while somebody waits
// for a lock for ever.
const patience = 3 * time.Minute

// watchdog ends the process when a history does not end, and says where everybody is.
func watchdog() *time.Timer {
	return time.AfterFunc(patience, func() {
		stacks := make([]byte, 1<<20)
		fmt.Fprintf(os.Stderr, "it does not end:\n%s", stacks[:runtime.Stack(stacks, true)])
		os.Exit(3)
	})
}

// tellShort makes a history that fails short, and tells it.
func tellShort(t *testing.T, b *base, h history, found []wrong) (string, []wrong) {
	before := len(h.Steps)
	h = shrink(t, b, h, found[0].Class, t.TempDir())
	out := run(t, b, h, t.TempDir(), true)
	if len(out.Wrong) == 0 { // it depends on something that is not drawn
		return "(it does not fail every time)\n" + h.tale(out.Story), found
	}
	return fmt.Sprintf("%d of %d steps are enough:\n%s", len(h.Steps), before, h.tale(out.Story)), out.Wrong
}

// sum is what all histories did together.
type sum struct {
	mu        sync.Mutex
	histories int
	acked     int
	faults    map[string]int
	wrong     map[string]int // histories by class
	failed    []result
}

func (s *sum) add(r result) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.histories++
	s.acked += r.Acked
	for kind, n := range r.Faults {
		s.faults[kind] += n
	}
	if len(r.Wrong) > 0 {
		s.wrong[r.Wrong[0].Class]++
		s.failed = append(s.failed, r)
		fmt.Fprintf(os.Stderr, "SEED=%d\n%s", r.Seed, list(r.Wrong))
	}
	if s.histories%meanwhile == 0 {
		fmt.Fprintln(os.Stderr, "so far:", s)
	}
}

// meanwhile is after how many histories a run of hours says how it is; what went wrong it says at once.
const meanwhile = 1000

// String is the line that says how it was.
func (s *sum) String() string {
	faults := 0
	for _, n := range s.faults {
		faults += n
	}
	text := fmt.Sprintf("histories=%d faults=%d kinds=%d acked=%d", s.histories, faults, len(s.faults), s.acked)
	for _, class := range classes {
		text += fmt.Sprintf(" %s=%d", class, s.wrong[class])
	}
	return text
}

// told is how many of the histories that failed are made short and told.
const told = 5

// TestSimulate runs as many histories as YUZHOU_WORLD_N says, on all processors, and says in one line how it was. What
// failed is made short and told.
func TestSimulate(t *testing.T) {
	n, seed := number(t, envCount, 0), number(t, envSeed, 0)
	if n == 0 && seed == 0 {
		t.Skip(envCount + " and " + envSeed + " are not set")
	}
	if n == 0 {
		n = 1
	}
	s := &sum{faults: map[string]int{}, wrong: map[string]int{}}
	dir, err := os.MkdirTemp(os.Getenv(envMemory), "world")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) }) // when a cluster in it has ended
	b := prepare(t, dir)
	if os.Getenv(envStore) == "postgres" || os.Getenv(envStore) == "both" {
		t.Setenv(envCluster, b.cluster(t, dir))
	}
	workers := min(uint64(runtime.GOMAXPROCS(0)), n)
	var all sync.WaitGroup
	for i := range workers {
		all.Go(func() { s.work(t, dir, max(seed, 1)+i, workers, n-i) })
	}
	all.Wait()
	fmt.Println(s)
	slices.SortFunc(s.failed, func(a, b result) int { return int(a.Seed) - int(b.Seed) })
	for _, r := range s.failed[:min(told, len(s.failed))] {
		worker(t, dir, []string{envSeed + "=" + fmt.Sprint(r.Seed), envCount + "=1", envTale + "=1"}, func(again result) {
			if !again.Began {
				r.Tale, r.Wrong = again.Tale, append(again.Wrong, r.Wrong...)
			}
		})
		t.Errorf("make simulate SEED=%d\n%s%s", r.Seed, r.Tale, list(r.Wrong))
	}
}

func list(all []wrong) (text string) {
	for _, w := range all[:min(len(all), 8)] {
		text += fmt.Sprintf("  step %d: %s: %s\n", w.Step, w.Class, w.What)
	}
	return text
}

// work has one worker after the other run every stride-th of n histories; one whose process ends in the middle counts as
// stuck, and the next goes on behind it.
func (s *sum) work(t *testing.T, dir string, first, stride, n uint64) {
	for done := uint64(0); done < n; {
		var at *result
		why := worker(t, dir, []string{
			envSeed + "=" + fmt.Sprint(first+done), envCount + "=" + fmt.Sprint(n-done), envStride + "=" + fmt.Sprint(stride),
		}, func(r result) {
			if at = &r; !r.Began {
				at = nil
				done += stride
				s.add(r)
			}
		})
		if why == "" {
			return
		}
		if at == nil {
			t.Errorf("a worker ended: %s", why)
			return
		}
		at.Wrong = []wrong{{stuck, 0, "its process ended: " + why}}
		s.add(*at)
		done += stride
	}
}

// worker runs one process and gives its results one by one; why says how it ended, when not well.
func worker(t *testing.T, dir string, env []string, each func(result)) (why string) {
	self, err := os.Executable()
	if err != nil {
		return err.Error()
	}
	return workerOf(t, self, dir, env, each)
}

// workerOf is worker with another program than this one.
func workerOf(t *testing.T, self, dir string, env []string, each func(result)) (why string) {
	c := exec.CommandContext(t.Context(), self, "-test.run", "^TestWorker$", "-test.timeout", "0")
	c.Env = append(append(os.Environ(), envBase+"="+dir, "TMPDIR="+dir, envCount+"=", envSeed+"="), env...)
	var said bytes.Buffer
	c.Stderr = &said
	out, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		return err.Error()
	}
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 64<<20)
	var other []string
	for lines.Scan() {
		var r result
		if !strings.HasPrefix(lines.Text(), "{") || json.Unmarshal(lines.Bytes(), &r) != nil {
			other = append(other, lines.Text())
			continue
		}
		each(r)
	}
	if err := c.Wait(); err != nil {
		text := said.String() + strings.Join(other, "\n")
		return fmt.Sprintf("%v: %s", err, text[:min(len(text), 6000)])
	}
	return ""
}

func number(t *testing.T, name string, usual uint64) uint64 {
	text := os.Getenv(name)
	if text == "" {
		return usual
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
