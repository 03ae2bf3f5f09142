//go:build e2e

package sim_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"yuzhou/shared/clock"
)

// patience is how long an effect may take before the test gives up on it; pulse is how often it is looked for.
const (
	patience = 60 * time.Second
	pulse    = 50 * time.Millisecond
)

// until waits for an effect, never for time alone.
func until(t *testing.T, what string, there func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for !there() {
		if clock.Wait(ctx, pulse) != nil {
			t.Fatalf("after %s still not: %s", patience, what)
		}
	}
}

// screenSize holds two windows of the size below without their touching.
const (
	screenSize    = "2640x900x24"
	windowWidth   = 1280
	windowHeight  = 800
	windowsApart  = 1310
	windowsFromUp = 40
)

// display is an X server of our own with a window manager, so that nobody's desktop is in the way and none is needed.
type display struct {
	t      *testing.T
	name   string // :99
	shots  string
	taken  int // pictures
	opened int // windows
}

func newDisplay(t *testing.T) *display {
	t.Helper()
	d := &display{t: t, shots: os.Getenv("YUZHOU_E2E_SHOTS")}
	if d.shots == "" {
		d.shots = t.TempDir()
	}
	if err := os.MkdirAll(d.shots, 0o755); err != nil {
		t.Fatal(err)
	}
	told, number, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	x := exec.CommandContext(t.Context(), "Xvfb", "-displayfd", "3", "-screen", "0", screenSize, "-noreset", "-nolisten", "tcp")
	x.ExtraFiles = []*os.File{number}
	d.background(x)
	if err := number.Close(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(told).ReadString('\n')
	if err != nil {
		t.Fatalf("Xvfb did not start: %v", err)
	}
	d.name = ":" + strings.TrimSpace(line)
	manager := exec.CommandContext(t.Context(), "openbox", "--sm-disable")
	manager.Env = d.env()
	d.background(manager)
	until(t, "a window manager", func() bool {
		out, err := d.command("xdotool", "get_num_desktops").Output()
		return err == nil && strings.TrimSpace(string(out)) != ""
	})
	return d
}

// env is what a program needs to open windows here. One drawn pixel is one of the screen's, whatever the machine.
func (d *display) env(more ...string) []string {
	return append(append(os.Environ(), "DISPLAY="+d.name, "FYNE_SCALE=1", "LIBGL_ALWAYS_SOFTWARE=1", "WAYLAND_DISPLAY="), more...)
}

func (d *display) command(name string, args ...string) *exec.Cmd {
	c := exec.CommandContext(d.t.Context(), name, args...)
	c.Env = d.env()
	return c
}

// background starts a program that lives as long as the test.
func (d *display) background(c *exec.Cmd) {
	d.t.Helper()
	if err := c.Start(); err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() {
		_ = c.Process.Kill() // it may have ended already
		_ = c.Wait()
	})
}

// do runs one of the small programs that act on the display.
func (d *display) do(name string, args ...string) string {
	d.t.Helper()
	out, err := d.command(name, args...).CombinedOutput()
	if err != nil {
		d.t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// clip puts a text where Ctrl+V takes it from.
func (d *display) clip(text string) {
	d.t.Helper()
	c := d.command("xclip", "-selection", "clipboard", "-in")
	c.Stdin = strings.NewReader(text)
	if err := c.Run(); err != nil { // xclip stays behind to answer whoever pastes
		d.t.Fatalf("xclip: %v", err)
	}
}

// window is one window of the desktop program.
type window struct {
	*display
	id     string
	column int // 0 left, 1 right: the windows never cover one another
}

// find waits for the window of a process and puts it into its place.
func (d *display) find(pid, column int) *window {
	d.t.Helper()
	w := &window{display: d, column: column}
	until(d.t, fmt.Sprintf("a window of process %d", pid), func() bool {
		out, err := d.command("xdotool", "search", "--onlyvisible", "--pid", strconv.Itoa(pid)).Output()
		ids := strings.Fields(string(out))
		if err != nil || len(ids) == 0 {
			return false
		}
		w.id = ids[len(ids)-1]
		return true
	})
	d.do("xdotool", "windowsize", w.id, strconv.Itoa(windowWidth), strconv.Itoa(windowHeight))
	d.do("xdotool", "windowmove", w.id, strconv.Itoa(column*windowsApart), strconv.Itoa(windowsFromUp))
	until(d.t, "the window at its size", func() bool {
		out, err := d.command("xdotool", "getwindowgeometry", "--shell", w.id).Output()
		return err == nil && strings.Contains(string(out), fmt.Sprintf("WIDTH=%d\nHEIGHT=%d", windowWidth, windowHeight))
	})
	w.settle()
	return w
}

// front gives the window the keyboard.
func (w *window) front() {
	w.t.Helper()
	until(w.t, "the window in front", func() bool {
		_ = w.command("xdotool", "windowactivate", w.id).Run() // asked again until it is so
		out, err := w.command("xdotool", "getactivewindow").Output()
		return err == nil && strings.TrimSpace(string(out)) == w.id
	})
}

// keep stores a picture of the window under the next number.
func (w *window) keep(name string) {
	w.t.Helper()
	w.settle()
	w.taken++
	w.do("import", "-window", w.id, filepath.Join(w.shots, fmt.Sprintf("%02d-%s.png", w.taken, name)))
}
