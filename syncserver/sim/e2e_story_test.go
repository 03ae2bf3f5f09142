//go:build e2e

package sim_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"yuzhou/desktop/session"
	screens "yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/theme"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/crm"
)

// What is typed during the day.
const (
	createdName   = "绍兴越城纺织有限公司"
	followUpText  = "电话里问清了新一批的数量，陈经理说样品已到，下周给报价。"
	taskTitle     = "准备越城纺织的报价单"
	changedMobile = "13988887777"
)

// day is the story that TestE2EDay tells, part by part.
type day struct {
	*testing.T
	folder  string
	office  *company
	a, b    *desktop
	created string // id of the customer that A creates
	held    string
	pooled  string
}

func (d *day) data(laptop string) string { return filepath.Join(d.folder, laptop) }

func (d *day) replica(laptop string) tables { return replicaOf(d.T, d.data(laptop)) }

// TestE2EDay is the main job end to end, with real programs: a salesperson logs in, works a day without the server,
// loses the program in the middle of it, comes back, and everything is where it belongs, on every machine that may
// see it and on no other (CUS-02, FUP-01, FUP-06, TSK-03, and the claim and the reclaim of the pool).
func TestE2EDay(t *testing.T) {
	d := &day{T: t, folder: t.TempDir()}
	d.office = newCompany(t, d.folder)
	d.office.found(d.folder)
	d.office.open()
	d.office.neglect()
	screen := newDisplay(t)
	d.logIn(screen)
	d.createCustomer()
	d.manager(screen)
	d.office.close()
	d.workOffline()
	d.killAndReopen(screen)
	d.comeBack()
	d.managerSees()
	d.colleagueDoesNot()
	d.reclaim()
	d.a.clean()
	d.b.clean()
}

// enter fills the login form.
func (d *day) enter(w *desktop, login string) {
	w.typeIn(d.office.url())
	w.tab(1)
	w.typeIn(login)
	w.tab(1)
	w.typeIn(password)
	w.keep("login-" + login)
	w.keys("Return")
}

func (d *day) logIn(screen *display) {
	d.a = screen.open(d.data("a"), 0)
	d.enter(d.a, zhangwei)
	d.held = d.replica("a").finds("his customer", `SELECT id FROM customer WHERE name = ?`, heldName)
	d.pooled = d.replica("a").finds("the pool's face", `SELECT id FROM customer WHERE name = ?`, pooledName)
	d.replica("a").wants("the neglected one", neglectedRemark, `SELECT remark FROM customer WHERE name = ?`, neglectedName)
	d.replica("a").wants("the pool's mobile as a mask", "137****0617", `SELECT mobile FROM customer WHERE id = ?`, d.pooled)
	d.a.shown()
	d.a.keep("today-after-first-sync")
}

func (d *day) createCustomer() {
	a := d.a
	a.press("n")
	a.paste(createdName)
	a.tab(stops(crm.Customer.Name, "name", "mobile"))
	a.typeIn("13605750575")
	a.keep("new-customer-form")
	a.press("ctrl+Return")
	d.created = d.office.tables().finds("the new customer",
		`SELECT id FROM record WHERE kind = 'customer' AND body ->> 'name' = ?`, createdName)
	d.office.tables().wants("its number", "1",
		`SELECT body ->> 'number' LIKE 'KH-%' FROM record WHERE kind = 'customer' AND id = ?`, d.created)
	d.office.tables().wants("its holder", "张伟", `SELECT u.body ->> 'name' FROM record h JOIN record u ON u.kind = 'user'
		AND u.id = h.body ->> 'owner' WHERE h.kind = 'holding' AND h.id = ?`, d.created)
	d.replica("a").wants("the number back on the laptop", "1",
		`SELECT count(*) FROM customer WHERE id = ? AND number LIKE 'KH-%'`, d.created)
	a.keep("customer-created")
}

// manager opens the second window: it stands open while the server is away.
func (d *day) manager(screen *display) {
	dark := screens.Preferences{Language: words.Chinese, Mode: string(theme.Dark), Scale: 100} // one window of each look
	if err := os.MkdirAll(d.data("b"), 0o700); err != nil {
		d.Fatal(err)
	}
	if err := session.WritePreferences(d.data("b"), dark); err != nil {
		d.Fatal(err)
	}
	d.b = screen.open(d.data("b"), 1)
	d.enter(d.b, lijingli)
	d.replica("b").wants("his salesman's customer", createdName, `SELECT name FROM customer WHERE id = ?`, d.created)
	d.b.shown()
	d.b.keep("manager-after-first-sync")
}

// find opens a customer by the search box over everything.
func (w *desktop) find(name string) {
	w.press("ctrl+k")
	w.paste(name)
	w.press("Return")
}

func (d *day) workOffline() {
	a, replica := d.a, d.replica("a")
	a.find(createdName)
	a.press("f")
	a.paste(followUpText)
	a.tab(1) // the quick picks of the next contact
	a.press("space")
	a.keep("follow-up-typed")
	a.press("ctrl+Return")
	replica.wants("the follow-up", followUpText, `SELECT content FROM followup WHERE root_id = ?`, d.created)
	replica.wants("the next contact", "1", `SELECT next_contact_at > 0 FROM customer WHERE id = ?`, d.created)

	a.press("t")
	a.paste(taskTitle)
	a.keep("task-form")
	a.press("ctrl+Return")
	replica.wants("the task", taskTitle, `SELECT title FROM task WHERE root_id = ?`, d.created)

	a.find(heldName)
	a.press("e")
	a.tab(stops(crm.Customer.Name, "name", "mobile"))
	a.keys("ctrl+a")
	a.typeIn(changedMobile)
	a.keep("mobile-changed-in-form")
	a.press("ctrl+Return")
	replica.wants("the changed mobile", changedMobile, `SELECT mobile FROM customer WHERE id = ?`, d.held)
	replica.wants("the server's mobile under it", "13812345678", `SELECT body ->> 'mobile' FROM shadow WHERE kind = 'customer' AND id = ?`, d.held)

	a.find(pooledName)
	a.keep("pool-customer-masked")
	a.click(claimButton)
	replica.wants("the asked claim", "claim", `SELECT mutation ->> 'command' FROM outbox WHERE op = 'command' AND root = ?`, d.pooled)
	a.click(entry(railPool))
	a.keep("pool-asked")
	a.click(entry(railToday))
	a.keep("today-offline")
}

func (d *day) killAndReopen(screen *display) {
	replica := d.replica("a")
	before := replica.finds("the outbox", `SELECT group_concat(id) FROM outbox`)
	if code := d.a.end(syscall.SIGKILL); code != -1 {
		d.Fatalf("window A ended with %d instead of being killed", code)
	}
	d.a.clean()
	d.a = screen.open(d.data("a"), 0)
	d.a.shown()
	replica.wants("the outbox as it was", before, `SELECT group_concat(id) FROM outbox`)
	replica.wants("the follow-up", followUpText, `SELECT content FROM followup WHERE root_id = ?`, d.created)
	d.a.keep("today-after-kill")
	d.a.find(createdName)
	d.a.keep("customer-after-kill")
}

func (d *day) comeBack() {
	d.office.open()
	company := d.office.tables()
	d.replica("a").wants("an empty outbox", "0", `SELECT count(*) FROM outbox`)
	company.wants("the follow-up", followUpText,
		`SELECT body ->> 'content' FROM record WHERE kind = 'followup' AND root = ?`, d.created)
	company.wants("its three times in order", "1", `SELECT body ->> 'occurred_at' > 0
		AND body ->> 'occurred_at' <= body ->> 'recorded_at' AND body ->> 'recorded_at' < body ->> 'received_at'
		FROM record WHERE kind = 'followup' AND root = ?`, d.created)
	company.wants("the next contact", "1",
		`SELECT body ->> 'next_contact_at' > 0 FROM record WHERE kind = 'customer' AND id = ?`, d.created)
	company.wants("the task", taskTitle, `SELECT body ->> 'title' FROM record WHERE kind = 'task' AND root = ?`, d.created)
	company.wants("the mobile", changedMobile, `SELECT body ->> 'mobile' FROM record WHERE kind = 'customer' AND id = ?`, d.held)
	company.wants("the claim's verdict", "applied", `SELECT outcome FROM mutation WHERE op = 'command' AND record = ?`, d.pooled)
	company.wants("one line in the ledger", "1", `SELECT count(*) FROM ledger WHERE customer = ?`, d.pooled)
	company.wants("each change once", "0", `SELECT count(*) FROM (SELECT 1 FROM history WHERE op = 'create' GROUP BY kind, id HAVING count(*) > 1)`)
	d.replica("a").wants("the claimed customer unmasked", "13706170617", `SELECT mobile FROM customer WHERE id = ?`, d.pooled)
	d.replica("a").wants("nothing refused", "0", `SELECT count(*) FROM tray WHERE body ->> 'fault' IS NOT NULL`)
	d.a.online()
	d.a.keep("customer-after-sync")
	d.a.click(entry(railToday))
	d.a.keep("today-after-sync")
}

func (d *day) managerSees() {
	replica := d.replica("b")
	replica.wants("the follow-up", followUpText, `SELECT content FROM followup WHERE root_id = ?`, d.created)
	replica.wants("the task", taskTitle, `SELECT title FROM task WHERE root_id = ?`, d.created)
	replica.wants("the mobile", changedMobile, `SELECT mobile FROM customer WHERE id = ?`, d.held)
	replica.wants("the claimed customer", "张伟",
		`SELECT u.name FROM customer c JOIN user u ON u.id = c.owner WHERE c.id = ?`, d.pooled)
	d.b.find(createdName)
	d.b.keep("manager-sees-customer")
	d.b.click(entry(railCustomers))
	d.b.keep("manager-list")
}

func (d *day) colleagueDoesNot() {
	run(d.T, password+"\n", "yuzhou", "sync", "--once", "--data", d.data("c"),
		"--server", d.office.url(), "--login", wangfang, "--password-stdin")
	if found := holds(d.T, d.data("c"), "宜兴紫砂工艺厂"); len(found) == 0 {
		d.Error("王芳's replica does not hold what the pool shows: the search for bytes proves nothing")
	}
	for _, secret := range []string{createdName, followUpText, taskTitle, heldName, changedMobile, neglectedRemark, "13706170619"} {
		if found := holds(d.T, d.data("c"), secret); len(found) > 0 {
			d.Errorf("王芳's replica holds %q in %s", secret, strings.Join(found, ", "))
		}
	}
}

func (d *day) reclaim() {
	if found := holds(d.T, d.data("a"), neglectedRemark); len(found) == 0 {
		d.Error("A does not hold the remark before the run: the search for bytes proves nothing")
	}
	report := d.office.admin("", "reclaim", "run", "--now")
	if !strings.Contains(report, neglectedName) {
		d.Fatalf("the run did not take the neglected customer:\n%s", report)
	}
	company := d.office.tables()
	company.wants("nobody holds it", "1", `SELECT body ->> 'owner' IS NULL AND body ->> 'pool' <> '' FROM record WHERE kind = 'holding'
		AND id = (SELECT id FROM record WHERE kind = 'customer' AND body ->> 'name' = ?)`, neglectedName)
	company.wants("the others stay", "4", `SELECT count(*) FROM holding WHERE owner = (SELECT id FROM record WHERE kind = 'user'
		AND body ->> 'login' = ?)`, zhangwei)
	replica := d.replica("a")
	replica.wants("the message", "1", `SELECT count(*) FROM notice WHERE params LIKE '%' || ? || '%'`, neglectedName)
	replica.wants("the line in the tray", "1", `SELECT count(*) FROM tray WHERE type = 'leave' AND body LIKE '%' || ? || '%'`, neglectedName)
	until(d.T, "its remark and mobile gone from A's files", func() bool {
		return len(holds(d.T, d.data("a"), neglectedRemark))+len(holds(d.T, d.data("a"), neglectedMobile)) == 0
	})
	d.a.click(entry(railMessages))
	d.a.keep("told-of-reclaim")
	d.a.click(statusTray)
	d.a.keep("tray-after-reclaim")
}

// stops is how many presses of Tab lead from one field of a kind's form to another.
func stops(kind, from, to string) int {
	var names []string
	for _, f := range crm.ByName(kind).Fields {
		if !f.Server {
			names = append(names, f.Name)
		}
	}
	return slices.Index(names, to) - slices.Index(names, from)
}
