package main

import (
	"strconv"
	"strings"

	"yuzhou/syncserver/hub"
	"yuzhou/syncserver/store"
)

// auditCommands look after the history of what was changed.
type auditCommands struct {
	Verify auditVerify `cmd:"" help:"audit_verify"`
}

// auditVerify holds the history against its chain.
type auditVerify struct {
	folder
	Head []string `placeholder:"SEQ:SUM" help:"flag_audit_head"`
}

// verified is the result for --json.
type verified struct {
	store.Chain

	Found []store.Break `json:"found"` // the first of them
}

// shownBreaks is how many breaks are shown: one deed makes one or two.
const shownBreaks = 20

// Run reads the whole history as of one commit; a server may go on writing. A break makes the command fail.
func (c auditVerify) Run(s *session) error {
	noted, err := c.noted()
	if err != nil {
		return err
	}
	return c.with(s, func(b *book) error {
		out := verified{Found: []store.Break{}}
		out.Chain, err = b.hub.VerifyHistory(b, hub.System, noted, func(found store.Break) {
			if len(out.Found) < shownBreaks {
				out.Found = append(out.Found, found)
			}
		})
		if err != nil {
			return err
		}
		if err := b.result(out, func() { b.verified(out, len(noted)) }); err != nil || out.Breaks == 0 {
			return err
		}
		return wrong(nil, "server.error.audit", "Seq", out.Found[0].Seq, "Count", out.Breaks)
	})
}

// verified says what was seen.
func (b *book) verified(v verified, noted int) {
	b.say("server.audit.sums", "Lines", v.Lines, "Commits", v.Commits)
	if v.Older > 0 {
		b.say("server.audit.older", "Count", v.Older)
	}
	for _, found := range v.Found {
		b.say("server.audit."+string(found.What), "Seq", found.Seq)
	}
	switch {
	case v.Breaks > 0:
	case v.Head.Seq == 0:
		b.say("server.audit.empty")
	case noted > 0:
		b.say("server.audit.whole_noted", "Head", written(v.Head))
	default:
		b.say("server.audit.whole", "Head", written(v.Head))
	}
}

// written is a link as people note it.
func written(l store.Link) string { return strconv.FormatInt(l.Seq, 10) + ":" + l.Sum }

// noted reads links as they were noted.
func (c auditVerify) noted() (list []store.Link, err error) {
	for _, text := range c.Head {
		number, sum, _ := strings.Cut(text, ":")
		seq, err := strconv.ParseInt(number, 10, 64)
		if err != nil || seq < 1 || len(sum) != store.SumDigits {
			return nil, wrong(err, "server.error.audit_head", "Head", text)
		}
		list = append(list, store.Link{Seq: seq, Sum: strings.ToLower(sum)})
	}
	return list, nil
}
