// Package gallery renders every widget in the real theme with the bundled fonts, light and dark, so that they can be
// laid beside the drawings. YUZHOU_SHOTS=dir keeps the pictures, of all variants; without it one variant of each will
// do to see that it can be drawn.
package gallery

import (
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"yuzhou/assets"
	"yuzhou/desktop/ui/theme"
	"yuzhou/desktop/ui/widget"
)

// variant is a way the desktop can look.
type variant struct {
	name  string
	mode  theme.Mode
	scale float32
}

var variants = []variant{{"light", theme.Light, 1}, {"dark", theme.Dark, 1}, {"large", theme.Light, 1.5}}

func fonts(t testing.TB) theme.Fonts {
	read := func(name string) fyne.Resource {
		data, err := assets.Files.ReadFile("fonts/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return fyne.NewStaticResource(name, data)
	}
	return theme.Fonts{Regular: read("NotoSansSC-Regular.ttf"), Bold: read("NotoSansSC-Bold.ttf")}
}

// capture shows content in a window of 1280 × 800, lets after act on it, and keeps the picture where it is asked for.
func capture(t *testing.T, v variant, name string, content fyne.CanvasObject, after func(fyne.Window)) image.Image {
	t.Helper()
	w := test.NewTempWindow(t, content)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(1280, 800))
	w.Resize(fyne.NewSize(1280, 801)) // wrapped text knows its width from the second layout on
	w.Resize(fyne.NewSize(1280, 800))
	if after != nil {
		after(w)
	}
	img := w.Canvas().Capture()
	dir := os.Getenv("YUZHOU_SHOTS")
	if dir == "" {
		return img
	}
	file, err := os.Create(filepath.Join(dir, "gallery-"+name+"-"+v.name+".png"))
	if err != nil {
		t.Fatal(err)
	}
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(file, img); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	return img
}

func each(t *testing.T, name string, build func() (fyne.CanvasObject, func(fyne.Window))) {
	looks := variants
	if os.Getenv("YUZHOU_SHOTS") == "" {
		looks = variants[:1]
	}
	for _, v := range looks {
		t.Run(v.name, func(t *testing.T) {
			test.NewTempApp(t).Settings().SetTheme(theme.New(fonts(t), v.mode, v.scale))
			content, after := build()
			img := capture(t, v, name, content, after)
			if got := colours(img); got < 40 {
				t.Errorf("the picture has %d colours: hardly anything was drawn", got)
			}
		})
	}
}

// colours counts the colours of a picture, up to a bound.
func colours(img image.Image) int {
	seen := map[[4]uint32]bool{}
	for y := img.Bounds().Min.Y; y < img.Bounds().Max.Y; y += 5 {
		for x := img.Bounds().Min.X; x < img.Bounds().Max.X && len(seen) < 1000; x += 2 {
			r, g, b, a := img.At(x, y).RGBA()
			seen[[4]uint32{r, g, b, a}] = true
		}
	}
	return len(seen)
}

// window lays content out as the drawings do: rail, top bar, status bar.
func window(content fyne.CanvasObject, actions ...fyne.CanvasObject) fyne.CanvasObject {
	items := []fyne.CanvasObject{}
	for _, i := range [][2]string{{"今天", "9"}, {"客户", "412"}, {"公海", "1,286"}, {"任务", "17"}, {"线索", "36"}, {"商机", "24"}, {"合同", ""}, {"报表", ""}, {"消息", "3"}, {"设置", ""}} {
		item := widget.NewRailItem(i[0], i[1], func() {})
		item.SetChosen(i[0] == "今天")
		items = append(items, item)
	}
	name := widget.NewBar(6, widget.NewText("渔舟", widget.Brand, widget.ColorAccent), widget.NewText("Yuzhou", widget.Small, widget.ColorDim))
	rail := widget.NewFixed(168, 0, container.NewStack(ground(widget.ColorSurface),
		widget.NewInset(8, 10, 8, 0, widget.NewStack(12, widget.NewInset(10, 0, 0, 0, name), widget.NewStack(2, items...)))))
	search := widget.NewFixed(420, 32, widget.NewSearchField("搜索客户、联系人、跟进、任务，或输入命令", "Ctrl K"))
	top := widget.NewFixed(0, 48, container.NewStack(ground(widget.ColorSurface), widget.NewInset(16, 0, 16, 0,
		widget.NewBar(12, append([]fyne.CanvasObject{search, widget.NewSpace()}, actions...)...))))
	status := widget.NewFixed(0, 28, container.NewStack(ground(widget.ColorSurface), widget.NewInset(14, 0, 14, 0, widget.NewBar(18,
		widget.NewBar(6, widget.NewStatusDot(widget.ColorDim), widget.NewText("离线", widget.Small, widget.ColorDim)),
		widget.NewText("上次同步 今天 08:12", widget.Small, widget.ColorDim),
		widget.NewLink("6 项待同步", widget.Small, widget.ColorAccent, func() {}),
		widget.NewLink("2 项待处理", widget.Small, widget.ColorWarn, func() {}), widget.NewSpace(),
		widget.NewText("412 位客户 ・ 数据截至 08:12", widget.Small, widget.ColorDim)))))
	return container.NewBorder(nil, status, rail, nil,
		container.NewBorder(top, nil, nil, nil, widget.NewInset(16, 14, 16, 14, content)))
}

func TestToday(t *testing.T) { each(t, "today", today) }

func today() (fyne.CanvasObject, func(fyne.Window)) {
	row := func(title, note, right string) *widget.CardRow {
		return widget.NewCardRow(widget.Row{Check: true, Title: title, Note: note, Right: right, OnTapped: func() {}})
	}
	follow := widget.NewCard("今天要跟进", widget.NewRows(row("杭州云栖科技有限公司", "报价后回访 ・ 王芳", "10:00"),
		row("苏州恒达精密制造", "样品是否收到", "14:30"), row("宁波海川国际贸易", "确认合同条款 ・ 李娜", "16:00"),
		row("上海明诚建筑工程", "续签意向", "今天"))).SetCount("4").SetLink("全部", func() {})
	fall := func(title, note, right string, tone widget.Tone) *widget.CardRow {
		return widget.NewCardRow(widget.Row{Title: title, Note: note, Right: right, RightTone: tone})
	}
	falling := widget.NewCard("即将回落公海", widget.NewRows(fall("绍兴越城纺织", "25 天未跟进，满 30 天回落", "还剩 1 天", widget.ToneBad),
		fall("无锡太湖食品", "28 天未跟进", "还剩 2 天", widget.ToneBad), fall("南通启航物流", "领取 84 天未成交", "还剩 6 天", widget.ToneWarn),
		widget.NewCardRow(widget.Row{Note: "出差未同步的日子不会丢客户：回来后按实际拜访时间判断"}))).SetCount("3").SetLink("为什么", func() {})
	task := func(title, badge, right string) *widget.CardRow {
		return widget.NewCardRow(widget.Row{Check: true, Checked: badge == "低", Title: title, Badge: badge, BadgeTone: widget.ToneNeutral, Right: right})
	}
	tasks := widget.NewCard("任务", widget.NewRows(task("给恒达寄样品册", "高", "昨天"), task("提交云栖方案初稿", "高", "昨天"),
		task("下周三前确认产品报价", "中", "周三"), task("月底前完成满意度回访", "低", "11/30"))).SetCount("5").
		SetTag("2 逾期", widget.ToneBad).SetLink("收件箱 3 ・ 今天 5 ・ 下一步 6 ・ 未来 3", nil)
	message := func(tag string, tone widget.Tone, title, right string) *widget.CardRow {
		return widget.NewCardRow(widget.Row{Tag: tag, TagTone: tone, Title: title, Right: right})
	}
	messages := widget.NewCard("待确认与消息", widget.NewRows(message("待确认", widget.ToneAccent, "领取「金华永康五金」", "联网后由服务器裁定"),
		message("待处理", widget.ToneBad, "云栖科技 ・ 手机有两个值", "去处理"),
		message("消息", widget.ToneNeutral, "刘经理把「嘉兴南湖电子」分配给你", "昨天"),
		message("消息", widget.ToneNeutral, "合同 HT-2026-0388 审批通过", "周四"))).SetCount("4").SetLink("全部", func() {})
	month := widget.NewCard("本月业绩", widget.NewInset(14, 14, 14, 14, widget.NewStack(4,
		widget.NewText("合同金额", widget.Body, widget.ColorDim), widget.NewText("¥ 386,400", widget.Figure, widget.ColorText),
		widget.NewProgress(0.64), widget.NewText("目标 ¥ 600,000 ・ 64%", widget.Small, widget.ColorDim)))).SetLink("11 月", nil)
	left := widget.NewStack(14, widget.NewColumns(14, []float32{0, 0}, fixedHeight(217, follow), fixedHeight(217, falling)),
		widget.NewColumns(14, []float32{0, 0}, fixedHeight(217, tasks), fixedHeight(217, messages)))
	title := widget.NewBar(12, widget.NewText("11 月 21 日 星期六", widget.Title, widget.ColorText), widget.NewText("早上好，今天有 9 件事", widget.Body, widget.ColorDim))
	page := window(widget.NewStack(12, title, widget.NewColumns(14, []float32{0, 300}, left, fixedHeight(448, month))),
		widget.NewPlainButton("新建任务", func() {}), widget.NewPrimaryButton("记跟进", func() {}))
	return page, nil
}

func TestList(t *testing.T) { each(t, "list", list) }

var customers = [][]string{
	{"杭州云栖科技有限公司", "A 重点", "互联网", "139 5713 2086", "今天 10:00", "昨天", "—", "张伟"},
	{"苏州恒达精密制造有限公司", "A 重点", "制造业", "138 6290 4417", "今天 14:30", "3 天前", "27 天", "张伟"},
	{"宁波海川国际贸易有限公司", "B 普通", "外贸", "137 0574 8821", "今天 16:00", "5 天前", "25 天", "张伟"},
	{"绍兴越城纺织有限公司", "B 普通", "制造业", "136 1585 0932", "—", "25 天前", "1 天", "张伟"},
	{"无锡太湖食品股份有限公司", "C 流失风险", "食品", "135 0618 7740", "—", "28 天前", "2 天", "张伟"},
	{"上海明诚建筑工程有限公司", "A 重点", "建筑", "139 1688 2205", "今天", "6 天前", "已成交", "张伟"},
	{"南通启航物流有限公司", "B 普通", "物流", "133 9062 1187", "11/25", "9 天前", "6 天", "张伟"},
}

func newList() *widget.BigList {
	l := widget.NewBigList([]widget.Column{
		{ID: "name", Title: "客户名称", Width: 258, Sortable: true},
		{ID: "level", Title: "级别", Width: 104},
		{ID: "industry", Title: "行业", Width: 84},
		{ID: "mobile", Title: "手机", Width: 140},
		{ID: "next", Title: "下次跟进", Width: 118, Sortable: true},
		{ID: "last", Title: "上次跟进", Width: 118},
		{ID: "pool", Title: "距回落", Width: 70, Right: true},
		{ID: "owner", Title: "负责人", Width: 100},
	}, true)
	roles := []fyne.ThemeColorName{"", "", widget.ColorDim, "", "", widget.ColorDim, "", widget.ColorDim}
	l.Length = func() int { return len(customers) }
	l.Key = func(i int) string { return customers[i][0] }
	l.Row = func(i int) []widget.Cell {
		cells := make([]widget.Cell, len(customers[i]))
		for c, text := range customers[i] {
			cells[c] = widget.Cell{Text: text, Role: roles[c]}
		}
		if i == 3 {
			cells[6].Role, cells[2] = widget.ColorBad, widget.Cell{Text: "待确认", Tag: widget.ToneAccent}
		}
		return cells
	}
	l.SetSorted("next", false)
	l.SetFooter("共 412 位")
	l.SetBatch(func(n int) string { return "已选 3 位" }, "Esc 取消", widget.NewBarButton("记跟进", func() {}), widget.NewBarButton("打标签", func() {}), widget.NewBarButton("转移", func() {}))
	return l
}

func list() (fyne.CanvasObject, func(fyne.Window)) {
	l := newList()
	chips := widget.NewChipGroup([]widget.Option{{Value: "mine", Label: "我的"}, {Value: "below", Label: "下属的"}, {Value: "team", Label: "团队"}, {Value: "today", Label: "今天要跟进"}, {Value: "7", Label: "7 天未联系"}}, false, nil)
	chips.SetChosen("mine")
	head := widget.NewColumns(14, []float32{0, 130}, widget.NewColumns(14, []float32{40, 0}, widget.NewText("客户", widget.Title, widget.ColorText), chips), widget.NewBar(8, widget.NewSmallButton("筛选 ・ 2", func() {}), widget.NewSmallButton("列", func() {})))
	page := window(container.NewBorder(widget.NewStack(10, head, widget.NewFixed(0, 0, ground(widget.ColorBackground))), nil, nil, nil, l),
		widget.NewPlainButton("导入", func() {}), widget.NewPlainButton("导出", func() {}), widget.NewPrimaryButton("新建客户 N", func() {}))
	return page, func(w fyne.Window) {
		w.Canvas().Focus(l.Focusable())
		for _, key := range []fyne.KeyName{fyne.KeyDown, fyne.KeySpace, fyne.KeyDown, fyne.KeyDown, fyne.KeySpace, fyne.KeyDown, fyne.KeySpace} {
			l.Focusable().TypedKey(&fyne.KeyEvent{Name: key})
		}
	}
}

func TestCustomer(t *testing.T) { each(t, "customer", customer) }

func customer() (fyne.CanvasObject, func(fyne.Window)) {
	fields := widget.NewStack(0)
	for _, f := range [][2]string{
		{"手机", "138 6290 4417"},
		{"电话", "0512-6588 2210 转 806"},
		{"邮箱", "procure@hengda.example"},
		{"行业", "制造业"},
		{"地址", "木渎镇金枫路 216 号创业园三期五号楼东侧二层，门卫登记后从货梯上"},
		{"信用代码", "91320506MA1X8B7Q3K"},
	} {
		fields.Add(widget.NewFieldRow(f[0], f[1]))
	}
	contacts := widget.NewCard("联系人", widget.NewRows(
		widget.NewCardRow(widget.Row{Title: "陈明（采购经理）", Badge: "首要", BadgeTone: widget.ToneNeutral, Right: "138 6290 4417", OnTapped: func() {}}),
		widget.NewCardRow(widget.Row{Title: "吴敏（质量）", Right: "139 1550 7102"}))).SetCount("2").SetLink("新建", func() {})
	methods := widget.NewChipGroup([]widget.Option{{Value: "1", Label: "电话"}, {Value: "2", Label: "微信"}, {Value: "3", Label: "面谈"}, {Value: "4", Label: "上门"}, {Value: "5", Label: "邮件"}}, false, nil)
	methods.SetChosen("1")
	stream := widget.NewStack(0,
		widget.NewTimelineRow("电话 ・ 张伟", "今天 09:20 ・ 待同步", "陈经理说样品已到，质量部下午试装；对交期满意，价格还要谈 3%。").SetRight("下次：今天 14:30", nil),
		widget.NewTimelineRow("任务 ・ 完成", "昨天 17:05", "给恒达寄样品册（顺丰 SF1390…）"),
		widget.NewTimelineRow("上门 ・ 张伟", "11/18 15:10 ・ 补录", "看了两条产线，年用量约 4 万件，现供应商交期不稳。吴敏要求提供检测报告。客户同意下周安排第二次技术交流，参加的人还有设备部和财务部。").SetRight("下次：3 天后", func() {}),
		widget.NewTimelineRow("领取", "11/03 08:31", "从「华东公海」领取").SetLast(true))
	area := widget.NewTextArea("", "聊了什么、客户态度、下一步…", 2)
	right := widget.NewCard("", widget.NewInset(14, 12, 14, 12, widget.NewStack(8, methods, area,
		widget.NewBar(6, widget.NewText("下次", widget.Small, widget.ColorDim), widget.NewChip("明天", nil), widget.NewChip("3 天后", nil), widget.NewSpace(),
			widget.NewSmallButton("附件", func() {}), widget.NewSmallPrimaryButton("保存 Ctrl ⏎", func() {})), stream)))
	title := widget.NewBar(8, widget.NewText("客户 ›", widget.Body, widget.ColorDim), widget.NewText("苏州恒达精密制造有限公司", widget.Title, widget.ColorText),
		widget.NewTag("A 重点", widget.ToneAccent), widget.NewTag("KH-20261103-0042", widget.ToneNeutral), widget.NewSpace(), widget.NewText("我是负责人 ・ 11/03 领取 ・ 还有 27 天", widget.Small, widget.ColorDim))
	left := widget.NewStack(14, widget.NewCard("资料", fields).SetLink("改动即存，可撤销", nil), contacts, widget.NewNotice("现在离线：领取会记为请求，联网后由服务器按规则裁定。", widget.ToneWarn))
	return window(container.NewBorder(widget.NewInset(0, 0, 0, 10, title), nil, nil, nil, widget.NewLeftSplit(372, 14, left, right)), widget.NewPlainButton("转移", nil), widget.NewPrimaryButton("记跟进 F", nil)), nil
}

func TestFields(t *testing.T) { each(t, "fields", form) }

func now() time.Time { return time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC) }

var calendarWords = widget.CalendarWords{
	Month:    func(year int, m time.Month) string { return "2026 年 11 月" },
	Weekdays: [7]string{"一", "二", "三", "四", "五", "六", "日"}, Today: "今天", Invalid: "看不懂这个日期",
}

func form() (fyne.CanvasObject, func(fyne.Window)) {
	name := widget.NewTextField("客户名称", "公司或个人的全称").SetRequired(true)
	filled := widget.NewTextField("手机", "")
	filled.SetText("139 5713 2086")
	wrong := widget.NewTextField("统一社会信用代码", "")
	wrong.SetText("91320506MA1X8B7Q3X")
	wrong.SetError("校验位不对，请再看一眼最后一位")
	off := widget.NewTextField("编号", "")
	off.SetText("KH-20261103-0042")
	off.Disable()
	level := widget.NewSelectField("级别", "请选择", "", []widget.Option{{Value: "a", Label: "A 重点"}, {Value: "b", Label: "B 普通"}})
	chosen := widget.NewSelectField("行业", "请选择", "", []widget.Option{{Value: "x", Label: "制造业"}})
	chosen.SetValue("x")
	date := widget.NewDateTimeField("下次跟进", "明天 14:30", calendarWords, now, time.UTC)
	date.SetValue(now().AddDate(0, 0, 4), true)
	area := widget.NewTextArea("备注", "", 3)
	area.SetText("一行很长的备注，要看它怎么换行：看了两条产线，年用量约 4 万件，现供应商交期不稳。\n第二段。")
	password := widget.NewPasswordField("密码", "")
	password.SetText("secret")
	tags, group := widget.NewMultiSelect("标签", []widget.Option{{Value: "1", Label: "样品"}, {Value: "2", Label: "年框"}, {Value: "3", Label: "价格敏感"}}, nil)
	group.SetChosen("1", "3")
	disabled := widget.NewPrimaryButton("不能按", func() {})
	disabled.Disable()
	column := widget.NewStack(12, name, filled, wrong, off, level, chosen, date, password)
	right := widget.NewStack(12, area, tags,
		widget.NewNotice("现在离线：领取会记为请求，联网后由服务器按规则裁定，结果会通知你。名单截至今天 08:12。这一句写得长一些，好让它换行。", widget.ToneWarn).SetAction("知道了", func() {}),
		widget.NewNotice("有一处要你处理。", widget.ToneBad), widget.NewNotice("新版本可用。", widget.ToneAccent),
		widget.NewBar(8, widget.NewPlainButton("保留服务器上的", func() {}), widget.NewPrimaryButton("用我的", func() {}), widget.NewDangerButton("删除", func() {}), disabled),
		fixedHeight(200, widget.NewCard("空", widget.NewEmptyState("还没有客户", "新建一位，或从公海领取。", widget.NewPrimaryButton("新建客户", func() {})))))
	return window(widget.NewColumns(24, []float32{360, 0}, column, right)), func(w fyne.Window) { w.Canvas().Focus(filled.Focusable()) }
}

func TestDialog(t *testing.T) {
	each(t, "dialog", func() (fyne.CanvasObject, func(fyne.Window)) {
		page, _ := today()
		toasts := widget.NewToasts(func(time.Duration, func()) {})
		return container.NewStack(page, toasts), func(w fyne.Window) {
			toasts.Say("已放入公海：绍兴越城纺织有限公司", widget.ToneGood, "撤销", func() {})
			widget.ShowForm(w, "新建客户", "保存", "取消", []fyne.CanvasObject{
				widget.NewTextField("客户名称", "公司或个人的全称").SetRequired(true), widget.NewTextField("手机", ""),
				widget.NewParagraph("姓名或电话与已有的客户相同时，这里会先告诉你，免得两个人跟同一位客户。", widget.Small, widget.ColorDim),
			}, func() bool { return true })
		}
	})
}

func TestDropDowns(t *testing.T) {
	each(t, "dropdowns", func() (fyne.CanvasObject, func(fyne.Window)) {
		date := widget.NewDateField("下次跟进", "", calendarWords, now, time.UTC)
		date.SetValue(now().AddDate(0, 0, 4), false)
		return window(widget.NewStack(12, widget.NewFixed(300, 0, date))), func(w fyne.Window) {
			date.Focusable().TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
		}
	})
	each(t, "choices", func() (fyne.CanvasObject, func(fyne.Window)) {
		var options []widget.Option
		for _, c := range customers {
			options = append(options, widget.Option{Value: c[0], Label: c[0]}, widget.Option{Value: c[3], Label: c[3]})
		}
		choice := widget.NewSelectField("客户", "请选择", "筛选", options)
		choice.SetValue(customers[1][0])
		return window(widget.NewStack(12, widget.NewFixed(300, 0, choice))), func(w fyne.Window) {
			choice.Focusable().TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
		}
	})
}
