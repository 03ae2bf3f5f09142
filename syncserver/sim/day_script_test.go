package sim_test

import (
	"fmt"
	"testing"

	"yuzhou/desktop/book"
	"yuzhou/shared/change"
	"yuzhou/shared/clock"
	"yuzhou/shared/schema"
)

// TestScriptedDay plays a salesperson's day with the desktop's own code and without a display: `make run` shows it where no
// window can be opened. Each step is said in one line, and the screens are drawn as a person would see them.
func TestScriptedDay(t *testing.T) {
	t.Setenv("LANGUAGE", "zh_CN") // without a language in the environment Fyne writes an error for each window
	server, own := dayServer(t)
	d := &scripted{T: t, own: own, stamp: clock.System().Format("0102-1504")}
	d.laptop = newDayLaptop(t, "a", server)
	d.morning()
	d.offline()
	d.restart()
	d.evening()
	d.others()
}

// scripted is the day under way.
type scripted struct {
	*testing.T
	own    bool   // the server is the day's own, so nobody else works on it
	stamp  string // makes what is typed today different from what an earlier run has typed
	laptop *dayLaptop
	window *dayWindow
	step   int

	created string // id of the new customer
	called  book.Row
	asked   book.Row
}

func (d *scripted) name() string { return "绍兴越城纺织有限公司 " + d.stamp }

const (
	dayTalk = "电话里问清了新一批的数量，陈经理说样品已到，下周给报价。"
	dayTask = "准备越城纺织的报价单"
)

// say tells a step in one line.
func (d *scripted) say(format string, args ...any) {
	d.step++
	_, _ = fmt.Fprintf(d.Output(), "%2d. %s\n", d.step, fmt.Sprintf(format, args...))
}

// must ends the day when something that has to work does not.
func (d *scripted) must(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

func (d *scripted) counts() book.Counts {
	d.Helper()
	c, err := d.laptop.book.Counts()
	d.must(err)
	return c
}

func (d *scripted) morning() {
	l := d.laptop
	l.logIn(daySeller, dayPassword)
	d.say("张伟在 %s 登录", l.server)
	_, err := l.sync()
	d.must(err)
	c := d.counts()
	if c.Customers == 0 {
		d.Fatal("the first sync brought no customers")
	}
	d.say("第一次同步：%d 位客户在这台电脑里，公海 %d 位，任务 %d 项", c.Customers, c.Pool, c.Tasks)
	d.window = l.show()
	d.window.keep("1-today")
}

// offline is the work without a network.
func (d *scripted) offline() {
	l := d.laptop
	l.cable.out = true
	d.say("网线拔掉，继续工作")
	var err error
	d.created, err = l.book.Create("customer", "", schema.Values{"name": d.name(), "level": "a", "mobile": d.freshMobile()})
	d.must(err)
	d.say("新建客户“%s”", d.name())
	_, err = l.book.FollowUp(book.FollowUp{
		Customer: d.created, Method: "phone", Content: dayTalk, NextAt: l.book.Now().AddDate(0, 0, 3),
	})
	d.must(err)
	d.say("记一条跟进，下次联系定在 3 天后")
	_, err = l.book.Create("task", d.created, schema.Values{
		"title": dayTask, "list": "today", "status": "open", "priority": "high", "executor": l.book.Me().ID,
	})
	d.must(err)
	d.say("新建任务“%s”", dayTask)
	d.called = d.first(book.Query{Kind: "customer", View: book.ViewMine}, func(r book.Row) bool { return r.ID != d.created })
	d.must(l.book.Set("customer", d.called.ID, schema.Values{"phone": d.freshPhone()}))
	d.say("“%s”的电话改成 %s", d.called.Title(), d.freshPhone())
	pool := l.book.Org().MemberOf(l.book.Me().ID)[0]
	d.asked = d.first(book.Query{Kind: "customer", Pool: pool}, func(r book.Row) bool { return l.book.Claimable(r) == nil })
	_, err = l.book.Ask(change.Claim, d.asked.ID, map[string]string{"pool": pool})
	d.must(err)
	d.say("在公海申请领取“%s”，等服务器裁定", d.asked.Title())
	if n := d.counts().Outbox; n != 6 {
		d.Errorf("%d changes wait, want the customer, the follow-up with its next contact, the task, the telephone, the claim", n)
	}
	d.window.customer(d.name())
	d.window.keep("2-customer-offline")
	d.window.rail("公海")
	d.window.keep("3-pool-asked")
}

// first is the first row of a list for which fits is true.
func (d *scripted) first(q book.Query, fits func(book.Row) bool) book.Row {
	d.Helper()
	ids, err := d.laptop.book.IDs(q)
	d.must(err)
	rows, err := d.laptop.book.Rows(q.Kind, ids)
	d.must(err)
	for _, row := range rows {
		if fits(row) {
			return row
		}
	}
	d.Fatalf("nothing fits in %+v", q)
	return book.Row{}
}

// The telephone numbers of the day are made from its stamp, so that no two runs use the same.
func (d *scripted) freshMobile() string { return "136" + d.stamp[:4] + d.stamp[6:] + "8" }
func (d *scripted) freshPhone() string  { return "0575-8" + d.stamp[:4] + d.stamp[7:] + "6" }

// restart is the end of the program in the middle of the day.
func (d *scripted) restart() {
	before := d.counts().Outbox
	d.laptop.switchOff()
	d.laptop.switchOn()
	c := d.counts()
	if c.Outbox != before {
		d.Errorf("%d changes wait after the restart, %d before it", c.Outbox, before)
	}
	row, found, err := d.laptop.book.Get("customer", d.created)
	if err != nil || !found || row.Title() != d.name() || !row.Pending {
		d.Errorf("after the restart the new customer is %+v (%v, %v)", row, found, err)
	}
	d.say("程序关掉再打开：%d 项待同步都还在", c.Outbox)
	d.window = d.laptop.show()
	d.window.keep("4-today-after-restart")
}

// evening is the way back to the network.
func (d *scripted) evening() {
	l := d.laptop
	if _, err := l.sync(); err == nil {
		d.Error("a sync without a network says that it succeeded")
	}
	l.cable.out = false
	report, err := l.sync()
	d.must(err)
	if report.Conflicts != 0 {
		d.Errorf("the sync made %d conflicts", report.Conflicts)
	}
	c := d.counts()
	if c.Outbox != 0 {
		d.Errorf("%d changes still wait after the sync", c.Outbox)
	}
	row, _, err := l.book.Get("customer", d.created)
	d.must(err)
	if row.Text("number") == "" || row.Pending {
		d.Errorf("after the sync the new customer is %+v", row)
	}
	d.say("网络回来，同步完成：待同步 0 项，新客户的编号是 %s", row.Text("number"))
	d.verdict()
	d.window.customer(d.name())
	d.window.keep("5-customer-synced")
	d.window.rail("今天")
	d.window.keep("6-today-synced")
}

// verdict tells what became of the claim. On a server where others work it may be refused, but it is decided.
func (d *scripted) verdict() {
	row, found, err := d.laptop.book.Get("customer", d.asked.ID)
	d.must(err)
	switch me := d.laptop.book.Me().ID; {
	case found && row.Asked != "":
		d.Error("the claim is still not decided after the sync")
	case found && row.Owner == me:
		d.say("领取成功：“%s”归张伟，号码 %s", row.Title(), row.Text("mobile"))
	case d.own:
		d.Errorf("the claim of a free customer was not granted: %+v", row)
	default:
		d.say("领取“%s”没有成功，原因在“待处理”里", d.asked.Title())
	}
}

// others are the manager, who sees it, and the colleague, who does not.
func (d *scripted) others() {
	see := func(login string) bool {
		other := newDayLaptop(d.T, login, d.laptop.server)
		other.logIn(login, dayPassword)
		_, err := other.sync()
		d.must(err)
		row, found, err := other.book.Get("customer", d.created)
		d.must(err)
		return found && row.Title() == d.name()
	}
	if !see(dayManager) {
		d.Error("the manager does not see the new customer")
	}
	d.say("经理李静的电脑上看得到这位客户")
	if see(dayColleague) {
		d.Error("the colleague sees the new customer")
	}
	d.say("同事王芳的电脑上没有它")
}
