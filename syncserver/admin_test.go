package main

import (
	"strings"
	"testing"
)

// The commands of an administrator, each once with what it should leave behind.
func TestAdminCommands(t *testing.T) {
	data := company(t)
	var record map[string]any
	var list []map[string]any
	in := func(args ...string) answer {
		record, list = nil, nil // JSON is read on top of what is there
		return typedLine(t, append(args, "--data", data, "--json")...)
	}
	find := func(field, value string) map[string]any {
		for _, r := range list {
			if r[field] == value {
				return r
			}
		}
		t.Fatalf("no %s %s in %v", field, value, list)
		return nil
	}

	done(t, in("admin", "department", "add", "销售一部", "--head", "lina"), &record)
	first := record["id"]
	done(t, in("admin", "department", "add", "苏州组", "--parent", "销售一部"), &record)
	if record["parent"] != first {
		t.Errorf("%v", record)
	}
	done(t, in("admin", "department", "rename", "苏州组", "无锡组"))
	done(t, in("admin", "department", "move", "无锡组", "--parent", "dept-top"))
	done(t, in("admin", "department", "head", "无锡组", "zhangwei"))
	done(t, in("admin", "department", "list"), &list)
	if r := find("name", "无锡组"); r["parent"] != "dept-top" || r["head"] == nil {
		t.Errorf("%v", r)
	}
	if got := in("admin", "department", "move", "办公室", "--parent", "销售一部"); got.code != exitFailed {
		t.Errorf("a circle: %+v", got)
	}

	done(t, in("admin", "user", "move", "wangfang", "--department", "销售一部", "--superior", "lina"), &record)
	if record["department"] != first || record["superior"] == nil {
		t.Errorf("%v", record)
	}
	done(t, in("admin", "user", "roles", "lina", "销售经理", "只读"))
	done(t, in("admin", "user", "password", "lina"), &record)
	if len(record["password"].(string)) < 16 {
		t.Errorf("%v", record)
	}
	done(t, in("admin", "user", "disable", "liuyang"))
	done(t, in("admin", "user", "list"), &list)
	if find("login", "liuyang")["disabled"] != true || len(find("login", "lina")["roles"].([]any)) != 2 {
		t.Errorf("%v", list)
	}
	done(t, in("admin", "user", "enable", "liuyang"))
	if got := in("admin", "user", "disable", "admin"); got.code != exitFailed {
		t.Errorf("the last administrator is disabled: %+v", got)
	}
	if got := typedIn(t, "short\n", "admin", "user", "add", "x", "--data", data, "--password-stdin"); got.code != exitFailed || !strings.Contains(got.err, "10") {
		t.Errorf("a short password: %+v", got)
	}

	done(t, in("admin", "pool", "add", "展会公海", "--department", "销售一部", "--admin", "lina", "--daily-limit", "5", "--mask", "mobile,phone"), &record)
	if record["mode"] != "claimable" || record["daily_limit"] != 5.0 || len(record["masked_fields"].([]any)) != 2 {
		t.Errorf("%v", record)
	}
	done(t, in("admin", "pool", "set", "展会公海", "--mask", "none", "--holding-cap", "50", "--rename", "春季展会"), &record)
	if record["masked_fields"] != nil || record["holding_cap"] != 50.0 || record["daily_limit"] != 5.0 || record["name"] != "春季展会" {
		t.Errorf("%v", record)
	}
	if got := in("admin", "pool", "set", "春季展会", "--hide", "name"); got.code != exitFailed {
		t.Errorf("a name is hidden: %+v", got)
	}
	done(t, in("admin", "pool", "set", "春季展会", "--off"), &record)
	if record["disabled"] != true {
		t.Errorf("%v", record)
	}
	if got := in("admin", "pool", "set", "公司公海", "--off"); got.code != exitFailed {
		t.Errorf("the last pool is disabled: %+v", got)
	}

	done(t, in("admin", "rule", "add", "一部二十天", "--days", "20", "--department", "销售一部", "--pool", "公司公海"), &record)
	if record["days"] != 20.0 || record["spare_dealt"] != true || record["effective_on"] == nil {
		t.Errorf("%v", record)
	}
	done(t, in("admin", "rule", "set", "一部二十天", "--days", "25", "--no-spare-dealt"), &record)
	if record["days"] != 25.0 || record["spare_dealt"] == true {
		t.Errorf("%v", record)
	}
	if got := in("admin", "rule", "add", "空", "--days", "3"); got.code != exitFailed || !strings.Contains(got.err, "EMPTY_RULE") {
		t.Errorf("a rule for nobody: %+v", got)
	}
	done(t, in("admin", "rule", "off", "一部二十天"))
	done(t, in("admin", "rule", "list"), &list)
	if find("name", "一部二十天")["disabled"] != true {
		t.Errorf("%v", list)
	}
	done(t, in("admin", "rule", "on", "一部二十天"))

	done(t, in("admin", "settings", "set", "--reclaim-at", "03:30", "--holding-cap", "0"), &record)
	done(t, in("admin", "settings", "show"), &record)
	if record["reclaim_at"] != "03:30" || record["company"] != "海岸工业" || record["zone"] != "Asia/Shanghai" {
		t.Errorf("%v", record)
	}
	if record["lease_days"] != 14.0 {
		t.Errorf("a new company's lease is %v", record["lease_days"])
	}
	done(t, in("admin", "settings", "set", "--lease-days", "0"), &record) // SYNC-12: no lease is a value of its own
	done(t, in("admin", "settings", "show"), &record)
	if record["lease_days"] != 0.0 {
		t.Errorf("%v", record)
	}
	if got := in("admin", "settings", "set", "--lease-days=-1"); got.code != exitFailed {
		t.Errorf("a lease of less than nothing: %+v", got)
	}
	if got := in("admin", "settings", "set", "--zone", "Mars/Olympus"); got.code != exitFailed {
		t.Errorf("a zone that is none: %+v", got)
	}
	done(t, in("admin", "role", "list"), &list)
	if len(list) != 4 {
		t.Errorf("%d roles", len(list))
	}
	done(t, in("admin", "device", "list"), &list)
	if got := in("admin", "device", "revoke", "nothing"); got.code != exitFailed {
		t.Errorf("%+v", got)
	}
	if got := in("admin", "user", "disable", "nobody-there"); got.code != exitFailed || !strings.Contains(got.err, "nobody-there") {
		t.Errorf("%+v", got)
	}

	done(t, in("reclaim", "preview"), &record)
	done(t, in("reclaim", "run", "--now"), &record)
	if record["due"] == 0.0 {
		t.Errorf("%v", record)
	}
	done(t, in("reclaim", "reports"), &list)
	if len(list) != 1 {
		t.Errorf("%v", list)
	}
	// Every table is drawn, with headings in both languages.
	for _, lang := range []string{chinese, english} {
		for _, command := range []string{
			"admin user list", "admin department list", "admin role list", "admin pool list", "admin rule list",
			"admin device list", "admin settings show", "reclaim reports", "reclaim preview",
		} {
			got := typedLine(t, append(strings.Fields(command), "--data", data, "--lang", lang)...)
			if got.code != exitDone || got.out == "" || strings.Contains(got.out, "server.") {
				t.Errorf("%s %s: %+v", command, lang, got)
			}
		}
	}
}

// init begins once, with a password that is shown once or was given.
func TestInit(t *testing.T) {
	data := t.TempDir()
	var made struct {
		Company string
		Admin   account
	}
	done(t, typedLine(t, "init", "--data", data, "--company", "海岸工业", "--admin", "chief", "--json"), &made)
	if made.Company != "海岸工业" || made.Admin.Login != "chief" || len(made.Admin.Password) < 16 {
		t.Errorf("%+v", made)
	}
	if got := typedLine(t, "init", "--data", data); got.code != exitFailed || !strings.Contains(got.err, "nothing was changed") {
		t.Errorf("%+v", got)
	}
	// A password that is refused leaves nothing behind that would keep the next try from working.
	other := t.TempDir()
	if got := typedIn(t, "short\n", "init", "--data", other, "--password-stdin"); got.code != exitFailed {
		t.Errorf("%+v", got)
	}
	got := typedIn(t, "long enough, this one\n", "init", "--data", other, "--password-stdin")
	done(t, got)
	if strings.Contains(got.out, "long enough") {
		t.Errorf("a given password is shown: %s", got.out)
	}
}

// The demo is a whole company: everybody it names can log in, and the same seed makes the same customers.
func TestDemo(t *testing.T) {
	data := t.TempDir()
	var made struct {
		Customers int
		Accounts  []account
	}
	done(t, typedLine(t, "demo", "--data", data, "--customers", "60", "--followups", "120", "--tasks", "30", "--seed", "42", "--users", "2", "--json"), &made)
	if made.Customers != 60 || len(made.Accounts) != 6 {
		t.Errorf("%+v", made)
	}
	s := serving(t, data)
	for _, a := range made.Accounts {
		if code := s.as(a.Login, a.Password).get("/api/v1/me"); code != 200 {
			t.Errorf("%s: %d", a.Login, code)
		}
	}
	var report map[string]any
	done(t, typedLine(t, "reclaim", "preview", "--data", data, "--json"), &report)
	if held := report["checked"].(float64); held < 30 || held > 60 {
		t.Errorf("%v customers are held: %v", held, report)
	}
}
