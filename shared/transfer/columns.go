package transfer

import (
	"regexp"
	"strings"

	"yuzhou/shared/schema"
)

// The targets of columns that are no fields of a customer.
const (
	toOwner         = "owner"
	toPool          = "pool"
	toProvince      = "province"
	toCity          = "city"
	toDistrict      = "district"
	toContact       = "contact."
	toName          = "name"
	toContactName   = toContact + "name"
	toContactMobile = toContact + "mobile"
)

// headerDepth is how many lines with content may stand before the header.
const headerDepth = 20

// columnWords are the names of columns as companies and other programs write them, in the form of headerWord.
var columnWords = map[string]string{}

func init() {
	for target, words := range map[string]string{
		toName:                 "客户名称 客户名 客户 公司名称 公司名 公司 企业名称 单位名称 单位 名称 客户全称 公司全称 name customer customername company companyname account accountname",
		"level":                "客户级别 级别 客户等级 等级 客户重要程度 level customerlevel grade rating",
		"type":                 "客户类型 类型 客户类别 客户分类 客户状态 type customertype category",
		"industry":             "客户行业 行业 所属行业 行业类型 industry",
		"source":               "客户来源 来源 线索来源 获客渠道 来源渠道 source customersource leadsource",
		"mobile":               "手机 手机号 手机号码 移动电话 客户手机 mobile mobilephone cell cellphone",
		"phone":                "电话 电话号码 固定电话 固话 座机 办公电话 公司电话 联系电话 phone telephone tel landline workphone",
		"email":                "邮箱 电子邮箱 邮件 电子邮件 邮箱地址 email mail emailaddress",
		"website":              "网址 官网 网站 公司网址 公司网站 主页 website url web homepage",
		"region":               "省/市/区 省市区 地区 所在地区 区域 所在地 省市 region area",
		toProvince:             "省 省份 所在省 所在省份 province state",
		toCity:                 "市 城市 所在城市 city",
		toDistrict:             "区 区县 县区 区/县 district county",
		"address":              "详细地址 地址 公司地址 联系地址 通讯地址 address street",
		"credit_code":          "统一社会信用代码 社会信用代码 信用代码 统一信用代码 税号 纳税人识别号 creditcode unifiedsocialcreditcode taxid",
		"tags":                 "标签 客户标签 tags tag labels",
		"next_contact_at":      "下次联系时间 下次跟进时间 下次联系 下次跟进 下次联系日期 下次跟进日期 下次回访时间 nextcontact nextcontacttime nextfollowup nextfollowuptime",
		"remark":               "备注 说明 客户备注 备注信息 描述 remark remarks note notes description comment",
		toOwner:                "负责人 客户负责人 所属人 业务员 销售 销售人员 销售员 跟进人 归属人 owner salesperson salesrep accountowner",
		toPool:                 "公海 公海池 所属公海 pool",
		toContactName:          "首要联系人 联系人 主要联系人 联系人姓名 主联系人 contact contactname primarycontact contactperson",
		toContactMobile:        "联系人手机 联系人手机号 联系人电话 contactmobile contactphone",
		toContact + "email":    "联系人邮箱 contactemail",
		toContact + "wechat":   "联系人微信 微信 微信号 wechat",
		toContact + "position": "职务 职位 联系人职务 联系人职位 position jobtitle title",
	} {
		for _, word := range strings.Fields(words) {
			columnWords[word] = target
		}
	}
}

// aside is what stands in brackets after the name of a column: （必填）, (年-月-日).
var aside = regexp.MustCompile(`\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】`)

// headerWord is the name of a column without width, spaces, case, marks for "required" and explanations in brackets.
func headerWord(cell string) string {
	word := aside.ReplaceAllString(strings.ToLower(schema.Narrow(cell)), "")
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" *_-:：\t\r\n\u00a0\ufeff", r) {
			return -1
		}
		return r
	}, word)
}

// columns says what stands in each column of a table, "" for one that is not known.
type columns []string

// findColumns reads a line as a header: it is one when it names the customer and, unless it is the only column,
// something else as well. A column that comes twice counts once.
func findColumns(cells []string) (columns, bool) {
	found := make(columns, len(cells))
	known, filled, taken := 0, 0, map[string]bool{}
	for i, cell := range cells {
		word := headerWord(cell)
		if word != "" {
			filled++
		}
		if target := columnWords[word]; target != "" && !taken[target] {
			found[i], taken[target] = target, true
			known++
		}
	}
	return found, taken[toName] && (known > 1 || filled == 1)
}
