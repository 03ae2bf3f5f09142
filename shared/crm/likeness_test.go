package crm_test

import (
	"testing"

	"yuzhou/shared/crm"
)

// TestNameKey: the spellings that people use for one company have one key (DUP-03).
func TestNameKey(t *testing.T) {
	for _, same := range [][]string{
		{
			"苏州恒达（新区）机械有限公司", "苏州恒达(新区)机械有限责任公司", "苏州恒达新区机械股份有限公司", " 苏州恒达 （新区） 机械　有限公司",
			"苏州恒达新区机械", "苏州恒达【新区】机械集团", "苏州恒达新区机械股份", "蘇州恒達新區機械有限公司",
			"江苏苏州恒达新区机械有限公司", "江苏省苏州市恒达（新区）机械有限公司", "苏州市恒达新区机械有限公司（分公司）",
		},
		{"ＡＢＣ 科技", "abc科技有限公司", "Abc-科技（有限公司）"},
		{"广西壮族自治区南宁市长好贸易有限公司", "广西南宁长好贸易", "南宁长好贸易有限责任公司"},
		{"江苏省恒达机械有限公司", "江苏恒达机械"},
		{"上海市仁参物流有限公司", "上海仁参物流"},
	} {
		want := crm.NameKey(same[0])
		for _, name := range same[1:] {
			if got := crm.NameKey(name); got != want {
				t.Errorf("NameKey(%q) = %q, want %q as of %q", name, got, want, same[0])
			}
		}
	}
}

// TestNameKeyKeepsCompaniesApart: what is another company stays one; a mistake here would lose a customer in an import.
func TestNameKeyKeepsCompaniesApart(t *testing.T) {
	seen := map[string]string{}
	for _, name := range []string{
		"苏州恒达机械有限公司", "无锡恒达机械有限公司", "江苏恒达机械有限公司", "浙江恒达机械有限公司", "恒达机械有限公司", "上海恒达机械有限公司",
		"苏州恒达机电有限公司", "苏州恒达机械有限公司上海分公司", "吉林恒达", "吉林市场营销", "集团公司", "股份有限公司", "江苏", "苏州市",
	} {
		key := crm.NameKey(name)
		if key == "" {
			t.Errorf("%q has no key", name)
		}
		if other, taken := seen[key]; taken {
			t.Errorf("%q is taken for %q (%s)", name, other, key)
		}
		seen[key] = name
	}
	if crm.NameKey(" （） ") != "" {
		t.Error("a name without a letter has a key")
	}
}

// TestHasForm: a name without its legal form is a short spelling.
func TestHasForm(t *testing.T) {
	for name, want := range map[string]bool{
		"盐城新新装饰实业有限公司": true, "盐城新新装饰实业": false, "恩施雅饰电子商务有限公司（分公司）": true, "X公司": true, "": false, "苏州（新区）恒达": false, "公司": false, "新新贸易股份": false,
	} {
		if crm.HasForm(name) != want {
			t.Errorf("HasForm(%q) = %v", name, !want)
		}
	}
}
