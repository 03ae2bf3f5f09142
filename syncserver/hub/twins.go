package hub

import (
	"slices"

	"yuzhou/shared/schema"
)

// maxTwins is of how many likenesses of one new customer people are told: a name like 个体户 has hundreds.
const maxTwins = 3

// tellTwins tells of a customer that a laptop has made and that looks like another one: two people may have met it on the
// same day, each offline. Both stay; its author and whoever answers for the other one are told, so that they can settle
// which is to go (SYNC-21). Neither hears more of the other's than he may see.
func (p *pusher) tellTwins(customer schema.Record) error {
	twins, err := p.twins(customer)
	if err != nil {
		return err
	}
	for i, twin := range twins {
		other, _, err := p.tx.Record("customer", twin.id)
		if err != nil {
			return err
		}
		h, _, err := p.tx.Record("holding", twin.id)
		if err != nil {
			return err
		}
		shown, err := p.maySee(p.by, twin.id)
		if err != nil {
			return err
		}
		if i == 0 {
			params := map[string]string{"Customer": customer.Text("name"), "Mobile": twin.mobile}
			if shown {
				params["Other"], params["Holder"] = other.Text("name"), p.org.UserName(h.Text("owner"))
			}
			if err := p.tell(p.by.User, "duplicate", customer.ID, params); err != nil {
				return err
			}
		}
		if err := p.tellTwin(other, h, twin); err != nil {
			return err
		}
	}
	return nil
}

// tellTwin tells those who answer for a customer that somebody has made one like it.
func (p *pusher) tellTwin(other, h schema.Record, t twin) error {
	people := []string{h.Text("owner")}
	if h.Has("pool") {
		place, _ := p.org.Pool(h.Text("pool"))
		people = place.Set("admins")
	}
	for _, user := range people {
		if user == p.by.User {
			continue
		}
		err := p.tell(user, "duplicate_of_yours", other.ID, map[string]string{
			"Customer": other.Text("name"), "Mobile": t.mobile, "By": p.org.UserName(p.by.User),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// twin is a customer that looks like another.
type twin struct {
	id     string
	mobile string // filled when it has the same mobile, else it has the same name
}

// twins lists customers that bear a mark of a new one, those with its mobile first.
func (p *pusher) twins(customer schema.Record) (list []twin, err error) {
	bearers, err := p.tx.MarkedAny(marks(customer))
	if err != nil {
		return nil, err
	}
	for _, mark := range marks(customer) {
		for _, id := range bearers[mark] {
			if id == customer.ID || slices.ContainsFunc(list, func(t twin) bool { return t.id == id }) {
				continue
			}
			t := twin{id: id}
			if mark[:len(markMobile)] == markMobile {
				t.mobile = "1"
			}
			if list = append(list, t); len(list) == maxTwins {
				return list, nil
			}
		}
	}
	return list, nil
}
