package book

import (
	"slices"

	"yuzhou/shared/access"
	"yuzhou/shared/crm"
	"yuzhou/shared/pool"
	"yuzhou/shared/schema"
)

// Get reads one record.
func (b *Book) Get(kind, id string) (Row, bool, error) {
	rec, ok, err := b.r.Get(kind, id)
	if err != nil || !ok {
		return Row{}, false, err
	}
	rows, err := b.dress([]schema.Record{rec})
	if err != nil {
		return Row{}, false, err
	}
	return rows[0], true, nil
}

// Rows reads records in the order of ids. One that has gone meanwhile comes with its id alone.
func (b *Book) Rows(kind string, ids []string) ([]Row, error) {
	found, err := b.r.Records(kind, ids)
	if err != nil {
		return nil, err
	}
	records := make([]schema.Record, len(ids))
	for i, id := range ids {
		rec, ok := found[id]
		if !ok {
			rec = schema.Record{Kind: kind, ID: id, Root: id}
		}
		records[i] = rec
	}
	return b.dress(records)
}

// Children reads the records of a kind under a customer, oldest first.
func (b *Book) Children(kind, root string) ([]Row, error) {
	records, err := b.r.Children(kind, root)
	if err != nil {
		return nil, err
	}
	rows, err := b.dress(records)
	return slices.DeleteFunc(rows, b.veiled), err
}

// dress gives records what screens show beside their fields. All of them are of one kind.
func (b *Book) dress(records []schema.Record) ([]Row, error) {
	rows := make([]Row, len(records))
	if len(records) == 0 {
		return rows, nil
	}
	unsent, asked, err := b.r.Pending(idsOf(records))
	if err != nil {
		return nil, err
	}
	c, err := b.company()
	if err != nil {
		return nil, err
	}
	holdings := map[string]schema.Record{}
	if underCustomer(records[0].Kind) {
		if holdings, err = b.r.Records("holding", rootsOf(records)); err != nil {
			return nil, err
		}
	}
	now := b.clk()
	for i, rec := range records {
		row := Row{Record: rec, Pending: unsent[rec.ID]}
		if h, ok := holdings[rec.Root]; ok {
			row.Holding, row.Owner, row.Pool = h, h.Text("owner"), h.Text("pool")
		}
		if rec.Kind == "customer" {
			row.Asked = asked[rec.ID]
			row.FollowedAt, row.PooledAt = row.Holding.Moment("followed_at"), row.Holding.Moment("pooled_at")
			row.FormerOwner, row.Reason = row.Holding.Text("former_owner"), row.Holding.Text("reason")
			row.Due = c.Policy.Due(row.Holding, now)
		}
		if b.practice && row.Pool != "" && rec.Kind == "customer" {
			pool, _ := c.Org.Pool(row.Pool)
			row.Record = access.Project(crm.Customer, rec, pool.Set("masked_fields"), pool.Set("hidden_fields"))
		}
		rows[i] = row
	}
	return rows, nil
}

// veiled tells whether a record is what a pool does not show. A server sends no such thing; the practice book has
// everything in its file and keeps it to itself until the customer is claimed.
func (b *Book) veiled(row Row) bool {
	kind := crm.ByName(row.Kind)
	return b.practice && row.Pool != "" && kind != nil && !kind.Face
}

// underCustomer says whether records of a kind live with a customer, or are one.
func underCustomer(kind string) bool {
	k := crm.ByName(kind)
	return k != nil && (k.Name == "customer" || k.Parent == "customer")
}

func idsOf(records []schema.Record) []string {
	ids := make([]string, len(records))
	for i, r := range records {
		ids[i] = r.ID
	}
	return ids
}

func rootsOf(records []schema.Record) []string {
	seen := make(map[string]bool, len(records))
	var roots []string
	for _, r := range records {
		if !seen[r.Root] {
			seen[r.Root] = true
			roots = append(roots, r.Root)
		}
	}
	return roots
}

// RuleWords is the sentence of the rule by which a customer is due: its key in the language files and what fills it;
// "" when no rule is meant for it.
func (b *Book) RuleWords(due pool.Due) (key string, params map[string]string) {
	c := b.directory()
	rule, ok := c.Policy.Rule(due.Rule)
	if !ok {
		return "", nil
	}
	return pool.RuleWords(c.Org, rule)
}
