//go:build e2e

package sim_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// profile makes pinyin the input method from the first key on.
var profile = map[string]string{
	"profile": `[Groups/0]
Name=Default
Default Layout=us
DefaultIM=pinyin

[Groups/0/Items/0]
Name=keyboard-us
Layout=

[Groups/0/Items/1]
Name=pinyin
Layout=

[GroupOrder]
0=Default
`,
	"config": `[Behavior]
ActiveByDefault=True
ShareInputState=All
`,
}

// inputMethod starts fcitx5 with pinyin on the display, under a message bus of its own.
func (d *display) inputMethod(folder string) {
	d.t.Helper()
	for name, text := range profile {
		path := filepath.Join(folder, "config", "fcitx5", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			d.t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			d.t.Fatal(err)
		}
	}
	c := d.command("dbus-run-session", "--", "fcitx5", "--disable", "wayland,waylandim,notificationitem,kimpanel")
	c.Env = d.env(d.imEnv(folder)...)
	d.background(c)
	until(d.t, "an input method on the display", func() bool {
		out, err := d.command("xprop", "-root", "XIM_SERVERS").Output()
		return err == nil && strings.Contains(string(out), "@server=fcitx")
	})
}

func (d *display) imEnv(folder string) []string {
	return []string{
		"XMODIFIERS=@im=fcitx", "LC_ALL=C.UTF-8",
		"HOME=" + folder, "XDG_CONFIG_HOME=" + filepath.Join(folder, "config"), "XDG_DATA_HOME=" + filepath.Join(folder, "share"),
	}
}

// TestE2EPinyin types Chinese through a real input method. On X11 its Backspace reaches the field as well, and would
// delete what has been committed before, and its Enter would save the form.
func TestE2EPinyin(t *testing.T) {
	for _, needed := range []string{"fcitx5", "dbus-run-session", "xprop"} {
		if _, err := exec.LookPath(needed); err != nil {
			t.Fatalf("%s is not installed; make deps installs it", needed)
		}
	}
	folder := t.TempDir()
	o := newCompany(t, folder)
	o.found(folder)
	o.open()
	screen := newDisplay(t)
	screen.inputMethod(filepath.Join(folder, "im"))
	data := filepath.Join(folder, "a")
	a := screen.open(data, 0, screen.imEnv(filepath.Join(folder, "im"))...)
	a.paste(o.url())
	a.tab(1)
	a.paste(zhangwei)
	a.tab(1)
	a.paste(password)
	a.keys("Return")
	replicaOf(t, data).finds("his customer", `SELECT id FROM customer WHERE name = ?`, heldName)
	a.shown()

	a.click(entry(railCustomers))
	a.click(newButton) // the letter N would stay in the composition
	a.pinyin("hangzhou")
	a.press("space") // seen to be there before the next word begins, as a person sees it
	a.pinyin("ni")
	a.keys("BackSpace", "BackSpace") // of the composition, not of the text before it
	a.pinyin("gongsi")
	a.keys("space")
	a.keep("pinyin")
	a.press("ctrl+Return")
	name := o.tables().finds("the new customer", `SELECT body ->> 'name' FROM record WHERE kind = 'customer'
		AND body ->> 'name' <> '' AND id IN (SELECT id FROM history WHERE kind = 'customer' AND op = 'create' AND device <> '')`)
	if name != "杭州公司" {
		t.Errorf("typed by pinyin: %q, want 杭州公司", name)
	}
	a.clean()
}

// pinyin types letters key by key, as they go to the input method.
func (w *window) pinyin(letters string) {
	w.t.Helper()
	w.keys(strings.Split(letters, "")...)
}
