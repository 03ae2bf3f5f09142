package crm

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"yuzhou/shared/schema"
)

// companyForms are the legal forms that people write or leave out, the longest first.
var companyForms = []string{
	"集团股份有限公司", "股份有限责任公司", "有限责任公司", "集团有限公司", "股份有限公司", "控股有限公司", "有限公司", "股份公司", "集团公司",
	"分公司", "总公司", "公司", "集团", "股份",
}

// NameKey is the form in which two spellings of a company's name are the same (DUP-03): full-width letters and marks are
// half-width, traditional characters simplified, spaces, brackets and marks gone, letters small; the legal form at the
// end is left out, and so is the province where the name goes on with one of its cities.
// A name that is nothing but a legal form stays as it is.
func NameKey(name string) string { return withoutForm(withoutProvince(foldName(name))) }

// HasForm tells whether a name ends with a whole legal form; 股份 alone is a shortened one.
func HasForm(name string) bool {
	short, ok := strings.CutSuffix(foldName(name), "公司")
	return ok && short != ""
}

// foldName leaves of a name its letters and digits, written one way.
func foldName(name string) string {
	return simplified.Replace(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, schema.Narrow(name)))
}

// withoutForm takes legal forms off the end, one after the other: 有限公司（分公司） has two.
func withoutForm(key string) string {
	for {
		short := key
		for _, form := range companyForms {
			if cut, ok := strings.CutSuffix(key, form); ok && cut != "" {
				short = cut
				break
			}
		}
		if short == key {
			return key
		}
		key = short
	}
}

// withoutProvince drops the province before a city that lies in it (江苏省苏州市恒达 and 苏州恒达 are one), and the words
// for what kind of division they are. A province that is all the name has stays: 江苏恒达 and 浙江恒达 are two.
func withoutProvince(key string) string {
	for province, cities := range citiesOf {
		rest, ok := strings.CutPrefix(key, province)
		if !ok {
			continue
		}
		rest = cutDivision(rest, "省", "壮族自治区", "回族自治区", "维吾尔自治区", "自治区")
		if at, ok := cutCity(rest, cities); ok {
			return at
		}
		return province + rest
	}
	for _, cities := range citiesOf {
		if at, ok := cutCity(key, cities); ok {
			return at
		}
	}
	for _, city := range []string{"北京", "天津", "上海", "重庆"} {
		if rest, ok := strings.CutPrefix(key, city); ok {
			return city + cutDivision(rest, "市")
		}
	}
	return key
}

// cutCity writes a name that begins with one of the cities without the word for what kind of division it is.
func cutCity(key, cities string) (string, bool) {
	for city := range strings.SplitSeq(cities, " ") {
		if rest, ok := strings.CutPrefix(key, city); ok {
			return city + cutDivision(rest, "市", "地区"), true
		}
	}
	return key, false
}

// cutDivision takes the word off the front unless nothing that could name a company would be left.
func cutDivision(key string, words ...string) string {
	for _, word := range words {
		if rest, ok := strings.CutPrefix(key, word); ok && utf8.RuneCountInString(rest) > 1 {
			return rest
		}
	}
	return key
}
