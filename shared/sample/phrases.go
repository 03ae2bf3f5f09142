package sample

// The pieces of which books are made. Keys are those of the dictionaries that the program brings along.

var levels = []string{"a", "b", "b", "b", "c"}

var types = []string{"potential", "potential", "interested", "interested", "negotiating", "dealt"}

var sources = []string{"referral", "web", "exhibition", "inbound_call", "cold_call", "website", "wechat"}

// counted are the methods that count for reclaim.
var counted = []string{"phone", "phone", "wechat", "visit", "meeting", "email"}

var methods = []string{"phone", "phone", "phone", "wechat", "wechat", "visit", "meeting", "email", "sms"}

var attitudes = []string{"positive", "positive", "neutral", "neutral", "negative"}

var contactRoles = []string{"decision", "business", "technical", "finance", "purchasing", "user"}

var releaseReasons = []string{"no_need", "no_budget", "no_contact", "competitor", "no_time"}

var lists = []string{"inbox", "today", "next", "next", "later"}

var priorities = []string{"high", "medium", "medium", "low", "none"}

// trade is a line of business as names of companies say it.
type trade struct{ word, industry string }

var trades = []trade{
	{"科技", "internet"},
	{"网络", "internet"},
	{"精密制造", "manufacturing"},
	{"机械", "machinery"},
	{"五金", "hardware"},
	{"电子", "electronics"},
	{"新材料", "chemical"},
	{"服饰", "textile"},
	{"生物医药", "healthcare"},
	{"医疗器械", "healthcare"},
	{"置业", "realestate"},
	{"建筑工程", "construction"},
	{"装饰", "construction"},
	{"教育咨询", "education"},
	{"物流", "logistics"},
	{"供应链", "logistics"},
	{"商贸", "retail"},
	{"电子商务", "ecommerce"},
	{"食品", "food"},
	{"餐饮管理", "catering"},
	{"进出口", "trade"},
	{"农业", "agriculture"},
	{"新能源", "energy"},
	{"文化传媒", "media"},
}

var forms = []string{"有限公司", "有限公司", "有限公司", "有限责任公司", "股份有限公司"}

var streets = []string{
	"人民路", "中山路", "建设大道", "解放路", "工业园区兴业路", "高新区科创路", "开发区东方大道", "新华街", "和平路", "长江路",
	"金枫路", "创新大道", "迎宾路", "文化路", "滨河路", "友谊大街",
}

var buildings = []string{"", "", "A座", "B座", "2幢", "5幢", "3号楼", "科技园1期", "商务中心"}

var mailboxes = []string{"sales", "info", "procure", "office", "contact", "service"}

var tags = []string{"样品", "年框", "价格敏感", "账期", "老客户", "急单", "出口", "招标", "同城", "展会认识", "技术型", "可转介绍"}

var remarks = []string{
	"年用量稳定，每季度集中采购一次，报价要含税含运费。",
	"老板亲自定供应商，平时由采购部对接，下午联系比较方便。",
	"现有供应商交期不稳，对我们的备货能力比较看重。",
	"预算在年初确定，下半年有一次追加的机会。",
	"质量部要求每批附检测报告，样品先小批量试用。",
	"付款走月结三十天，合同由总部盖章，流程大约一周。",
	"门店分布在三个区，统一配送，节前需要提前两周备货。",
	"由同行介绍，重视售后响应速度，希望有固定的对接人。",
}

var remarkTails = []string{
	"对方财务要求先开票后付款。", "旺季在九月到十一月，提前一个月备货。", "竞争对手也在接触，价格差距不大。", "可以争取做成年度框架。", "更换供应商需要试用两个月。",
}

var surnames = []string{
	"王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "郭", "何", "林", "高", "罗", "郑", "梁", "谢", "宋", "唐",
}

var givens = []string{
	"伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "明", "超", "霞", "平", "刚", "桂", "文", "辉", "玲", "鹏", "华",
}

var positions = []string{"总经理", "采购经理", "采购专员", "技术主管", "质量经理", "财务主管", "行政经理", "项目经理", "生产厂长", "店长"}

// talkOpenings fit the method: nobody reads "by telephone" under a visit and trusts the rest.
var talkOpenings = map[string][]string{
	"phone":   {"电话里问清了", "跟对方经理谈了", "和采购确认了", "回访了"},
	"wechat":  {"微信上沟通了", "发了资料，说明了", "和采购确认了"},
	"visit":   {"到现场看了", "上门和技术一起讨论了", "当面介绍了"},
	"meeting": {"跟对方经理谈了", "和技术一起讨论了", "开会过了一遍"},
	"email":   {"邮件里确认了", "邮件回复了", "发邮件说明了"},
	"sms":     {"短信确认了", "短信提醒了"},
}

var talkTopics = []string{
	"新一批的数量和交期", "样品的试装结果", "年度框架的价格", "付款方式和开票要求", "现有供应商的问题", "两条产线的用量", "检测报告的格式",
	"上一单的到货情况", "下半年的采购计划", "包装和运输的要求", "售后响应的时间", "合同里的几处条款",
}

var talkResults = []string{
	"对方总体满意，价格还要再谈", "需要我们周五前给出正式报价", "等质量部出结果后再定", "希望先做一个小批量试单", "预算要下个月才能批",
	"约好下周再去一次", "对方说还要比较两家", "答应本周内签回合同", "暂时不着急，月底再联系", "要求补一份产品资料",
}

var taskVerbs = []string{"准备", "发送", "跟进", "确认", "整理", "寄出", "核对", "更新"}

var taskThings = []string{"报价单", "样品", "合同草稿", "拜访资料", "对账单", "检测报告", "年度方案", "发货安排", "开票信息", "会议纪要"}

var taskNotes = []string{
	"按上次沟通的数量和交期做，含税含运费。", "先给经理看过再发出。", "对方要求加盖公章，扫描件和原件都要。", "和仓库确认库存后再答复客户。",
}
