//go:build e2e

package sim_test

import (
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
	"github.com/xuri/excelize/v2"

	"yuzhou/shared/clock"
	"yuzhou/syncserver/hub"
	"yuzhou/syncserver/server"
)

// The people of the company.
const (
	password = "Haiyang-2026"
	zhangwei = "zhangwei" // sells; laptop A
	wangfang = "wangfang" // sells beside him; laptop C
	lijingli = "lijingli" // their manager; laptop B
)

// The customers that are there before the day begins.
const (
	heldName   = "苏州恒达精密制造有限公司" // 张伟's
	pooledName = "无锡锡山化工有限公司"   // in the pool
)

// The customer of 张伟 that nobody has cared for: it was taken over forty days ago, ten more than the rule allows. Its
// remark stands in no list, no message and no pool, so it must be gone without a trace once it is no longer his.
const (
	neglectedName   = "常州金坛轴承有限公司"
	neglectedMobile = "13951239876"
	neglectedRemark = "老板姓钱，只认老客户的介绍，开价前先问清产能。"
	neglectedDays   = 40
)

// found makes the company: presets, people, the customer file, the pool's file.
func (o *company) found(folder string) {
	o.t.Helper()
	o.admin(password+"\n", "init", "--company", "渔舟示例公司", "--password-stdin")
	o.admin("", "admin", "department", "add", "销售一部")
	person := func(login, name, role string, more ...string) {
		o.admin(password+"\n", append([]string{
			"admin", "user", "add", login, "--name", name, "--department", "销售一部", "--role", role, "--password-stdin",
		}, more...)...)
	}
	person(lijingli, "李经理", "销售经理")
	person(zhangwei, "张伟", "销售", "--superior", lijingli)
	person(wangfang, "王芳", "销售", "--superior", lijingli)

	held := filepath.Join(folder, "客户.csv")
	text := "客户名称,手机,电话,客户级别,地址\n" +
		heldName + ",138 1234 5678,0512-66668888,A,江苏省苏州市吴中区东吴北路 88 号\n" +
		"昆山新锐电子有限公司,13912345679,,B,江苏省苏州市昆山市前进路 6 号\n"
	if err := os.WriteFile(held, []byte(text), 0o600); err != nil {
		o.t.Fatal(err)
	}
	o.admin("", "import", "--kind", "customer", held, "--owner", zhangwei)
	pooled := filepath.Join(folder, "公海.xlsx")
	writeSheet(o.t, pooled, [][]any{
		{"客户名称", "手机", "电话", "备注"},
		{pooledName, "13706170617", "0510-83838383", "展会上留的名片"},
		{"江阴澄江纺织有限公司", "13706170618", "", "网站询盘"},
		{"宜兴紫砂工艺厂", "13706170619", "", "同行介绍"},
	})
	o.admin("", "import", "--kind", "customer", pooled, "--pool", "公司公海")
}

func writeSheet(t *testing.T, path string, rows [][]any) {
	t.Helper()
	book := excelize.NewFile()
	defer func() { _ = book.Close() }()
	for i, row := range rows {
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		if err == nil {
			err = book.SetSheetRow("Sheet1", cell, &row)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := book.SaveAs(path); err != nil {
		t.Fatal(err)
	}
}

// neglect gives 张伟 the customer that nobody has cared for, as if the file had been imported forty days ago: the
// server's own code, under a clock that shows that day. It waits for the run that a server makes up at its first start.
func (o *company) neglect() {
	o.t.Helper()
	o.tables().finds("the first reclaim run", `SELECT due FROM run WHERE finished > 0`)
	then := clock.System().AddDate(0, 0, -neglectedDays)
	core, err := server.OpenCore(o.t.Context(), o.data, clockwork.NewFakeClockAt(then), slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		o.t.Fatal(err)
	}
	owner := o.tables().finds("张伟", `SELECT id FROM record WHERE kind = 'user' AND body ->> 'login' = ?`, zhangwei)
	verdicts, err := core.Hub.Import(o.t.Context(), hub.System, []hub.ImportRow{{
		Key: "neglected", Owner: owner,
		Customer: hub.Values{"name": neglectedName, "mobile": neglectedMobile, "remark": neglectedRemark},
	}})
	if err != nil || len(verdicts) != 1 || verdicts[0].Verdict != hub.ImportCreated {
		o.t.Fatalf("import of the neglected customer: %+v %v", verdicts, err)
	}
	if err := core.Close(); err != nil {
		o.t.Fatal(err)
	}
	o.tables().wants("since forty days", then.Format(time.DateOnly),
		`SELECT date((body ->> 'claimed_at') / 1000, 'unixepoch') FROM record WHERE kind = 'holding' AND id = ?`, verdicts[0].Customer)
}
